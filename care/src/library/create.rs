//! Making an exercise of a clinic's own.

use super::data::Text;
use super::dose::Dose;
use super::list::visible;
use super::schedule::Schedule;
use super::table::{ActiveModel, Column, Entity, Model, OwnTexts, Words};
use super::{Exercise, Language, is_reserved};
use crate::access::Scope;
use crate::audit;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use crate::store::Tx;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

/// The most exercises of its own that a clinic lists: a list is read as a whole to be searched.
const MOST: u64 = 1_000;

/// An exercise of a clinic's own.
#[derive(Debug, Clone)]
pub struct NewExercise {
    /// Chosen by the client, or made here.
    pub id: Option<Uuid>,
    /// What patients read, in one language at least: a name of 1 to 200 characters, 1 to 20 steps of 1 to
    /// 500, all else at most 1,000 or empty.
    pub texts: Vec<(Language, Text)>,
    /// Keys of its categories, at least one.
    pub categories: Vec<String>,
    /// Its movement tags.
    pub tags: Vec<String>,
    /// What it takes.
    pub equipment: Vec<String>,
    /// Keys of the conditions that it is commonly used for.
    pub conditions: Vec<String>,
    /// The dose a new prescription starts with.
    pub default_dose: Dose,
    /// The schedule a new prescription starts with.
    pub default_schedule: Schedule,
}

/// Makes an exercise that the clinic of who acts alone sees. The same id and content answer the same
/// exercise; an id that is taken by anything else, whosever it is, is a `Conflict`. Therapists only.
pub async fn create(scope: &Scope, input: NewExercise) -> Result<Exercise> {
    scope.therapist_id()?;
    let content = format!("{input:?}");
    let tx = scope.write().await?;
    add(tx, scope, input, ("exercise.create", &content)).await
}

/// Adds the exercise, which was asked for by the action and in the words of `asked`.
pub(super) async fn add(
    tx: Tx,
    scope: &Scope,
    new: NewExercise,
    (action, asked): (&'static str, &str),
) -> Result<Exercise> {
    new.check()?;
    let row = row(scope, new, scope.clinic_key().index(action, asked.as_bytes()));
    if is_reserved(row.id) {
        return Err(Error::Conflict("the id is taken"));
    }
    let free = OnConflict::new().do_nothing().to_owned();
    let adding = Entity::insert(ActiveModel::from(row.clone()).reset_all()).on_conflict(free);
    if adding.exec_without_returning(&tx).await? == 0 {
        let known = visible(scope.clinic_id()).filter(Column::Id.eq(row.id)).one(&tx).await?;
        let known = known.filter(|known| known.fingerprint == row.fingerprint);
        return known.ok_or(Error::Conflict("the id is taken"));
    }
    let listed = Entity::find()
        .filter(Column::ClinicId.eq(scope.clinic_id()))
        .filter(Column::ArchivedAt.is_null())
        .count(&tx)
        .await?;
    if listed > MOST {
        let message = format!("A clinic has at most {MOST} exercises of its own: archive one first.");
        return Err(Error::field("id", Code::TooMany, message));
    }
    let entry = audit::Entry { action, patient_id: None, object: (Kind::Exercise, row.id) };
    audit::record(&tx, scope, entry).await?;
    tx.commit().await?;
    Ok(row)
}

fn row(scope: &Scope, new: NewExercise, fingerprint: Vec<u8>) -> Model {
    let services = scope.services();
    let id = new.id.unwrap_or_else(|| services.new_id());
    let texts = new.texts.into_iter().map(|(language, text)| (language, trimmed(&text)));
    Model {
        id,
        clinic_id: Some(scope.clinic_id()),
        key: Kind::Exercise.encode(id),
        number: 0,
        categories: Words(new.categories),
        tags: Words(new.tags),
        equipment: Words(new.equipment),
        conditions: Words(new.conditions),
        own_texts: Some(OwnTexts(texts.collect())),
        default_dose: new.default_dose,
        default_schedule: new.default_schedule,
        change: 1,
        archived_at: None,
        created_by: scope.actor().person.member_id(),
        created_at: Some(services.now()),
        fingerprint: Some(fingerprint),
    }
}

fn trimmed(text: &Text) -> Text {
    let trim = |piece: &String| piece.trim().to_owned();
    Text {
        name: trim(&text.name),
        preparation: trim(&text.preparation),
        steps: text.steps.iter().map(trim).collect(),
        form_cue: trim(&text.form_cue),
        breathing: trim(&text.breathing),
        safety: trim(&text.safety),
    }
}
