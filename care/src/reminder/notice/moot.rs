//! What has become of what a notice is about, asked when the notice fires.

use super::super::decide::Facts;
use super::super::table::reminder::Model;
use super::super::{DeliveryStatus, Kind};
use super::{LEADS, TOGETHER};
use crate::clock::{Day, Instant};
use crate::error::Result;
use crate::store::Tx;
use crate::{education, message, outcome, visit};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// How the subjects of some notices stand. Nothing is known of the subjects of others.
#[derive(Debug, Default)]
pub(in super::super) struct Subjects {
    visits: HashMap<Uuid, (visit::Status, Instant)>,
    /// When what is unread arrived, by kind and patient.
    unread: HashMap<(Kind, Uuid), Vec<Instant>>,
    /// The dates on which what is not answered fell due, by patient.
    due: HashMap<Uuid, Vec<Day>>,
    asked: bool,
}

impl Subjects {
    /// Asks how the subjects of those of `rows` stand that have one: a statement for each kind among them.
    pub(in super::super) async fn of<'a>(
        tx: &Tx,
        rows: impl Iterator<Item = &'a Model>,
        facts: &HashMap<(Uuid, Uuid), Facts>,
        now: Instant,
    ) -> Result<Self> {
        let notices: Vec<&Model> = rows.filter(|row| row.subject_id.is_some()).collect();
        let of_kind = |kind: Kind| notices.iter().filter(move |row| row.kind == kind);
        let clinics: BTreeSet<Uuid> = notices.iter().map(|row| row.clinic_id).collect();
        let mut subjects = Self { asked: !notices.is_empty(), ..Self::default() };
        let ids: Vec<Uuid> = of_kind(Kind::Appointment).filter_map(|row| row.subject_id).collect();
        if !ids.is_empty() {
            subjects.visits = visits(tx, &clinics, ids).await?;
        }
        for kind in [Kind::Message, Kind::Article] {
            let ids: Vec<Uuid> = of_kind(kind).map(|row| row.patient_id).collect();
            if ids.is_empty() {
                continue;
            }
            for (patient_id, at) in unread(tx, kind, &clinics, ids).await? {
                subjects.unread.entry((kind, patient_id)).or_default().extend(at);
            }
        }
        let mut asked = BTreeMap::<Uuid, Vec<(Uuid, Day)>>::new();
        for row in of_kind(Kind::Questionnaire) {
            let Some(facts) = facts.get(&(row.clinic_id, row.patient_id)) else { continue };
            asked.entry(row.clinic_id).or_default().push((row.patient_id, now.date_in(&facts.zone)));
        }
        for (clinic_id, asked) in asked {
            for (id, due) in outcome::due_of_patients(tx, clinic_id, &asked).await? {
                subjects.due.insert(id, due.into_iter().map(|due| due.due_on).collect());
            }
        }
        Ok(subjects)
    }

    /// Why a notice for `date`, due at `due_at`, has nothing left to tell at `now`; none where it has.
    pub(in super::super) fn moot(
        &self,
        row: &Model,
        (date, due_at): (Day, Instant),
        now: Instant,
    ) -> Option<DeliveryStatus> {
        let subject_id = row.subject_id.filter(|_| self.asked)?;
        let still = match row.kind {
            Kind::Appointment => {
                let (status, starts_at) = self.visits.get(&subject_id).copied()?;
                let lead = LEADS.iter().find(|lead| lead.id(subject_id) == row.id)?;
                if status != visit::Status::Scheduled || lead.due_at(starts_at) != due_at {
                    return Some(DeliveryStatus::Canceled);
                }
                return (starts_at <= now).then_some(DeliveryStatus::Expired);
            }
            Kind::Message | Kind::Article => {
                let unread = self.unread.get(&(row.kind, row.patient_id));
                unread.is_some_and(|unread| unread.iter().any(|at| *at >= due_at.plus(-TOGETHER)))
            }
            Kind::Questionnaire => {
                let lately = |day: &Day| *day == date || *day == date.plus(-1);
                self.due.get(&row.patient_id).is_some_and(|due| due.iter().any(lately))
            }
            Kind::Exercise | Kind::Posture | Kind::CheckIn | Kind::Other => true,
        };
        (!still).then_some(DeliveryStatus::SkippedDone)
    }
}

async fn visits(
    tx: &Tx,
    clinics: &BTreeSet<Uuid>,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, (visit::Status, Instant)>> {
    use visit::table::{Column, Entity};
    let rows: Vec<(Uuid, visit::Status, Instant)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Status, Column::StartsAt])
        .filter(Column::ClinicId.is_in(clinics.iter().copied()))
        .filter(Column::Id.is_in(ids))
        .into_tuple()
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|(id, status, starts_at)| (id, (status, starts_at))).collect())
}

async fn unread(
    tx: &Tx,
    kind: Kind,
    clinics: &BTreeSet<Uuid>,
    ids: Vec<Uuid>,
) -> Result<Vec<(Uuid, Option<Instant>)>> {
    macro_rules! unread {
        ($table:path, $at:ident, $given:ident) => {{
            use $table::{Column, Entity};
            Entity::find()
                .select_only()
                .columns([Column::PatientId, Column::$at])
                .filter(Column::ClinicId.is_in(clinics.iter().copied()))
                .filter(Column::PatientId.is_in(ids))
                .filter(Column::ReadAt.is_null())
                .filter(Column::$given.is_not_null())
                .into_tuple()
                .all(tx)
                .await?
        }};
    }
    Ok(if kind == Kind::Message {
        unread!(message::table, SentAt, MemberId)
    } else {
        unread!(education::table, AssignedAt, AssignedAt)
    })
}
