//! Recording a screen, and acting on it in the same transaction.

use super::red_flag::{Finding, Level, findings, signs};
use super::table::{ActiveModel, Column, Entity, Model};
use crate::access::{Role, Scope};
use crate::account::MailKind;
use crate::audit;
use crate::clinic::tell_administrators;
use crate::clock::{Day, Instant};
use crate::error::{Code, Error, FieldError, Result};
use crate::id::Kind;
use crate::page::{Cursor, Page, Request};
use crate::patient::{Chart, tell_team};
use crate::program::hold_for_safety;
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, Order, QueryFilter};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The most characters of a note.
const LONGEST_NOTE: usize = 2_000;

/// The answers to a screen.
#[derive(Clone)]
pub struct NewScreen {
    /// Chosen by the client, or made here.
    pub id: Option<Uuid>,
    /// The patient; who acts when missing.
    pub patient_id: Option<Uuid>,
    /// The keys of the signs that are there; none is an answer too.
    pub signs: Vec<String>,
    /// In the words of who answers, at most 2,000 characters.
    pub note: Option<String>,
}

impl std::fmt::Debug for NewScreen {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("NewScreen")
    }
}

/// A screen that was recorded, and what its signs point to.
#[derive(Clone)]
pub struct Screen {
    /// Its id.
    pub id: Uuid,
    /// When it was recorded.
    pub screened_at: Instant,
    /// The member who asked; none where the patient told of their own accord.
    pub member_id: Option<Uuid>,
    /// The keys of the signs that are there.
    pub signs: Vec<String>,
    /// In the words of who answered.
    pub note: Option<String>,
    /// What the signs point to, the gravest first. That there is nothing clears nobody.
    pub findings: Vec<Finding>,
    /// The country whose emergency number counts.
    pub emergency_country: String,
    /// When a therapist has looked at it.
    pub resolved_at: Option<Instant>,
    /// What they found and did.
    pub resolution: Option<String>,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Screen")
    }
}

impl Screen {
    /// The gravest level among the findings.
    pub fn level(&self) -> Option<Level> {
        self.findings.iter().map(|finding| finding.level).max()
    }

    fn of(chart: &Chart, row: &Model) -> Result<Self> {
        let text = chart.unseal("red_flag_screen.signs", row.id, &row.signs)?;
        let present: BTreeSet<String> = text.split_whitespace().map(str::to_owned).collect();
        let note = row.note.as_ref().map(|note| chart.unseal("red_flag_screen.note", row.id, note));
        Ok(Self {
            id: row.id,
            screened_at: row.screened_at,
            member_id: row.member_id,
            findings: findings(&present),
            signs: present.into_iter().collect(),
            note: note.transpose()?,
            emergency_country: chart.row.emergency_country.clone(),
            resolved_at: row.resolved_at,
            resolution: row
                .resolution
                .as_ref()
                .map(|text| chart.unseal("red_flag_screen.resolution", row.id, text))
                .transpose()?,
        })
    }
}

