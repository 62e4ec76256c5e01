//! Steps are suggested by what patients log, for the care team alone; a therapist accepts, edits or rejects them.

mod limits;

use crate::{LOG, TODAY, change, chosen, items, refused, session};
use care::access::Role;
use care::id::Kind;
use care::library::exercise_id;
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp};

const SUGGESTION: &str = "id kind programId prescription { id dose { reps } exercise { id } }
    currentDose { sets reps loadKg } suggestedDose { sets reps loadKg }
    reasons { code text } evidence basis source";
const PROGRAM: &str =
    "program { id status revision prescriptions { dose { sets reps } } revisions { number note } hold { reason } }
     cautions { rule reasonNeeded }";
const MINUTE: i64 = 60_000;

/// Ada with a program, herself and her therapist signed in.
struct Ward {
    app: TestApp,
    id: String,
    ada: Client,
    therapist: Client,
}

impl Ward {
    async fn open(stack: Stack, exercises: &[i32]) -> Self {
        let app = TestApp::start(stack).await;
        let patient = app.clinic.patient("ada").await;
        if !exercises.is_empty() {
            app.clinic.program(&patient, exercises).await;
        }
        let id = Kind::Patient.encode(patient.id);
        let [ada, therapist] =
            [app.sign_in("ada@patient.example").await, app.sign_in("therapist@clinic.example").await];
        Self { app, id, ada, therapist }
    }

    /// Ada does all of her day now, changed by `as_told`; answers the id of the log. A minute later it is over.
    async fn does(&self, as_told: impl FnOnce(&mut Value)) -> String {
        let id = chosen(&self.app, Kind::ProgressLog);
        let now = self.app.clinic.services.now().to_string();
        let mut log = session(&id, &now, &items(&self.ada).await);
        as_told(&mut log);
        let answer = self.ada.ask(LOG, json!({ "input": { "logs": [log] } })).await;
        assert_eq!(answer["logProgress"]["results"][0]["status"], "ACCEPTED", "{answer}");
        self.app.clinic.clock.advance(MINUTE / 4);
        id
    }

    /// So many good sessions; answers their ids.
    async fn does_well(&self, times: usize) -> Vec<String> {
        let mut logs = Vec::new();
        for _ in 0..times {
            logs.push(self.does(|_| {}).await);
        }
        logs
    }

    async fn hurts(&self) -> String {
        self.does(|log| log["results"][0]["painDuring"] = 6.into()).await
    }

    async fn suggested(&self) -> Vec<Value> {
        suggested(&self.therapist, &self.id).await
    }

    /// The only suggestion, of this kind.
    #[track_caller]
    fn only(all: &[Value], kind: &str) -> Value {
        assert!(all.len() == 1 && all[0]["kind"] == kind, "{kind}: {all:?}");
        all[0].clone()
    }

    fn naming(&self, suggestion: &Value, more: &Value) -> Value {
        let mut input = json!({ "suggestionId": suggestion["id"], "patientId": self.id });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    }

    async fn accept(&self, suggestion: &Value, more: Value) -> Value {
        change(&self.therapist, "acceptSuggestion", PROGRAM, self.naming(suggestion, &more)).await
    }

    async fn reject(&self, suggestion: &Value, more: Value) -> Value {
        let answers = format!("patient {{ id suggestions {{ {SUGGESTION} }} }}");
        change(&self.therapist, "rejectSuggestion", &answers, self.naming(suggestion, &more)).await
    }
}

async fn suggested(client: &Client, patient: &str) -> Vec<Value> {
    let query = format!("query($id: ID!) {{ patient(id: $id) {{ suggestions {{ {SUGGESTION} }} }} }}");
    let answer = client.ask(&query, json!({ "id": patient })).await;
    answer["patient"]["suggestions"].as_array().unwrap().clone()
}

