//! Articles for patients, straight from the data files.

use super::{Basis, Language, Translations, parse, translations};
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, Request};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;
use uuid::Uuid;

/// What the ids of articles are made in.
const NAMESPACE: Uuid = Uuid::from_u128(0x018f_0000_0001_7000_8000_0000_0000_0000);

/// What an article is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Topic {
    /// Sitting, standing, sleeping.
    Posture,
    /// Lifting, carrying, getting up.
    BodyMechanics,
    /// What a condition is, and what helps.
    Condition,
    /// How much to do, and what pain means.
    Pacing,
    /// What to do when it gets worse for a while.
    FlareUp,
    /// The time after surgery.
    Surgery,
    /// Signs of danger, and whom to call.
    Safety,
}

/// An article, the same in every language.
#[derive(Debug, Deserialize)]
pub struct Article {
    /// Its key.
    pub key: String,
    /// What it is about.
    pub topic: Topic,
    /// The keys of the conditions it is about; none: it is for everybody.
    pub conditions: Vec<String>,
    /// How long reading takes, in minutes.
    pub minutes: u8,
    /// Where what it says is from.
    pub basis: Basis,
    /// The source, or who is to review it.
    pub source: String,
}

/// The words of an article.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ArticleText {
    /// Its title.
    pub title: String,
    /// What it tells, in one sentence.
    pub summary: String,
    /// Its parts, in the order they are read.
    pub sections: Vec<Section>,
}

/// A part of an article.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Section {
    /// Its heading.
    pub heading: String,
    /// Its paragraphs.
    #[serde(rename = "text")]
    pub paragraphs: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    article: Vec<Article>,
}

type Words = HashMap<String, ArticleText>;

static ARTICLES: LazyLock<Vec<Article>> = LazyLock::new(|| {
    let file: Option<File> = parse("education", include_str!("../../data/education.toml"));
    file.map(|file| file.article).unwrap_or_default()
});

static WORDS: LazyLock<Translations<Words>> = LazyLock::new(|| translations!("education"));

impl Article {
    /// Its id, the same in every installation.
    pub fn id(&self) -> Uuid {
        Uuid::new_v5(&NAMESPACE, self.key.as_bytes())
    }

    /// Its words in this language.
    pub fn text(&self, language: Language) -> Result<&'static ArticleText> {
        WORDS.of(language).get(&self.key).ok_or(Error::Internal)
    }
}

/// Every article, in the order of the data file.
pub fn articles() -> &'static [Article] {
    &ARTICLES
}

/// The article of this key.
pub fn article(key: &str) -> Option<&'static Article> {
    articles().iter().find(|article| article.key == key)
}

/// The article of this id.
pub fn article_by_id(id: Uuid) -> Option<&'static Article> {
    articles().iter().find(|article| article.id() == id)
}

/// Which articles are looked for; a missing part does not narrow.
#[derive(Debug, Clone, Default)]
pub struct ArticleFilter {
    /// A part of the title or summary, in any case.
    pub search: Option<String>,
    /// What it is about.
    pub topic: Option<Topic>,
    /// The key of a condition that it names.
    pub condition: Option<String>,
    /// The language in which is looked for and read.
    pub language: Language,
}

impl ArticleFilter {
    fn admits(&self, article: &Article) -> bool {
        let told = |search: &String| {
            let search = search.trim().to_lowercase();
            let says = |text: &str| text.to_lowercase().contains(&search);
            article.text(self.language).is_ok_and(|text| says(&text.title) || says(&text.summary))
        };
        self.search.as_ref().is_none_or(told)
            && self.topic.is_none_or(|topic| topic == article.topic)
            && self.condition.as_ref().is_none_or(|key| article.conditions.contains(key))
    }
}

