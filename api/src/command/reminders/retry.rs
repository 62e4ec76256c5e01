//! `plumbline reminders retry`.

use super::super::{Sources, print};
use super::since::span;
use super::{clinic, named};
use crate::failure::Failure;
use care::access::{Worker, worker};
use care::id::Kind;
use care::reminder::{Filter, NotBack, dead, put_back};
use clap::Args;
use std::process::ExitCode;
use uuid::Uuid;

/// The most that `--all` takes of each kind.
const MOST: u64 = 100_000;

/// Put dead deliveries and set-aside reminders back to work
#[derive(Debug, Args)]
#[command(long_about = "\
Put dead deliveries and set-aside reminders back to work, once what was wrong has been mended: a certificate, a
damaged row. A worker takes a delivery within a second, a reminder within half a minute.

A delivery goes back only while its reminder may still go out and has not come due again: nobody wants to be
reminded at noon of what was for eight. What stays dead is told with its reason, and the exit status is 1 then.
The audit trail has what was put back.

Example:
  plumbline reminders retry delivery_01h455vb4pex5vsknk084sn02q
  plumbline reminders retry --all --since 1h
  plumbline reminders retry --all --clinic clinic_01h455vb4pex5vsknk084sn02q")]
pub(super) struct Arguments {
    /// Deliveries and reminders, by their ids.
    #[arg(value_name = "ID", value_parser = named, required_unless_present = "all", conflicts_with = "all")]
    ids: Vec<(Kind, Uuid)>,
    /// All that lie dead or are set aside.
    #[arg(long)]
    all: bool,
    /// With --all: only of the clinic of this id.
    #[arg(long, value_name = "ID", value_parser = clinic, conflicts_with = "ids")]
    clinic: Option<Uuid>,
    /// With --all: only what came due, or was set aside, in this time: such as 30m, 24h or 7d.
    #[arg(long, value_name = "TIME", value_parser = span, conflicts_with = "ids")]
    since: Option<i64>,
}

pub(super) async fn run(arguments: &Arguments, sources: &Sources) -> Result<ExitCode, Failure> {
    let app = sources.app().await?;
    let back = all_back(&worker(&app.services), arguments).await;
    app.services.store.close().await;
    let (back, stay) = back?;
    print(&format!("{back} put back, {stay} not.\n"))?;
    Ok(if stay == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Puts back what is named; how many are, and how many stay as they were.
async fn all_back(worker: &Worker, arguments: &Arguments) -> Result<(usize, usize), Failure> {
    let ids = if arguments.all { all(worker, arguments).await? } else { arguments.ids.clone() };
    let (mut back, mut stay) = (0, 0);
    for (kind, id) in ids {
        match put_back(worker, (kind, id)).await? {
            None => back += 1,
            Some(why) => {
                stay += 1;
                print(&format!("{}: {}\n", kind.encode(id), reason(&why)))?;
            }
        }
    }
    Ok((back, stay))
}

async fn all(worker: &Worker, arguments: &Arguments) -> Result<Vec<(Kind, Uuid)>, Failure> {
    let since = arguments.since.map(|span| worker.now().plus(-span));
    let found = dead(worker, &Filter { clinic_id: arguments.clinic, since }, MOST).await?;
    let deliveries = found.deliveries.iter().map(|dead| (Kind::Delivery, dead.id));
    Ok(deliveries.chain(found.reminders.iter().map(|aside| (Kind::Reminder, aside.id))).collect())
}

fn reason(why: &NotBack) -> String {
    match why {
        NotBack::Unknown => "there is no such reminder or delivery".to_owned(),
        NotBack::NotDead(status) => format!("it is not dead: {status}"),
        NotBack::TooLate(at) => format!("too late: it was of use until {at}"),
        NotBack::Superseded(at) => format!("too late: its reminder came due again at {at}"),
        NotBack::AtRest => "its reminder is paused or deleted".to_owned(),
        NotBack::Unreadable => "its row cannot be read; mend it in the database first".to_owned(),
    }
}
