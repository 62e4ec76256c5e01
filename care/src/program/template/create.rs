//! Writing a template or protocol of the clinic, or the next version of one.

use super::table::{ActiveModel, Column, Content as Stored, Entity, Model};
use super::{Blueprint, Template, blueprint, shipped};
use crate::access::Scope;
use crate::audit;
use crate::error::{Code, Error, FieldError, Result, has_control};
use crate::id::Kind;
use crate::library::table::Words;
use crate::library::{self, Language, condition};
use crate::program::check::Content;
use crate::program::{NewPhase, NewPrescription, Source};
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};
use uuid::Uuid;

/// A new template or protocol.
#[derive(Debug, Clone, Default)]
pub struct NewTemplate {
    /// Chosen by the client, or made here.
    pub id: Option<Uuid>,
    /// The template of the clinic whose next version this is; that one is archived.
    pub replaces: Option<Uuid>,
    /// What it is made from; from scratch when missing. What is given beside it stands instead.
    pub source: Option<Source>,
    /// Title, 1 to 200 characters; that of the template it is made from when empty.
    pub title: String,
    /// For whom it is, and how it goes: at most 1,000 characters.
    pub description: Option<String>,
    /// Whether it is a protocol: its phases count from the day of surgery.
    pub after_surgery: bool,
    /// Whose protocol it is, at most 200 characters.
    pub surgeon: Option<String>,
    /// Keys of the conditions it is for.
    pub conditions: Vec<String>,
    /// Its phases; those of the source when empty.
    pub phases: Vec<NewPhase>,
    /// 1 to 30 exercises; those of the source when empty.
    pub prescriptions: Vec<NewPrescription>,
}

/// Writes it; what it takes from a shipped one is in this language. The same id and content answer the same template; other content is a `Conflict`, and so is a
/// version that has been replaced already. Therapists only.
pub async fn create(scope: &Scope, input: NewTemplate, language: Language) -> Result<Template> {
    let created_by = scope.therapist_id()?;
    let id = input.id.unwrap_or_else(|| scope.services().new_id());
    let tx = scope.write().await?;
    let fingerprint = scope.clinic_key().index("program_template", format!("{input:?}").as_bytes());
    if let Some(known) = Entity::find_by_id((scope.clinic_id(), id)).one(&tx).await? {
        let same = known.fingerprint == fingerprint;
        return if same { Ok(known.into()) } else { Err(Error::Conflict("the id is taken")) };
    }
    if shipped::records().iter().any(|record| record.id() == id) {
        return Err(Error::Conflict("the id is taken"));
    }
    let plan = match input.source {
        Some(source) => blueprint(&tx, scope, source, (language, None)).await?,
        None => Blueprint::default(),
    };
    let plan = plan.with(&input.title, &input.phases, &input.prescriptions);
    check(&tx, scope, &input, &plan).await?;
    let (series_id, version) = match input.replaces {
        Some(replaced) => replace(&tx, scope, replaced).await?,
        None => (id, 1),
    };
    let row = Model {
        clinic_id: scope.clinic_id(),
        id,
        series_id,
        version,
        title: plan.title.trim().to_owned(),
        description: input.description,
        after_surgery: input.after_surgery,
        surgeon: input.surgeon,
        conditions: Words(input.conditions),
        content: Stored::of(&plan.phases, &plan.prescriptions),
        fingerprint,
        created_by,
        created_at: scope.services().now(),
        archived_at: None,
    };
    ActiveModel::from(row.clone()).reset_all().insert(&tx).await?;
    let object = (Kind::Template, id);
    audit::record(&tx, scope, audit::Entry { action: "template.create", patient_id: None, object }).await?;
    tx.commit().await?;
    Ok(row.into())
}

/// Archives the version that is replaced, under its lock; answers its series and the next number.
async fn replace(tx: &Tx, scope: &Scope, id: Uuid) -> Result<(Uuid, i32)> {
    let find = Entity::find().filter(Column::ClinicId.eq(scope.clinic_id())).filter(Column::Id.eq(id));
    let missing = || {
        let message = "Give a template of your clinic. A shipped one is the source of a new one instead.";
        Error::field("replaces", Code::NotFound, message)
    };
    let row = tx.locking(find).one(tx).await?.ok_or_else(missing)?;
    if row.archived_at.is_some() {
        return Err(Error::Conflict("a newer version has replaced it, or it was archived"));
    }
    let next = (row.series_id, row.version + 1);
    let mut row = row.into_active_model();
    row.archived_at = Set(Some(scope.services().now()));
    row.update(tx).await?;
    Ok(next)
}

async fn check(tx: &Tx, scope: &Scope, input: &NewTemplate, plan: &Blueprint) -> Result<()> {
    let (phases, prescriptions) = (plan.phases.as_slice(), plan.prescriptions.as_slice());
    Content { title: &plan.title, note: None, phases, prescriptions }.check()?;
    let mut faults = Vec::new();
    for (field, text, most) in [("description", &input.description, 1_000), ("surgeon", &input.surgeon, 200)]
    {
        if text.as_ref().is_some_and(|text| text.chars().count() > most || has_control(text)) {
            let message = format!("Give at most {most} characters, without control characters.");
            faults.push(FieldError::new(field, Code::TooLong, message));
        }
    }
    if input.conditions.len() > 12 {
        faults.push(FieldError::new("conditions", Code::TooMany, "Give at most 12 conditions."));
    }
    for (at, key) in input.conditions.iter().enumerate().take(12) {
        if condition(key).is_none() {
            let message = "Give the key of a condition of the library.";
            faults.push(FieldError::new(&at.to_string(), Code::NotFound, message).under("conditions"));
        }
    }
    let ids: Vec<_> = prescriptions.iter().map(|wanted| wanted.exercise_id).collect();
    let known = library::rows_by_ids(tx, scope.clinic_id(), &ids).await?;
    let unknown = ids.iter().enumerate().filter(|(_, id)| !known.contains_key(*id));
    faults.extend(unknown.map(|(at, _)| {
        let message = "Give an exercise of the library.";
        FieldError::new("exerciseId", Code::NotFound, message).under(at).under("prescriptions")
    }));
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}
