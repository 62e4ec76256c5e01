//! Which notices there ought to be, read from the slices that they are about: a fixed number of statements however
//! many patients there are.

use super::super::recurrence::{End, Frequency, Rule};
use super::super::table::reminder::Model;
use super::super::{Kind, Status, ZoneMode};
use super::arrival::{self, Arrival, Told};
use super::{LATE_LIMIT, LEADS, MINUTE, QUESTIONNAIRE_AT, QUESTIONNAIRE_DAYS, id_of, minute_of, once};
use crate::clock::{Day, Instant};
use crate::error::Result;
use crate::patient::table::patient;
use crate::store::Tx;
use crate::{education, message, outcome, visit};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// A notice that there ought to be.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) id: Uuid,
    pub(super) kind: Kind,
    pub(super) subject_id: Uuid,
    pub(super) rule: Rule,
    pub(super) zone_mode: ZoneMode,
    pub(super) time_zone: String,
    pub(super) late_limit_minutes: i32,
}

/// What was read of these patients.
pub(super) struct Sources {
    /// Scheduled visits to come: patient, visit, when it starts, when it was scheduled.
    visits: Vec<(Uuid, Uuid, Instant, Instant)>,
    due: HashMap<Uuid, (Day, Uuid)>,
    arrivals: HashMap<(Kind, Uuid), Vec<Arrival>>,
}

/// Reads what these patients are to be told of. `known` are the notices that there are.
pub(super) async fn read(
    tx: &Tx,
    patients: &[patient::Model],
    known: &[Model],
    now: Instant,
) -> Result<Sources> {
    let clinics: BTreeSet<Uuid> = patients.iter().map(|patient| patient.clinic_id).collect();
    let ids: Vec<Uuid> = patients.iter().map(|patient| patient.id).collect();
    let visits = {
        use visit::table::{Column, Entity};
        Entity::find()
            .select_only()
            .columns([Column::PatientId, Column::Id, Column::StartsAt, Column::CreatedAt])
            .filter(Column::ClinicId.is_in(clinics.iter().copied()))
            .filter(Column::PatientId.is_in(ids.iter().copied()))
            .filter(Column::Status.eq(visit::Status::Scheduled))
            .filter(Column::StartsAt.gt(now))
            .into_tuple()
            .all(tx)
            .await?
    };
    let mut due = HashMap::new();
    let mut dates = BTreeMap::<Uuid, Vec<(Uuid, Day)>>::new();
    for patient in patients {
        dates.entry(patient.clinic_id).or_default().push((patient.id, now.date_in(&patient.zone())));
    }
    for (clinic_id, dates) in dates {
        due.extend(outcome::next_due_of_patients(tx, clinic_id, &dates).await?);
    }
    let mut arrivals = HashMap::new();
    for kind in [Kind::Message, Kind::Article] {
        let told: Vec<Uuid> =
            known.iter().filter(|row| row.kind == kind).filter_map(|row| row.subject_id).collect();
        let oldest = now.plus(-i64::from(LATE_LIMIT) * MINUTE);
        for (patient_id, arrival) in arrived(tx, kind, (&clinics, &ids), (&told, oldest)).await? {
            arrivals.entry((kind, patient_id)).or_insert_with(Vec::new).push(arrival);
        }
    }
    Ok(Sources { visits, due, arrivals })
}

/// What of this kind has arrived since `oldest` and is unread, and what was `told`; in its order.
async fn arrived(
    tx: &Tx,
    kind: Kind,
    (clinics, ids): (&BTreeSet<Uuid>, &[Uuid]),
    (told, oldest): (&[Uuid], Instant),
) -> Result<Vec<(Uuid, Arrival)>> {
    macro_rules! rows {
        ($table:path, $at:ident $(, $also:expr)?) => {{
            use $table::{Column, Entity};
            let news = Condition::all().add(Column::ReadAt.is_null()).add(Column::$at.gte(oldest));
            let wanted = Condition::any().add(news).add(Column::Id.is_in(told.iter().copied()));
            Entity::find()
                .select_only()
                .columns([Column::PatientId, Column::Id, Column::$at, Column::ReadAt])
                .filter(Column::ClinicId.is_in(clinics.iter().copied()))
                .filter(Column::PatientId.is_in(ids.iter().copied()))
                .filter(wanted)
                $(.filter($also(Column::MemberId)))?
                .into_tuple()
                .all(tx)
                .await?
        }};
    }
    let mut rows: Vec<(Uuid, Uuid, Option<Instant>, Option<Instant>)> = if kind == Kind::Message {
        rows!(message::table, SentAt, |member: message::table::Column| member.is_not_null())
    } else {
        rows!(education::table, AssignedAt)
    };
    rows.sort_unstable_by_key(|(_, id, at, _)| (*at, *id));
    let arrival = |(patient_id, id, at, read_at): (Uuid, Uuid, Option<Instant>, Option<Instant>)| {
        // What was taken back has not arrived.
        Some((patient_id, Arrival { at: at?, id, unread: read_at.is_none() }))
    };
    Ok(rows.into_iter().filter_map(arrival).collect())
}