#[tokio::test]
async fn three_good_sessions_suggest_more_and_accepting_it_makes_a_revision() {
    for stack in Stack::BOTH {
        let ward = Ward::open(stack, &[1]).await;
        let mut logs = ward.does_well(2).await;
        assert_eq!(ward.suggested().await, [Value::Null; 0], "{stack:?}: two are too few");
        logs.extend(ward.does_well(1).await);
        let more = Ward::only(&ward.suggested().await, "PROGRESS");
        assert_eq!(more["currentDose"], json!({ "sets": 2, "reps": 10, "loadKg": null }), "{more}");
        assert_eq!(more["suggestedDose"], json!({ "sets": 2, "reps": 11, "loadKg": null }));
        assert_eq!((&more["evidence"], &more["basis"]), (&json!(logs), &json!("DEFAULT")));
        let codes: Vec<_> = more["reasons"].as_array().unwrap().iter().map(|it| it["code"].clone()).collect();
        assert_eq!(codes, ["DOSE_DONE", "PAIN_LOW", "EFFORT_LOW"]);
        assert!(more["reasons"][0]["text"].as_str().unwrap().contains("80 %"), "{more}");
        assert_eq!(more["prescription"]["exercise"]["id"], Kind::Exercise.encode(exercise_id(1)));
        assert_eq!(ward.suggested().await, std::slice::from_ref(&more), "reading changes nothing");
        let spanish = ward.app.sign_in("therapist@clinic.example").await.speaking("es");
        let text = suggested(&spanish, &ward.id).await[0]["reasons"][1]["text"].clone();
        assert!(text.as_str().unwrap().starts_with("El dolor"), "{text}");

        let note = json!({ "note": "Seen on Monday." });
        let done = ward.accept(&more, note.clone()).await;
        assert_eq!((&done["userErrors"], &done["program"]["revision"]), (&json!([]), &json!(2)), "{done}");
        assert_eq!(done["program"]["prescriptions"][0]["dose"], json!({ "sets": 2, "reps": 11 }));
        let told = done["program"]["revisions"][0]["note"].as_str().unwrap();
        assert!(
            told.starts_with("Each of the last 3 sessions") && told.ends_with("Seen on Monday."),
            "{told}"
        );
        let today = ward.ada.ask(TODAY, json!({})).await["today"].clone();
        assert_eq!(today["items"][0]["prescription"]["dose"]["reps"], 11, "{stack:?}: Ada sees it");
        assert_eq!(ward.suggested().await, [Value::Null; 0], "the new dose is yet to be done");
        let again = ward.accept(&more, note).await;
        assert_eq!(
            (&again["userErrors"], &again["program"]),
            (&json!([]), &done["program"]),
            "once is enough"
        );
        refused(&ward.accept(&more, json!({ "note": "Other" })).await, "CONFLICT");
        refused(&ward.reject(&more, json!({})).await, "CONFLICT");

        ward.does_well(2).await;
        assert_eq!(ward.suggested().await, [Value::Null; 0]);
        ward.does_well(1).await;
        let next = Ward::only(&ward.suggested().await, "PROGRESS");
        assert_eq!(next["suggestedDose"]["reps"], 12, "{next}");
        let edited = json!({ "kind": "REPS", "sets": 3, "reps": 8, "holdSeconds": 5 });
        let wrong = json!({ "kind": "REPS", "sets": 0, "reps": 8 });
        let refusal = ward.accept(&next, json!({ "dose": wrong })).await;
        assert_eq!(refusal["userErrors"][0], json!({ "code": "OUT_OF_RANGE", "path": ["dose", "sets"] }));
        let later = json!({ "dose": edited, "effectiveFrom": "2026-06-16" });
        let done = ward.accept(&next, later).await;
        assert_eq!(done["program"]["revisions"][0]["number"], 3, "{done}");
        assert_eq!(done["program"]["revision"], 2, "from tomorrow on");
        assert_eq!(ward.suggested().await, [Value::Null; 0]);
        ward.app.stop().await;
    }
}

#[tokio::test]
async fn what_was_not_done_well_suggests_nothing() {
    let ward = Ward::open(Stack::BOTH[0], &[1]).await;
    let sets = |log: &mut Value, reps: [i32; 2]| {
        log["results"][0]["sets"] = reps.map(|reps| json!({ "reps": reps })).as_slice().into();
    };
    ward.does_well(2).await;
    ward.does(|log| sets(log, [8, 7])).await;
    assert_eq!(ward.suggested().await, [Value::Null; 0], "75 %");
    ward.does_well(2).await;
    ward.does(|log| sets(log, [8, 8])).await;
    Ward::only(&ward.suggested().await, "PROGRESS");
    ward.does(|log| log["painAfter"] = 4.into()).await;
    assert_eq!(ward.suggested().await, [Value::Null; 0]);
    ward.does_well(2).await;
    ward.does(|log| {
        (log["painBefore"], log["painAfter"]) = (0.into(), Value::Null);
        log["results"][0]["painDuring"] = Value::Null;
    })
    .await;
    assert_eq!(ward.suggested().await, [Value::Null; 0], "silence about pain is no sign of none");
    ward.does_well(2).await;
    ward.does(|log| {
        log["results"][0]["sets"] = json!([]);
        log["results"][0]["skipReason"] = "NO_TIME".into();
    })
    .await;
    assert_eq!(ward.suggested().await, [Value::Null; 0], "what was skipped was not done");
    ward.app.stop().await;
}

