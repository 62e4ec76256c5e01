//! What a clinic has of exercises of its own: made, copied, prescribed, archived, and nobody else's to see.

use crate::library::{keys, make, own_exercise};
use crate::{change, chosen, refused};
use care::access::Role;
use care::id::Kind;
use care::library::exercise_id;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp};

const EXERCISE: &str =
    "query($id: ID!) { exercise(id: $id) { id name own archivedAt instructions { kind text } } }";

/// To a therapist of another clinic this exercise is what one is that there is not.
pub(crate) async fn invisible(stranger: &Client, id: &str) {
    let absent = Kind::Exercise.encode(exercise_id(999));
    let own =
        change(stranger, "createPatient", "patient { id }", json!({ "name": "Eve", "conditions": [] })).await;
    let patient = own["patient"]["id"].clone();
    let answers = async |id: &str| {
        let nodes =
            "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } exercise(id: $id) { id } }";
        let check = "query($input: CheckProgramInput!) { checkProgram(input: $input) { rule } }";
        let program =
            json!({ "patientId": patient, "title": "Any", "prescriptions": [{ "exerciseId": id }] });
        let of = json!({ "patientId": patient, "prescriptions": [{ "exerciseId": id }] });
        let mut answers = vec![
            stranger.raw(nodes, json!({ "id": id })).await,
            stranger.raw(check, json!({ "input": of })).await,
            change(stranger, "createProgram", "program { id }", program).await,
        ];
        for mutation in ["cloneExercise", "archiveExercise"] {
            answers.push(change(stranger, mutation, "exercise { id }", json!({ "exerciseId": id })).await);
        }
        answers
    };
    let told = answers(id).await;
    assert_eq!(told, answers(&absent).await);
    assert_eq!(told[0]["data"], json!({ "node": null, "nodes": [null], "exercise": null }));
    for refusal in &told[2..] {
        refused(refusal, "NOT_FOUND");
    }
    let listed = keys(stranger, json!({ "first": 100 })).await;
    assert!(!listed.contains(&id.to_owned()) && listed.len() == 66, "{listed:?}");
    let mut taken = own_exercise(&[("ENGLISH", "Wall hold")]);
    taken["id"] = json!(id);
    refused(&change(stranger, "createExercise", "exercise { id }", taken).await, "CONFLICT");
}

#[tokio::test]
async fn an_own_exercise_is_made_copied_and_prescribed_in_the_languages_it_has() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let hold = make(&therapist, &[("ENGLISH", "Wall hold")]).await;
        app.clinic.clock.advance(1);
        let copy = json!({ "exerciseId": hold, "movementTags": [],
            "texts": [{ "language": "SPANISH", "name": "Apoyo", "steps": ["De pie."] },
                { "language": "ENGLISH", "name": "Wall lean", "steps": ["Stand."] }] });
        let copied = change(
            &therapist,
            "cloneExercise",
            "exercise { id own movementTags categories equipment defaultDose { holdSeconds } }",
            copy,
        )
        .await;
        let lean = copied["exercise"].clone();
        assert_eq!((&lean["movementTags"], &lean["own"]), (&json!([]), &json!(true)), "{copied}");
        assert_eq!((&lean["equipment"], &lean["defaultDose"]["holdSeconds"]), (&json!(["wall"]), &json!(20)));
        app.clinic.clock.advance(1);
        let shared = json!({ "exerciseId": Kind::Exercise.encode(exercise_id(6)) });
        let shared =
            change(&therapist, "cloneExercise", "exercise { id name }", shared).await["exercise"].clone();
        assert_eq!(shared["name"], "Bird dog");

        let listed = keys(&therapist, json!({ "first": 100 })).await;
        assert_eq!(listed.len(), 69, "{stack:?}");
        assert_eq!(
            listed[66..],
            [
                hold.clone(),
                lean["id"].as_str().unwrap().to_owned(),
                shared["id"].as_str().unwrap().to_owned()
            ]
        );
        assert_eq!(keys(&therapist, json!({ "search": "apoyo" })).await, [lean["id"].as_str().unwrap()]);

        let program = json!({ "patientId": Kind::Patient.encode(ada.id), "title": "Own",
            "prescriptions": [{ "exerciseId": hold }, { "exerciseId": lean["id"] }, { "exerciseId": shared["id"] }] });
        let program = change(&therapist, "createProgram", "program { id }", program).await["program"].clone();
        let activate = json!({ "programId": program["id"] });
        change(&therapist, "activateProgram", "program { id }", activate).await;
        for (language, names) in [
            ("en", ["Wall hold", "Wall lean", "Bird dog"]),
            ("es-MX, en;q=0.5", ["Wall hold", "Apoyo", "Perro-pájaro (bird dog)"]),
        ] {
            let patient = app.sign_in("ada@patient.example").await.speaking(language);
            let items = crate::items(&patient).await;
            let shown: Vec<_> =
                items.iter().map(|item| item["prescription"]["exercise"]["name"].clone()).collect();
            assert_eq!(shown, names, "{stack:?} {language}");
        }
        let kinds = therapist.ask(EXERCISE, json!({ "id": hold })).await;
        let kinds =
            kinds["exercise"]["instructions"].as_array().unwrap().iter().map(|told| told["kind"].clone());
        assert_eq!(kinds.collect::<Vec<_>>(), ["STEP", "STEP", "SAFETY"], "what is left out is not there");
        app.stop().await;
    }
}

