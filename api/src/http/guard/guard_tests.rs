#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use super::catalog::{is_list, named};
use super::lists::{LENGTHS, USER_ERRORS, length};
use super::*;
use proptest::prelude::*;
use serde_json::json;
use std::fmt::Write;
use std::fs;
use std::path::Path;

fn guard() -> Guard {
    Guard::new(&schema::sdl(), Budgets::default(), true).unwrap()
}

fn check(document: &str, variables: Value) -> Result<Checked, Refusal> {
    let Value::Object(variables) = variables else { panic!("variables are an object") };
    guard().check(document, None, variables)
}

fn refusal(document: &str, variables: Value) -> Refusal {
    check(document, variables).map(|checked| checked.cost).expect_err(document)
}

fn budget(document: &str) -> String {
    let refusal = refusal(document, json!({}));
    assert_eq!(refusal.code, "QUERY_TOO_COMPLEX", "{} {document}", refusal.message);
    refusal.details["budget"].as_str().unwrap().to_owned()
}

#[test]
fn every_list_of_the_schema_has_a_length_and_every_length_a_list() {
    let types = Catalog::parse(&schema::sdl()).unwrap();
    let mut lists = Vec::new();
    for (parent, name, field) in types.fields() {
        let connection = named(&field.ty).ends_with("Connection");
        let of_connection = parent.ends_with("Connection") && ["edges", "nodes"].contains(&name.as_str());
        if connection || (is_list(&field.ty) && !of_connection) {
            let key = format!("{parent}.{name}");
            assert!(length(parent, name).is_some(), "{key} is a list without a length in lists.rs");
            lists.push(key);
        }
    }
    for (key, _) in LENGTHS {
        assert!(lists.iter().any(|list| list == key), "lists.rs names {key}, which is no list");
    }
    let tuples: Vec<_> = LENGTHS.iter().map(|(key, _)| key.split_once('.').unwrap()).collect();
    assert!(tuples.is_sorted(), "lists.rs is searched and must be sorted");
    assert!(lists.iter().any(|list| list.ends_with(USER_ERRORS.0)));
}

#[test]
fn every_document_of_the_apps_passes_with_room() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/operations");
    let (guard, budgets) = (guard(), Budgets::default());
    let mut passed = 0;
    for folder in ["patient", "dashboard"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let document = parse_query(&text).unwrap();
            let (name, operation) = document.operations.iter().next().unwrap();
            assert_eq!(path.file_stem().unwrap().to_str(), name.map(async_graphql::Name::as_str));
            // Costs as if every variable were at its default; ids, the longest list.
            let variables = Variables::from_json(json!({ "ids": vec!["id"; 20] }));
            let cost = guard.cost(&document, &operation.node, &variables).unwrap();
            for (cost, most) in [
                (cost.depth, budgets.depth),
                (cost.selections, budgets.selections),
                (cost.values, budgets.values),
                (cost.aliases, budgets.aliases),
            ] {
                assert!(cost * 2 <= most, "{path:?} costs {cost} of {most}");
            }
            passed += 1;
        }
    }
    assert!(passed > 40, "only {passed} documents");
}

#[test]
fn what_tools_ask_of_the_schema_passes() {
    let of_type = (0..9).fold(String::new(), |inner, _| format!("ofType {{ kind name {inner} }}"));
    let document = format!(
        "query {{ __schema {{ queryType {{ name }} mutationType {{ name }} subscriptionType {{ name }}
           types {{ ...Full }} directives {{ name description locations args {{ ...Input }} }} }} }}
         fragment Full on __Type {{ kind name description
           fields(includeDeprecated: true) {{ name description args {{ ...Input }} type {{ ...Ref }}
             isDeprecated deprecationReason }}
           inputFields {{ ...Input }} interfaces {{ ...Ref }}
           enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }}
           possibleTypes {{ ...Ref }} }}
         fragment Input on __InputValue {{ name description type {{ ...Ref }} defaultValue }}
         fragment Ref on __Type {{ kind name {of_type} }}"
    );
    check(&document, json!({})).unwrap();
    let twice = "{ __schema { types { fields { type { fields { type { fields { type { fields { type { fields { name } } } } } } } } } } } }";
    assert_eq!(budget(twice), "values");
}

#[test]
fn lists_cost_what_is_asked_of_them() {
    let cost = |document: &str, variables: Value| check(document, variables).unwrap().cost.values;
    assert_eq!(cost("{ caseload(first: 10) { nodes { painNow adherence7 } } }", json!({})), 1 + 10 * 3);
    assert_eq!(cost("{ caseload { nodes { painNow } } }", json!({})), 1 + 20 * 2);
    let by_variable = "query($n: Int = 7) { caseload(last: $n) { nodes { painNow } } }";
    assert_eq!(cost(by_variable, json!({})), 1 + 7 * 2);
    assert_eq!(cost(by_variable, json!({ "n": 9 })), 1 + 9 * 2);
    assert_eq!(cost("{ caseload(first: -1) { nodes { painNow } } }", json!({})), 1);
    assert_eq!(cost("query($i: [ID!]!) { nodes(ids: $i) { id } }", json!({ "i": ["a", "b"] })), 1 + 2);
    let cubed = "{ caseload(first: 100) { nodes { patient { progressLogs(first: 100) { nodes { results { sets { reps } } } } } } } }";
    assert_eq!(budget(cubed), "values");
}

