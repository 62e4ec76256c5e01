//! The progress log in full: symptoms, versions, pain rated outside of sessions, and trends.

use crate::{LOG, change, chosen, items, refused, session};
use care::id::Kind;
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp, at};

const VERSIONS: &str = "query($id: ID!, $voided: Boolean) { patient(id: $id) {
  progressLogs(voided: $voided) { nodes { id voided localDate
    versions { version kind recordedAt byPatient painAfter note symptoms { response location }
      results { exercise { name } painDuring } } } } } }";

const SUMMARY: &str = "query($from: LocalDate!, $to: LocalDate!) { progressSummary(from: $from, to: $to) {
  logs sessions secondsSpent skips { reason count } pain { date before after during }
  adherence { session streak longestStreak longestGap overPerformed skippedWithReason }
  personalBests { exercise { name } kind value reachedOn logId isNew } } }";

const TREND: &str = "query($from: LocalDate!, $to: LocalDate!, $bucket: TrendBucket!) {
  painTrend(from: $from, to: $to, bucket: $bucket) { from to before during duringMax after nextDay resting count
    logCount logs { nodes { id } } ratings { nodes { id } } }
  adherenceTrend(from: $from, to: $to, bucket: $bucket) { from to adherence { session } } }";

async fn send(patient: &Client, log: &Value) -> Value {
    let answer = patient.ask(LOG, json!({ "input": { "logs": [log] } })).await;
    let result = answer["logProgress"]["results"][0].clone();
    assert_ne!(result["status"], "REJECTED", "{result}");
    result
}

/// Puts this log in place of the one of its id.
async fn amend(patient: &Client, log: &Value) -> Value {
    let query = "mutation($input: ProgressLogInput!) { amendProgressLog(input: $input) {
        progressLog { localDate version } feedback { light reason } userErrors { code path } } }";
    patient.ask(query, json!({ "input": log })).await["amendProgressLog"].clone()
}

async fn pain(app: &TestApp, patient: &Client, at: &str, moment: &str, pain: i32) -> Value {
    let input = json!({ "id": chosen(app, Kind::PainRating), "ratedAt": at, "moment": moment, "pain": pain });
    change(patient, "recordPain", "painRating { id localDate } feedback { light reason }", input).await
}

/// Ada, who follows a program of bridges and curl-ups, and her id.
async fn ada(app: &TestApp) -> (Client, String) {
    let ada = app.clinic.patient("ada").await;
    app.clinic.program(&ada, &[1, 3]).await;
    (app.sign_in("ada@patient.example").await, Kind::Patient.encode(ada.id))
}

#[tokio::test]
async fn a_log_tells_of_symptoms_and_keeps_its_versions() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let (patient, id) = ada(&app).await;
        let items = items(&patient).await;
        let log_id = chosen(&app, Kind::ProgressLog);
        let mut log = session(&log_id, "2026-06-15T05:00:00-04:00", &items);
        log["symptoms"] = json!({ "response": "PERIPHERALIZED", "location": "left calf" });
        log["note"] = json!("Went down the leg");
        let spanish = app.sign_in("ada@patient.example").await.speaking("es");
        let told = send(&spanish, &log).await;
        assert_eq!(told["feedback"]["light"], "AMBER", "{told}");
        let message = told["feedback"]["message"].as_str().unwrap();
        assert!(message.starts_with("El dolor se desplazó"), "{message}");

        log["symptoms"] = json!({ "response": "CENTRALIZED", "location": "x".repeat(201) });
        let answer = amend(&patient, &log).await;
        assert_eq!(answer["userErrors"], json!([{ "code": "TOO_LONG", "path": ["symptoms", "location"] }]));
        log["symptoms"] = json!({ "response": "CENTRALIZED" });
        let answer = amend(&patient, &log).await;
        assert_eq!(answer["feedback"], json!({ "light": "GREEN", "reason": "PAIN_LOW" }), "{answer}");
        assert_eq!(answer["progressLog"]["version"], 2);
        change(&patient, "voidProgressLog", "progressLogId", json!({ "id": log_id })).await;

        let therapist = app.sign_in("therapist@clinic.example").await;
        let asked = |voided: Value| json!({ "id": id, "voided": voided });
        let standing = therapist.ask(VERSIONS, asked(json!(false))).await;
        assert_eq!(standing["patient"]["progressLogs"]["nodes"], json!([]));
        let all = therapist.ask(VERSIONS, asked(json!(true))).await;
        let node = &all["patient"]["progressLogs"]["nodes"][0];
        assert_eq!((&node["id"], &node["voided"]), (&json!(log_id), &json!(true)), "{all}");
        let versions = node["versions"].as_array().unwrap();
        let kinds: Vec<_> = versions.iter().map(|version| version["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["ORIGINAL", "AMENDED", "VOIDED"]);
        assert_eq!(versions[0]["symptoms"], json!({ "response": "PERIPHERALIZED", "location": "left calf" }));
        assert_eq!(versions[0]["note"], "Went down the leg");
        assert_eq!(versions[0]["results"].as_array().unwrap().len(), 2);
        assert!(versions[0]["results"][0]["exercise"]["name"].is_string());
        assert!(versions.iter().all(|version| version["byPatient"] == true));
        assert_eq!((&versions[2]["note"], &versions[2]["results"]), (&Value::Null, &json!([])));
        let own = patient.raw(VERSIONS, asked(json!(true))).await;
        assert_eq!(own["errors"][0]["extensions"]["code"], "FORBIDDEN", "{own}");
        app.stop().await;
    }
}