#[tokio::test]
async fn an_archived_one_leaves_the_list_and_stays_where_it_is_prescribed() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let hold = make(&therapist, &[("ENGLISH", "Wall hold")]).await;
        let copy = json!({ "exerciseId": hold });
        let lean = change(&therapist, "cloneExercise", "exercise { id }", copy).await["exercise"].clone();
        let program = json!({ "patientId": Kind::Patient.encode(ada.id), "title": "Own",
            "prescriptions": [{ "exerciseId": hold }, { "exerciseId": lean["id"] }] });
        let program =
            change(&therapist, "createProgram", "program { id revision }", program).await["program"].clone();
        let activate = json!({ "programId": program["id"] });
        change(&therapist, "activateProgram", "program { id }", activate).await;
        for _ in 0..2 {
            let archive = json!({ "exerciseId": hold });
            let archived = change(&therapist, "archiveExercise", "exercise { archivedAt }", archive).await;
            assert_eq!(archived["exercise"]["archivedAt"], "2026-06-15T10:00:00Z", "{archived}");
            app.clinic.clock.advance(1_000);
        }
        assert_eq!(
            care::library::load(&app.clinic.worker()).await.unwrap(),
            0,
            "own ones are not the files'"
        );
        assert_eq!(keys(&therapist, json!({ "first": 100 })).await.len(), 67);
        assert_eq!(keys(&therapist, json!({ "search": "wall hold" })).await, [lean["id"].as_str().unwrap()]);
        let patient = app.sign_in("ada@patient.example").await;
        assert_eq!(crate::items(&patient).await.len(), 2, "{stack:?}: what is prescribed stays");
        let node = "query($id: ID!) { node(id: $id) { ... on Exercise { name archivedAt } } }";
        assert_eq!(patient.ask(node, json!({ "id": hold })).await["node"]["name"], "Wall hold");
        let revise = json!({ "programId": program["id"], "expectedRevision": program["revision"],
            "prescriptions": [{ "exerciseId": hold }] });
        let revised = change(&therapist, "reviseProgram", "program { revision }", revise).await;
        assert_eq!(revised["program"]["revision"], 2, "{revised}");
        let ben = app.clinic.patient("ben").await;
        let late = json!({ "patientId": Kind::Patient.encode(ben.id), "title": "Late",
            "prescriptions": [{ "exerciseId": hold }] });
        let late = change(&therapist, "createProgram", "program { id }", late).await;
        assert_eq!(
            late["userErrors"][0],
            json!({ "code": "NOT_ALLOWED", "path": ["prescriptions", "0", "exerciseId"] })
        );

        let administrator = app.sign_in("admin@clinic.example").await;
        let trail = administrator
            .ask("{ auditEvents(first: 100) { nodes { action objectId patientId } } }", json!({}))
            .await;
        let trail = trail["auditEvents"]["nodes"].as_array().unwrap().clone();
        for (action, id, times) in [
            ("exercise.create", &json!(hold), 1),
            ("exercise.clone", &lean["id"], 1),
            ("exercise.archive", &json!(hold), 1),
        ] {
            let of = |event: &&Value| {
                event["action"] == action && event["objectId"] == *id && event["patientId"].is_null()
            };
            assert_eq!(trail.iter().filter(of).count(), times, "{stack:?}: {action}");
        }
        app.stop().await;
    }
}