/// Records a screen of a visible patient by their therapist or assistant, or by the patient of
/// themselves. Where its signs mean danger, the program rests until a therapist has resolved it, and the
/// care team is told by mail, in the same transaction; what else is odd in the input is passed over then.
/// The same id and content answer the same screen; other content is a `Conflict`.
pub async fn screen(scope: &Scope, input: NewScreen) -> Result<Screen> {
    let own = scope.actor().person.patient_id();
    let patient_id = match (input.patient_id, own) {
        (Some(id), None) if matches!(scope.actor().role, Role::Therapist | Role::Assistant) => id,
        (None, Some(own)) => own,
        _ => return Err(scope.forbid()),
    };
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, patient_id).await?;
    let (id, now) = (input.id.unwrap_or_else(|| scope.services().new_id()), scope.services().now());
    let told: BTreeSet<_> = input.signs.iter().filter(|key| is_asked(key, own.is_some())).cloned().collect();
    let present = with_age(told.clone(), &chart, chart.date_at(now))?;
    let level = findings(&present).first().map(|finding| finding.level);
    let urgent = level.is_some_and(Level::holds);
    // What is odd beside a danger does not keep it from being heard.
    if !urgent {
        check(&input, own.is_some())?;
    }
    let note: Option<String> = input.note.map(|note| note.chars().take(LONGEST_NOTE).collect());
    let fingerprint = chart.fingerprint("red_flag_screen", &format!("{told:?} {note:?}"));
    if let Some(known) = Entity::find_by_id((chart.clinic_id(), id)).one(&tx).await? {
        if known.fingerprint != fingerprint || known.patient_id != chart.id() {
            return Err(Error::Conflict("the id is taken"));
        }
        return Screen::of(&chart, &known);
    }
    let text = present.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    let note = note.as_deref().map(|note| chart.seal(scope, "red_flag_screen.note", id, note));
    let row = Model {
        clinic_id: chart.clinic_id(),
        id,
        patient_id: chart.id(),
        signs: chart.seal(scope, "red_flag_screen.signs", id, &text)?,
        note: note.transpose()?,
        level,
        member_id: scope.actor().person.member_id(),
        screened_at: now,
        fingerprint,
        resolved_at: None,
        resolved_by: None,
        resolution: None,
    };
    ActiveModel::from(row.clone()).reset_all().insert(&tx).await?;
    let change = chart.raise(&tx, own.map(|_| now)).await?;
    if urgent {
        rest_and_tell(&tx, scope, &mut chart, change).await?;
    }
    let object = (Kind::RedFlagScreen, id);
    let entry = audit::Entry { action: "red_flag.screen", patient_id: Some(chart.id()), object };
    audit::record(&tx, scope, entry).await?;
    tx.commit().await?;
    scope.announce(chart.id(), change);
    Screen::of(&chart, &row)
}

/// Lets every program rest, and tells those who can act.
async fn rest_and_tell(tx: &Tx, scope: &Scope, chart: &mut Chart, change: i64) -> Result<()> {
    let since = chart.row.danger_since.unwrap_or_else(|| scope.services().now());
    chart.set_danger(tx, Some(since)).await?;
    hold_for_safety(tx, scope, chart, change).await?;
    if !tell_team(tx, scope, chart, MailKind::RedFlags).await? {
        tracing::warn!(patient = %chart.id(), "signs of danger, and no therapist of the care team to tell");
        tell_administrators(tx, scope, MailKind::RedFlagsUnattended).await?;
    }
    Ok(())
}

/// Whether there is such a sign, and who answers can tell.
fn is_asked(key: &str, by_patient: bool) -> bool {
    signs().iter().any(|sign| sign.key == key && !(sign.clinic && by_patient))
}

fn check(input: &NewScreen, by_patient: bool) -> Result<()> {
    let mut faults = Vec::new();
    if input.signs.len() > signs().len() {
        faults.push(FieldError::new("signs", Code::TooMany, "Give each sign once."));
    }
    for (at, key) in input.signs.iter().enumerate().take(signs().len()) {
        if !is_asked(key, by_patient) {
            let message = "Give a key of redFlagSigns.";
            faults.push(FieldError::new(&at.to_string(), Code::NotFound, message).under("signs"));
        }
    }
    if input.note.as_ref().is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
        faults.push(FieldError::new("note", Code::TooLong, "Give at most 2,000 characters."));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// The signs, with those of age where the birth date says so.
fn with_age(mut present: BTreeSet<String>, chart: &Chart, today: Day) -> Result<BTreeSet<String>> {
    if let Some(born) = chart.patient()?.birth_date {
        for (years, sign) in [(45, "age-over-45"), (70, "age-over-70")] {
            if born.years_until(today) > years {
                present.insert(sign.to_owned());
            }
        }
    }
    Ok(present)
}

/// One page of the screens of a visible patient, newest first.
pub async fn screens(scope: &Scope, patient_id: Uuid, request: &Request) -> Result<Page<Screen>> {
    let window = request.check("redFlagScreens")?;
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let find = Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()));
    let rows = window.select(find, (Column::ScreenedAt, Column::Id), &Order::Desc).all(tx.as_ref()).await?;
    let entries = rows
        .iter()
        .map(|row| Ok((Cursor { key: row.screened_at.0, id: row.id }, Screen::of(&chart, row)?)))
        .collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(&window, entries, None))
}
