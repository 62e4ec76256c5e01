//! An opened chart: the proof that who acts may see this patient.

use super::Patient;
use super::table::break_glass;
use super::table::patient::{ActiveModel, Column, Entity, Model};
use crate::access::{Person, Role, Scope, Services};
use crate::clinic::table::{care_team, clinic};
use crate::clock::{Day, Instant};
use crate::error::Result;
use crate::sealed::{DataKey, Place, Sealed};
use crate::store::Tx;
use jiff::tz::TimeZone;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, Set};
use uuid::Uuid;

/// A patient whom the scope may see, with the key of their sealed fields.
#[derive(Debug, Clone)]
pub(crate) struct Chart {
    pub(crate) row: Model,
    key: DataKey,
    /// Whether the patient is the one who acts.
    own: bool,
}

/// The patients whom the person of `scope` cares for: themselves, or those of their care teams who
/// let them see their record.
pub(crate) fn cared_for_by(scope: &Scope) -> Condition {
    in_clinic(scope).add(match scope.actor().person {
        Person::Patient(id) => Column::Id.eq(id),
        Person::Member(member_id) => {
            use care_team::{Column as Team, Entity};
            let teams = Query::select()
                .column(Team::PatientId)
                .from(Entity)
                .and_where(Expr::col((Entity, Team::ClinicId)).eq(scope.clinic_id()))
                .and_where(Expr::col((Entity, Team::MemberId)).eq(member_id))
                .to_owned();
            Column::Id.in_subquery(teams).and(Column::SharingEndedAt.is_null())
        }
    })
}

/// The patients whom the person of `scope` may see: whom they care for, and whom they have broken
/// the glass for.
pub(super) fn visible_to(scope: &Scope) -> Condition {
    use break_glass::{Column as Glass, Entity};
    let Person::Member(member_id) = scope.actor().person else { return cared_for_by(scope) };
    let opened = Query::select()
        .column(Glass::PatientId)
        .from(Entity)
        .and_where(Expr::col((Entity, Glass::ClinicId)).eq(scope.clinic_id()))
        .and_where(Expr::col((Entity, Glass::MemberId)).eq(member_id))
        .and_where(Expr::col((Entity, Glass::ExpiresAt)).gt(scope.services().now()))
        .to_owned();
    let opened = in_clinic(scope).add(Column::Id.in_subquery(opened));
    Condition::any().add(cared_for_by(scope)).add(opened)
}

fn in_clinic(scope: &Scope) -> Condition {
    Condition::all().add(Column::ClinicId.eq(scope.clinic_id()))
}

impl Chart {
    /// Opens the chart of `id`. `NotFound` when absent or not visible.
    pub(crate) async fn open(tx: &Tx, scope: &Scope, id: Uuid) -> Result<Self> {
        let row = Entity::find().filter(visible_to(scope)).filter(Column::Id.eq(id)).one(tx).await?;
        Self::of(scope, row.ok_or_else(|| scope.missed(id))?)
    }

    /// Opens the chart of a patient whom the person of `scope` cares for, and locks the patient's
    /// row, so that one write at a time raises the change counter. Broken glass lets nobody write:
    /// who could would stay, by joining the care team.
    pub(crate) async fn open_to_write(tx: &Tx, scope: &Scope, id: Uuid) -> Result<Self> {
        let find = Entity::find().filter(cared_for_by(scope)).filter(Column::Id.eq(id));
        Self::of(scope, tx.locking(find).one(tx).await?.ok_or_else(|| scope.missed(id))?)
    }

    /// Opens and locks the record of `id` to be handed out, kept or erased as a whole: the patient's
    /// own, or any of the clinic for its administrators.
    pub(crate) async fn open_record(tx: &Tx, scope: &Scope, id: Uuid) -> Result<Self> {
        let actor = scope.actor();
        if actor.role != Role::Administrator && actor.person != Person::Patient(id) {
            return Err(scope.forbid());
        }
        let find = Entity::find().filter(in_clinic(scope)).filter(Column::Id.eq(id));
        Self::of(scope, tx.locking(find).one(tx).await?.ok_or_else(|| scope.missed(id))?)
    }

    /// The chart of a row that was found among those visible to `scope`, which is noted as seen.
    pub(crate) fn of(scope: &Scope, row: Model) -> Result<Self> {
        scope.saw(row.id);
        let key = scope.clinic_key().unwrap_key(Self::key_place(&row), &row.data_key)?;
        let own = scope.actor().person == Person::Patient(row.id);
        Ok(Self { row, key, own })
    }

    /// The chart of a patient whose own link is followed: nobody acts.
    pub(crate) fn by_link(services: &Services, clinic: &clinic::Model, row: Model) -> Result<Self> {
        let key = clinic.key(&services.keys)?.unwrap_key(Self::key_place(&row), &row.data_key)?;
        Ok(Self { row, key, own: true })
    }

    /// The name of a row that was found among those visible to `scope`, opened only to be searched or sorted by.
    pub(crate) fn name_of(scope: &Scope, row: &Model) -> Result<String> {
        let key = scope.clinic_key().unwrap_key(Self::key_place(row), &row.data_key)?;
        key.open(Place::new("patient.name", row.clinic_id, row.id), &row.name)
    }

