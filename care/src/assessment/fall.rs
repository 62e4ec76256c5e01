//! Falls, and what is advised after one.

use super::table::fall_report::Model;
use crate::clock::{Day, Instant};
use crate::error::Result;
use crate::library::{Language, Translations, translations};
use crate::patient::Chart;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::LazyLock;
use uuid::Uuid;

/// Whether it came to a fall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FallKind {
    /// The patient fell.
    Fall,
    /// The patient nearly fell.
    NearFall,
}

/// A fall that was reported.
#[derive(Clone)]
pub struct Fall {
    /// Its id.
    pub id: Uuid,
    /// Whether it came to a fall.
    pub kind: FallKind,
    /// When it happened.
    pub happened_at: Instant,
    /// The patient-local date of it.
    pub local_date: Day,
    /// Whether the patient is injured, if that was told.
    pub injured: Option<bool>,
    /// In the words of who reported it.
    pub note: Option<String>,
    /// The member who reported it; none where the patient did.
    pub recorded_by: Option<Uuid>,
    /// When it was reported.
    pub recorded_at: Instant,
    /// Whether signs of danger wait for a therapist to look at them.
    pub danger: bool,
    /// The country whose emergency number counts.
    pub emergency_country: String,
}

impl std::fmt::Debug for Fall {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Fall")
    }
}

impl Fall {
    pub(super) fn of(chart: &Chart, row: &Model) -> Result<Self> {
        let note = row.note.as_ref().map(|note| chart.unseal("fall_report.note", row.id, note));
        Ok(Self {
            id: row.id,
            kind: row.kind,
            happened_at: row.happened_at,
            local_date: row.local_date,
            injured: row.injured,
            note: note.transpose()?,
            recorded_by: row.recorded_by,
            recorded_at: row.recorded_at,
            danger: chart.row.danger_since.is_some(),
            emergency_country: chart.row.emergency_country.clone(),
        })
    }

    /// What is advised, with the number to call where it is needed.
    pub fn advice(&self, language: Language, number: &str) -> String {
        let key = match (self.kind, self.injured == Some(true)) {
            (FallKind::Fall, false) => "FALL",
            (FallKind::Fall, true) => "INJURED",
            (FallKind::NearFall, false) => "NEAR_FALL",
            (FallKind::NearFall, true) => "NEAR_FALL_INJURED",
        };
        ADVICE.of(language).get(key).map_or(String::new(), |text| text.replace("{number}", number))
    }

    /// Whether the number to call belongs beside it: after a fall or an injury, and while signs of danger wait.
    pub fn may_be_emergency(&self) -> bool {
        self.kind == FallKind::Fall || self.injured == Some(true) || self.danger
    }
}

static ADVICE: LazyLock<Translations<HashMap<String, String>>> = LazyLock::new(|| translations!("falls"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_advice_is_there_in_each_language_and_names_the_number_where_it_may_be_needed() {
        for language in Language::ALL {
            assert_eq!(ADVICE.of(language).len(), 4, "{language:?}");
            for (kind, injured) in [
                (FallKind::Fall, None),
                (FallKind::Fall, Some(true)),
                (FallKind::NearFall, Some(false)),
                (FallKind::NearFall, Some(true)),
            ] {
                let fall = Fall {
                    id: Uuid::nil(),
                    kind,
                    happened_at: Instant(0),
                    local_date: "2026-06-15".parse().unwrap(),
                    injured,
                    note: None,
                    recorded_by: None,
                    recorded_at: Instant(0),
                    danger: false,
                    emergency_country: "US".to_owned(),
                };
                let advice = fall.advice(language, "911");
                assert!(advice.ends_with('.'), "{language:?} {kind:?} {injured:?}");
                assert_eq!(advice.contains("911"), fall.may_be_emergency(), "{advice}");
            }
        }
    }
}
