//! How well a name answers to what somebody has typed.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What the name begins with what was typed costs.
const BEGINNING: i64 = 1;
/// What all words of it being in the name, in whatever order, costs.
const WORDS: i64 = 2;
/// What each letter that is missing, doubled, wrong or swapped costs: more than all else together.
const LETTER: i64 = 1_000;

/// A text as it is compared: words without case, accents, apostrophes and marks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Words {
    words: Vec<String>,
    joined: String,
}

impl Words {
    pub(crate) fn of(text: &str) -> Self {
        let folded = text.to_lowercase();
        let folded = folded.nfkd().filter(|letter| !is_combining_mark(*letter) && !"'’".contains(*letter));
        let words: Vec<_> = folded
            .collect::<String>()
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        Self { joined: words.join(" "), words }
    }

    /// The words as one text.
    pub(crate) fn joined(&self) -> &str {
        &self.joined
    }

    /// How far `name` is from what was typed: 0 when it is just that, then when it begins so, then when it
    /// has all its words, or words that begin so or hold them, then by the letters they differ by. None when
    /// it is something else.
    pub(crate) fn rank(&self, name: &Self) -> Option<i64> {
        if self.words.is_empty() {
            return None;
        }
        if name.joined == self.joined {
            return Some(0);
        }
        if name.joined.starts_with(&self.joined) {
            return Some(BEGINNING);
        }
        let word = |typed: &String| name.words.iter().filter_map(|word| distance(typed, word)).min();
        let by_word: Option<i64> = self.words.iter().map(word).sum();
        // Words that were run together or torn apart differ by a letter as a whole.
        let as_whole = letters(&self.joined, &name.joined).map(|off| LETTER * off);
        by_word.into_iter().chain(as_whole).min().map(|cost| WORDS + cost)
    }
}

/// How far a word is from the one typed; none when it is another word.
fn distance(typed: &str, word: &str) -> Option<i64> {
    let length = typed.chars().count();
    if typed == word {
        return Some(0);
    }
    if word.starts_with(typed) {
        return Some(1);
    }
    if length >= 3 && word.contains(typed) {
        return Some(2);
    }
    // Of a long word its beginning may be what was meant.
    let beginning: Option<String> = (length >= 5).then(|| word.chars().take(length).collect());
    let of_beginning = beginning.and_then(|beginning| letters(typed, &beginning)).map(|off| LETTER * off + 1);
    letters(typed, word).map(|off| LETTER * off).into_iter().chain(of_beginning).min()
}

/// By how many letters two texts differ, a swap of neighbors being one: at most one in a short text, two in
/// a long one, none in what is too short to tell.
fn letters(typed: &str, text: &str) -> Option<i64> {
    let length = typed.chars().count();
    let most = match length {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    };
    let off = || strsim::osa_distance(typed, text);
    let near = length.abs_diff(text.chars().count()) <= most;
    near.then(off).filter(|off| *off <= most).and_then(|off| i64::try_from(off).ok())
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