fn many(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect::<Vec<_>>().concat()
}

/// Documents that cost far more than their text.
fn bombs() -> Vec<String> {
    let doubling = |count: usize| {
        let mut text = "{ viewer { ...F0 } }".to_owned();
        for n in 0..count {
            write!(text, "fragment F{n} on Viewer {{ ...F{} ...F{} }}", n + 1, n + 1).unwrap();
        }
        text + &format!("fragment F{count} on Viewer {{ id }}")
    };
    let chain = |count: usize| {
        let mut text = "{ viewer { ...F0 } }".to_owned();
        for n in 0..count {
            write!(text, "fragment F{n} on Viewer {{ ...F{} }}", n + 1).unwrap();
        }
        text + &format!("fragment F{count} on Viewer {{ id }}")
    };
    let aliases: String = many(900, |n| format!("a{n}: id "));
    vec![
        doubling(12),
        doubling(40),
        doubling(98),
        chain(90),
        format!("{{ viewer {{ {aliases} }} }}"),
        format!("{{ viewer {{ {} }} }}", "id ".repeat(4_000)),
        format!("{{ viewer {{ id {} }} }}", "@skip(if: false) ".repeat(500)),
        format!("{{ {} }}", many(90, |n| format!("a{n}: viewer {{ id }} "))),
        many(300, |n| format!("query Q{n} {{ viewer {{ id }} }} ")),
        format!("query({}) {{ viewer {{ id }} }}", many(300, |n| format!("$v{n}: Int "))),
        "{ viewer { id } }".to_owned() + &" ".repeat(16_384),
    ]
}

#[test]
fn bombs_are_refused_by_their_cost_and_never_run() {
    for bomb in bombs() {
        let refusal = match guard().check(&bomb, Some("Q1").filter(|_| bomb.contains("Q1 ")), Map::new()) {
            Err(refusal) => refusal,
            Ok(checked) => panic!("{:?} passed: {bomb:.200}", checked.cost),
        };
        assert_eq!(refusal.code, "QUERY_TOO_COMPLEX", "{bomb:.200}");
        let (cost, limit) = (refusal.details["cost"].as_u64(), refusal.details["limit"].as_u64());
        assert!(cost.unwrap() > limit.unwrap(), "{bomb:.200}");
    }
}

#[test]
fn fragments_that_spread_themselves_are_refused() {
    for document in [
        "{ viewer { ...A } } fragment A on Viewer { ...A }",
        "{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { id ...A }",
        "{ viewer { id } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }",
    ] {
        assert_eq!(refusal(document, json!({})).code, "GRAPHQL_VALIDATION_FAILED", "{document}");
    }
}

#[test]
fn the_operation_is_chosen_as_the_specification_says() {
    let two = "query A { viewer { id } } mutation B { signOut { userErrors { code } } }";
    let kind = |name| guard().check(two, name, Map::new()).map(|checked| checked.kind);
    assert_eq!(kind(Some("A")).unwrap(), OperationType::Query);
    assert_eq!(kind(Some("B")).unwrap(), OperationType::Mutation);
    assert_eq!(kind(None).unwrap_err().code, "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(kind(Some("C")).unwrap_err().code, "GRAPHQL_VALIDATION_FAILED");
    let anonymous = guard().check("{ viewer { id } }", Some("A"), Map::new());
    assert_eq!(anonymous.unwrap_err().code, "GRAPHQL_VALIDATION_FAILED");
    let two_roots = "subscription { caseloadChanged { painNow } b: caseloadChanged { painNow } }";
    assert_eq!(refusal(two_roots, json!({})).code, "GRAPHQL_VALIDATION_FAILED");
}

#[test]
fn variables_are_held_against_their_types_before_anything_runs() {
    let log = "mutation($input: LogProgressInput!) { logProgress(input: $input) { userErrors { code } } }";
    let good = json!({ "input": { "logs": [{ "id": "log_1", "performedAt": "2026-06-15T08:00:00Z",
        "painBefore": 3, "note": null, "results": [] }] } });
    check(log, good.clone()).unwrap();
    let faults: [(&str, Value, &str); 9] = [
        ("", json!({}), "input"),
        ("", json!({ "input": null }), "input"),
        ("", json!({ "input": 3 }), "input"),
        ("/input/logs/0/id", Value::Null, "input.logs.0.id"),
        ("/input/logs/0/performedAt", json!("yesterday"), "input.logs.0.performedAt"),
        ("/input/logs/0/performedAt", json!(1_700_000_000), "input.logs.0.performedAt"),
        ("/input/logs/0/painBefore", json!(2_147_483_648_i64), "input.logs.0.painBefore"),
        ("/input/logs/0/painBefore", json!(3.5), "input.logs.0.painBefore"),
        (
            "/input/logs/0/results",
            json!([{ "prescriptionId": "a", "sets": [], "skipReason": "LAZY" }]),
            "input.logs.0.results.0.skipReason",
        ),
    ];
    for (pointer, value, path) in faults {
        let mut variables = good.clone();
        if pointer.is_empty() {
            variables = value;
        } else {
            *variables.pointer_mut(pointer).unwrap() = value;
        }
        let refusal = refusal(log, variables.clone());
        assert_eq!(refusal.code, "BAD_USER_INPUT", "{variables}");
        let told: Vec<_> =
            refusal.details["path"].as_array().unwrap().iter().map(|step| step.as_str().unwrap()).collect();
        assert_eq!(told.join("."), path, "{}", refusal.message);
    }
    let unknown = json!({ "input": { "logs": [], "patientId": "somebody" } });
    assert_eq!(refusal(log, unknown).details["path"], json!(["input", "patientId"]));
    let literal = "{ today(date: \"2026-02-30\") { date } }";
    assert_eq!(refusal(literal, json!({})).details["path"], json!(["date"]));
    assert!(check("query($d: LocalDate) { today(date: $d) { date } }", json!({ "other": 1 })).is_ok());
    assert!(check("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": "one" })).is_ok());
}

