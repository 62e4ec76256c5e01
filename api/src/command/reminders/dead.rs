//! `plumbline reminders dead`.

use super::super::{Sources, print};
use super::clinic;
use super::since::span;
use crate::failure::Failure;
use care::access::worker;
use care::id::Kind;
use care::reminder::{Answered, DeadDelivery, DeadLetters, Filter, SetAside, dead};
use clap::Args;
use serde_json::{Value, json};
use uuid::Uuid;

/// List dead deliveries and reminders that are set aside
#[derive(Debug, Args)]
#[command(long_about = "\
List dead deliveries, with what the providers answered, and reminders that are set aside, newest first.

`--json` prints one document, {\"deliveries\": […], \"reminders\": […]}, for scripts.

Example:
  plumbline reminders dead
  plumbline reminders dead --since 24h --clinic clinic_01h455vb4pex5vsknk084sn02q
  plumbline reminders dead --json | jq '.deliveries | group_by(.answers[-1].code) | map(length)'")]
pub(super) struct Arguments {
    /// Only of the clinic of this id.
    #[arg(long, value_name = "ID", value_parser = clinic)]
    clinic: Option<Uuid>,
    /// Only what came due, or was set aside, in this time: such as 30m, 24h or 7d.
    #[arg(long, value_name = "TIME", value_parser = span)]
    since: Option<i64>,
    /// The most to list of each.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: &Arguments, sources: &Sources) -> Result<(), Failure> {
    let app = sources.app().await?;
    let worker = worker(&app.services);
    let since = arguments.since.map(|span| worker.now().plus(-span));
    let filter = Filter { clinic_id: arguments.clinic, since };
    let found = dead(&worker, &filter, arguments.limit.into()).await;
    app.services.store.close().await;
    let found = found?;
    if arguments.json { print(&format!("{:#}\n", document(&found))) } else { print(&text(&found)) }
}

fn text(found: &DeadLetters) -> String {
    if found.deliveries.is_empty() && found.reminders.is_empty() {
        return "Nothing is dead, and no reminder is set aside.\n".to_owned();
    }
    let deliveries = found.deliveries.iter().map(delivery);
    deliveries.chain(found.reminders.iter().map(reminder)).collect()
}

fn delivery(dead: &DeadDelivery) -> String {
    let id = Kind::Delivery.encode(dead.id);
    let (reminder, clinic) = (Kind::Reminder.encode(dead.reminder_id), Kind::Clinic.encode(dead.clinic_id));
    let (due, until, attempts) = (dead.due_at, dead.expires_at, dead.attempts);
    let said: String = dead.answers.iter().rev().take(3).rev().map(answer).collect();
    format!("{id} of {reminder} in {clinic}\n  due {due}, of use until {until}, attempts: {attempts}\n{said}")
}

fn answer(answer: &Answered) -> String {
    format!("  {answer}\n")
}

fn reminder(aside: &SetAside) -> String {
    let (id, clinic) = (Kind::Reminder.encode(aside.id), Kind::Clinic.encode(aside.clinic_id));
    let due = aside.next_due_at.map_or_else(String::new, |due| format!(", was to come due {due}"));
    format!("{id} in {clinic}\n  SET ASIDE {}{due}\n", aside.set_aside_at)
}

fn document(found: &DeadLetters) -> Value {
    let answer = |answer: &Answered| {
        let device = answer.device_id.map(|id| Kind::Device.encode(id));
        json!({ "at": answer.at.to_string(), "deviceId": device, "code": answer.code })
    };
    let delivery = |dead: &DeadDelivery| {
        json!({
            "id": Kind::Delivery.encode(dead.id),
            "reminderId": Kind::Reminder.encode(dead.reminder_id),
            "clinicId": Kind::Clinic.encode(dead.clinic_id),
            "dueAt": dead.due_at.to_string(),
            "expiresAt": dead.expires_at.to_string(),
            "attempts": dead.attempts,
            "answers": dead.answers.iter().map(answer).collect::<Vec<_>>(),
        })
    };
    let reminder = |aside: &SetAside| {
        json!({
            "id": Kind::Reminder.encode(aside.id),
            "clinicId": Kind::Clinic.encode(aside.clinic_id),
            "setAsideAt": aside.set_aside_at.to_string(),
            "nextDueAt": aside.next_due_at.map(|due| due.to_string()),
        })
    };
    json!({
        "deliveries": found.deliveries.iter().map(delivery).collect::<Vec<_>>(),
        "reminders": found.reminders.iter().map(reminder).collect::<Vec<_>>(),
    })
}
