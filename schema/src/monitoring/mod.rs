//! Remote therapeutic monitoring: what of a month meets which count, with the records behind it.

mod change;

pub(crate) use change::MonitoringMutation;

use crate::context::scope;
use crate::error::raise;
use crate::id::encode;
use crate::library::RuleBasis;
use crate::scalar::{DateTime, LocalDate};
use async_graphql::{Context, Enum, ID, Result, SimpleObject};
use care::id::Kind;
use care::monitoring::{Amendment, Block, DataDay, Entry, Met, Month, Tally};
use uuid::Uuid;

/// What an entry of monitoring is about.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::monitoring::Kind")]
enum MonitoringEntryKind {
    /// Time of management.
    Management,
    /// A live contact with the patient.
    LiveContact,
    /// The set-up of the app and the education for it.
    Setup,
}

/// What time of management was spent on.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::monitoring::Activity")]
enum ManagementActivity {
    /// What the patient has recorded was looked at.
    DataReview,
    /// The program was planned or adapted.
    ProgramPlanning,
    /// The patient was written or talked to.
    Communication,
    /// The care was agreed with others.
    Coordination,
}

/// By what a live contact was held.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::monitoring::Medium")]
enum ContactMedium {
    /// By telephone.
    Phone,
    /// By video.
    Video,
}

/// What a member did in monitoring a patient. It is never edited; a mistaken one is voided.
#[derive(SimpleObject)]
pub(crate) struct MonitoringEntry {
    /// TypeID `monitoring_…`.
    id: ID,
    /// The patient.
    patient_id: ID,
    /// The member who did it.
    member_id: ID,
    /// What it is about.
    kind: MonitoringEntryKind,
    /// When it began.
    started_at: DateTime,
    /// When it ended; every time of management has an end.
    ended_at: Option<DateTime>,
    /// What time of management was spent on.
    activity: Option<ManagementActivity>,
    /// By what a live contact was held.
    medium: Option<ContactMedium>,
    /// What was noted.
    note: Option<String>,
    /// When it was voided; it counts no more then.
    voided_at: Option<DateTime>,
}

impl From<Entry> for MonitoringEntry {
    fn from(entry: Entry) -> Self {
        Self {
            id: encode(Kind::MonitoringEntry, entry.id),
            patient_id: encode(Kind::Patient, entry.patient_id),
            member_id: encode(Kind::Member, entry.member_id),
            kind: entry.kind.into(),
            started_at: entry.started_at.into(),
            ended_at: entry.ended_at.map(DateTime::from),
            activity: entry.activity.map(Into::into),
            medium: entry.medium.map(Into::into),
            note: entry.note,
            voided_at: entry.voided_at.map(DateTime::from),
        }
    }
}

/// A day with records that the patient made.
#[derive(SimpleObject)]
struct MonitoringDay {
    /// The patient-local date.
    date: LocalDate,
    /// The ids of those records.
    record_ids: Vec<ID>,
}

impl From<DataDay> for MonitoringDay {
    fn from(day: DataDay) -> Self {
        Self { date: day.date.into(), record_ids: day.records.into_iter().map(ID).collect() }
    }
}

/// A block of days on end; they follow each other from the first day with data.
#[derive(SimpleObject)]
struct MonitoringWindow {
    /// Its first patient-local date.
    first_date: LocalDate,
    /// Its last.
    last_date: LocalDate,
    /// Days with data in it, up to the end of the month.
    data_days: u32,
    /// The code whose count is met.
    code: Option<String>,
}

impl From<Block> for MonitoringWindow {
    fn from(block: Block) -> Self {
        Self {
            first_date: block.from.into(),
            last_date: block.to.into(),
            data_days: block.days,
            code: block.code,
        }
    }
}

/// A code whose count is met.
#[derive(SimpleObject)]
struct MonitoringCount {
    /// The code.
    code: String,
    /// How many times.
    times: u32,
}

impl From<Met> for MonitoringCount {
    fn from(met: Met) -> Self {
        Self { code: met.code, times: met.times }
    }
}

