//! The words of an exercise.

use super::Exercise;
use super::data::{TEXTS, Text};
use super::language::Language;
use crate::error::{Error, Result};

impl Exercise {
    /// Its words in this language. Another that there is stands in for one without words, English first.
    pub fn text(&self, language: Language) -> Result<&Text> {
        let nearest = self.texts().min_by_key(|(of, _)| (*of != language, *of));
        nearest.map(|(_, text)| text).ok_or(Error::Internal)
    }

    /// Its words in each language that there are any in.
    pub fn texts(&self) -> impl Iterator<Item = (Language, &Text)> {
        Language::ALL.into_iter().filter_map(|language| {
            let text = match &self.own_texts {
                Some(own) => own.0.get(&language),
                None => TEXTS.of(language).get(&self.key),
            };
            Some((language, text?))
        })
    }
}
