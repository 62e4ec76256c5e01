//! A program is held against the rules before a patient follows it: what clashes is told with its source,
//! asks for a reason, and stands in the audit trail.

use crate::{change, refused};
use care::id::Kind;
use care::library::exercise_id;
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp};

const CHECK: &str = "query($input: CheckProgramInput!) { checkProgram(input: $input) {
    rule text basis source prescriptions reasonNeeded } }";
const REASON: &str = "Only the first ten degrees, watched in the clinic.";
/// What a program is answered with.
const PROGRAM: &str = "program { id status revision } cautions { rule reasonNeeded prescriptions }";

/// Exercises by their numbers, as the API takes them.
fn prescriptions(numbers: &[i32]) -> Value {
    let of = |number: &i32| json!({ "exerciseId": Kind::Exercise.encode(exercise_id(*number)) });
    numbers.iter().map(of).collect()
}

async fn patient(therapist: &Client, condition: &str, surgery_on: Option<&str>) -> Value {
    let input = json!({ "name": "Ada", "conditions": [condition], "surgeryOn": surgery_on });
    change(therapist, "createPatient", "patient { id }", input).await["patient"]["id"].clone()
}

async fn check(client: &Client, patient: &Value, numbers: &[i32]) -> Value {
    let input = json!({ "patientId": patient, "prescriptions": prescriptions(numbers) });
    client.raw(CHECK, json!({ "input": input })).await
}

async fn rules(client: &Client, patient: &Value, numbers: &[i32]) -> Vec<String> {
    let told = check(client, patient, numbers).await["data"]["checkProgram"].clone();
    told.as_array().unwrap().iter().map(|caution| caution["rule"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_clash_is_told_and_needs_a_reason_before_the_patient_follows_it() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let ada = patient(&therapist, "osteoporosis-compression-fracture", None).await;
        // 7: the curl-up, which bends forward.
        let told = check(&therapist, &ada, &[1, 7]).await["data"]["checkProgram"].clone();
        assert_eq!(told.as_array().unwrap().len(), 1, "{told}");
        assert_eq!(
            (&told[0]["rule"], &told[0]["basis"]),
            (&json!("osteoporosis-flexion"), &json!("DEFAULT"))
        );
        assert_eq!((&told[0]["prescriptions"], &told[0]["reasonNeeded"]), (&json!([1]), &json!(true)));
        assert!(told[0]["text"].as_str().unwrap().contains("vertebra") && told[0]["source"].is_string());

        let input = json!({ "patientId": ada, "title": "Basics", "prescriptions": prescriptions(&[1, 7]) });
        let created = change(&therapist, "createProgram", PROGRAM, input).await;
        assert_eq!(created["cautions"][0]["rule"], "osteoporosis-flexion", "{created}");
        let id = created["program"]["id"].clone();
        let activate = async |reason: Value| {
            let input = json!({ "programId": id, "overrideReason": reason });
            change(&therapist, "activateProgram", PROGRAM, input).await
        };
        let bare = activate(Value::Null).await;
        refused(&bare, "CAUTION");
        assert_eq!(bare["userErrors"][0]["path"], json!(["overrideReason"]));
        refused(&activate(json!("because")).await, "OUT_OF_RANGE");
        let query = "query($id: ID!) { patient(id: $id) { programs { status } } }";
        let status =
            therapist.ask(query, json!({ "id": ada })).await["patient"]["programs"][0]["status"].clone();
        assert_eq!(status, "DRAFT", "nothing has changed");
        let active = activate(json!(REASON)).await;
        assert_eq!(
            (&active["program"]["status"], &active["cautions"][0]["reasonNeeded"]),
            (&json!("ACTIVE"), &json!(false))
        );

        assert_eq!(activate(Value::Null).await, active, "a repeated attempt answers the same");
        let revise = async |numbers: &[i32], expected: i32, reason: Value| {
            let input = json!({ "programId": id, "expectedRevision": expected,
                "prescriptions": prescriptions(numbers), "overrideReason": reason });
            change(&therapist, "reviseProgram", PROGRAM, input).await
        };
        let same = revise(&[7, 2], 1, Value::Null).await;
        assert_eq!(same["program"]["revision"], 2, "the reason holds for the exercise: {same}");
        assert_eq!(same["cautions"][0]["reasonNeeded"], false);
        // 3: the pelvic tilt bends forward too, and has no reason yet.
        refused(&revise(&[7, 3], 2, Value::Null).await, "CAUTION");
        assert_eq!(revise(&[7, 3], 2, json!(REASON)).await["program"]["revision"], 3);

        let query = "query($id: ID!) { programOverrides(programId: $id) { rules reason madeBy madeAt } }";
        let made = therapist.ask(query, json!({ "id": id })).await["programOverrides"].clone();
        assert_eq!(made.as_array().unwrap().len(), 2, "{made}");
        assert_eq!(
            (&made[0]["rules"], &made[0]["reason"]),
            (&json!(["osteoporosis-flexion"]), &json!(REASON))
        );
        let admin = app.sign_in("admin@clinic.example").await;
        let trail = admin.ask("{ auditEvents(first: 50) { nodes { action } } }", json!({})).await.to_string();
        assert_eq!(trail.matches("program.override").count(), 2, "{trail}");
        app.stop().await;
    }
}

#[tokio::test]
async fn the_weeks_after_surgery_decide_and_an_unknown_day_is_the_strictest() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        // Today is 2026-06-15. 3: the pelvic tilt bends the back.
        for (surgery_on, expected) in [
            (Some("2026-06-20"), vec!["lumbar-fusion-movement"]),
            (Some("2026-06-01"), vec!["lumbar-fusion-movement"]),
            (Some("2026-05-05"), vec!["lumbar-fusion-movement"]),
            (Some("2026-05-04"), vec![]),
            (None, vec!["lumbar-fusion-movement", "surgery-date"]),
        ] {
            let ada = patient(&therapist, "after-lumbar-fusion", surgery_on).await;
            assert_eq!(rules(&therapist, &ada, &[3]).await, expected, "{stack:?} {surgery_on:?}");
        }
        app.stop().await;
    }
}