impl Sources {
    /// The notices that are to be made or changed for this patient, and the ids of those that stay as they are.
    pub(super) fn of(
        &self,
        patient: &patient::Model,
        known: &[Model],
        now: Instant,
    ) -> (Vec<Wanted>, Vec<Uuid>) {
        let (mut wanted, mut stay) = (Vec::new(), Vec::new());
        // Whose care has ended is told nothing more.
        if patient.discharged_at.is_none() {
            self.of_visits(patient, known, now, (&mut wanted, &mut stay));
            self.of_questionnaires(patient, known, (&mut wanted, &mut stay));
        }
        for kind in [Kind::Message, Kind::Article] {
            let id = id_of(kind, patient.id);
            let row = known.iter().find(|row| row.id == id);
            stay.extend(row.map(|row| row.id));
            let told = row.and_then(|row| Some(Told { due_at: due_at(row)?, subject_id: row.subject_id? }));
            let arrivals = self.arrivals.get(&(kind, patient.id)).map_or(&[][..], Vec::as_slice);
            if let Some(told) = arrival::next(arrivals, told, now) {
                wanted.push(at_once(id, kind, told, LATE_LIMIT, patient));
            }
        }
        (wanted, stay)
    }

    fn of_visits(
        &self,
        patient: &patient::Model,
        known: &[Model],
        now: Instant,
        (wanted, stay): (&mut Vec<Wanted>, &mut Vec<Uuid>),
    ) {
        for (_, visit_id, starts_at, scheduled_at) in self.visits.iter().filter(|(id, ..)| *id == patient.id)
        {
            for lead in &LEADS {
                let (id, due) = (lead.id(*visit_id), lead.due_at(*starts_at));
                let row = known.iter().find(|row| row.id == id && row.status != Status::Deleted);
                if row.is_some_and(|row| due_at(row) == Some(due)) {
                    stay.push(id);
                } else if due >= minute_of(*scheduled_at)
                    && due.plus(i64::from(lead.late_limit) * MINUTE) > now
                {
                    let told = Told { due_at: due, subject_id: *visit_id };
                    wanted.push(at_once(id, Kind::Appointment, told, lead.late_limit, patient));
                }
            }
        }
    }

    fn of_questionnaires(
        &self,
        patient: &patient::Model,
        known: &[Model],
        (wanted, stay): (&mut Vec<Wanted>, &mut Vec<Uuid>),
    ) {
        let Some((due_on, subject_id)) = self.due.get(&patient.id) else { return };
        let rule = Rule {
            frequency: Frequency::Daily { every_days: 1 },
            times: vec![QUESTIONNAIRE_AT],
            start_on: due_on.0,
            end: End::Count(QUESTIONNAIRE_DAYS),
        };
        let id = id_of(Kind::Questionnaire, patient.id);
        let row = known.iter().find(|row| row.id == id && row.status != Status::Deleted);
        if row.is_some_and(|row| row.rule == rule) {
            stay.push(id);
            return;
        }
        wanted.push(Wanted {
            id,
            kind: Kind::Questionnaire,
            subject_id: *subject_id,
            rule,
            zone_mode: ZoneMode::Patient,
            time_zone: patient.time_zone.clone(),
            late_limit_minutes: LATE_LIMIT,
        });
    }

    /// When time alone makes it necessary to look at this patient again.
    pub(super) fn stale_at(&self, patient: &patient::Model, now: Instant) -> Instant {
        let zone = patient.zone();
        let due = self.due.get(&patient.id);
        due.map_or(Instant(i64::MAX), |(due_on, _)| {
            Ord::max(*due_on, now.date_in(&zone)).plus(1).begins_in(&zone)
        })
    }
}

/// A notice that goes out once.
fn at_once(id: Uuid, kind: Kind, told: Told, late_limit_minutes: i32, patient: &patient::Model) -> Wanted {
    let (rule, time_zone) = once(told.due_at, &patient.time_zone);
    let zone_mode = ZoneMode::Fixed;
    Wanted { id, kind, subject_id: told.subject_id, rule, zone_mode, time_zone, late_limit_minutes }
}

/// When a notice that goes out once comes, or came, due.
fn due_at(row: &Model) -> Option<Instant> {
    row.rule.next_after(&row.zone(), Timestamp::MIN).map(|only| only.due_at.into())
}
