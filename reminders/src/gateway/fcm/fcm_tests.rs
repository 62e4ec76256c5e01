use super::super::Push;
use super::super::words::NAMES;
use super::message::message;
use care::account::Platform;
use care::clock::Instant;
use care::reminder::{Kind, Target};
use uuid::Uuid;

fn push(kind: Kind) -> Push {
    let target = Target { device_id: Uuid::nil(), platform: Platform::Android, token: "t\"o".to_owned() };
    let (due_at, expires_at) = (Instant(0), Instant(61_999));
    Push { id: Uuid::from_u128(7), clinic_id: Uuid::nil(), kind, attempt: 1, due_at, expires_at, target }
}

#[test]
fn a_message_is_keys_and_an_opaque_id() {
    for (kind, name) in NAMES {
        let id = "00000000-0000-0000-0000-000000000007";
        let expected = format!(
            r#"{{"message":{{"token":"t\"o","data":{{"delivery":"delivery_00000000000000000000000007","kind":"{name}"}},"android":{{"priority":"high","ttl":"61s","collapse_key":"{id}","notification":{{"tag":"{id}","channel_id":"reminders","visibility":"PRIVATE","title_loc_key":"REMINDER_{name}_TITLE","body_loc_key":"REMINDER_{name}_BODY"}}}}}}}}"#
        );
        assert_eq!(String::from_utf8(message(&push(kind), Instant(0))).unwrap(), expected);
    }
}

#[test]
fn what_is_nearly_over_lives_for_a_second() {
    let text = String::from_utf8(message(&push(Kind::Other), Instant(99_000))).unwrap();
    assert!(text.contains(r#""ttl":"1s""#), "{text}");
}
