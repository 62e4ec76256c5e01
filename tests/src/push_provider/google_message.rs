//! The form of a message to Google: what it may hold, and what of it matters to a device.

use super::script::Reply;
use Field::{Flag, List, Number, Object, Of, Pairs, Span, Text, Texts, Word};
use serde_json::{Map, Value, json};

/// Notification and data together.
const PAYLOAD_LIMIT: usize = 4096;
const LONGEST_TTL_MS: i64 = 28 * 24 * 60 * 60 * 1000;

/// What a field holds.
enum Field {
    Text,
    Flag,
    Number,
    /// Seconds with an `s` behind.
    Span,
    /// One of these.
    Word(&'static [&'static str]),
    Texts,
    /// Texts by any names.
    Pairs,
    /// Anything.
    Object,
    Of(Fields),
    List(Fields),
}

type Fields = &'static [(&'static str, Field)];

const REQUEST: Fields = &[("validate_only", Flag), ("message", Of(MESSAGE))];
const MESSAGE: Fields = &[
    ("name", Text),
    ("data", Pairs),
    ("notification", Of(&[("title", Text), ("body", Text), ("image", Text)])),
    ("android", Of(ANDROID)),
    ("webpush", Object),
    (
        "apns",
        Of(&[
            ("headers", Pairs),
            ("payload", Object),
            ("fcm_options", Object),
            ("live_activity_token", Text),
        ]),
    ),
    ("fcm_options", Of(&[("analytics_label", Text)])),
    ("token", Text),
    ("topic", Text),
    ("condition", Text),
];
const ANDROID: Fields = &[
    ("collapse_key", Text),
    ("priority", Word(&["NORMAL", "HIGH"])),
    ("ttl", Span),
    ("restricted_package_name", Text),
    ("data", Pairs),
    ("notification", Of(ANDROID_NOTIFICATION)),
    ("fcm_options", Of(&[("analytics_label", Text)])),
    ("direct_boot_ok", Flag),
    ("bandwidth_constrained_ok", Flag),
    ("restricted_satellite_ok", Flag),
];
const ANDROID_NOTIFICATION: Fields = &[
    ("title", Text),
    ("body", Text),
    ("icon", Text),
    ("color", Text),
    ("sound", Text),
    ("tag", Text),
    ("click_action", Text),
    ("body_loc_key", Text),
    ("body_loc_args", Texts),
    ("title_loc_key", Text),
    ("title_loc_args", Texts),
    ("channel_id", Text),
    ("ticker", Text),
    ("sticky", Flag),
    ("event_time", Text),
    ("local_only", Flag),
    (
        "notification_priority",
        Word(&[
            "PRIORITY_UNSPECIFIED",
            "PRIORITY_MIN",
            "PRIORITY_LOW",
            "PRIORITY_DEFAULT",
            "PRIORITY_HIGH",
            "PRIORITY_MAX",
        ]),
    ),
    ("default_sound", Flag),
    ("default_vibrate_timings", Flag),
    ("default_light_settings", Flag),
    ("vibrate_timings", Texts),
    ("visibility", Word(&["VISIBILITY_UNSPECIFIED", "PRIVATE", "PUBLIC", "SECRET"])),
    ("notification_count", Number),
    ("light_settings", Object),
    ("image", Text),
    ("proxy", Word(&["PROXY_UNSPECIFIED", "ALLOW", "DENY", "IF_PRIORITY_LOWERED"])),
    ("bypass_proxy_notification", Flag),
    ("actions", List(&[("name", Text), ("title", Text)])),
];

/// What of a message matters to a device.
pub(super) struct Message {
    pub(super) token: String,
    pub(super) collapse_key: Option<String>,
    /// What it replaces on the screen.
    pub(super) tag: Option<String>,
    pub(super) ttl_ms: i64,
    /// Whether the system shows it.
    pub(super) visible: bool,
}

/// The token in a body of whatever form; empty for none.
pub(super) fn token(body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    body["message"]["token"].as_str().unwrap_or_default().to_owned()
}