/// A small schema, so that naive expansion stays small too.
const SMALL: &str = "type Query { one: Query! many: [Query!]! leaf: Int leaves: [Int!]! }";

fn selection_set(depth: u32, fragments: std::ops::Range<usize>) -> BoxedStrategy<String> {
    let leaf = prop_oneof![Just("leaf".to_owned()), Just("x: leaves @skip(if: false)".to_owned())].boxed();
    let spread = if fragments.is_empty() {
        leaf.clone()
    } else {
        fragments.clone().prop_map(|n| format!("...F{n}")).boxed()
    };
    let item = if depth == 0 {
        prop_oneof![leaf, spread].boxed()
    } else {
        let inner = || selection_set(depth - 1, fragments.clone());
        prop_oneof![
            leaf,
            spread,
            inner().prop_map(|set| format!("one {set}")),
            inner().prop_map(|set| format!("y: many {set}")),
            inner().prop_map(|set| format!("... on Query @include(if: true) {set}")),
        ]
        .boxed()
    };
    proptest::collection::vec(item, 1..4).prop_map(|items| format!("{{ {} }}", items.join(" "))).boxed()
}

/// What a selection set costs when every fragment is written out where it is spread.
fn expanded(document: &ExecutableDocument, set: &async_graphql::parser::types::SelectionSet) -> Cost {
    let mut sum = Cost::default();
    let mut levels = 0;
    for item in &set.items {
        let directives = item.node.directives().len() as u64;
        let (inner, name, alias) = match &item.node {
            Selection::Field(field) => {
                let field = &field.node;
                (
                    expanded(document, &field.selection_set.node),
                    Some(field.name.node.as_str()),
                    field.alias.is_some(),
                )
            }
            Selection::FragmentSpread(spread) => {
                let fragment = &document.fragments[&spread.node.fragment_name.node].node;
                (expanded(document, &fragment.selection_set.node), None, false)
            }
            Selection::InlineFragment(inline) => {
                (expanded(document, &inline.node.selection_set.node), None, false)
            }
        };
        levels = levels.max(inner.levels);
        sum.selections += inner.selections + 1;
        sum.aliases += inner.aliases + u64::from(alias);
        sum.directives += inner.directives + directives;
        let (depth, values, roots) = match name {
            None => (inner.depth, inner.values, inner.roots),
            Some("leaf") => (1, 1, 1),
            Some("leaves") => (1, 100, 1),
            Some("many") => (inner.depth + 1, 1 + 100 * inner.values, 1),
            Some(_) => (inner.depth + 1, 1 + inner.values, 1),
        };
        sum.depth = sum.depth.max(depth);
        sum.values += values;
        sum.roots += roots;
    }
    sum.levels = levels + 1;
    sum
}

proptest! {
    #[test]
    fn the_cost_is_that_of_the_document_written_out(
        main in selection_set(2, 0..3),
        first in selection_set(1, 1..3),
        second in selection_set(1, 2..3),
        third in selection_set(1, 0..0),
    ) {
        let text = format!(
            "query {main} fragment F0 on Query {first} fragment F1 on Query {second} fragment F2 on Query {third}"
        );
        let types = Catalog::parse(SMALL).unwrap();
        let document = parse_query(&text).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let variables = Variables::default();
        let counted = Counter::new(&types, &document, &variables, false).operation(&operation.node).unwrap();
        prop_assert_eq!(counted, expanded(&document, &operation.node.selection_set.node), "{}", text);
    }

    #[test]
    fn no_text_makes_the_guard_panic(text in "[ a-z0-9{}()\\[\\]:$!@.,\"#&|=\\\\\n\u{1F600}-]{0,200}") {
        let _ = guard_of_small().check(&text, None, Map::new());
    }
}

fn guard_of_small() -> Guard {
    Guard::new(SMALL, Budgets::default(), false).unwrap()
}
