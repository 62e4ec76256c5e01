//! The languages that there are words in: the one place that knows them.

use super::parse;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A language that there are words in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Language {
    /// English, which also stands in for a language without words.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Spanish.
    #[serde(rename = "es")]
    Spanish,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::Spanish];

    /// Its BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }

    /// The language of a BCP 47 tag such as `es-MX`, of whatever region or script; none for one without words.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split('-').next()?;
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }
}

/// The words of a data file in every language.
#[derive(Debug)]
pub(crate) struct Translations<T> {
    english: T,
    spanish: T,
}

impl<T: DeserializeOwned + Default> Translations<T> {
    /// By the text of the file in each language; [`translations`] has the texts.
    pub(crate) fn parse(file: &str, text: impl Fn(Language) -> &'static str) -> Self {
        let words = |language: Language| {
            parse(&format!("{}/{file}", language.tag()), text(language)).unwrap_or_default()
        };
        Self { english: words(Language::English), spanish: words(Language::Spanish) }
    }
}

impl<T> Translations<T> {
    /// The words in this language.
    pub(crate) fn of(&self, language: Language) -> &T {
        match language {
            Language::English => &self.english,
            Language::Spanish => &self.spanish,
        }
    }
}

/// The [`Translations`] of `care/data/<tag>/<file>.toml`, which are part of the program.
macro_rules! translations {
    ($file:literal) => {
        $crate::library::Translations::parse($file, |language| match language {
            $crate::library::Language::English => {
                include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/en/", $file, ".toml"))
            }
            $crate::library::Language::Spanish => {
                include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/es/", $file, ".toml"))
            }
        })
    };
}
pub(crate) use translations;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_names_its_language_whatever_its_region() {
        for tag in ["es", "ES", "es-MX", "es-419", " es-Latn-US "] {
            assert_eq!(Language::of_tag(tag), Some(Language::Spanish), "{tag}");
        }
        assert_eq!(Language::of_tag("en-GB"), Some(Language::English));
        for tag in ["", "e", "est", "eses", "de", "fr-ES", "*", "-es", "ñ"] {
            assert_eq!(Language::of_tag(tag), None, "{tag}");
        }
        for language in Language::ALL {
            assert_eq!(Language::of_tag(language.tag()), Some(language));
        }
    }
}
