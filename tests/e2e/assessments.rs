//! Assessments are recorded whole, never edited, and compared; what they find of conditions and danger counts at
//! once.

use crate::{LOG, change, chosen, refused};
use care::id::Kind;
use care::library::exercise_id;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::{Client, Stack, TestApp};

const ASSESSMENT: &str = "assessment { id kind assessedOn nextOn history { complaint onsetOn }
    posture { posture note } rangeOfMotion { region direction side degrees painful }
    strength { action side grade } neurologicalSigns { test level side response }
    specialTests { test side outcome degrees } diagnosticTests { kind performedOn finding }
    conditions { key side level } risk { level reason startBack { total distress } basis } note
    screen { id } memberId voidedAt voidReason } screen { id signs advice { level text } }";

pub(super) async fn record(client: &Client, input: Value) -> Value {
    change(client, "recordAssessment", ASSESSMENT, input).await
}

/// An assessment with something of everything.
pub(super) fn full(patient: &str, id: &str) -> Value {
    json!({ "id": id, "patientId": patient, "kind": "INITIAL", "nextOn": "2026-07-13",
        "history": { "complaint": "Pain in the left leg", "onsetOn": "2026-05-01" },
        "posture": [{ "posture": "LATERAL_SHIFT", "note": "To the right" }],
        "rangeOfMotion": [
            { "region": "LUMBAR", "direction": "FLEXION", "degrees": 30, "painful": true },
            { "region": "HIP", "direction": "INTERNAL_ROTATION", "side": "LEFT", "degrees": 35, "painful": false }],
        "strength": [{ "action": "BIG_TOE_EXTENSION", "side": "LEFT", "grade": 3.5 }],
        "neurologicalSigns": [{ "test": "DERMATOME", "level": "L5", "side": "LEFT", "response": "REDUCED" }],
        "specialTests": [{ "test": "straight-leg-raise", "side": "LEFT", "outcome": "POSITIVE", "degrees": 40 }],
        "diagnosticTests": [{ "kind": "MRI", "performedOn": "2026-05-20", "finding": "Disc protrusion" }],
        "conditions": [{ "key": "herniated-disc", "side": "LEFT", "level": "L4/L5" }],
        "risk": { "startBack": { "total": 5, "distress": 4 } },
        "redFlagSigns": ["night-pain"], "note": "Works at a desk" })
}

async fn paths(client: &Client, input: Value) -> Vec<String> {
    let answer = record(client, input).await;
    let join = |fault: &Value| {
        let steps = fault["path"].as_array().unwrap().iter().map(|step| step.as_str().unwrap().to_owned());
        steps.collect::<Vec<_>>().join(".")
    };
    answer["userErrors"].as_array().unwrap().iter().map(join).collect()
}

#[tokio::test]
async fn an_assessment_is_kept_whole_and_once() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let [own, therapist] =
            [app.sign_in("ada@patient.example").await, app.sign_in("therapist@clinic.example").await];
        let input = full(&ada, &chosen(&app, Kind::Assessment));
        let first = record(&therapist, input.clone()).await;
        let kept = first["assessment"].clone();
        for field in [
            "id",
            "kind",
            "nextOn",
            "history",
            "posture",
            "strength",
            "neurologicalSigns",
            "specialTests",
            "diagnosticTests",
            "conditions",
            "note",
        ] {
            assert_eq!(kept[field], input[field], "{stack:?}: {field}");
        }
        assert_eq!(kept["rangeOfMotion"][1]["degrees"], 35);
        assert_eq!((&kept["assessedOn"], &kept["memberId"].is_string()), (&json!("2026-06-15"), &true));
        assert_eq!((&kept["risk"]["level"], &kept["risk"]["basis"]), (&json!("HIGH"), &json!("PUBLISHED")));
        assert_eq!(first["screen"]["advice"]["level"], "REVIEW", "{first}");
        assert_eq!(record(&therapist, input.clone()).await, first, "a replay");
        let mut other = input.clone();
        other["note"] = "Works on a roof".into();
        refused(&record(&therapist, other).await, "CONFLICT");

        let seen = "query($id: ID!) { patient(id: $id) { reassessmentDueOn conditions { key side level }
            assessments { nodes { id screen { id } } } } redFlagScreens(patientId: $id) { nodes { id } } }";
        let seen = therapist.ask(seen, json!({ "id": ada })).await;
        let (patient, screen) = (&seen["patient"], &first["screen"]["id"]);
        assert_eq!(patient["reassessmentDueOn"], "2026-07-13");
        assert_eq!(patient["conditions"], input["conditions"], "in place of those from before");
        assert_eq!(
            patient["assessments"]["nodes"],
            json!([{ "id": input["id"], "screen": { "id": screen } }])
        );
        assert_eq!(seen["redFlagScreens"]["nodes"], json!([{ "id": screen }]));

        let hidden =
            "query($id: ID!) { patient(id: $id) { reassessmentDueOn assessments { nodes { id } } } }";
        let hidden = own.raw(hidden, json!({ "id": ada })).await;
        assert_eq!(
            hidden["data"]["patient"],
            json!({ "reassessmentDueOn": "2026-07-13", "assessments": null })
        );
        assert_eq!(hidden["errors"][0]["extensions"]["code"], "FORBIDDEN");
        app.stop().await;
    }
}

