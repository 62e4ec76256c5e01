//! A look at a document's text before any parser sees it.
//!
//! The parser recurses as deep as a document nests, and a few kilobytes of brackets would
//! overflow its stack and end the process. So size, nesting and tokens are bounded first.

use crate::http::refusal::Refusal;

/// The largest document, in bytes.
const BYTES: usize = schema::DOCUMENT_BYTES as usize;
/// The deepest nesting of brackets.
const DEPTH: u64 = 32;
/// The most tokens. The largest documents of the apps have about 250; each takes the parser some
/// microseconds.
const TOKENS: u64 = 2_000;

/// Refuses a document that is too long, too deep, or has too many tokens. What stands in strings
/// and comments does not count.
pub(super) fn check(document: &str) -> Result<(), Refusal> {
    if document.len() > BYTES {
        return Err(Refusal::too_complex("bytes", document.len() as u64, BYTES as u64));
    }
    let mut rest = document;
    let (mut depth, mut tokens, mut in_word) = (0_u64, 0_u64, false);
    while let Some(letter) = rest.chars().next() {
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        let word = letter.is_alphanumeric() || ['_', '.', '-', '+'].contains(&letter);
        let ignored = letter.is_whitespace() || [',', '#', '\u{feff}'].contains(&letter);
        tokens += u64::from(!(ignored || word && in_word));
        in_word = word;
        match letter {
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => depth = depth.saturating_sub(1),
            '#' => rest = rest.find(['\n', '\r']).and_then(|end| rest.get(end..)).unwrap_or_default(),
            '"' => rest = after_string(rest),
            _ => {}
        }
        if depth > DEPTH {
            return Err(Refusal::too_complex("nesting", depth, DEPTH));
        }
    }
    if tokens > TOKENS { Err(Refusal::too_complex("tokens", tokens, TOKENS)) } else { Ok(()) }
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
    fn tokens_are_words_strings_and_marks() {
        for tokens in ["a ", "a,", "$", "\"a b\"", "-1.5e9 ", "\"\"\"{\"\"\" "] {
            assert_eq!(budget(&tokens.repeat(2_000)), None, "{tokens}");
            assert_eq!(budget(&tokens.repeat(2_001)), Some("tokens".into()), "{tokens}");
        }
        assert_eq!(budget(&"# a b c\n".repeat(2_000)), None);
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