#[tokio::test]
async fn a_flare_after_a_session_speaks_against_more() {
    for stack in Stack::BOTH {
        let mut ward = Ward::open(stack, &[1]).await;
        let calm = |log: &mut Value| log["painBefore"] = 1.into();
        for _ in 0..3 {
            ward.does(calm).await;
        }
        Ward::only(&ward.suggested().await, "PROGRESS");
        ward.app.clinic.clock.advance(25 * 60 * MINUTE);
        ward.ada = ward.app.sign_in("ada@patient.example").await;
        ward.therapist = ward.app.sign_in("therapist@clinic.example").await;
        Ward::only(&ward.suggested().await, "PROGRESS");
        // Two points worse than before the last session, for longer than a day; low all the same.
        ward.does(|log| log["painBefore"] = 3.into()).await;
        assert_eq!(ward.suggested().await, [Value::Null; 0], "{stack:?}");
        ward.app.stop().await;
    }
}

#[tokio::test]
async fn a_rejection_is_remembered_until_three_more_sessions() {
    for stack in Stack::BOTH {
        let ward = Ward::open(stack, &[1]).await;
        ward.does_well(3).await;
        let more = Ward::only(&ward.suggested().await, "PROGRESS");
        refused(&ward.reject(&more, json!({ "reason": "x".repeat(1_001) })).await, "TOO_LONG");
        let why = json!({ "reason": "Wait for the scan." });
        let done = ward.reject(&more, why.clone()).await;
        assert_eq!(
            (&done["userErrors"], &done["patient"]["suggestions"]),
            (&json!([]), &json!([])),
            "{done}"
        );
        assert_eq!(ward.reject(&more, why).await["userErrors"], json!([]), "once is enough");
        refused(&ward.reject(&more, json!({})).await, "CONFLICT");
        refused(&ward.accept(&more, json!({})).await, "CONFLICT");
        ward.does_well(2).await;
        assert_eq!(ward.suggested().await, [Value::Null; 0], "{stack:?}");
        ward.does_well(1).await;
        let again = Ward::only(&ward.suggested().await, "PROGRESS");
        assert_ne!(again["id"], more["id"]);
        ward.does_well(1).await;
        let stale = ward.accept(&again, json!({})).await;
        assert_eq!(stale["userErrors"][0]["code"], "CONFLICT", "another session has come: {stale}");
        assert_eq!(stale["userErrors"][0]["path"], json!(["suggestionId"]));
        ward.app.stop().await;
    }
}

#[tokio::test]
async fn red_pain_twice_suggests_less_of_what_hurts() {
    for stack in Stack::BOTH {
        let ward = Ward::open(stack, &[1, 3]).await;
        let first = ward.hurts().await;
        // Pain afterwards is of the one that hurt.
        let second = ward
            .does(|log| {
                log["results"][0]["painDuring"] = 6.into();
                log["painAfter"] = 6.into();
            })
            .await;
        let less = Ward::only(&ward.suggested().await, "REGRESS");
        assert_eq!(less["suggestedDose"], json!({ "sets": 2, "reps": 9, "loadKg": null }), "{less}");
        assert_eq!(
            (&less["evidence"], &less["reasons"][0]["code"]),
            (&json!([first, second]), &json!("RED_PAIN"))
        );
        assert_eq!(less["prescription"]["exercise"]["id"], Kind::Exercise.encode(exercise_id(1)));

        assert_eq!(ward.reject(&less, json!({})).await["patient"]["suggestions"], json!([]));
        ward.does_well(1).await;
        assert_eq!(ward.suggested().await, [Value::Null; 0], "{stack:?}: no new red pain");
        ward.hurts().await;
        let again = Ward::only(&ward.suggested().await, "REGRESS");
        let done = ward.accept(&again, json!({})).await;
        assert_eq!(done["userErrors"], json!([]), "{done}");
        let doses: Vec<_> =
            (0..2).map(|at| done["program"]["prescriptions"][at]["dose"]["reps"].clone()).collect();
        assert_eq!(doses, [9, 10], "the other stays as it is");
        assert_eq!(ward.suggested().await, [Value::Null; 0], "less has yet to be done");
        ward.app.stop().await;
    }
}