#[tokio::test]
async fn what_is_wrong_has_its_place_and_changes_nothing() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let therapist = app.sign_in("therapist@clinic.example").await;
        let wrong = json!({ "patientId": ada, "kind": "INITIAL", "assessedOn": "2026-06-16", "nextOn": "2026-06-16",
            "history": { "complaint": "x".repeat(2_001), "onsetOn": "2026-06-16" },
            "posture": [{ "posture": "OTHER" }],
            "rangeOfMotion": [
                { "region": "LUMBAR", "direction": "FLEXION", "degrees": 181, "painful": false },
                { "region": "LUMBAR", "direction": "FLEXION", "degrees": 10, "painful": false }],
            "strength": [{ "action": "HIP_FLEXION", "side": "LEFT", "grade": 4.3 }],
            "neurologicalSigns": [{ "test": "MYOTOME", "level": "L9", "side": "LEFT", "response": "INCREASED" }],
            "specialTests": [
                { "test": "nonsense", "outcome": "POSITIVE" },
                { "test": "spurling", "outcome": "POSITIVE", "degrees": 10 }],
            "diagnosticTests": [{ "kind": "CT", "finding": " ", "performedOn": "2026-06-16" }],
            "conditions": [{ "key": "nonsense", "level": "L4/S1" }],
            "risk": { "level": "LOW" }, "redFlagSigns": ["nonsense"], "note": "x".repeat(4_001) });
        let found = paths(&therapist, wrong).await;
        for path in [
            "risk.reason",
            "assessedOn",
            "nextOn",
            "history.complaint",
            "history.onsetOn",
            "posture.0.note",
            "rangeOfMotion.0.degrees",
            "rangeOfMotion.1",
            "strength.0.grade",
            "neurologicalSigns.0.level",
            "neurologicalSigns.0.response",
            "specialTests.0.test",
            "specialTests.1.degrees",
            "diagnosticTests.0.finding",
            "diagnosticTests.0.performedOn",
            "conditions.0.key",
            "conditions.0.level",
            "redFlagSigns.0",
            "note",
        ] {
            assert!(found.iter().any(|it| it == path), "{path} is not in {found:?}");
        }
        assert_eq!(found.len(), 19, "{found:?}");
        let empty = json!({ "patientId": ada, "kind": "INITIAL", "history": { "complaint": " " } });
        assert_eq!(paths(&therapist, empty).await, ["history"]);
        let none = "query($id: ID!) { patient(id: $id) { assessments { nodes { id } } conditions { key } } }";
        let none = therapist.ask(none, json!({ "id": ada })).await;
        let before =
            json!({ "assessments": { "nodes": [] }, "conditions": [{ "key": "chronic-low-back-pain" }] });
        assert_eq!(none["patient"], before, "{stack:?}");
        app.stop().await;
    }
}