#[tokio::test]
async fn neither_a_hold_nor_the_end_of_a_program_forbids_logging() {
    let app = TestApp::start(Stack::Embedded).await;
    let (patient, _) = ada(&app).await;
    let items = items(&patient).await;
    let therapist = app.sign_in("therapist@clinic.example").await;
    let program = patient.ask("{ program { id } }", json!({})).await["program"]["id"].clone();
    let hold = json!({ "programId": program, "reason": "Wait for the scan" });
    change(&therapist, "holdProgram", "program { id }", hold).await;
    let log = session(&chosen(&app, Kind::ProgressLog), "2026-06-15T05:00:00-04:00", &items);
    assert_eq!(send(&patient, &log).await["status"], "ACCEPTED");
    let ended = json!({ "programId": program });
    change(&therapist, "discontinueProgram", "program { id }", ended).await;
    let log = session(&chosen(&app, Kind::ProgressLog), "2026-06-15T05:30:00-04:00", &items);
    assert_eq!(send(&patient, &log).await["status"], "ACCEPTED");
    app.stop().await;
}

#[tokio::test]
async fn pain_the_next_morning_is_compared_with_that_before_the_session() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let (patient, id) = ada(&app).await;
        let items = items(&patient).await;
        app.clinic.clock.set(at("2026-06-18T10:00:00Z"));
        let patient = app.sign_in("ada@patient.example").await;
        send(&patient, &session(&chosen(&app, Kind::ProgressLog), "2026-06-15T18:00:00-04:00", &items)).await;
        let feedback = async |at: &str, moment: &str, felt| {
            pain(&app, &patient, at, moment, felt).await["feedback"].clone()
        };
        assert_eq!(feedback("2026-06-15T20:00:00-04:00", "NOW", 3).await, Value::Null, "it clears nobody");
        let amber = json!({ "light": "AMBER", "reason": "WORSE_NEXT_MORNING" });
        assert_eq!(feedback("2026-06-16T07:00:00-04:00", "NEXT_MORNING", 4).await, amber);
        let due = "query($id: ID!) { patient(id: $id) { redFlagScreenDue } }";
        let of_ada = json!({ "id": id });
        assert!(patient.ask(due, of_ada.clone()).await["patient"]["redFlagScreenDue"].is_null());
        let red = json!({ "light": "RED", "reason": "WORSE_OVER_24_HOURS" });
        assert_eq!(feedback("2026-06-16T19:00:00-04:00", "NOW", 4).await, red);
        let since = patient.ask(due, of_ada).await["patient"]["redFlagScreenDue"].clone();
        assert_eq!(since, "2026-06-16T23:00:00Z");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_rating_is_recorded_once_and_can_be_taken_back() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let (patient, _) = ada(&app).await;
        let id = chosen(&app, Kind::PainRating);
        let mut input =
            json!({ "id": id, "ratedAt": "2026-06-15T01:00:00+02:00", "moment": "NOW", "pain": 7 });
        let answers = "painRating { id localDate pain } feedback { light reason }";
        let first = change(&patient, "recordPain", answers, input.clone()).await;
        assert_eq!(first["painRating"]["localDate"], "2026-06-15", "by its own offset");
        assert_eq!(first["feedback"], json!({ "light": "RED", "reason": "PAIN_HIGH" }));
        assert_eq!(change(&patient, "recordPain", answers, input.clone()).await, first);
        input["pain"] = json!(2);
        refused(&change(&patient, "recordPain", answers, input.clone()).await, "CONFLICT");
        let wrong = json!({ "id": chosen(&app, Kind::PainRating), "ratedAt": "2026-06-16T10:00:00Z",
            "moment": "NOW", "pain": 11 });
        let answer = change(&patient, "recordPain", answers, wrong).await;
        let paths: Vec<_> =
            answer["userErrors"].as_array().unwrap().iter().map(|it| it["path"][0].clone()).collect();
        assert_eq!(paths, ["ratedAt", "pain"]);
        let ben = app.clinic.patient("ben").await;
        let other = app.sign_in("ben@patient.example").await;
        refused(&change(&other, "voidPainRating", "painRatingId", json!({ "id": id })).await, "NOT_FOUND");
        assert!(
            other.ask("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await["node"]
                .is_null()
        );
        assert_ne!(ben.id, uuid::Uuid::nil());

        let list = "{ painRatings { nodes { id pain moment } } }";
        assert_eq!(patient.ask(list, json!({})).await["painRatings"]["nodes"][0]["pain"], 7);
        for _ in 0..2 {
            let answer = change(&patient, "voidPainRating", "painRatingId", json!({ "id": id })).await;
            assert_eq!(answer["painRatingId"], json!(id));
        }
        assert_eq!(patient.ask(list, json!({})).await["painRatings"]["nodes"], json!([]));
        input["pain"] = json!(7);
        refused(&change(&patient, "recordPain", answers, input).await, "CONFLICT");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_session_counts_once_on_the_date_it_was_performed_on_wherever_the_patient_was() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let (patient, _) = ada(&app).await;
        let items = items(&patient).await;
        app.clinic.clock.set(at("2026-06-20T10:00:00Z"));
        let patient = app.sign_in("ada@patient.example").await;
        // Evening in New York, then the same calendar day once more in Honolulu, then Tokyo a day ahead.
        for (performed_at, local_date) in [
            ("2026-06-16T23:30:00-04:00", "2026-06-16"),
            ("2026-06-16T22:00:00-10:00", "2026-06-16"),
            ("2026-06-18T00:30:00+09:00", "2026-06-18"),
        ] {
            let log = session(&chosen(&app, Kind::ProgressLog), performed_at, &items);
            assert_eq!(send(&patient, &log).await["progressLog"]["localDate"], local_date);
        }
        let trend = trend(&patient, "2026-06-15", "2026-06-19", "DAY").await;
        let days: Vec<_> =
            trend["painTrend"].as_array().unwrap().iter().map(|it| (&it["from"], &it["logCount"])).collect();
        assert_eq!(days, [(&json!("2026-06-16"), &json!(2)), (&json!("2026-06-18"), &json!(1))]);
        let shares: Vec<_> = trend["adherenceTrend"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["adherence"]["session"].clone())
            .collect();
        assert_eq!(shares, [json!(0.0), json!(1.0), json!(0.0), json!(1.0), json!(0.0)]);
        app.stop().await;
    }
}

