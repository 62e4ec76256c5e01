//! Recording a screen, and acting on it in the same transaction.

use super::answers::{Answers, asked};
use super::red_flag::signs;
use super::screens::Screen;
use super::table::red_flag_screen::Entity;
use crate::access::Scope;
use crate::error::{Code, Error, FieldError, Result};
use crate::patient::Chart;
use sea_orm::EntityTrait;
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

/// Records a screen of a visible patient by their therapist or assistant, or by the patient of
/// themselves. Where its signs mean danger, the program rests until a therapist has resolved it, and the
/// care team is told by mail, in the same transaction; what else is odd in the input is passed over then.
/// The same id and content answer the same screen; other content is a `Conflict`.
pub async fn screen(scope: &Scope, input: NewScreen) -> Result<Screen> {
    let patient_id = scope.concerned(input.patient_id)?;
    let by_patient = scope.actor().person.patient_id().is_some();
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, patient_id).await?;
    let (id, now) = (input.id.unwrap_or_else(|| scope.services().new_id()), scope.services().now());
    let told: BTreeSet<_> = input.signs.iter().filter(|key| is_asked(key, by_patient)).cloned().collect();
    let note: Option<String> = input.note.as_ref().map(|note| note.chars().take(LONGEST_NOTE).collect());
    let answers = Answers::of(&chart, chart.date_at(now), told, note)?;
    // What is odd beside a danger does not keep it from being heard.
    if !answers.is_urgent() {
        check(&input, by_patient)?;
    }
    if let Some(known) = Entity::find_by_id((chart.clinic_id(), id)).one(&tx).await? {
        if known.fingerprint != answers.fingerprint || known.patient_id != chart.id() {
            return Err(Error::Conflict("the id is taken"));
        }
        return Screen::of(&chart, &known);
    }
    let change = chart.raise(&tx, by_patient.then_some(now)).await?;
    let row = answers.write(&tx, scope, &mut chart, (id, change)).await?;
    asked(&tx, &mut chart).await?;
    tx.commit().await?;
    scope.announce(chart.id(), change);
    Screen::of(&chart, &row)
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