#[tokio::test]
async fn two_assessments_stand_side_by_side() {
    const COMPARE: &str = "query($from: ID!, $to: ID!) { compareAssessments(fromId: $from, toId: $to) { days
        angleRule { degrees basis }
        rangeOfMotion { before { degrees } after { degrees } changeDegrees verdict }
        strength { changeGrade verdict } specialTests { verdict changeDegrees } neurologicalSigns { verdict }
        risk { before { level } after { level } verdict } } }";
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let ben = Kind::Patient.encode(app.clinic.patient("ben").await.id);
        let [own, therapist, other] = [
            app.sign_in("ada@patient.example").await,
            app.sign_in("therapist@clinic.example").await,
            app.sign_in("other@clinic.example").await,
        ];
        let mut earlier = full(&ada, &chosen(&app, Kind::Assessment));
        earlier["assessedOn"] = "2026-05-18".into();
        earlier["nextOn"] = "2026-06-15".into();
        record(&therapist, earlier.clone()).await;
        let mut later = full(&ada, &chosen(&app, Kind::Assessment));
        later["kind"] = "REASSESSMENT".into();
        later["rangeOfMotion"] = json!([{ "region": "LUMBAR", "direction": "FLEXION", "degrees": 50, "painful": false },
                { "region": "LUMBAR", "direction": "EXTENSION", "degrees": 15, "painful": false }]);
        later["strength"][0]["grade"] = 4.5.into();
        later["specialTests"][0]["outcome"] = "NEGATIVE".into();
        later["neurologicalSigns"][0]["response"] = "ABSENT".into();
        later["risk"] = json!({ "level": "LOW", "reason": "Moves without fear" });
        record(&therapist, later.clone()).await;
        let ask = async |client: &Client, from: &Value, to: &Value| {
            client.raw(COMPARE, json!({ "from": from, "to": to })).await
        };
        let told = ask(&therapist, &earlier["id"], &later["id"]).await["data"]["compareAssessments"].clone();
        assert_eq!((&told["days"], &told["angleRule"]["degrees"]), (&json!(28), &json!(5)), "{told}");
        let verdicts: Vec<_> = told["rangeOfMotion"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["verdict"].as_str().unwrap())
            .collect();
        assert_eq!(verdicts, ["BETTER", "NEW", "GONE"], "{stack:?}");
        assert_eq!(told["rangeOfMotion"][0]["changeDegrees"], 20);
        assert_eq!(told["strength"], json!([{ "changeGrade": 1.0, "verdict": "BETTER" }]));
        assert_eq!(told["specialTests"], json!([{ "changeDegrees": 0, "verdict": "BETTER" }]));
        assert_eq!(told["neurologicalSigns"], json!([{ "verdict": "WORSE" }]));
        let risk = json!({ "before": { "level": "HIGH" }, "after": { "level": "LOW" }, "verdict": "BETTER" });
        assert_eq!(told["risk"], risk);

        let code = |answer: &Value| answer["errors"][0]["extensions"]["code"].clone();
        assert_eq!(code(&ask(&therapist, &later["id"], &earlier["id"]).await), "BAD_USER_INPUT");
        assert_eq!(code(&ask(&other, &earlier["id"], &later["id"]).await), "NOT_FOUND");
        assert_eq!(code(&ask(&own, &earlier["id"], &later["id"]).await), "FORBIDDEN");
        let stranger = full(&ben, &chosen(&app, Kind::Assessment));
        record(&therapist, stranger.clone()).await;
        assert_eq!(
            code(&ask(&therapist, &earlier["id"], &stranger["id"]).await),
            "NOT_FOUND",
            "one patient's"
        );

        let void = json!({ "assessmentId": later["id"], "reason": "Measured on another patient." });
        let answers = "assessment { voidedAt voidReason }";
        let voided = change(&therapist, "voidAssessment", answers, void.clone()).await;
        assert_eq!(voided["assessment"]["voidReason"], "Measured on another patient.");
        assert_eq!(change(&therapist, "voidAssessment", answers, void).await, voided, "once is enough");
        assert_eq!(code(&ask(&therapist, &earlier["id"], &later["id"]).await), "BAD_USER_INPUT");
        let due = "query($id: ID!) { patient(id: $id) { reassessmentDueOn } }";
        let due = therapist.ask(due, json!({ "id": ada })).await;
        assert_eq!(due["patient"]["reassessmentDueOn"], "2026-06-15", "by the newest that counts");
        app.stop().await;
    }
}

