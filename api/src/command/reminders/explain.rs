//! `plumbline reminders explain`.

use super::super::{Sources, print};
use super::named;
use crate::failure::Failure;
use crate::wiring::App;
use care::access::worker;
use care::clock::Instant;
use care::error::Error;
use care::id::Kind;
use care::reminder::explain;
use clap::Args;
use reminders::timetable::redis::Held;
use uuid::Uuid;

/// Tell the life of a reminder in plain words
#[derive(Debug, Args)]
#[command(long_about = "\
Tell the life of a reminder in plain words: its rule and zone, when it comes due next and when it will really go
out, what the timetable holds of it; then its last 20 deliveries, newest first, each with what became of it, why,
and what the providers answered to each attempt. With the id of a delivery, that one alone.

Example:
  plumbline reminders explain reminder_01h455vb4pex5vsknk084sn02q
  plumbline reminders explain delivery_01h455vb4pex5vsknk084sn02q")]
pub(super) struct Arguments {
    /// A reminder or a delivery.
    #[arg(value_name = "ID", value_parser = named)]
    id: (Kind, Uuid),
}

pub(super) async fn run(arguments: &Arguments, sources: &Sources) -> Result<(), Failure> {
    let app = sources.app().await?;
    let told = tell(&app, arguments.id).await;
    app.services.store.close().await;
    print(&told?)
}

async fn tell(app: &App, (kind, id): (Kind, Uuid)) -> Result<String, Failure> {
    let explained = match explain(&worker(&app.services), (kind, id)).await {
        Err(Error::NotFound) => {
            return Err(Failure::new(format!("There is no {} here.", kind.encode(id))));
        }
        explained => explained?,
    };
    let mut lines = explained.standing;
    lines.extend(app.look_up(explained.reminder_id).await.map(|held| {
        format!(
            "           {}",
            match held {
                Ok(Held::Fires(at)) => format!("Redis fires it at {}", Instant(at)),
                Ok(Held::Leased) => "Redis: a worker has it in hand".to_owned(),
                Ok(Held::Nowhere) => "Redis does not hold it: it is fed 36 hours ahead".to_owned(),
                Err(_) => "Redis does not answer; the database stands in for it".to_owned(),
            }
        )
    }));
    lines.push(String::new());
    if explained.deliveries.is_empty() {
        lines.push("No occurrence of it has come due yet.".to_owned());
    }
    lines.extend(explained.deliveries);
    Ok(lines.join("\n") + "\n")
}