#[tokio::test]
async fn an_own_exercise_is_its_clinics_alone_and_made_once() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        app.clinic.begin_another("Other Clinic", "admin@other.example").await;
        app.clinic.member_of("admin@other.example", "foreign@other.example", Role::Therapist).await;
        let id = chosen(&app, Kind::Exercise);
        let mut wanted = own_exercise(&[("ENGLISH", "Wall hold")]);
        wanted["id"] = json!(id);
        for _ in 0..2 {
            let made = change(&therapist, "createExercise", "exercise { id }", wanted.clone()).await;
            assert_eq!(made["exercise"]["id"], json!(id), "{stack:?}: {made}");
        }
        let stranger = app.sign_in("foreign@other.example").await;
        invisible(&stranger, &id).await;
        let mut other = wanted.clone();
        other["categories"] = json!(["core"]);
        refused(&change(&therapist, "createExercise", "exercise { id }", other.clone()).await, "CONFLICT");
        let copy = json!({ "id": id, "exerciseId": id });
        refused(&change(&therapist, "cloneExercise", "exercise { id }", copy).await, "CONFLICT");
        other["id"] = json!(Kind::Exercise.encode(exercise_id(3)));
        let shared = change(&therapist, "createExercise", "exercise { id }", other.clone()).await;
        other["id"] = json!(Kind::Exercise.encode(exercise_id(999)));
        let to_come = change(&therapist, "createExercise", "exercise { id }", other).await;
        let mut foreign = wanted;
        foreign["id"] = json!(make(&stranger, &[("ENGLISH", "Theirs")]).await);
        let foreign = change(&therapist, "createExercise", "exercise { id }", foreign).await;
        refused(&shared, "CONFLICT");
        assert_eq!(shared, foreign, "{stack:?}: whosever the id is");
        assert_eq!(shared, to_come, "{stack:?}: a later release has its ids");

        let archive = json!({ "exerciseId": Kind::Exercise.encode(exercise_id(3)) });
        refused(&change(&therapist, "archiveExercise", "exercise { id }", archive).await, "NOT_ALLOWED");
        app.clinic.member("helper@clinic.example", Role::Assistant).await;
        let helper = app.sign_in("helper@clinic.example").await;
        for (mutation, input) in [
            ("createExercise", own_exercise(&[("ENGLISH", "Wall hold")])),
            ("cloneExercise", json!({ "exerciseId": id })),
            ("archiveExercise", json!({ "exerciseId": id })),
        ] {
            refused(&change(&helper, mutation, "exercise { id }", input).await, "FORBIDDEN");
        }
        let administrator = app.sign_in("admin@clinic.example").await;
        let archived =
            change(&administrator, "archiveExercise", "exercise { archivedAt }", json!({ "exerciseId": id }))
                .await;
        assert!(archived["exercise"]["archivedAt"].is_string(), "{archived}");
        app.stop().await;
    }
}