#[tokio::test]
async fn what_is_found_counts_at_once() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        app.clinic.member("assistant@clinic.example", care::access::Role::Assistant).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let rules = async || {
            let stretch = json!([{ "exerciseId": Kind::Exercise.encode(exercise_id(29)) },
                { "exerciseId": Kind::Exercise.encode(exercise_id(7)) }]);
            let check =
                "query($input: CheckProgramInput!) { checkProgram(input: $input) { rule prescriptions } }";
            let input = json!({ "patientId": ada, "prescriptions": stretch });
            therapist.ask(check, json!({ "input": input })).await["checkProgram"].clone()
        };
        assert_eq!(rules().await, json!([]));
        let found = json!({ "patientId": ada, "kind": "INITIAL", "redFlagSigns": ["unsteady-gait"],
            "conditions": [{ "key": "osteoporosis-compression-fracture", "level": "T12" }, { "key": "neck-pain" }] });
        let found = record(&therapist, found).await;
        assert_eq!(found["screen"]["advice"]["level"], "URGENT", "{found}");
        let told = json!([{ "rule": "osteoporosis-flexion", "prescriptions": [1] },
            { "rule": "myelopathy-neck", "prescriptions": [0] }]);
        assert_eq!(rules().await, told, "{stack:?}");
        let patient = "query($id: ID!) { patient(id: $id) { redFlagsSince openAlerts { severity evidence }
            conditions { key level } } }";
        let patient = async || therapist.ask(patient, json!({ "id": ada })).await["patient"].clone();
        let seen = patient().await;
        assert_eq!(seen["openAlerts"], json!([{ "severity": "HIGH", "evidence": [found["screen"]["id"]] }]));
        assert!(seen["redFlagsSince"].is_string());
        let keys = |patient: &Value| {
            let noted = patient["conditions"].as_array().unwrap().iter();
            noted.map(|it| it["key"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
        };
        assert!(keys(&seen).contains("myelopathy-signs"), "{seen}");

        let seen_again = json!({ "patientId": ada, "kind": "REASSESSMENT",
            "conditions": [{ "key": "neck-pain" }, { "key": "scoliosis", "side": "RIGHT" }] });
        record(&therapist, seen_again.clone()).await;
        let kept = keys(&patient().await);
        assert!(kept.contains("myelopathy-signs") && kept.contains("scoliosis"), "{stack:?}: {kept:?}");
        let reason = json!({ "patientId": ada, "reason": "Seen by the surgeon; the gait is steady." });
        change(&therapist, "resolveRedFlags", "patient { id }", reason).await;
        record(&therapist, seen_again).await;
        let left = BTreeSet::from(["neck-pain".to_owned(), "scoliosis".to_owned()]);
        assert_eq!(keys(&patient().await), left, "a therapist takes the signs off");
        assert_eq!(rules().await, json!([]));

        let long_ago = json!({ "patientId": ada, "kind": "INITIAL", "assessedOn": "2026-06-01",
            "conditions": [{ "key": "herniated-disc" }] });
        let kept = record(&therapist, long_ago).await;
        assert_eq!(kept["assessment"]["conditions"][0]["key"], "herniated-disc", "{kept}");
        assert_eq!(keys(&patient().await), left, "{stack:?}: a later one counts");

        let assistant = app.sign_in("assistant@clinic.example").await;
        let note = json!({ "patientId": ada, "kind": "INITIAL", "note": "Walks well" });
        refused(&record(&assistant, note.clone()).await, "FORBIDDEN");
        refused(&record(&app.sign_in("other@clinic.example").await, note).await, "NOT_FOUND");
        app.stop().await;
    }
}

#[tokio::test]
async fn positive_tests_that_are_signs_of_danger_are_screened() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let therapist = app.sign_in("therapist@clinic.example").await;
        let tests = |tests: &[(&str, &str)]| -> Value {
            tests.iter().map(|(test, outcome)| json!({ "test": test, "outcome": outcome })).collect()
        };
        let found = async |tests: Value| {
            record(&therapist, json!({ "patientId": ada, "kind": "INITIAL", "specialTests": tests })).await
        };
        let calm = tests(&[("hoffmann", "POSITIVE"), ("babinski", "NEGATIVE"), ("spurling", "POSITIVE")]);
        let calm = found(calm).await;
        assert_eq!((calm["assessment"]["id"].is_string(), &calm["screen"]), (true, &Value::Null), "{calm}");
        // Ada is over 45, which is the third sign.
        let grave = found(tests(&[("hoffmann", "POSITIVE"), ("babinski", "POSITIVE")])).await;
        assert_eq!(grave["screen"]["advice"]["level"], "URGENT", "{stack:?}: {grave}");
        assert_eq!(grave["screen"]["signs"], json!(["age-over-45", "babinski", "hoffmann"]));
        let both = json!({ "patientId": ada, "kind": "INITIAL", "redFlagSigns": ["inverted-supinator"],
            "specialTests": tests(&[("hoffmann", "POSITIVE")]) });
        assert_eq!(record(&therapist, both).await["screen"]["advice"]["level"], "URGENT");
        app.stop().await;
    }
}

#[tokio::test]
async fn only_signs_that_were_looked_for_today_answer_a_screen_that_is_due() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let [own, therapist] =
            [app.sign_in("ada@patient.example").await, app.sign_in("therapist@clinic.example").await];
        let log = json!({ "id": chosen(&app, Kind::ProgressLog), "performedAt": "2026-06-15T09:00:00Z",
            "painAfter": 8, "results": [] });
        own.ask(LOG, json!({ "input": { "logs": [log] } })).await;
        for (assessed_on, is_due) in [("2026-06-14", true), ("2026-06-15", false)] {
            let looked = json!({ "patientId": ada, "kind": "INITIAL", "assessedOn": assessed_on,
                "redFlagSigns": [] });
            assert!(record(&therapist, looked).await["screen"]["id"].is_string());
            let due = own.ask("{ today { redFlagScreenDue } }", json!({})).await;
            assert_eq!(due["today"]["redFlagScreenDue"].is_string(), is_due, "{stack:?}: {assessed_on}");
        }
        app.stop().await;
    }
}