async fn trend(patient: &Client, from: &str, to: &str, bucket: &str) -> Value {
    patient.ask(TREND, json!({ "from": from, "to": to, "bucket": bucket })).await
}

#[tokio::test]
async fn a_log_that_is_moved_reopens_both_days_and_gives_its_bests_back() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let (patient, _) = ada(&app).await;
        let items = items(&patient).await;
        app.clinic.clock.set(at("2026-06-20T10:00:00Z"));
        let patient = app.sign_in("ada@patient.example").await;
        let log = |id: &str, at: &str, reps: i32| {
            json!({ "id": id, "performedAt": at, "painBefore": 4, "painAfter": 2, "results": [
                { "prescriptionId": items[0]["prescription"]["id"], "painDuring": 5,
                    "sets": [{ "reps": reps, "loadKg": 2.5 }, { "reps": 3, "seconds": 40 }] },
                { "prescriptionId": items[1]["prescription"]["id"], "sets": [], "skipReason": "NO_TIME" }] })
        };
        let (best, second) = (chosen(&app, Kind::ProgressLog), chosen(&app, Kind::ProgressLog));
        send(&patient, &log(&second, "2026-06-17T08:00:00-04:00", 12)).await;
        send(&patient, &log(&best, "2026-06-16T08:00:00-04:00", 20)).await;
        let summary = async |from: &str, to: &str| {
            patient.ask(SUMMARY, json!({ "from": from, "to": to })).await["progressSummary"].clone()
        };
        let reps = |summary: &Value| {
            let bests = summary["personalBests"].as_array().unwrap();
            bests.iter().find(|best| best["kind"] == "REPS").cloned().unwrap()
        };
        let all = summary("2026-06-15", "2026-06-19").await;
        assert_eq!((&all["logs"], &all["sessions"]), (&json!(2), &json!(2)), "{all}");
        assert_eq!(all["secondsSpent"], 20 * 3 + 40 + 12 * 3 + 40);
        assert_eq!(all["skips"], json!([{ "reason": "NO_TIME", "count": 2 }]));
        assert_eq!(all["personalBests"].as_array().unwrap().len(), 3);
        assert_eq!((&reps(&all)["value"], &reps(&all)["logId"]), (&json!(20.0), &json!(best)));
        assert_eq!(reps(&summary("2026-06-17", "2026-06-19").await)["isNew"], false);

        let moved = amend(&patient, &log(&best, "2026-06-18T08:00:00-04:00", 10)).await;
        assert_eq!(moved["progressLog"]["localDate"], "2026-06-18", "{moved}");
        assert_eq!(moved["feedback"], json!({ "light": "AMBER", "reason": "PAIN_MODERATE" }));
        let days = trend(&patient, "2026-06-15", "2026-06-19", "DAY").await;
        let days: Vec<_> =
            days["painTrend"].as_array().unwrap().iter().map(|it| it["from"].clone()).collect();
        assert_eq!(days, ["2026-06-17", "2026-06-18"]);
        let now = summary("2026-06-15", "2026-06-19").await;
        assert_eq!((&reps(&now)["value"], &reps(&now)["logId"]), (&json!(12.0), &json!(second)));
        change(&patient, "voidProgressLog", "progressLogId", json!({ "id": second })).await;
        let now = summary("2026-06-15", "2026-06-19").await;
        assert_eq!((&reps(&now)["value"], &reps(&now)["reachedOn"]), (&json!(10.0), &json!("2026-06-18")));
        assert_eq!(now["logs"], 1);
        app.stop().await;
    }
}