/// One page of the articles, in the order of the data file.
pub fn find_articles(filter: &ArticleFilter, request: &Request) -> Result<Page<&'static Article>> {
    let window = request.check("educationArticles")?;
    let found: Vec<_> = (0_i64..)
        .zip(articles())
        .filter(|(_, article)| filter.admits(article))
        .map(|(key, article)| (Cursor { key, id: article.id() }, article))
        .collect();
    Ok(Page::of_all(&window, found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::conditions;
    use std::collections::{BTreeSet, HashSet};

    #[test]
    fn every_article_is_there_in_both_languages_with_the_same_parts() {
        let keys: BTreeSet<_> = articles().iter().map(|article| &article.key).collect();
        assert_eq!((keys.len(), articles().len()), (26, 26));
        for language in Language::ALL {
            assert_eq!(keys, WORDS.of(language).keys().collect());
        }
        let shape = |text: &ArticleText| -> Vec<usize> {
            text.sections.iter().map(|section| section.paragraphs.len()).collect()
        };
        for article in articles() {
            let [english, spanish] = Language::ALL.map(|language| article.text(language).unwrap());
            assert_eq!(shape(english), shape(spanish), "{}", article.key);
            assert_ne!(english.title, spanish.title, "{}", article.key);
            for text in [english, spanish] {
                let of_sections = text.sections.iter();
                let parts = of_sections.flat_map(|part| part.paragraphs.iter().chain([&part.heading]));
                let complete =
                    parts.chain([&text.title, &text.summary]).all(|words| !words.trim().is_empty());
                assert!(complete && !shape(text).is_empty() && !shape(text).contains(&0), "{}", article.key);
            }
            assert!(article.source.len() > 10 && (1..=15).contains(&article.minutes), "{}", article.key);
        }
    }

    #[test]
    fn conditions_are_those_of_the_library_and_each_has_an_article_of_its_own() {
        let known: HashSet<_> = conditions().map(|record| record.key.as_str()).collect();
        for article in articles() {
            assert!(article.conditions.iter().all(|key| known.contains(key.as_str())), "{}", article.key);
        }
        for key in conditions().filter(|record| !record.sign).map(|record| record.key.as_str()) {
            let primer = article(&format!("about-{key}")).unwrap_or_else(|| panic!("no article about {key}"));
            assert_eq!(
                (primer.topic, primer.conditions.as_slice()),
                (Topic::Condition, &[key.to_owned()][..])
            );
        }
    }

    #[test]
    fn ids_are_for_good_and_lead_back() {
        let ids: HashSet<_> = articles().iter().map(Article::id).collect();
        assert_eq!(ids.len(), articles().len());
        for article in articles() {
            assert_eq!(article_by_id(article.id()).unwrap().key, article.key);
        }
        assert_eq!(article("lifting").unwrap().id().to_string(), "28b90b2b-522c-56b0-9056-5b51186ebe4d");
    }

    #[test]
    fn a_filter_narrows_by_all_its_parts_in_the_language_of_who_asks() {
        let find = |filter: &ArticleFilter| find_articles(filter, &Request::first(100)).unwrap().entries;
        let all = ArticleFilter::default();
        assert_eq!(find(&all).len(), 26);
        let by_topic = ArticleFilter { topic: Some(Topic::Safety), ..all.clone() };
        assert!(!find(&by_topic).is_empty() && find(&by_topic).len() < 26);
        let acdf = ArticleFilter { condition: Some("after-acdf".to_owned()), ..all.clone() };
        assert!(find(&acdf).iter().all(|(_, found)| found.conditions.contains(&"after-acdf".to_owned())));
        let search = |search: &str, language: Language| {
            let search = Some(search.to_owned());
            find(&ArticleFilter { search, language, ..all.clone() }).len()
        };
        assert!(search(" SURGERY ", Language::English) > 0 && search("cirugía", Language::Spanish) > 0);
        assert_eq!(search("surgery", Language::Spanish), 0, "what is not read is not found");
        let page = find_articles(&all, &Request { last: Some(2), ..Request::default() }).unwrap();
        assert_eq!(page.entries.last().unwrap().1.key, articles().last().unwrap().key);
        assert!(page.has_previous && !page.has_next);
    }
}
