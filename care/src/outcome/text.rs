//! What a measure asks, in our own words or in those that a clinic is licensed to use.

use super::measure::Measure;
use super::table::measure_text::{Column, Entity};
use crate::access::Scope;
use crate::error::{Code, FieldError, Result, has_control};
use crate::library::Language;
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// Up to so many values an item is answered by options, each with its text; above, on a scale with named ends.
const MOST_OPTIONS: usize = 7;
/// The most characters of a text.
const LONGEST: usize = 1_000;

/// An option of an item: its text, or its text and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AnswerOption {
    /// Its text; its value follows from its place, the lowest first.
    Text(String),
    /// In whatever order they are shown.
    Valued {
        /// Its text.
        text: String,
        /// What the answer is then.
        value: i32,
    },
}

impl AnswerOption {
    fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Valued { text, .. } => text,
        }
    }
}

/// What an item asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemText {
    /// The question, or the statement.
    pub text: String,
    /// What the lowest value of a scale means.
    pub low: Option<String>,
    /// What the highest means.
    pub high: Option<String>,
    /// Its own options; those of the whole where it has none.
    #[serde(default)]
    pub options: Vec<AnswerOption>,
}

/// What a measure asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// What is said before the items.
    pub instruction: String,
    /// The options of every item that has none of its own.
    #[serde(default)]
    pub options: Vec<AnswerOption>,
    /// The items in their order. Where the patient names them, one speaks for all.
    pub item: Vec<ItemText>,
}

impl Text {
    /// The item of this number, counted from 1.
    pub fn item(&self, number: u8) -> Option<&ItemText> {
        self.item
            .get(usize::from(number).checked_sub(1)?)
            .or(self.item.first().filter(|_| self.item.len() == 1))
    }

    /// The options of the item of this number with their values, as they are shown; none where it has a scale.
    pub fn options(&self, measure: &Measure, number: u8) -> Vec<(i32, &str)> {
        let own = self.item(number).map_or(&[][..], |item| &item.options);
        let options = if own.is_empty() { &self.options } else { own };
        let values = measure.values(number).unwrap_or_default();
        let each = options.iter().enumerate().filter_map(|(at, option)| match option {
            AnswerOption::Text(text) => Some((*values.get(at)?, text.as_str())),
            AnswerOption::Valued { text, value } => Some((*value, text.as_str())),
        });
        each.collect()
    }

    /// What about it does not fit the measure.
    pub(super) fn faults(&self, measure: &Measure) -> Vec<FieldError> {
        let mut faults = Vec::new();
        let wanted = if measure.activities.is_some() { 1 } else { usize::from(measure.item_count()) };
        if self.item.len() != wanted {
            let message = format!("{} has {wanted} items; here are {}.", measure.key, self.item.len());
            faults.push(FieldError::new("item", Code::Mismatch, message));
        }
        faults.extend(text_fault("instruction", &self.instruction));
        for (number, item) in (1..=measure.item_count()).zip(&self.item) {
            let texts = [Some(&item.text), item.low.as_ref(), item.high.as_ref()];
            let texts = ["text", "low", "high"].into_iter().zip(texts);
            let of_item = texts.filter_map(|(field, text)| text_fault(field, text?));
            let all = of_item.chain(self.option_fault(measure, number));
            faults.extend(all.map(|fault| fault.under(number).under("item")));
        }
        faults
    }

    fn option_fault(&self, measure: &Measure, number: u8) -> Option<FieldError> {
        let values = measure.values(number).unwrap_or_default();
        let own = self.item(number).map_or(&[][..], |item| &item.options);
        let options = if own.is_empty() { &self.options } else { own };
        let fault = |code, message: String| Some(FieldError::new("options", code, message));
        // What has two values can be ticked or not, and a long scale has named ends.
        if options.is_empty() {
            let needed = values.len() > 2 && values.len() <= MOST_OPTIONS;
            let message = format!("Give the texts of its {} options.", values.len());
            return if needed { fault(Code::Required, message) } else { None };
        }
        if options.len() != values.len() {
            let message = format!("It has {} options; here are {}.", values.len(), options.len());
            return fault(Code::Mismatch, message);
        }
        let mut given: Vec<i32> = self.options(measure, number).into_iter().map(|(value, _)| value).collect();
        given.sort_unstable();
        if given != values {
            return fault(Code::Mismatch, format!("Their values are {values:?}; here they are {given:?}."));
        }
        options.iter().find_map(|option| text_fault("options", option.text()))
    }
}

fn text_fault(field: &str, text: &str) -> Option<FieldError> {
    let count = text.trim().chars().count();
    match count {
        0 => Some(FieldError::new(field, Code::Required, "Give a text.")),
        _ if count > LONGEST => Some(FieldError::new(field, Code::TooLong, "Give at most 1,000 characters.")),
        _ if has_control(text) => {
            Some(FieldError::new(field, Code::Malformed, "Give a text without tabs and line breaks."))
        }
        _ => None,
    }
}

/// The texts that a clinic is licensed to use, by measure and language.
#[derive(Debug, Clone, Default)]
pub struct ClinicTexts(HashMap<(String, String), Text>);

impl ClinicTexts {
    /// What this measure asks: in the language asked for, else in another that the clinic has.
    pub fn of(&self, measure: &Measure, language: Language) -> Option<&Text> {
        let own = measure.own_text(language);
        let in_language = |language: Language| self.0.get(&(measure.key.clone(), language.tag().to_owned()));
        own.or_else(|| in_language(language)).or_else(|| Language::ALL.into_iter().find_map(in_language))
    }
}

/// The texts of the clinic of who acts.
pub async fn clinic_texts(scope: &Scope) -> Result<ClinicTexts> {
    let tx = scope.read().await?;
    let rows = Entity::find().filter(Column::ClinicId.eq(scope.clinic_id())).all(tx.as_ref()).await?;
    Ok(ClinicTexts(rows.into_iter().map(|row| ((row.measure, row.language), row.texts.0)).collect()))
}

/// Whether there is a text by which this measure can be asked.
pub(super) async fn has_text(tx: &Tx, clinic_id: Uuid, measure: &Measure) -> Result<bool> {
    if !measure.licensed {
        return Ok(true);
    }
    let find =
        Entity::find().filter(Column::ClinicId.eq(clinic_id)).filter(Column::Measure.eq(&*measure.key));
    Ok(find.count(tx).await? > 0)
}
