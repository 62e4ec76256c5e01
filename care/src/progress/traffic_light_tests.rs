use super::*;
use proptest::prelude::*;
use serde_json::json;

const DEFAULTS: PainThresholds = PainThresholds { green_max: 3, amber_max: 5, worse_by: 1, flare_hours: 24 };

#[allow(clippy::unnecessary_wraps, reason = "compared with the answer of light")]
fn feedback(light: Light, reason: Reason) -> Option<Feedback> {
    Some(Feedback { light, reason })
}

#[allow(clippy::unnecessary_wraps, reason = "an argument of light")]
fn earlier(pain_before: u8, days_since: i32, hours: i64) -> Option<PreviousSession> {
    Some(PreviousSession { pain_before, days_since, elapsed: SignedDuration::from_hours(hours) })
}

/// The light of a session with one exercise's pain, compared with a previous session.
fn compared(during: u8, before: u8, previous: Option<PreviousSession>) -> Option<Feedback> {
    light(&DEFAULTS, [during].into_iter(), Some(before), None, previous)
}

#[test]
fn the_defaults_are_the_published_ones() {
    assert_eq!(PainThresholds::default(), DEFAULTS);
    assert_eq!(DEFAULTS.check(), Ok(()));
}

#[test]
fn the_level_is_the_worst_pain_during_and_after() {
    let cases = [
        (0, Light::Green, Reason::PainLow),
        (3, Light::Green, Reason::PainLow),
        (4, Light::Amber, Reason::PainModerate),
        (5, Light::Amber, Reason::PainModerate),
        (6, Light::Red, Reason::PainHigh),
        (10, Light::Red, Reason::PainHigh),
    ];
    for (pain, lit, reason) in cases {
        assert_eq!(light(&DEFAULTS, [0, pain, 1].into_iter(), None, None, None), feedback(lit, reason));
        assert_eq!(light(&DEFAULTS, [0].into_iter(), None, Some(pain), None), feedback(lit, reason));
    }
}

#[test]
fn pain_that_exercise_relieved_does_not_raise_the_level() {
    assert_eq!(compared(2, 7, None), feedback(Light::Green, Reason::PainLow));
}

#[test]
fn nothing_reported_is_no_light() {
    assert_eq!(light(&DEFAULTS, std::iter::empty(), None, None, None), None);
    assert_eq!(light(&DEFAULTS, std::iter::empty(), None, None, earlier(0, 1, 20)), None);
}

#[test]
fn pain_before_alone_raises_concern_but_never_clears() {
    let alone = |before, previous| light(&DEFAULTS, std::iter::empty(), Some(before), None, previous);
    assert_eq!(alone(3, None), None);
    assert_eq!(alone(4, None), feedback(Light::Amber, Reason::PainModerate));
    assert_eq!(alone(6, None), feedback(Light::Red, Reason::PainHigh));
    assert_eq!(alone(2, earlier(1, 1, 20)), feedback(Light::Amber, Reason::WorseNextMorning));
}

#[test]
fn worse_on_the_next_day_is_amber() {
    assert_eq!(compared(1, 3, earlier(2, 1, 14)), feedback(Light::Amber, Reason::WorseNextMorning));
    assert_eq!(compared(1, 3, earlier(2, 1, 24)), feedback(Light::Amber, Reason::WorseNextMorning));
    assert_eq!(compared(1, 2, earlier(2, 1, 14)), feedback(Light::Green, Reason::PainLow));
    assert_eq!(compared(1, 3, earlier(2, 0, 6)), feedback(Light::Green, Reason::PainLow));
}

#[test]
fn worse_for_longer_than_the_flare_is_red() {
    let over = PreviousSession { elapsed: SignedDuration::new(24 * 3600, 1), ..earlier(2, 1, 0).unwrap() };
    assert_eq!(compared(1, 3, Some(over)), feedback(Light::Red, Reason::WorseOver24Hours));
    assert_eq!(compared(1, 2, Some(over)), feedback(Light::Green, Reason::PainLow));
}

#[test]
fn the_graver_decides_and_between_equals_the_comparison() {
    assert_eq!(compared(8, 3, earlier(2, 1, 14)), feedback(Light::Red, Reason::PainHigh));
    assert_eq!(compared(5, 3, earlier(2, 1, 14)), feedback(Light::Amber, Reason::WorseNextMorning));
    assert_eq!(compared(8, 3, earlier(2, 2, 40)), feedback(Light::Red, Reason::WorseOver24Hours));
}

