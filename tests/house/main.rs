//! The house itself: its pages name what exists, and its slices keep their order.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Lowest first; the read models at the end use all and are used by none.
const SLICES: [&str; 17] = [
    "audit",
    "account",
    "clinic",
    "library",
    "patient",
    "program",
    "education",
    "alert",
    "assessment",
    "goal",
    "progress",
    "outcome",
    "suggestion",
    "visit",
    "monitoring",
    "message",
    "reminder",
];
const READ_MODELS: [&str; 5] = ["today", "caseload", "timeline", "sync", "sweep"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// What stands between backticks and looks like a path of this repository.
fn named_paths(page: &str) -> Vec<String> {
    let rooms = ["api/", "schema/", "care/", "reminders/", "migrations/", "tests/", "deploy/", ".ci/"];
    page.split('`')
        .skip(1)
        .step_by(2)
        .filter(|words| rooms.iter().any(|room| words.starts_with(room)) && !words.contains([' ', '*', '<']))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_path_that_a_page_names_exists() {
    for page in ["ARCHITECTURE.md", "README.md", "CONTRIBUTING.md", "deploy/RUNBOOK.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        let paths = named_paths(&text);
        assert!(!paths.is_empty(), "{page} names no path");
        for path in paths {
            assert!(root().join(&path).exists(), "{page} names {path}, which does not exist");
        }
    }
}

/// The names after `crate::` in a source, those in grouped imports included.
fn used(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    let name =
        |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    for rest in source.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            None => names.push(name(rest)),
            Some(group) => {
                let group = &group[..group.find("};").unwrap_or(group.len())];
                names.extend(group.split([',', '{']).map(|part| name(part.trim())));
            }
        }
    }
    names
}

#[test]
fn a_slice_uses_only_those_before_it() {
    for (place, slice) in SLICES.iter().chain(&READ_MODELS).enumerate() {
        for path in sources(&root().join("care/src").join(slice)) {
            for name in used(&fs::read_to_string(&path).unwrap()) {
                let forbidden = if READ_MODELS.contains(slice) {
                    READ_MODELS.contains(&name.as_str()) && name != *slice
                } else {
                    let later = SLICES.iter().position(|other| *other == name).is_some_and(|at| at > place);
                    later || READ_MODELS.contains(&name.as_str())
                };
                assert!(!forbidden, "{} uses {name}, which comes after {slice}", path.display());
            }
        }
    }
}

#[test]
fn rooms_point_one_way() {
    let forbidden = [
        ("care", ["async-graphql", "axum", "redis", "schema", "reminders"].as_slice()),
        ("schema", &["sea-orm", "axum", "redis", "reminders", "migrations"]),
        ("reminders", &["sea-orm", "axum", "async-graphql", "schema", "migrations"]),
        ("migrations", &["care", "schema", "reminders", "api"]),
    ];
    for (room, names) in forbidden {
        let manifest = fs::read_to_string(root().join(room).join("Cargo.toml")).unwrap();
        for name in names {
            let line = manifest
                .lines()
                .find(|line| line.starts_with(&format!("{name}.")) || line.starts_with(&format!("{name} ")));
            assert_eq!(line, None, "{room} must not depend on {name}");
        }
    }
}

#[test]
fn no_file_is_two_rooms_or_a_drawer() {
    for room in ["api", "schema", "care", "reminders", "migrations", "tests"] {
        for path in sources(&root().join(room)) {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            assert!(lines <= 500, "{} has {lines} lines", path.display());
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            for drawer in ["utils", "util", "common", "helpers", "helper", "misc", "types"] {
                assert_ne!(name, drawer, "{}", path.display());
            }
        }
    }
}

/// The metrics that a text names.
fn metrics_in(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let named = words.filter(|word| word.starts_with("plumbline_"));
    let parts = ["_bucket", "_sum", "_count"];
    named.map(|word| parts.iter().fold(word, |word, part| word.trim_end_matches(part)).to_owned()).collect()
}

#[test]
fn alerts_and_dashboard_name_metrics_that_exist_and_the_runbook_every_alert() {
    let deploy = |path: &str| fs::read_to_string(root().join("deploy").join(path)).unwrap();
    let (alerts, dashboard, runbook) =
        (deploy("prometheus/alerts.yaml"), deploy("grafana/reminders.json"), deploy("RUNBOOK.md"));
    let told = |directory: &str| {
        let texts =
            sources(&root().join(directory)).into_iter().map(|path| fs::read_to_string(path).unwrap());
        texts.collect::<String>()
    };
    let programs = told("reminders/src") + &told("api/src");
    for text in [&alerts, &dashboard] {
        let named = metrics_in(text);
        assert!(named.len() > 8, "{named:?}");
        for metric in named {
            assert!(programs.contains(&format!("\"{metric}\"")), "nothing counts {metric}");
        }
    }
    for alert in alerts.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")) {
        assert!(runbook.contains(&format!("\n### {alert}\n")), "the runbook does not tell of {alert}");
    }
    let dashboard: serde_json::Value = serde_json::from_str(&dashboard).unwrap();
    assert!(dashboard["panels"].as_array().unwrap().len() > 8);
}