#[tokio::test]
async fn suggestions_are_for_the_care_team_and_its_therapists_decide() {
    for stack in Stack::BOTH {
        let ward = Ward::open(stack, &[1]).await;
        let clinic = &ward.app.clinic;
        clinic.member("assistant@clinic.example", Role::Assistant).await;
        clinic.begin_another("Other Clinic", "admin@other.example").await;
        clinic.member_of("admin@other.example", "foreign@other.example", Role::Therapist).await;
        let members = ward.therapist.ask("{ members(first: 9) { nodes { id name } } }", json!({})).await;
        let named = |name: &str| {
            let nodes = members["members"]["nodes"].as_array().unwrap();
            nodes.iter().find(|node| node["name"] == name).unwrap()["id"].clone()
        };
        let team = json!({ "patientId": ward.id, "memberIds": [named("therapist"), named("assistant")] });
        change(&ward.therapist, "assignCareTeam", "careTeam { members { id } }", team).await;
        ward.does_well(3).await;
        let more = Ward::only(&ward.suggested().await, "PROGRESS");
        let assistant = ward.app.sign_in("assistant@clinic.example").await;
        assert_eq!(suggested(&assistant, &ward.id).await, std::slice::from_ref(&more), "{stack:?}");
        let query = "query($id: ID!) { patient(id: $id) { name suggestions { id } } }";
        let own = ward.ada.raw(query, json!({ "id": ward.id })).await;
        assert_eq!(own["data"]["patient"], json!({ "name": "ada", "suggestions": null }), "{own}");
        assert_eq!(own["errors"][0]["extensions"]["code"], "FORBIDDEN");
        for (email, code) in [
            ("other@clinic.example", "NOT_FOUND"),
            ("foreign@other.example", "NOT_FOUND"),
            ("assistant@clinic.example", "FORBIDDEN"),
            ("ada@patient.example", "FORBIDDEN"),
        ] {
            let client = ward.app.sign_in(email).await;
            let naming = ward.naming(&more, &json!({}));
            refused(&change(&client, "acceptSuggestion", PROGRAM, naming.clone()).await, code);
            refused(&change(&client, "rejectSuggestion", "patient { id }", naming).await, code);
        }
        let nothing = json!({ "id": Kind::Suggestion.encode(clinic.services.new_id()) });
        refused(&ward.accept(&nothing, json!({})).await, "CONFLICT");
        assert_eq!(ward.suggested().await, [more], "nothing of this has changed anything");
        ward.app.stop().await;
    }
}

#[tokio::test]
async fn a_revision_made_meanwhile_is_a_conflict_and_two_who_accept_make_one() {
    for stack in Stack::BOTH {
        let ward = Ward::open(stack, &[1]).await;
        ward.does_well(3).await;
        let more = Ward::only(&ward.suggested().await, "PROGRESS");
        let exercise = |number| json!({ "exerciseId": Kind::Exercise.encode(exercise_id(number)) });
        let revise = json!({ "programId": more["programId"], "expectedRevision": 1,
            "prescriptions": [exercise(1), exercise(3)] });
        change(&ward.therapist, "reviseProgram", "program { id }", revise).await;
        refused(&ward.accept(&more, json!({})).await, "CONFLICT");
        refused(&ward.reject(&more, json!({})).await, "CONFLICT");
        let now = Ward::only(&ward.suggested().await, "PROGRESS");
        assert_ne!(now["id"], more["id"], "{stack:?}: it names the revision that was seen");
        let (one, other) = tokio::join!(ward.accept(&now, json!({})), ward.accept(&now, json!({})));
        assert_eq!((&one["userErrors"], &other["userErrors"]), (&json!([]), &json!([])), "{one} {other}");
        assert_eq!(one["program"], other["program"]);
        assert_eq!(one["program"]["revision"], 3);
        ward.app.stop().await;
    }
}
