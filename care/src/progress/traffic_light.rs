//! The pain rule: what the pain reported with a session says about it.

use super::SymptomResponse;
use crate::clinic::PainThresholds;
use crate::library::{Language, Translations, translations};
use jiff::{SignedDuration, Timestamp, ZonedDateTime};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::LazyLock;

static MESSAGES: LazyLock<Translations<HashMap<Reason, String>>> =
    LazyLock::new(|| translations!("traffic_light"));

/// What a rating of pain says by itself.
fn rated(thresholds: PainThresholds, pain: u8) -> Feedback {
    if pain <= thresholds.green_max {
        Feedback { light: Light::Green, reason: Reason::PainLow }
    } else if pain <= thresholds.amber_max {
        Feedback { light: Light::Amber, reason: Reason::PainModerate }
    } else {
        Feedback { light: Light::Red, reason: Reason::PainHigh }
    }
}

/// The concern a session's pain raises, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Light {
    /// Acceptable.
    Green,
    /// Go on with care.
    Amber,
    /// Too much: stop, and let a clinician look.
    Red,
}

/// What made the light what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reason {
    /// The pain of the session is low.
    PainLow,
    /// The pain of the session is moderate.
    PainModerate,
    /// The pain of the session is high.
    PainHigh,
    /// On the day after a session pain is worse than before it.
    WorseNextMorning,
    /// For longer than the flare's hours pain is worse than before the last session.
    #[serde(rename = "WORSE_OVER_24_HOURS")]
    WorseOver24Hours,
    /// Symptoms spread outward in the session.
    Peripheralized,
}

impl Reason {
    /// One sentence or two for the patient.
    pub fn message(self, language: Language) -> &'static str {
        MESSAGES.of(language).get(&self).map_or("", String::as_str)
    }
}

/// A light with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    /// The concern.
    pub light: Light,
    /// Why.
    pub reason: Reason,
}

/// A session before the one being judged that reported pain before exercising.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreviousSession {
    /// Its pain before exercising, 0 to 10.
    pub pain_before: u8,
    /// Patient-local dates from it to this session: 0 on the same day.
    pub days_since: i32,
    /// Time from it to this session.
    pub elapsed: SignedDuration,
}

impl PreviousSession {
    /// The session performed at `then` with `pain_before`, seen from one performed at `now`,
    /// which carries the patient's time zone.
    pub fn seen_from(now: &ZonedDateTime, then: Timestamp, pain_before: u8) -> Self {
        let then_there = then.to_zoned_datetime(now.time_zone().clone()).date();
        Self {
            pain_before,
            days_since: (now.date() - then_there).get_days(),
            elapsed: now.timestamp().duration_since(then),
        }
    }

    /// What it means that pain is `before` now, if it is worse.
    fn flare(self, thresholds: PainThresholds, before: u8) -> Option<Feedback> {
        let worse = before >= self.pain_before.saturating_add(thresholds.worse_by.max(1));
        if worse && self.elapsed > SignedDuration::from_hours(thresholds.flare_hours.into()) {
            Some(Feedback { light: Light::Red, reason: Reason::WorseOver24Hours })
        } else if worse && self.days_since > 0 {
            Some(Feedback { light: Light::Amber, reason: Reason::WorseNextMorning })
        } else {
            None
        }
    }
}

/// The light of a session, from the pain reported `during` its exercises, `before` and `after` it.
///
/// The level is that of the worst pain during and after. Pain before exercising is compared with
/// that before `previous` sessions: worse on a later day is amber, still worse after more than
/// the flare's hours is red. The gravest of all decides; between equals the comparison gives
/// the reason, because the level shows in the figures anyway.
///
/// None when there is nothing to judge by. Green is never inferred: when only the pain before
/// exercising was reported, it stands in for the level, but can raise concern only.
pub fn light(
    thresholds: &PainThresholds,
    during: impl Iterator<Item = u8>,
    before: Option<u8>,
    after: Option<u8>,
    previous: impl IntoIterator<Item = PreviousSession>,
) -> Option<Feedback> {
    let level = match during.chain(after).max() {
        Some(worst) => Some(rated(*thresholds, worst)),
        None => before.map(|pain| rated(*thresholds, pain)).filter(|feedback| feedback.light > Light::Green),
    };
    let flares = previous.into_iter().filter_map(|session| session.flare(*thresholds, before?));
    // Of two equal maxima the last is taken.
    level.into_iter().chain(flares).max_by_key(|feedback| feedback.light)
}

/// The light of a session whose pain gave `feedback`, in which symptoms responded so: where they spread
/// outward it is amber at least, and of equals this is the reason (the rule to stop when pain moves outward;
/// basis: published). That they drew back clears nobody.
pub fn with_symptoms(feedback: Option<Feedback>, response: Option<SymptomResponse>) -> Option<Feedback> {
    let outward = (response == Some(SymptomResponse::Peripheralized))
        .then_some(Feedback { light: Light::Amber, reason: Reason::Peripheralized });
    feedback.into_iter().chain(outward).max_by_key(|feedback| feedback.light)
}

#[cfg(test)]
#[path = "traffic_light_tests.rs"]
mod tests;