#[test]
fn every_number_is_data() {
    let strict = PainThresholds { green_max: 1, amber_max: 2, worse_by: 3, flare_hours: 12 };
    assert_eq!(
        light(&strict, [2].into_iter(), None, None, None),
        feedback(Light::Amber, Reason::PainModerate)
    );
    assert_eq!(light(&strict, [3].into_iter(), None, None, None), feedback(Light::Red, Reason::PainHigh));
    let worse = |before| light(&strict, [0].into_iter(), Some(before), None, earlier(1, 1, 13));
    assert_eq!(worse(3), feedback(Light::Green, Reason::PainLow));
    assert_eq!(worse(4), feedback(Light::Red, Reason::WorseOver24Hours));
}

#[test]
fn the_next_day_is_the_patients_own() {
    // 23:30 and 06:00 in New York lie on one day in UTC.
    let now: ZonedDateTime = "2026-03-08T06:00[America/New_York]".parse().unwrap();
    let then: Timestamp = "2026-03-08T04:30:00Z".parse().unwrap();
    let previous = PreviousSession::seen_from(&now, then, 2);
    assert_eq!(previous.days_since, 1);
    // The clocks went forward in between.
    assert_eq!(previous.elapsed, SignedDuration::from_mins(330));
}

#[test]
fn symptoms_that_spread_outward_are_amber_at_least() {
    use SymptomResponse::{Centralized, Peripheralized, Unchanged};
    let told = |pain, response| {
        with_symptoms(light(&DEFAULTS, [pain].into_iter(), None, None, None), Some(response))
    };
    assert_eq!(told(1, Peripheralized), feedback(Light::Amber, Reason::Peripheralized));
    assert_eq!(told(5, Peripheralized), feedback(Light::Amber, Reason::Peripheralized));
    assert_eq!(told(6, Peripheralized), feedback(Light::Red, Reason::PainHigh));
    assert_eq!(with_symptoms(None, Some(Peripheralized)), feedback(Light::Amber, Reason::Peripheralized));
    for response in [Centralized, Unchanged] {
        assert_eq!(told(5, response), feedback(Light::Amber, Reason::PainModerate));
        assert_eq!(with_symptoms(None, Some(response)), None);
    }
}

#[test]
fn every_reason_has_its_words_in_each_language() {
    let reasons = [
        Reason::PainLow,
        Reason::PainModerate,
        Reason::PainHigh,
        Reason::WorseNextMorning,
        Reason::WorseOver24Hours,
        Reason::Peripheralized,
    ];
    for reason in reasons {
        let texts = Language::ALL.map(|language| reason.message(language));
        assert!(texts.iter().all(|text| text.ends_with('.')) && texts[0] != texts[1], "{reason:?}");
    }
    for language in Language::ALL {
        assert_eq!(MESSAGES.of(language).len(), reasons.len(), "{language:?}");
    }
}

#[test]
fn thresholds_are_checked() {
    let wrong = PainThresholds { green_max: 11, amber_max: 2, worse_by: 0, flare_hours: 0 };
    let fields: Vec<_> = wrong.check().unwrap_err().into_iter().map(|fault| fault.path.join(".")).collect();
    assert_eq!(fields, ["greenMax", "amberMax", "worseBy", "flareHours"]);
    assert!(PainThresholds { green_max: 6, ..DEFAULTS }.check().is_err());
    assert!(PainThresholds { flare_hours: 169, ..DEFAULTS }.check().is_err());
}

#[test]
fn the_stored_form_is_stable_and_gaps_are_filled_with_defaults() {
    let stored = json!({ "greenMax": 3, "amberMax": 5, "worseBy": 1, "flareHours": 24 });
    assert_eq!(serde_json::to_value(DEFAULTS).unwrap(), stored);
    let partial: PainThresholds = serde_json::from_value(json!({ "greenMax": 2 })).unwrap();
    assert_eq!(partial, PainThresholds { green_max: 2, ..DEFAULTS });
    let lit = Feedback { light: Light::Red, reason: Reason::WorseOver24Hours };
    assert_eq!(
        serde_json::to_value(lit).unwrap(),
        json!({ "light": "RED", "reason": "WORSE_OVER_24_HOURS" })
    );
}

proptest! {
    #[test]
    fn more_pain_never_lowers_the_light(
        pains in prop::collection::vec(0..=10_u8, 0..5),
        more in 0..=10_u8,
        before in prop::option::of(0..=10_u8),
        after in prop::option::of(0..=10_u8),
        then in (0..=10_u8, 0..4_i32, 0..80_i64),
    ) {
        let previous = earlier(then.0, then.1, then.2);
        let lit = |pains: &[u8]| {
            light(&DEFAULTS, pains.iter().copied(), before, after, previous).map(|feedback| feedback.light)
        };
        let reported = !pains.is_empty() || after.is_some();
        let nothing = !reported && before.is_none();
        prop_assert!(reported || lit(&pains) != Some(Light::Green));
        prop_assert!(!nothing || lit(&pains).is_none());
        if reported {
            prop_assert!(lit(&[pains.as_slice(), &[more]].concat()) >= lit(&pains));
        }
    }
}
