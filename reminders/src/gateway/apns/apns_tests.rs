use super::super::words::NAMES;
use super::payload::payload;
use uuid::Uuid;

#[test]
fn a_payload_is_keys_and_an_opaque_id() {
    for (kind, name) in NAMES {
        let text = String::from_utf8(payload(Uuid::from_u128(7), kind)).unwrap();
        let expected = format!(
            r#"{{"aps":{{"alert":{{"title-loc-key":"REMINDER_{name}_TITLE","loc-key":"REMINDER_{name}_BODY"}},"sound":"default","category":"REMINDER","thread-id":"REMINDER","interruption-level":"time-sensitive"}},"delivery":"delivery_00000000000000000000000007","kind":"{name}"}}"#
        );
        assert_eq!(text, expected);
        assert!(text.len() <= 4_096);
    }
}