#[tokio::test]
async fn every_point_of_a_trend_opens_to_its_records() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let (patient, id) = ada(&app).await;
        let items = items(&patient).await;
        app.clinic.clock.set(at("2026-07-10T10:00:00Z"));
        let patient = app.sign_in("ada@patient.example").await;
        let june = chosen(&app, Kind::ProgressLog);
        send(&patient, &session(&june, "2026-06-29T08:00:00-04:00", &items)).await;
        let mut log = session(&chosen(&app, Kind::ProgressLog), "2026-07-01T08:00:00-04:00", &items);
        log["painBefore"] = json!(6);
        send(&patient, &log).await;
        let rating = pain(&app, &patient, "2026-07-02T08:00:00-04:00", "NEXT_MORNING", 5).await;

        let months = trend(&patient, "2026-06-20", "2026-07-10", "MONTH").await;
        let points = months["painTrend"].as_array().unwrap();
        assert_eq!(points.len(), 2, "{months}");
        assert_eq!((&points[0]["from"], &points[0]["to"]), (&json!("2026-06-20"), &json!("2026-06-30")));
        assert_eq!(points[0]["logs"]["nodes"], json!([{ "id": june }]));
        assert_eq!(points[1]["ratings"]["nodes"], json!([{ "id": rating["painRating"]["id"] }]));
        assert_eq!((&points[1]["nextDay"], &points[1]["before"]), (&json!(5.0), &json!(6.0)));
        let week = trend(&patient, "2026-06-22", "2026-07-05", "WEEK").await["painTrend"][0].clone();
        assert_eq!(
            (&week["from"], &week["count"], &week["before"]),
            (&json!("2026-06-29"), &json!(9), &json!(4.5))
        );
        let by_days = json!({ "from": "2021-07-10", "to": "2026-07-10", "bucket": "DAY" });
        let refusal = patient.raw(TREND, by_days).await;
        assert_eq!(refusal["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{refusal}");

        let of_ada = "query($id: ID!) { patient(id: $id) {
            painTrend(from: \"2022-01-01\", to: \"2026-07-10\", bucket: MONTH) { from count }
            adherenceTrend(from: \"2026-06-29\", to: \"2026-07-05\", bucket: WEEK) { adherence { session } } } }";
        let therapist = app.sign_in("therapist@clinic.example").await;
        let seen = therapist.ask(of_ada, json!({ "id": id })).await["patient"].clone();
        assert_eq!(seen["painTrend"].as_array().unwrap().len(), 2, "{seen}");
        assert_eq!(seen["adherenceTrend"][0]["adherence"]["session"], json!(2.0 / 7.0));
        app.stop().await;
    }
}

#[tokio::test]
async fn a_range_of_motion_is_followed_from_assessment_to_assessment() {
    let app = TestApp::start(Stack::Embedded).await;
    let (patient, id) = ada(&app).await;
    let therapist = app.sign_in("therapist@clinic.example").await;
    let mut ids = Vec::new();
    for (day, degrees) in [("2026-06-10", 30), ("2026-06-01", 20)] {
        let input = json!({ "patientId": id, "kind": "REASSESSMENT", "assessedOn": day, "rangeOfMotion": [
            { "region": "LUMBAR", "direction": "FLEXION", "degrees": degrees, "painful": false },
            { "region": "LUMBAR", "direction": "EXTENSION", "degrees": 9, "painful": true }] });
        let recorded = change(&therapist, "recordAssessment", "assessment { id }", input).await;
        ids.push(recorded["assessment"]["id"].clone());
    }
    let query = "query($id: ID!) { patient(id: $id) {
        rangeOfMotionTrend(region: LUMBAR, direction: FLEXION) { assessmentId assessedOn degrees } } }";
    let seen = therapist.ask(query, json!({ "id": id })).await["patient"]["rangeOfMotionTrend"].clone();
    let point =
        |at: usize, day, degrees| json!({ "assessmentId": ids[at], "assessedOn": day, "degrees": degrees });
    assert_eq!(seen, json!([point(1, "2026-06-01", 20), point(0, "2026-06-10", 30)]));
    let own = patient.raw(query, json!({ "id": id })).await;
    assert_eq!(own["errors"][0]["extensions"]["code"], "FORBIDDEN", "{own}");
    app.stop().await;
}

