//! The care team of a patient: who of the staff may see them.

use super::table::patient;
use super::{Chart, cared_for_by};
use crate::access::{Role, Scope};
use crate::account::{MailKind, tell};
use crate::audit;
use crate::clinic::Member;
use crate::clinic::table::{care_team, member};
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The most members of a care team.
const LARGEST_TEAM: usize = 20;

/// The care team of a visible patient, those who joined the clinic first first.
pub async fn care_team(scope: &Scope, patient_id: Uuid) -> Result<Vec<Member>> {
    let tx = scope.read().await?;
    Chart::open(&tx, scope, patient_id).await?;
    read(&tx, scope, patient_id).await
}

/// Makes these members the care team of a patient, from their next request on. A therapist of the
/// team does it, or an administrator, who need not be on it and sees nothing of the patient by it.
pub async fn assign(scope: &Scope, patient_id: Uuid, member_ids: &[Uuid]) -> Result<Vec<Member>> {
    let clinic_id = scope.clinic_id();
    let whose = match scope.actor().role {
        Role::Administrator => patient::Column::ClinicId.eq(clinic_id).into(),
        Role::Therapist => cared_for_by(scope),
        Role::Patient | Role::Assistant | Role::PrivacyOfficer => return Err(scope.forbid()),
    };
    let wanted: BTreeSet<_> = member_ids.iter().copied().collect();
    if wanted.len() > LARGEST_TEAM {
        let message = format!("Give at most {LARGEST_TEAM} members.");
        return Err(Error::field("memberIds", Code::TooMany, message));
    }
    let tx = scope.write().await?;
    let find = patient::Entity::find().filter(whose).filter(patient::Column::Id.eq(patient_id));
    tx.locking(find).one(&tx).await?.ok_or_else(|| scope.missed(patient_id))?;
    check(&tx, clinic_id, &wanted).await?;
    care_team::Entity::delete_many()
        .filter(care_team::Column::ClinicId.eq(clinic_id))
        .filter(care_team::Column::PatientId.eq(patient_id))
        .filter(care_team::Column::MemberId.is_not_in(wanted.iter().copied()))
        .exec(&tx)
        .await?;
    let there = ids_of(&tx, clinic_id, patient_id).await?;
    let joining: Vec<_> = wanted.difference(&there).map(|id| row(scope, patient_id, *id)).collect();
    if !joining.is_empty() {
        care_team::Entity::insert_many(joining).exec_without_returning(&tx).await?;
    }
    let object = (Kind::Patient, patient_id);
    let entry = audit::Entry { action: "care_team.assign", patient_id: Some(patient_id), object };
    audit::record(&tx, scope, entry).await?;
    let team = read(&tx, scope, patient_id).await?;
    tx.commit().await?;
    Ok(team)
}

fn row(scope: &Scope, patient_id: Uuid, member_id: Uuid) -> care_team::ActiveModel {
    care_team::ActiveModel {
        clinic_id: Set(scope.clinic_id()),
        patient_id: Set(patient_id),
        member_id: Set(member_id),
        since: Set(scope.services().now()),
    }
}

/// All of them work in the clinic, and one is a therapist: nobody else changes a plan.
async fn check(tx: &Tx, clinic_id: Uuid, wanted: &BTreeSet<Uuid>) -> Result<()> {
    let known = member::Entity::find()
        .filter(member::Column::ClinicId.eq(clinic_id))
        .filter(member::Column::Id.is_in(wanted.iter().copied()))
        .filter(member::Column::DisabledAt.is_null())
        .all(tx)
        .await?;
    if known.len() < wanted.len() {
        let message = "A member does not exist, or is not visible to you.";
        return Err(Error::field("memberIds", Code::NotFound, message));
    }
    if !known.iter().any(|member| member.role == Role::Therapist) {
        let message = "A care team has at least one therapist.";
        return Err(Error::field("memberIds", Code::NotAllowed, message));
    }
    Ok(())
}

/// Queues a mail to everybody of the patient's care team. `false` where no therapist is among them who can
/// see the patient.
pub(crate) async fn tell_team(tx: &Tx, scope: &Scope, chart: &Chart, kind: MailKind) -> Result<bool> {
    let ids = ids_of(tx, chart.clinic_id(), chart.id()).await?;
    let rows = member::Entity::find()
        .filter(member::Column::ClinicId.eq(chart.clinic_id()))
        .filter(member::Column::Id.is_in(ids))
        .filter(member::Column::DisabledAt.is_null())
        .all(tx)
        .await?;
    let shared = chart.row.sharing_ended_at.is_none();
    let mut therapist = false;
    for row in rows.into_iter().filter(|_| shared) {
        let Some(account_id) = row.account_id else { continue };
        tell(tx, scope.services(), account_id, kind).await?;
        therapist |= row.role == Role::Therapist;
    }
    Ok(therapist)
}

async fn ids_of(tx: &Tx, clinic_id: Uuid, patient_id: Uuid) -> Result<BTreeSet<Uuid>> {
    let rows = care_team::Entity::find()
        .filter(care_team::Column::ClinicId.eq(clinic_id))
        .filter(care_team::Column::PatientId.eq(patient_id))
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|row| row.member_id).collect())
}

async fn read(tx: &Tx, scope: &Scope, patient_id: Uuid) -> Result<Vec<Member>> {
    let ids = ids_of(tx, scope.clinic_id(), patient_id).await?;
    let rows = member::Entity::find()
        .filter(member::Column::ClinicId.eq(scope.clinic_id()))
        .filter(member::Column::Id.is_in(ids))
        .order_by_asc(member::Column::CreatedAt)
        .order_by_asc(member::Column::Id)
        .all(tx)
        .await?;
    rows.iter().map(|row| Member::of(scope, row)).collect()
}
