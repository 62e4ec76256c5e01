//! Taking in the text of a measure that a clinic is licensed to use.

use super::measure::measure;
use super::table::measure_text::{ActiveModel, Column, Entity, Model, Texts};
use super::text::{AnswerOption, ItemText, Text};
use crate::access::Worker;
use crate::audit;
use crate::clinic::table::clinic;
use crate::error::{Code, Error, FieldError, Result};
use crate::id::Kind;
use crate::library::Language;
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde::Deserialize;
use uuid::Uuid;

/// The text of a measure in one language, as a file has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClinicText {
    measure: String,
    /// A BCP 47 tag.
    language: String,
    instruction: String,
    #[serde(default)]
    options: Vec<AnswerOption>,
    item: Vec<ItemText>,
}

/// What an import came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// The clinic that has the text now.
    pub clinic_id: Uuid,
    /// The key of the measure.
    pub measure: &'static str,
    /// The language of the text.
    pub language: Language,
    /// Whether anything is other than before.
    pub changed: bool,
}

impl ClinicText {
    /// The text in a file: JSON where it begins with a brace, else TOML. `Invalid` tells the place of the first
    /// fault of form.
    pub fn parse(file: &str) -> Result<Self> {
        let parsed = if file.trim_start().starts_with('{') {
            serde_json::from_str(file).map_err(|error| error.to_string())
        } else {
            toml::from_str(file).map_err(|error| error.to_string())
        };
        parsed.map_err(|error| Error::field("file", Code::Malformed, error))
    }
}

/// Takes in a text for a clinic: of this id, or the only one. `Invalid` names every fault of the text; nothing is
/// changed then. The same text again changes nothing, another one takes its place.
pub async fn import(worker: &Worker, clinic_id: Option<Uuid>, text: ClinicText) -> Result<Imported> {
    let (measure, language) = (measure(&text.measure), Language::of_tag(&text.language));
    let mut faults = Vec::new();
    let mut fault = |field, code, message: &str| faults.push(FieldError::new(field, code, message));
    match measure {
        None => fault(
            "measure",
            Code::NotFound,
            "Give the key of a measure: odi, ndi, rmdq-24, start-back, srs-22r.",
        ),
        Some(measure) if !measure.licensed => {
            fault("measure", Code::NotAllowed, "Plumbline has words of its own for this measure.");
        }
        Some(_) => {}
    }
    if language.is_none() {
        fault("language", Code::NotFound, "Give a language that Plumbline speaks: en, es.");
    }
    let texts = Text { instruction: text.instruction, options: text.options, item: text.item };
    faults.extend(
        measure.filter(|measure| measure.licensed).into_iter().flat_map(|measure| texts.faults(measure)),
    );
    let (Some(measure), Some(language), true) = (measure, language, faults.is_empty()) else {
        return Err(Error::Invalid(faults));
    };
    let tx = worker.write().await?;
    let clinic_id = find_clinic(&tx, clinic_id).await?;
    let known = Entity::find()
        .filter(Column::ClinicId.eq(clinic_id))
        .filter(Column::Measure.eq(&*measure.key))
        .filter(Column::Language.eq(language.tag()))
        .one(&tx)
        .await?;
    let imported = |changed| Imported { clinic_id, measure: &measure.key, language, changed };
    if known.as_ref().is_some_and(|row| row.texts.0 == texts) {
        return Ok(imported(false));
    }
    write(&tx, worker, known, (clinic_id, &measure.key, language), Texts(texts)).await?;
    let object = (Kind::Clinic, clinic_id);
    let entry = audit::Entry { action: "measure.import", patient_id: None, object };
    audit::record_by_worker(&tx, worker.services(), clinic_id, entry).await?;
    tx.commit().await?;
    Ok(imported(true))
}

async fn find_clinic(tx: &Tx, named: Option<Uuid>) -> Result<Uuid> {
    let mut find = clinic::Entity::find();
    if let Some(id) = named {
        find = find.filter(clinic::Column::Id.eq(id));
    }
    let found = find.limit(2).all(tx).await?;
    match found.as_slice() {
        [clinic] => Ok(clinic.id),
        [] => Err(Error::field("clinic", Code::NotFound, "There is no such clinic.")),
        _ => Err(Error::field("clinic", Code::Required, "There are several clinics. Name one by --clinic.")),
    }
}

async fn write(
    tx: &Tx,
    worker: &Worker,
    known: Option<Model>,
    (clinic_id, measure, language): (Uuid, &str, Language),
    texts: Texts,
) -> Result<()> {
    let imported_at = worker.services().now();
    if let Some(row) = known {
        let row = Model { texts, imported_at, ..row };
        row.into_active_model().reset_all().update(tx).await?;
        return Ok(());
    }
    let row = Model {
        clinic_id,
        id: worker.services().new_id(),
        measure: measure.to_owned(),
        language: language.tag().to_owned(),
        texts,
        imported_at,
    };
    ActiveModel::from(row).reset_all().insert(tx).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOML: &str = "measure = \"odi\"\nlanguage = \"en-GB\"\ninstruction = \"Begin.\"\n[[item]]\ntext = \"One\"\noptions = [\"a\", { text = \"b\", value = 0 }]";

    /// The faults of nine items for `STarT Back` with these options of the ninth.
    fn faults(ninth: &[AnswerOption]) -> Vec<String> {
        let item = |number| ItemText {
            text: "Item".to_owned(),
            low: None,
            high: None,
            options: if number == 9 { ninth.to_vec() } else { Vec::new() },
        };
        let text =
            Text { instruction: "Begin.".to_owned(), options: Vec::new(), item: (1..=9).map(item).collect() };
        text.faults(measure("start-back").unwrap()).into_iter().map(|fault| fault.path.join(".")).collect()
    }

    #[test]
    fn a_file_is_toml_or_json_and_has_no_more_than_it_may() {
        let toml = ClinicText::parse(TOML).unwrap();
        let json = r#"{"measure": "odi", "language": "en-GB", "instruction": "Begin.",
            "item": [{"text": "One", "options": ["a", {"text": "b", "value": 0}]}]}"#;
        assert_eq!(ClinicText::parse(json).unwrap(), toml);
        for wrong in ["", "{", "measure = 1", &format!("{TOML}\nname = \"x\""), &format!("extra = 1\n{TOML}")]
        {
            assert!(ClinicText::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn options_are_as_many_and_as_much_as_the_values() {
        let plain = |count: usize| vec![AnswerOption::Text("An option".to_owned()); count];
        let valued = |values: &[i32]| -> Vec<_> {
            let text = "An option".to_owned();
            values.iter().map(|value| AnswerOption::Valued { text: text.clone(), value: *value }).collect()
        };
        assert_eq!(faults(&plain(5)), [""; 0]);
        assert_eq!(faults(&valued(&[1, 1, 0, 0, 0])), [""; 0]);
        for wrong in [plain(0), plain(4), plain(6), valued(&[0, 1, 2, 3, 4]), valued(&[0, 0, 0, 0, 1])] {
            assert_eq!(faults(&wrong), ["item.9.options"], "{wrong:?}");
        }
        let blank = AnswerOption::Text(" ".to_owned());
        assert_eq!(faults(&[plain(4), vec![blank]].concat()), ["item.9.options"]);
    }
}
