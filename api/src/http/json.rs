//! JSON that means one thing only.

use serde::de::{DeserializeOwned, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::HashSet;
use std::fmt;

/// Reads `body`; `None` where it is not UTF-8, is no such JSON, or holds an object with one name
/// twice: readers differ in which of the two they go by, so what was checked on the way here may
/// not be what would be read.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    let text = std::str::from_utf8(body).ok()?;
    serde_json::from_str::<Unambiguous>(text).ok()?;
    serde_json::from_str(text).ok()
}

/// Any value in which each name stands once.
struct Unambiguous;

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Walk)
    }
}

struct Walk;

impl<'de> Visitor<'de> for Walk {
    type Value = Unambiguous;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON in which each name stands once")
    }

    fn visit_unit<E>(self) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_str<E>(self, _: &str) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Unambiguous, A::Error> {
        while items.next_element::<Unambiguous>()?.is_some() {}
        Ok(Unambiguous)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Unambiguous, A::Error> {
        let mut names = HashSet::new();
        while let Some((name, Unambiguous)) = entries.next_entry::<String, _>()? {
            if !names.insert(name) {
                return Err(A::Error::custom("a name stands twice"));
            }
        }
        Ok(Unambiguous)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn each_name_stands_once_at_every_depth() {
        let body = br#"{"a":[{"b":1,"c":-2.5},{"b":null}],"b":{"a":true,"c":"\u00e9"}}"#;
        let expected = json!({ "a": [{ "b": 1, "c": -2.5 }, { "b": null }], "b": { "a": true, "c": "é" } });
        assert_eq!(read::<Value>(body), Some(expected));
        for body in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":1}"#,
            r#"[0,{"x":{"a":{},"b":0,"a":[]}}]"#,
            r#"{"a":1} {"b":1}"#,
            "",
        ] {
            assert_eq!(read::<Value>(body.as_bytes()), None, "{body}");
        }
        assert_eq!(read::<Value>(b"{\"ignored\":\"\xff\"}"), None);
        assert_eq!(read::<Value>("[".repeat(100_000).as_bytes()), None, "the reader ends before its stack");
    }
}