/// Reads a request as Google does.
pub(super) fn read(body: &[u8]) -> Result<Message, Reply> {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return Err(Reply::google(400, "INVALID_ARGUMENT", None, "Invalid JSON payload received."));
    };
    check("", &body, &Of(REQUEST)).map_err(|(path, why)| violation(&path, &why))?;
    let message = field(&body, "message").unwrap_or(&Value::Null);
    let targets = ["token", "topic", "condition"].iter().filter(|name| message.get(**name).is_some()).count();
    if targets != 1 {
        return Err(violation("message", "Exactly one of token, topic or condition is required."));
    }
    let invalid = |why| Reply::google(400, "INVALID_ARGUMENT", Some("INVALID_ARGUMENT"), why);
    let token = message["token"].as_str().unwrap_or_default();
    let in_token = |byte: u8| byte.is_ascii_alphanumeric() || b":_-".contains(&byte);
    if token.is_empty() || !token.bytes().all(in_token) {
        return Err(invalid("The registration token is not a valid FCM registration token"));
    }
    let android = field(message, "android").unwrap_or(&Value::Null);
    let parts =
        [message.get("notification"), message.get("data"), android.get("notification"), android.get("data")];
    if parts.iter().flatten().map(|part| part.to_string().len()).sum::<usize>() > PAYLOAD_LIMIT {
        return Err(invalid("Android message is too big"));
    }
    if parts
        .iter()
        .flatten()
        .filter_map(|part| part.as_object())
        .flat_map(Map::keys)
        .any(|key| is_reserved(key))
    {
        return Err(invalid("Invalid data payload key"));
    }
    let ttl = field(android, "ttl").and_then(Value::as_str).map_or(Some(LONGEST_TTL_MS), span);
    let text = |value: &Value, name| field(value, name).and_then(Value::as_str).map(str::to_owned);
    Ok(Message {
        token: token.to_owned(),
        collapse_key: text(android, "collapse_key"),
        tag: android.get("notification").and_then(|notification| text(notification, "tag")),
        ttl_ms: ttl
            .filter(|ttl| *ttl <= LONGEST_TTL_MS)
            .ok_or_else(|| violation("message.android.ttl", "Illegal duration"))?,
        visible: message.get("notification").or(android.get("notification")).is_some(),
    })
}

/// Keys of data that are Google's own.
fn is_reserved(key: &str) -> bool {
    key == "from" || key == "message_type" || key.starts_with("google.") || key.starts_with("gcm.")
}

fn violation(path: &str, why: &str) -> Reply {
    let details = json!([{
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [{ "field": path, "description": why }],
    }]);
    let error = json!({ "code": 400, "message": why, "status": "INVALID_ARGUMENT", "details": details });
    Reply::json(400, &json!({ "error": error }))
}

/// Whether a key of JSON names this field, in either of the two spellings.
fn names(key: &str, name: &str) -> bool {
    key == name || (!key.contains('_') && name.split('_').collect::<String>().eq_ignore_ascii_case(key))
}

fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.as_object()?.iter().find(|(key, _)| names(key, name)).map(|(_, value)| value)
}

/// Checks a value against its field. The error is a path and what is wrong there.
fn check(path: &str, value: &Value, field: &Field) -> Result<(), (String, String)> {
    let right = match field {
        Text => value.is_string(),
        Flag => value.is_boolean(),
        Number => value.is_i64(),
        Span => value.as_str().is_some_and(|text| span(text).is_some()),
        Word(words) => value.as_str().is_some_and(|word| words.contains(&&*word.to_ascii_uppercase())),
        Texts => value.as_array().is_some_and(|texts| texts.iter().all(Value::is_string)),
        Pairs => value.as_object().is_some_and(|pairs| pairs.values().all(Value::is_string)),
        Object => value.is_object(),
        Of(fields) => match value.as_object() {
            Some(object) => return members(path, object, fields),
            None => false,
        },
        List(fields) => match value.as_array() {
            Some(items) => return items.iter().try_for_each(|item| check(path, item, &Of(fields))),
            None => false,
        },
    };
    if right { Ok(()) } else { Err((path.to_owned(), format!("Invalid value at '{path}', {value}"))) }
}

fn members(path: &str, object: &Map<String, Value>, fields: Fields) -> Result<(), (String, String)> {
    object.iter().try_for_each(|(key, value)| {
        let Some((name, field)) = fields.iter().find(|(name, _)| names(key, name)) else {
            let place = if path.is_empty() { String::new() } else { format!(" at '{path}'") };
            let why =
                format!("Invalid JSON payload received. Unknown name \"{key}\"{place}: Cannot find field.");
            return Err((path.to_owned(), why));
        };
        let path = if path.is_empty() { (*name).to_owned() } else { format!("{path}.{name}") };
        check(&path, value, field)
    })
}

/// Milliseconds of a duration such as `3.5s`.
fn span(text: &str) -> Option<i64> {
    let text = text.strip_suffix('s')?;
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(seconds) || !digits(fraction) {
        return None;
    }
    let millis: i64 = format!("{fraction:0<3}")[..3].parse().ok()?;
    Some(seconds.parse::<i64>().ok()? * 1000 + millis)
}
