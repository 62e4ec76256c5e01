//! By which keys an app finds the words of a push. It holds them itself, in the patient's language: none is sent.

use care::reminder::Kind;

/// The category of all reminders on iOS, for which the app offers Done and Snooze, and the thread that they are
/// grouped in.
pub(super) const CATEGORY: &str = "REMINDER";

/// Keys of localized words.
pub(super) struct Words {
    pub(super) title: String,
    pub(super) body: String,
}

/// Each kind, and its name in keys and payloads.
#[cfg(test)]
pub(super) const NAMES: [(Kind, &str); 8] = [
    (Kind::Exercise, "EXERCISE"),
    (Kind::Posture, "POSTURE"),
    (Kind::CheckIn, "CHECK_IN"),
    (Kind::Questionnaire, "QUESTIONNAIRE"),
    (Kind::Appointment, "APPOINTMENT"),
    (Kind::Message, "MESSAGE"),
    (Kind::Article, "ARTICLE"),
    (Kind::Other, "OTHER"),
];

/// `REMINDER_<KIND>_TITLE` and `REMINDER_<KIND>_BODY`.
pub(super) fn of(kind: Kind) -> Words {
    let name = serde_json::to_value(kind).ok();
    let name = name.as_ref().and_then(serde_json::Value::as_str).unwrap_or("OTHER");
    Words { title: format!("REMINDER_{name}_TITLE"), body: format!("REMINDER_{name}_BODY") }
}
