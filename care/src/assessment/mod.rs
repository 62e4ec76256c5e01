//! Assessment: what a therapist is told, sees and measures, the screens for signs of danger, by clinicians
//! and by patients at any time, and what has changed from one assessment to another.
//!
//! Offers of screens [`signs`] (what is asked), [`screen`] (which records the answers, holds the program and
//! raises an alert where they mean danger), [`screens`], [`get_screen`], [`resolve`], and [`Level`], [`Finding`]; of
//! assessments [`record`], [`void`], [`list`], [`get`], [`comparison`], [`range_of_motion_trend`], [`next_on`],
//! [`special_tests`]. The
//! rules are [`compare()`] by [`angle_rule`], and the score of `STarT Back` by [`cuts`]; of falls [`report_fall`],
//! [`falls`], [`get_fall`].

mod answers;
mod check;
mod compare;
mod content;
mod data;
mod fall;
mod falls;
mod list;
mod measure;
mod range_trend;
mod record;
mod red_flag;
#[cfg(test)]
mod red_flag_tests;
mod report_fall;
mod resolve;
mod risk;
mod screen;
mod screens;
mod spine;
pub(crate) mod table;
mod void;

pub use compare::{Compared, Measured, Verdict, compare};
pub use content::{Content, Diagnostic, DiagnosticTest, History, Posture, PostureFinding};
pub use data::{AngleRule, SpecialTest, angle_rule, cuts, special_tests};
pub use fall::{Fall, FallKind};
pub use falls::{falls, get_fall};
pub use list::{Comparison, comparison, get, list, next_on};
pub use measure::{
    BodyRegion, Direction, MuscleAction, NeurologicalResponse, NeurologicalSign, NeurologicalTest,
    RangeOfMotion, SpecialTestResult, Strength, TestOutcome,
};
pub use range_trend::{RangePoint, range_of_motion_trend};
pub use record::{NewAssessment, Recorded, record};
pub use red_flag::{Finding, Level, Sign, signs};
pub use report_fall::{NewFall, report_fall};
pub use resolve::resolve;
pub use risk::{Cuts, NewRisk, Risk, RiskLevel, StartBack};
pub use screen::{NewScreen, screen};
pub(crate) use screens::last_screened;
pub use screens::{Screen, get_screen, screens};
pub use void::void;

use crate::clock::{Day, Instant};
use crate::error::{Error, Result};
use crate::patient::Chart;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::Serialize;
use table::{assessment, red_flag_screen};
use uuid::Uuid;

/// When in the course of care an assessment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// At its beginning.
    Initial,
    /// On the way.
    Reassessment,
    /// At its end.
    Discharge,
}

/// An assessment.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// Its id.
    pub id: Uuid,
    /// When in the course of care it is.
    pub kind: Kind,
    /// The patient-local date of it.
    pub assessed_on: Day,
    /// When the next one is due.
    pub next_on: Option<Day>,
    /// What was told, seen and measured.
    pub content: Content,
    /// The screen for signs of danger that was part of it.
    pub screen: Option<Screen>,
    /// The therapist who recorded it.
    pub recorded_by: Uuid,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// When it was taken back as mistaken.
    pub voided_at: Option<Instant>,
    /// Why.
    pub void_reason: Option<String>,
}

impl Assessment {
    fn of(chart: &Chart, row: &assessment::Model, screen: Option<&red_flag_screen::Model>) -> Result<Self> {
        let content = chart.unseal("assessment.content", row.id, &row.content)?;
        let reason =
            row.void_reason.as_ref().map(|reason| chart.unseal("assessment.void_reason", row.id, reason));
        Ok(Self {
            id: row.id,
            kind: row.kind,
            assessed_on: row.assessed_on,
            next_on: row.next_on,
            content: serde_json::from_str(&content).map_err(|_| Error::Internal)?,
            screen: screen.map(|screen| Screen::of(chart, screen)).transpose()?,
            recorded_by: row.recorded_by,
            recorded_at: row.recorded_at,
            voided_at: row.voided_at,
            void_reason: reason.transpose()?,
        })
    }
}