#[tokio::test]
async fn pain_that_stays_worse_is_a_flare_however_often_the_patient_exercises() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let items = {
            let (patient, _) = ada(&app).await;
            items(&patient).await
        };
        app.clinic.clock.set(at("2026-07-20T10:00:00Z"));
        let patient = app.sign_in("ada@patient.example").await;
        let said = async |performed_at: &str, before: i32| {
            let mut log = session(&chosen(&app, Kind::ProgressLog), performed_at, &items);
            (log["painBefore"], log["painAfter"]) = (before.into(), 0.into());
            send(&patient, &log).await["feedback"]["light"].clone()
        };
        // Once a day.
        assert_eq!(said("2026-06-15T12:00:00Z", 1).await, "GREEN", "{stack:?}");
        assert_eq!(said("2026-06-16T12:00:00Z", 3).await, "AMBER");
        assert_eq!(said("2026-06-17T12:00:00Z", 3).await, "RED");
        assert_eq!(said("2026-06-18T12:00:00Z", 1).await, "GREEN", "it is over");
        assert_eq!(said("2026-06-19T12:00:00Z", 3).await, "AMBER", "a new one");
        // Twice a day.
        assert_eq!(said("2026-07-01T12:00:00Z", 1).await, "GREEN");
        assert_eq!(said("2026-07-01T22:00:00Z", 3).await, "GREEN", "on the same day");
        assert_eq!(said("2026-07-02T11:00:00Z", 3).await, "AMBER", "{stack:?}");
        assert_eq!(said("2026-07-02T22:00:00Z", 3).await, "RED");
        app.stop().await;
    }
}