/// What a number counts.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::monitoring::Figure")]
enum MonitoringFigure {
    /// Whether a day has data: 1 or 0.
    DataDay,
    /// The days with data of a block, which its first day tells.
    WindowDays,
    /// Whole minutes of management.
    ManagementMinutes,
    /// Live contacts.
    LiveContacts,
    /// How many times the count of a code is met.
    Code,
}

/// A number, and the records behind it.
#[derive(SimpleObject)]
struct MonitoringTally {
    /// The number.
    count: u32,
    /// The ids of the records.
    record_ids: Vec<ID>,
}

impl From<Tally> for MonitoringTally {
    fn from(tally: Tally) -> Self {
        Self { count: tally.count, record_ids: tally.records.into_iter().map(ID).collect() }
    }
}

/// A number of a frozen month that is another now, since something was recorded late or voided.
#[derive(SimpleObject)]
struct MonitoringAmendment {
    /// What it counts.
    figure: MonitoringFigure,
    /// The day with data, or the first day of the block.
    date: Option<LocalDate>,
    /// The code.
    code: Option<String>,
    /// As it was frozen.
    frozen: MonitoringTally,
    /// As it is now.
    current: MonitoringTally,
}

impl From<Amendment> for MonitoringAmendment {
    fn from(amendment: Amendment) -> Self {
        Self {
            figure: amendment.figure.into(),
            date: amendment.date.map(LocalDate::from),
            code: amendment.code,
            frozen: amendment.frozen.into(),
            current: amendment.current.into(),
        }
    }
}

/// What of a calendar month on the patient's clock counts for remote therapeutic monitoring, as of the end of the
/// month; its numbers are frozen then. That a count is met says nothing of what may be claimed.
#[derive(SimpleObject)]
pub(crate) struct Monitoring {
    /// The first day of the month.
    month: LocalDate,
    /// When its numbers were frozen; until then they are counted anew each time.
    frozen_at: Option<DateTime>,
    /// Which of the frozen numbers is another now.
    amendments: Vec<MonitoringAmendment>,
    /// The days of the month with records that the patient made.
    data_days: Vec<MonitoringDay>,
    /// The blocks of 30 days that reach into the month.
    windows: Vec<MonitoringWindow>,
    /// What members did in the month, the voided too; always as of now.
    entries: Vec<MonitoringEntry>,
    /// Whole minutes of management.
    management_minutes: u32,
    /// Live contacts by telephone or video; without any, the minutes meet nothing.
    live_contacts: u32,
    /// What the minutes meet.
    counts: Vec<MonitoringCount>,
    /// The first set-up that was documented, by the end of the month.
    setup: Option<MonitoringEntry>,
    /// The code of the set-up, where its count is met; once.
    setup_code: Option<String>,
    /// Where the rules are from.
    basis: RuleBasis,
    /// Their source, or who is to review them.
    source: &'static str,
}

impl From<Month> for Monitoring {
    fn from(month: Month) -> Self {
        let (from, figures) = (month.from, month.figures);
        let days = figures.days.into_iter().filter(|day| day.date >= from);
        Self {
            month: from.into(),
            frozen_at: month.frozen_at.map(DateTime::from),
            amendments: month.amendments.into_iter().map(MonitoringAmendment::from).collect(),
            data_days: days.map(MonitoringDay::from).collect(),
            windows: figures.blocks.into_iter().map(MonitoringWindow::from).collect(),
            entries: month.entries.into_iter().map(MonitoringEntry::from).collect(),
            management_minutes: figures.minutes,
            live_contacts: u32::try_from(figures.contacts.len()).unwrap_or(u32::MAX),
            counts: figures.met.into_iter().map(MonitoringCount::from).collect(),
            setup: month.setup.map(MonitoringEntry::from),
            setup_code: figures.setup_code,
            basis: month.rules.basis.into(),
            source: month.rules.source.as_str(),
        }
    }
}

/// What counts of a month of a visible patient.
pub(crate) async fn month(context: &Context<'_>, patient_id: Uuid, month: LocalDate) -> Result<Monitoring> {
    let counted = care::monitoring::month(scope(context)?, patient_id, month.0).await;
    Ok(counted.map_err(raise)?.into())
}
