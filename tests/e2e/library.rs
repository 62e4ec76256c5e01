//! The library: its words in two languages, and finding exercises.

use crate::change;
use care::id::Kind;
use care::library::exercise_id;
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp};

const LIST: &str = "query($search: String, $equipment: String, $condition: String, $first: Int, $after: String, $last: Int, $before: String) {
  exercises(search: $search, equipment: $equipment, condition: $condition, first: $first, after: $after, last: $last, before: $before) {
    nodes { id key name own equipment conditions { key } } pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
    totalCount } }";

/// An exercise with these names, each in its language.
pub(crate) fn own_exercise(names: &[(&str, &str)]) -> Value {
    let texts: Vec<_> = names
        .iter()
        .map(|(language, name)| {
            json!({ "language": language, "name": name, "steps": [format!("{name}: stand."), "Hold."],
                "safety": "Stop when it hurts." })
        })
        .collect();
    json!({ "texts": texts, "categories": ["posture"], "movementTags": ["AX"], "equipment": ["wall"],
        "conditions": ["neck-pain"], "defaultDose": { "kind": "HOLD", "sets": 3, "holdSeconds": 20 },
        "defaultSchedule": { "kind": "DAILY" } })
}

/// Makes an exercise; its id.
pub(crate) async fn make(therapist: &Client, names: &[(&str, &str)]) -> String {
    let made = change(therapist, "createExercise", "exercise { id }", own_exercise(names)).await;
    made["exercise"]["id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
}

pub(crate) async fn keys(client: &Client, variables: Value) -> Vec<String> {
    let found = client.ask(LIST, variables).await["exercises"]["nodes"].as_array().unwrap().clone();
    found.iter().map(|node| node["key"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn exercises_are_found_in_either_language_and_paged_in_the_order_of_the_search() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        make(&therapist, &[("SPANISH", "Estiramiento de la ingle")]).await;
        for search in ["Bird dog", "brid dog", "dog bird", "PERRO PAJARO"] {
            assert_eq!(
                keys(&therapist, json!({ "search": search })).await[0],
                "bird-dog",
                "{stack:?} {search}"
            );
        }
        assert_eq!(keys(&therapist, json!({ "search": "qqqqq" })).await, [""; 0]);
        assert_eq!(keys(&therapist, json!({ "search": " ", "first": 100 })).await.len(), 67);
        let whole = keys(&therapist, json!({ "search": "estiramiento", "first": 100 })).await;
        assert!(whole.len() >= 9, "{whole:?}");
        let (mut pages, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = json!({ "search": "estiramiento", "first": 2, "after": after });
            let page = therapist.ask(LIST, page).await["exercises"].clone();
            assert_eq!(page["totalCount"], whole.len());
            pages.extend(
                page["nodes"].as_array().unwrap().iter().map(|node| node["key"].as_str().unwrap().to_owned()),
            );
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            if pages.len() == 4 {
                // What is added meanwhile comes in its own place and moves nothing.
                make(&therapist, &[("SPANISH", "Estiramiento")]).await;
                let first = keys(&therapist, json!({ "search": "estiramiento", "first": 1 })).await;
                assert!(first[0].starts_with("exercise_"), "{first:?}");
                let archive = json!({ "exerciseId": first[0] });
                change(&therapist, "archiveExercise", "exercise { id }", archive).await;
            }
        }
        assert_eq!(pages, whole, "{stack:?}");
        let back = json!({ "search": "estiramiento", "last": 3, "before": after });
        assert_eq!(keys(&therapist, back).await, whole[whole.len() - 4..whole.len() - 1]);

        assert_eq!(
            keys(&therapist, json!({ "equipment": "kettlebell" })).await,
            ["light-deadlift", "suitcase-carry"]
        );
        let neck = therapist.ask(LIST, json!({ "condition": "neck-pain", "first": 100 })).await;
        for node in neck["exercises"]["nodes"].as_array().unwrap() {
            assert!(
                node["conditions"].as_array().unwrap().contains(&json!({ "key": "neck-pain" })),
                "{node}"
            );
        }
        let long = therapist.raw(LIST, json!({ "search": "x".repeat(101) })).await;
        assert_eq!(long["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{long}");
        app.stop().await;
    }
}

#[tokio::test]
async fn whoever_asks_in_spanish_reads_spanish() {
    let app = TestApp::start(Stack::Embedded).await;
    let ada = app.clinic.patient("ada").await;
    app.clinic.program(&ada, &[6]).await;
    let words =
        "{ conditions { name } redFlagSigns { question } programs { prescriptions { schedule { text } } } }";
    let report = "mutation { reportSymptoms(input: { signs: [\"saddle\"] }) { screen { advice { text } } } }";
    let check = "query($input: CheckProgramInput!) { checkProgram(input: $input) { text } }";
    let thrice = vec![json!({ "exerciseId": Kind::Exercise.encode(exercise_id(6)) }); 2];
    let program = json!({ "input": { "patientId": Kind::Patient.encode(ada.id), "prescriptions": thrice } });
    for (languages, condition, sign, schedule, advice, caution) in [
        (
            "es-419;q=0.8, en;q=0.5",
            "Dolor lumbar",
            "orinar",
            "Una vez al día, todos los días",
            "Llame ahora al 911",
            "prescrito dos veces",
        ),
        ("de, en;q=0.5", "Non-specific", "urine", "Once a day, every day", "Call 911", "prescribed twice"),
    ] {
        let patient = app.sign_in("ada@patient.example").await.speaking(languages);
        let told = patient.ask(words, json!({})).await;
        assert!(told["conditions"][0]["name"].as_str().unwrap().contains(condition), "{told}");
        assert!(told["redFlagSigns"][0]["question"].as_str().unwrap().contains(sign), "{told}");
        assert_eq!(told["programs"][0]["prescriptions"][0]["schedule"]["text"], schedule);
        let told = patient.ask(report, json!({})).await;
        let text = told["reportSymptoms"]["screen"]["advice"]["text"].as_str().unwrap();
        assert!(text.contains(advice), "{told}");
        let therapist = app.sign_in("therapist@clinic.example").await.speaking(languages);
        let told = therapist.ask(check, program.clone()).await;
        assert!(told["checkProgram"][0]["text"].as_str().unwrap().contains(caution), "{told}");
    }
    app.stop().await;
}