    fn key_place(row: &Model) -> Place {
        Place::new("patient.data_key", row.clinic_id, row.id)
    }

    /// Whether the patient is the one who acts.
    pub(crate) fn is_own(&self) -> bool {
        self.own
    }

    pub(crate) fn id(&self) -> Uuid {
        self.row.id
    }

    pub(crate) fn clinic_id(&self) -> Uuid {
        self.row.clinic_id
    }

    /// The zone of the patient's days.
    pub(crate) fn zone(&self) -> TimeZone {
        self.row.zone()
    }

    /// The patient's date at `now`.
    pub(crate) fn date_at(&self, now: Instant) -> Day {
        now.date_in(&self.zone())
    }

    /// Seals `text` for a row of this patient.
    pub(crate) fn seal(
        &self,
        scope: &Scope,
        column: &'static str,
        row_id: Uuid,
        text: &str,
    ) -> Result<Sealed> {
        let place = Place::new(column, self.row.clinic_id, row_id);
        self.key.seal(scope.services().random.as_ref(), place, text)
    }

    /// Opens a sealed text of a row of this patient.
    pub(crate) fn unseal(&self, column: &'static str, row_id: Uuid, sealed: &Sealed) -> Result<String> {
        self.key.open(Place::new(column, self.row.clinic_id, row_id), sealed)
    }

    /// A keyed hash of content, to tell a replay from other content under the same id.
    pub(crate) fn fingerprint(&self, label: &str, content: &str) -> Vec<u8> {
        self.key.index(label, content.as_bytes())
    }

    /// The patient's name.
    pub(crate) fn name(&self) -> Result<String> {
        self.unseal("patient.name", self.row.id, &self.row.name)
    }

    /// Raises the patient's change counter and answers its new value, the `change` of every row
    /// of this transaction. `activity` moves the time of last activity on.
    pub(crate) async fn raise(&mut self, tx: &Tx, activity: Option<Instant>) -> Result<i64> {
        self.row.change += 1;
        if let Some(at) = activity {
            self.row.last_activity_at = Ord::max(self.row.last_activity_at, at);
        }
        let update = ActiveModel {
            clinic_id: Set(self.row.clinic_id),
            id: Set(self.row.id),
            change: Set(self.row.change),
            last_activity_at: Set(self.row.last_activity_at),
            notices_stale_at: Set(Instant::default()),
            ..Default::default()
        };
        Entity::update_many()
            .set(update)
            .filter(Column::ClinicId.eq(self.row.clinic_id))
            .filter(Column::Id.eq(self.row.id))
            .exec(tx)
            .await?;
        Ok(self.row.change)
    }

    /// Notes since when signs of danger wait, or that they have been looked at.
    pub(crate) async fn set_danger(&mut self, tx: &Tx, since: Option<Instant>) -> Result<()> {
        self.row.danger_since = since;
        self.set(tx, Column::DangerSince, since).await
    }

    /// Notes since when signs of whatever concern wait, or that they have been looked at.
    pub(crate) async fn set_review(&mut self, tx: &Tx, since: Option<Instant>) -> Result<()> {
        self.row.review_since = since;
        self.set(tx, Column::ReviewSince, since).await
    }

    /// Notes since when a screen for signs of danger is due, or that it has been answered.
    pub(crate) async fn set_screen_due(&mut self, tx: &Tx, since: Option<Instant>) -> Result<()> {
        self.row.screen_due_since = since;
        self.set(tx, Column::ScreenDueSince, since).await
    }

    async fn set(&self, tx: &Tx, column: Column, since: Option<Instant>) -> Result<()> {
        Entity::update_many()
            .col_expr(column, Expr::value(since))
            .filter(Column::ClinicId.eq(self.row.clinic_id))
            .filter(Column::Id.eq(self.row.id))
            .exec(tx)
            .await?;
        Ok(())
    }

    /// Everything of the patient, opened.
    pub(crate) fn patient(&self) -> Result<Patient> {
        let row = &self.row;
        let open = |column, sealed: &Option<Sealed>| {
            sealed.as_ref().map(|sealed| self.unseal(column, row.id, sealed)).transpose()
        };
        Ok(Patient {
            id: row.id,
            name: self.name()?,
            birth_date: open("patient.birth_date", &row.birth_date)?.and_then(|text| text.parse().ok()),
            email: open("patient.email", &row.email)?,
            surgery_on: row.surgery_on,
            language: row.language.clone(),
            time_zone: row.time_zone.clone(),
            zone_policy: row.zone_policy,
            quiet_hours: row.quiet_start.clone().zip(row.quiet_end.clone()),
            muted: row.muted.0.clone(),
            emergency_country: row.emergency_country.clone(),
            has_account: row.account_id.is_some(),
            last_activity_at: row.last_activity_at,
            created_at: row.created_at,
            discharged_at: row.discharged_at,
            sharing_ended_at: row.sharing_ended_at,
            danger_since: row.danger_since,
            review_since: row.review_since,
            screen_due_since: row.screen_due_since,
        })
    }
}