#[tokio::test]
async fn only_who_sees_the_patient_may_ask_and_a_patient_may_not() {
    let app = TestApp::start(Stack::Embedded).await;
    let ada = json!(Kind::Patient.encode(app.clinic.patient("ada").await.id));
    let code = async |email: &str| {
        let client = app.sign_in(email).await;
        check(&client, &ada, &[1]).await["errors"][0]["extensions"]["code"].clone()
    };
    assert_eq!(code("therapist@clinic.example").await, Value::Null);
    assert_eq!(code("other@clinic.example").await, "NOT_FOUND");
    assert_eq!(code("ada@patient.example").await, "FORBIDDEN");
    let therapist = app.sign_in("therapist@clinic.example").await;
    let many = check(&therapist, &ada, &[1; 31]).await;
    assert_eq!(many["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{many}");
    app.stop().await;
}

#[tokio::test]
async fn no_revision_that_will_be_in_force_goes_unlooked_at() {
    let app = TestApp::start(Stack::Embedded).await;
    let therapist = app.sign_in("therapist@clinic.example").await;
    let ada = patient(&therapist, "osteoporosis-compression-fracture", None).await;
    let input = json!({ "patientId": ada, "title": "Basics", "prescriptions": prescriptions(&[7]) });
    let id = change(&therapist, "createProgram", PROGRAM, input).await["program"]["id"].clone();
    let later = json!({ "programId": id, "expectedRevision": 1, "effectiveFrom": "2027-06-01",
        "prescriptions": prescriptions(&[1]) });
    change(&therapist, "reviseProgram", PROGRAM, later).await;
    let input = json!({ "programId": id });
    refused(&change(&therapist, "activateProgram", PROGRAM, input).await, "CAUTION");
    app.stop().await;
}