#[tokio::test]
async fn every_fault_of_an_own_exercise_is_told_with_its_place() {
    let app = TestApp::start(Stack::Embedded).await;
    let therapist = app.sign_in("therapist@clinic.example").await;
    let step = |step: &str| json!([{ "language": "ENGLISH", "name": "Hold", "steps": [step] }]);
    for (field, value, code, path) in [
        ("texts", json!([]), "REQUIRED", json!(["texts"])),
        ("texts", step(" "), "REQUIRED", json!(["texts", "0", "steps", "0"])),
        ("texts", step(&"x".repeat(501)), "TOO_LONG", json!(["texts", "0", "steps", "0"])),
        ("texts", step("a\u{0}b"), "MALFORMED", json!(["texts", "0", "steps", "0"])),
        ("texts", step("a\u{1b}[31mb"), "MALFORMED", json!(["texts", "0", "steps", "0"])),
        (
            "texts",
            json!([{ "language": "ENGLISH", "name": "", "steps": ["x"] }]),
            "REQUIRED",
            json!(["texts", "0", "name"]),
        ),
        (
            "texts",
            json!([{ "language": "ENGLISH", "name": "x".repeat(201), "steps": ["x"] }]),
            "TOO_LONG",
            json!(["texts", "0", "name"]),
        ),
        (
            "texts",
            json!([{ "language": "ENGLISH", "name": "x", "steps": [] }]),
            "REQUIRED",
            json!(["texts", "0", "steps"]),
        ),
        (
            "texts",
            json!([{ "language": "ENGLISH", "name": "x", "steps": vec!["x"; 21] }]),
            "TOO_MANY",
            json!(["texts", "0", "steps"]),
        ),
        (
            "texts",
            json!([{ "language": "ENGLISH", "name": "x", "steps": ["x"], "formCue": "x".repeat(1_001) }]),
            "TOO_LONG",
            json!(["texts", "0", "formCue"]),
        ),
        (
            "texts",
            json!([{ "language": "ENGLISH", "name": "x", "steps": ["x"] }, { "language": "ENGLISH", "name": "y", "steps": ["y"] }]),
            "DUPLICATE",
            json!(["texts", "1", "language"]),
        ),
        ("categories", json!([]), "REQUIRED", json!(["categories"])),
        ("categories", json!(["core", "my own"]), "NOT_FOUND", json!(["categories", "1"])),
        ("movementTags", json!(["FLX", "FLX"]), "DUPLICATE", json!(["movementTags", "1"])),
        ("movementTags", json!(["flx"]), "NOT_FOUND", json!(["movementTags", "0"])),
        ("equipment", json!(["rocket"]), "NOT_FOUND", json!(["equipment", "0"])),
        ("conditions", json!(["gout"]), "NOT_FOUND", json!(["conditions", "0"])),
        ("defaultDose", json!({ "kind": "REPS", "sets": 3 }), "REQUIRED", json!(["defaultDose", "reps"])),
        (
            "defaultDose",
            json!({ "kind": "HOLD", "sets": 300, "holdSeconds": 5 }),
            "OUT_OF_RANGE",
            json!(["defaultDose", "sets"]),
        ),
        (
            "defaultSchedule",
            json!({ "kind": "DAILY", "timesPerDay": 25 }),
            "OUT_OF_RANGE",
            json!(["defaultSchedule", "timesPerDay"]),
        ),
        (
            "defaultSchedule",
            json!({ "kind": "DAILY", "days": 2 }),
            "MISMATCH",
            json!(["defaultSchedule", "days"]),
        ),
        ("id", json!("program_00000000000000000000000000"), "MALFORMED", json!(["id"])),
    ] {
        let mut copy = json!({ "exerciseId": Kind::Exercise.encode(exercise_id(1)) });
        let mut new = own_exercise(&[("ENGLISH", "Wall hold")]);
        for (mutation, input) in [("createExercise", &mut new), ("cloneExercise", &mut copy)] {
            input[field] = value.clone();
            let answer = change(&therapist, mutation, "exercise { id }", input.clone()).await;
            assert_eq!(answer["userErrors"], json!([{ "code": code, "path": path }]), "{mutation} {input}");
        }
    }
    assert_eq!(keys(&therapist, json!({ "first": 100 })).await.len(), 66, "nothing was made");
    app.stop().await;
}

#[tokio::test]
async fn a_clinic_keeps_at_most_a_thousand_exercises_of_its_own_in_the_list() {
    let app = TestApp::start(Stack::Embedded).await;
    let therapist = app.sign_in("therapist@clinic.example").await;
    let id = make(&therapist, &[("ENGLISH", "Wall hold")]).await;
    let connection = app.clinic.database.connect().await;
    let many = "WITH RECURSIVE n(at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM n WHERE at < 999)
        INSERT INTO exercise (id, key, number, categories, tags, default_dose, default_schedule, change, clinic_id, own_texts)
        SELECT randomblob(16), 'many ' || at, 0, categories, tags, default_dose, default_schedule, 1, clinic_id, own_texts
        FROM exercise, n WHERE clinic_id IS NOT NULL";
    connection.execute_unprepared(many).await.unwrap();
    connection.close().await.unwrap();
    let wanted = own_exercise(&[("ENGLISH", "One more")]);
    refused(&change(&therapist, "createExercise", "exercise { id }", wanted.clone()).await, "TOO_MANY");
    change(&therapist, "archiveExercise", "exercise { id }", json!({ "exerciseId": id })).await;
    let made = change(&therapist, "createExercise", "exercise { id }", wanted).await;
    assert!(made["exercise"]["id"].is_string(), "{made}");
    app.stop().await;
}
