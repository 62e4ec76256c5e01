//! A look at a document's text before any parser sees it.
//!
//! The parser recurses as deep as a document nests, and a few kilobytes of brackets would
//! overflow its stack and end the process. So size and nesting are bounded first.

use crate::http::refusal::Refusal;

/// The largest document, in bytes.
const BYTES: usize = schema::DOCUMENT_BYTES as usize;
/// The deepest nesting of brackets.
const DEPTH: u64 = 32;

/// Refuses a document that is too long or too deep. Brackets in strings and comments do not count.
pub(super) fn check(document: &str) -> Result<(), Refusal> {
    if document.len() > BYTES {
        return Err(Refusal::too_complex("bytes", document.len() as u64, BYTES as u64));
    }
    let mut rest = document;
    let mut depth = 0_u64;
    while let Some(at) = rest.find(['{', '}', '[', ']', '(', ')', '"', '#']) {
        let (_, tail) = rest.split_at(at);
        let mark = tail.chars().next().unwrap_or('#');
        rest = tail.get(1..).unwrap_or_default();
        match mark {
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => depth = depth.saturating_sub(1),
            '#' => rest = rest.find(['\n', '\r']).and_then(|end| rest.get(end..)).unwrap_or_default(),
            _ => rest = after_string(rest),
        }
        if depth > DEPTH {
            return Err(Refusal::too_complex("nesting", depth, DEPTH));
        }
    }
    Ok(())
}

/// What follows the string whose first quote was just read.
fn after_string(rest: &str) -> &str {
    if let Some(block) = rest.strip_prefix("\"\"") {
        let mut from = 0;
        while let Some(end) = block.get(from..).and_then(|text| text.find("\"\"\"")) {
            let end = from + end;
            if !block.get(..end).is_some_and(|text| text.ends_with('\\')) {
                return block.get(end + 3..).unwrap_or_default();
            }
            from = end + 3;
        }
        // A block that does not end is two strings for the parser: an empty one, and what begins
        // with the third quote.
        return rest.get(1..).unwrap_or_default();
    }
    let mut escaped = false;
    for (at, letter) in rest.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' | '\n' | '\r' => return rest.get(at + 1..).unwrap_or_default(),
            _ => {}
        }
    }
    ""
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn budget(document: &str) -> Option<serde_json::Value> {
        check(document).err().map(|refusal| refusal.details["budget"].clone())
    }

    #[test]
    fn long_and_deep_documents_are_refused() {
        assert_eq!(budget(&" ".repeat(BYTES + 1)), Some("bytes".into()));
        for open in ["{", "[", "(", "{a(b:[{c:"] {
            assert_eq!(budget(&open.repeat(1_000)), Some("nesting".into()), "{open}");
        }
        assert_eq!(budget(&("{a ".repeat(32) + &"}".repeat(32))), None);
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let many = "{".repeat(200);
        for document in [
            format!("{{ a(b: \"{many}\") }}"),
            format!("{{ a(b: \"\\\"{many}\") }}"),
            format!("{{ a(b: \"\"\"{many} \\\"\"\" {many}\"\"\") }}"),
            format!("# {many}\n{{ a }}"),
        ] {
            assert_eq!(budget(&document), None, "{document}");
        }
        assert_eq!(budget(&format!("\"a\n{many}")), Some("nesting".into()), "a string ends with its line");
        assert_eq!(budget(&format!("\"\"\"{many}\"\"\"{many}")), Some("nesting".into()));
        let unended = format!("{{ a(b: [\"\"\"\" {}{}]) }}", "[".repeat(200), "]".repeat(200));
        assert_eq!(
            budget(&unended),
            Some("nesting".into()),
            "a block string that does not end hides nothing"
        );
    }
}
