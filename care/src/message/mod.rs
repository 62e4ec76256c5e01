//! Messages: the one thread between a patient and their care team. What a patient writes is unread until
//! the first member of the team has read it; what a member writes, until the patient has.
//!
//! Offers [`send`], [`mark_read`], [`list`], [`get`], [`unread`], [`waiting`], and to the slices above
//! `unread_of_patients` and `unread_by_patient`.

mod list;
mod mark_read;
mod send;
pub(crate) mod table;
mod unread;
mod waiting;

pub use list::{get, list};
pub use mark_read::{Marked, mark_read};
pub use send::{NewMessage, send};
pub use unread::unread;
pub(crate) use unread::{unread_by_patient, unread_of_patients};
pub use waiting::{Waiting, waiting};

use crate::access::{Person, Scope};
use crate::clinic::Member;
use crate::clinic::table::member;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::collections::{BTreeSet, HashMap};
use table::Model;
use uuid::Uuid;

/// Who sent a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// The patient.
    Patient,
    /// This member of the care team.
    Member(Uuid),
}

/// A message, opened for those who may read it.
#[derive(Clone)]
pub struct Message {
    /// Its id.
    pub id: Uuid,
    /// The patient whose thread it belongs to.
    pub patient_id: Uuid,
    /// When it was sent.
    pub sent_at: Instant,
    /// What it says.
    pub text: String,
    /// Who sent it.
    pub sender: Sender,
    /// The name of who sent it.
    pub sender_name: String,
    /// When the other side read it.
    pub read_at: Option<Instant>,
    /// The member who read it first; none where the patient did, or nobody.
    pub read_by: Option<Uuid>,
    /// Whether who acts sent it.
    pub mine: bool,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Message")
    }
}

impl Message {
    fn of(scope: &Scope, chart: &Chart, row: &Model, names: &HashMap<Uuid, String>) -> Result<Self> {
        let (sender, person) = match row.member_id {
            None => (Sender::Patient, Person::Patient(chart.id())),
            Some(id) => (Sender::Member(id), Person::Member(id)),
        };
        let sender_name = match row.member_id {
            None => chart.name()?,
            Some(id) => names.get(&id).cloned().ok_or(Error::Internal)?,
        };
        Ok(Self {
            id: row.id,
            patient_id: row.patient_id,
            sent_at: row.sent_at,
            text: chart.unseal("message.text", row.id, &row.text)?,
            sender,
            sender_name,
            read_at: row.read_at,
            read_by: row.read_by,
            mine: scope.actor().person == person,
        })
    }
}

/// The messages of rows of this chart with who sent them: one statement however many they are.
async fn opened(tx: &Tx, scope: &Scope, chart: &Chart, rows: &[Model]) -> Result<Vec<Message>> {
    let ids: BTreeSet<Uuid> = rows.iter().filter_map(|row| row.member_id).collect();
    let mut names = HashMap::new();
    if !ids.is_empty() {
        let members = member::Entity::find()
            .filter(member::Column::ClinicId.eq(chart.clinic_id()))
            .filter(member::Column::Id.is_in(ids));
        for row in members.all(tx).await? {
            names.insert(row.id, Member::of(scope, &row)?.name);
        }
    }
    rows.iter().map(|row| Message::of(scope, chart, row, &names)).collect()
}

async fn opened_one(tx: &Tx, scope: &Scope, chart: &Chart, row: Model) -> Result<Message> {
    opened(tx, scope, chart, &[row]).await?.pop().ok_or(Error::Internal)
}
