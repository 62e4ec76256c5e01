//! Reading a calendar by its link.

use super::super::table::calendar_feed::{Column, Entity, Model as Feed};
use super::super::table::reminder;
use super::super::{Kind, Status};
use super::event::{About, add_rule, add_visit};
use super::lines::Lines;
use super::{word, zone};
use crate::access::{Door, Services};
use crate::account::{Target, attempt};
use crate::clinic::table::clinic;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::id;
use crate::library::Language;
use crate::patient::Chart;
use crate::patient::table::patient;
use crate::sealed::digest;
use crate::store::Tx;
use crate::visit;
use jiff::Timestamp;
use jiff::civil::{Time, date};
use jiff::tz::TimeZone;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveEnum, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A link may be read so often at once …
const BURST: i64 = 6;
/// … and once more every so many milliseconds.
const REFILL: i64 = 10_000;
/// Visits of so many milliseconds ago are still shown.
const PAST: i64 = 90 * 24 * 60 * 60_000;
/// The most visits that are shown.
const VISITS: u64 = 500;
/// The length of a token: 256 bits in base64.
const TOKEN: usize = 43;

/// A calendar as other programs read it.
#[derive(Clone)]
pub struct Calendar {
    /// An iCalendar object (RFC 5545).
    pub text: String,
    /// Another for every other text.
    pub tag: String,
}

impl std::fmt::Debug for Calendar {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Calendar").field("tag", &self.tag).finish_non_exhaustive()
    }
}

/// The calendar that the link with this token opens. `NotFound` where it was taken back, never was, or the patient's care has
/// ended; `RateLimited` after a few of those from one address, and where one link is read too often.
pub async fn read(door: &Door, token: &str) -> Result<Calendar> {
    let worker = door.worker();
    let tx = worker.write().await?;
    let find = Entity::find().filter(Column::TokenHash.eq(digest(token)));
    let feed = if token.len() == TOKEN { tx.locking(find).one(&tx).await? } else { None };
    let Some(feed) = feed else {
        drop(tx);
        attempt(door, Target::Link).await?;
        return Err(Error::NotFound);
    };
    let now = door.services().now();
    pace(&tx, &feed, now).await?;
    let found = match patient::Entity::find_by_id((feed.clinic_id, feed.patient_id)).one(&tx).await? {
        Some(patient) if patient.discharged_at.is_none() => {
            Ok(written(&tx, door.services(), &feed, patient, now).await?)
        }
        _ => Err(Error::NotFound),
    };
    tx.commit().await?;
    let text = found?;
    let tag = digest(&text).first_chunk().map(|bytes| Uuid::from_bytes(*bytes).simple().to_string());
    Ok(Calendar { text, tag: tag.ok_or(Error::Internal)? })
}

/// Counts one reading of a link.
async fn pace(tx: &Tx, feed: &Feed, now: Instant) -> Result<()> {
    // A clock that was set back frees nobody later than a full count would.
    let free_at = Ord::min(feed.free_at, now.plus(BURST * REFILL));
    let wait = free_at.0 - now.0 - (BURST - 1) * REFILL;
    if wait > 0 {
        let retry_after_seconds = u32::try_from((wait + 999) / 1_000).unwrap_or(u32::MAX);
        return Err(Error::RateLimited { retry_after_seconds });
    }
    Entity::update_many()
        .col_expr(Column::FreeAt, Expr::value(Ord::max(free_at, now).plus(REFILL)))
        .filter(Column::ClinicId.eq(feed.clinic_id))
        .filter(Column::Id.eq(feed.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// From the first day of last year until the last of the fifth to come: the same all year long, so that nothing changes in a
/// calendar whose reminders do not.
pub(super) fn span(now: Instant) -> (Timestamp, Timestamp) {
    let year = now.date_in(&TimeZone::UTC).0.year();
    let first = |year: i16| {
        let midnight = date(year, 1, 1).to_datetime(Time::MIN);
        TimeZone::UTC.to_timestamp(midnight).unwrap_or(now.timestamp())
    };
    (first(year - 1), first(year + 6))
}

async fn written(
    tx: &Tx,
    services: &Services,
    feed: &Feed,
    patient: patient::Model,
    now: Instant,
) -> Result<String> {
    let language = Language::of_tag(&patient.language).unwrap_or_default();
    let reminders = reminders(tx, feed).await?;
    let clinic = clinic::Entity::find_by_id(feed.clinic_id).one(tx).await?.ok_or(Error::Internal)?;
    let chart = Chart::by_link(services, &clinic, patient)?;
    let span = span(now);
    let mut lines = Lines::default();
    lines.add("BEGIN", "VCALENDAR");
    lines.add("VERSION", "2.0");
    lines.add("PRODID", "-//Plumbline//Reminders//EN");
    lines.add("CALSCALE", "GREGORIAN");
    lines.add_text("X-WR-CALNAME", word(language, "NAME"));
    lines.add("X-WR-TIMEZONE", &chart.row.time_zone);
    lines.add("REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
    lines.add("X-PUBLISHED-TTL", "PT1H");
    let zones: BTreeSet<&str> = reminders.iter().map(|row| row.time_zone.as_str()).collect();
    for name in zones {
        zone::add(&mut lines, name, span);
    }
    for row in &reminders {
        let title = row.title.as_ref().filter(|_| feed.include_titles);
        let title = title.map(|title| chart.unseal("reminder.title", row.id, title)).transpose()?;
        let kind = row.kind.to_value();
        let about = About {
            uid: id::Kind::Reminder.encode(row.id),
            sequence: i64::from(row.version),
            changed_at: row.changed_at,
            summary: title.as_deref().unwrap_or_else(|| word(language, &kind)),
        };
        add_rule(&mut lines, &about, (&row.rule, &row.time_zone), span);
    }
    for row in visits(tx, feed, now).await? {
        let about = About {
            uid: id::Kind::Visit.encode(row.id),
            sequence: row.change,
            changed_at: row.changed_at,
            summary: word(language, "VISIT"),
        };
        add_visit(&mut lines, &about, (row.starts_at, row.ends_at));
    }
    lines.add("END", "VCALENDAR");
    Ok(lines.into_text())
}

/// The reminders at work: those that the patient has set, and when a questionnaire is due. Visits stand for themselves.
async fn reminders(tx: &Tx, feed: &Feed) -> Result<Vec<reminder::Model>> {
    use reminder::{Column, Entity};
    let shown = Condition::any().add(Column::SubjectId.is_null()).add(Column::Kind.eq(Kind::Questionnaire));
    let find = Entity::find()
        .filter(Column::ClinicId.eq(feed.clinic_id))
        .filter(Column::PatientId.eq(feed.patient_id))
        .filter(Column::Status.eq(Status::Active))
        .filter(shown)
        .order_by_asc(Column::Id);
    super::super::readable::readable(tx, find).await
}

/// The visits to come and those of late, the next ones first where they are many.
async fn visits(tx: &Tx, feed: &Feed, now: Instant) -> Result<Vec<visit::table::Model>> {
    use visit::table::{Column, Entity};
    Ok(Entity::find()
        .filter(Column::ClinicId.eq(feed.clinic_id))
        .filter(Column::PatientId.eq(feed.patient_id))
        .filter(Column::Status.is_in([visit::Status::Scheduled, visit::Status::Done]))
        .filter(Column::StartsAt.gte(now.plus(-PAST)))
        .order_by_asc(Column::StartsAt)
        .order_by_asc(Column::Id)
        .limit(VISITS)
        .all(tx)
        .await?)
}
