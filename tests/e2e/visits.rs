//! Visits: scheduled, seen by the patient, recorded with what was done and what guidelines say to it.

use crate::{change, chosen, refused};
use care::access::Role;
use care::id::Kind;
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp, at};

const VISIT: &str = "visit { id status startsAt durationMinutes place cancelReason member { name }
    treatments { key minutes bodyRegion response note treatment { name kind } }
    activeMinutes passiveMinutes painBefore painAfter note programRevisionId closedAt }";

pub(crate) const VISITS: &str =
    "query($id: ID, $from: LocalDate, $to: LocalDate, $first: Int, $after: String) {
    visits(patientId: $id, from: $from, to: $to, first: $first, after: $after) {
        nodes { id status place cancelReason note startsAt treatments { key note } painAfter }
        pageInfo { hasNextPage endCursor } } }";

/// A clinic with Ada, her therapist, and an assistant on her care team.
struct Ward {
    app: TestApp,
    ada: String,
    therapist: Client,
}

impl Ward {
    async fn open(stack: Stack) -> Self {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        app.clinic.member("assistant@clinic.example", Role::Assistant).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let ward = Self { app, ada, therapist };
        ward.assign(&["therapist", "assistant", "admin"]).await;
        ward
    }

    /// The id of the member of this name.
    async fn member(&self, name: &str) -> Value {
        let members = self.therapist.ask("{ members(first: 100) { nodes { id name } } }", json!({})).await;
        let nodes = members["members"]["nodes"].as_array().unwrap();
        nodes.iter().find(|node| node["name"] == name).unwrap()["id"].clone()
    }

    async fn assign(&self, names: &[&str]) {
        let mut ids = Vec::new();
        for name in names {
            ids.push(self.member(name).await);
        }
        let team = json!({ "patientId": self.ada, "memberIds": ids });
        let assigned = change(&self.therapist, "assignCareTeam", "careTeam { members { id } }", team).await;
        assert_eq!(assigned["userErrors"], json!([]));
    }

    /// A visit of half an hour, with what else is said of it.
    async fn schedule(&self, client: &Client, starts_at: &str, also: Value) -> Value {
        let input = json!({ "patientId": self.ada, "startsAt": starts_at, "durationMinutes": 30 });
        change(client, "scheduleVisit", VISIT, with(input, also)).await
    }

    /// A visit of half an hour with one treatment, with what else is said of it.
    async fn record(&self, client: &Client, started_at: &str, also: Value) -> Value {
        let input = json!({ "patientId": self.ada, "startedAt": started_at, "durationMinutes": 30,
            "treatments": [treated("core-strengthening", 20)] });
        let answers = format!("{VISIT} notices {{ guideline text basis source treatments }}");
        change(client, "recordVisit", &answers, with(input, also)).await
    }

    async fn cancel(&self, client: &Client, visit_id: &Value, reason: &str) -> Value {
        change(client, "cancelVisit", VISIT, json!({ "visitId": visit_id, "reason": reason })).await
    }

    async fn visits(&self, client: &Client, variables: Value) -> Vec<Value> {
        let answer = client.ask(VISITS, with(json!({ "id": self.ada }), variables)).await;
        answer["visits"]["nodes"].as_array().unwrap().clone()
    }
}

/// The fields of `also` put over those of `input`.
fn with(mut input: Value, also: Value) -> Value {
    let Value::Object(also) = also else { panic!("{also}") };
    input.as_object_mut().unwrap().extend(also);
    input
}

fn treated(treatment: &str, minutes: i32) -> Value {
    json!({ "treatment": treatment, "minutes": minutes, "bodyRegion": "LOWER_BACK" })
}

fn paths(answer: &Value) -> Vec<(String, String)> {
    let errors = answer["userErrors"].as_array().unwrap();
    let step = |value: &Value| value.as_str().unwrap().to_owned();
    let path =
        |error: &Value| error["path"].as_array().unwrap().iter().map(step).collect::<Vec<_>>().join(".");
    errors.iter().map(|error| (path(error), step(&error["code"]))).collect()
}

#[track_caller]
fn refused_at(answer: &Value, path: &str, code: &str) {
    assert_eq!(paths(answer), [(path.to_owned(), code.to_owned())], "{answer}");
}

#[tokio::test]
async fn a_visit_is_scheduled_seen_recorded_and_leads_to_a_revision() {
    for stack in Stack::BOTH {
        let ward = Ward::open(stack).await;
        let clinic = &ward.app.clinic;
        let ada = clinic.as_patient("ada").await;
        let ada_id = ada.patient_id().unwrap();
        let program = clinic.program(&care::patient::get(&ada, ada_id).await.unwrap(), &[1]).await;
        ada.finish().await;
        let place = care::sync::changed_since(&ada, ada_id, None).await.unwrap().place;
        ada.finish().await;
        let also = json!({ "place": "  Room 4, first floor " });
        let planned = ward.schedule(&ward.therapist, "2026-06-15T10:03:00Z", also).await["visit"].clone();
        assert_eq!(
            (&planned["status"], &planned["place"]),
            (&json!("SCHEDULED"), &json!("Room 4, first floor"))
        );
        assert_eq!(planned["member"]["name"], "therapist", "who acts, as nobody else is named");
        assert!(planned["activeMinutes"].is_null() && planned["closedAt"].is_null(), "{planned}");

        let patient = ward.app.sign_in("ada@patient.example").await;
        let upcoming = patient.ask(VISITS, json!({ "from": "2026-06-15" })).await["visits"]["nodes"].clone();
        assert_eq!((&upcoming[0]["id"], &upcoming[0]["place"]), (&planned["id"], &planned["place"]));
        let changed = care::sync::changed_since(&ada, ada_id, Some(place)).await.unwrap();
        ada.finish().await;
        assert_eq!(
            changed.entities,
            [(Kind::Visit, Kind::Visit.decode(planned["id"].as_str().unwrap()).unwrap())]
        );

        clinic.clock.set(at("2026-06-15T10:02:59Z"));
        let miss = json!({ "visitId": planned["id"] });
        refused_at(&change(&ward.therapist, "markVisitMissed", VISIT, miss).await, "visitId", "NOT_ALLOWED");
        clinic.clock.set(at("2026-06-15T10:05:00Z"));
        let curl_up = json!([{ "exerciseId": Kind::Exercise.encode(care::library::exercise_id(2)) }]);
        let revise = json!({ "programId": Kind::Program.encode(program.id), "expectedRevision": 1,
            "prescriptions": curl_up });
        let revised =
            change(&ward.therapist, "reviseProgram", "program { revisions { id number } }", revise).await;
        let revision = revised["program"]["revisions"][0]["id"].clone();
        let mut manipulation = treated("spinal-manipulation", 8);
        manipulation["note"] = "L4, left".into();
        manipulation["response"] = "BETTER".into();
        let also = json!({ "visitId": planned["id"], "painBefore": 6, "painAfter": 3, "note": "Stiff after the drive",
            "programRevisionId": revision, "durationMinutes": 35,
            "treatments": [manipulation, treated("therapeutic-ultrasound", 7), treated("heat", 10)] });
        let recorded = ward.record(&ward.therapist, "2026-06-15T10:04:00Z", also).await;
        let visit = &recorded["visit"];
        assert_eq!((&visit["id"], &visit["status"]), (&planned["id"], &json!("DONE")), "{recorded}");
        assert_eq!((&visit["activeMinutes"], &visit["passiveMinutes"]), (&json!(0), &json!(25)));
        assert_eq!((&visit["painBefore"], &visit["painAfter"]), (&json!(6), &json!(3)));
        assert_eq!(
            (&visit["startsAt"], &visit["durationMinutes"]),
            (&json!("2026-06-15T10:04:00Z"), &json!(35))
        );
        assert_eq!(
            (&visit["programRevisionId"], &visit["note"]),
            (&revision, &json!("Stiff after the drive"))
        );
        let first = &visit["treatments"][0];
        assert_eq!((&first["note"], &first["response"]), (&json!("L4, left"), &json!("BETTER")));
        assert_eq!(first["treatment"], json!({ "name": "Spinal manipulation", "kind": "PASSIVE" }));
        let notices: Vec<_> = recorded["notices"].as_array().unwrap().iter().collect();
        assert_eq!(notices.len(), 2, "{recorded}");
        assert_eq!(notices[0]["treatments"], json!(["spinal-manipulation"]));
        assert_eq!(notices[1]["treatments"], json!(["therapeutic-ultrasound"]));
        for notice in notices {
            assert_eq!(notice["basis"], "PUBLISHED");
            assert!(notice["source"].as_str().unwrap().contains("NG59") && notice["text"].is_string());
        }
        let seen = patient.ask(VISITS, json!({})).await["visits"]["nodes"][0].clone();
        assert_eq!((&seen["status"], &seen["painAfter"]), (&json!("DONE"), &json!(3)), "{stack:?}");
        assert_eq!(seen["treatments"][0], json!({ "key": "spinal-manipulation", "note": null }), "{seen}");
        assert!(seen["note"].is_null(), "notes are for the clinicians: {seen}");
        let by_id = "query($id: ID!) { node(id: $id) { ... on Visit { status note treatments { note } } } }";
        let own = patient.ask(by_id, json!({ "id": planned["id"] })).await["node"].clone();
        assert!(own["note"].is_null() && own["treatments"][0]["note"].is_null(), "{own}");
        let theirs = ward.therapist.ask(by_id, json!({ "id": planned["id"] })).await["node"].clone();
        assert_eq!(theirs["treatments"][0]["note"], "L4, left");
        ward.app.stop().await;
    }
}

#[tokio::test]
async fn what_is_sent_twice_is_written_once_and_other_content_is_a_conflict() {
    for stack in Stack::BOTH {
        let ward = Ward::open(stack).await;
        let therapist = &ward.therapist;
        let id = chosen(&ward.app, Kind::Visit);
        let schedule = async |place: &str| {
            ward.schedule(therapist, "2026-06-15T09:00:00Z", json!({ "id": id, "place": place })).await
        };
        let first = schedule("Room 1").await;
        assert_eq!(schedule("Room 1").await, first);
        refused(&schedule("Room 2").await, "CONFLICT");
        let move_it = async |input: Value| {
            let input = with(json!({ "visitId": id, "startsAt": "2026-06-15T08:00:00Z" }), input);
            change(therapist, "rescheduleVisit", VISIT, input).await
        };
        let moved = move_it(json!({ "durationMinutes": 45 })).await["visit"].clone();
        assert_eq!(
            (&moved["startsAt"], &moved["durationMinutes"]),
            (&json!("2026-06-15T08:00:00Z"), &json!(45))
        );
        assert_eq!((&moved["place"], &moved["status"]), (&json!("Room 1"), &json!("SCHEDULED")));
        assert_eq!(schedule("Room 1").await["visit"], moved, "the same, as it stands now");
        assert_eq!(move_it(json!({ "place": "" })).await["visit"]["place"], Value::Null);

        let miss = async || change(therapist, "markVisitMissed", VISIT, json!({ "visitId": id })).await;
        let missed = miss().await;
        assert_eq!(missed["visit"]["status"], "MISSED");
        ward.app.clinic.clock.advance(1_000);
        assert_eq!(miss().await, missed, "the same again changes nothing");
        refused_at(&ward.cancel(therapist, &json!(id), "Ill").await, "visitId", "NOT_ALLOWED");
        refused_at(&move_it(json!({})).await, "visitId", "NOT_ALLOWED");
        let record = async |pain: i32| {
            let also = json!({ "visitId": id, "painBefore": pain });
            ward.record(therapist, "2026-06-15T08:05:00Z", also).await
        };
        let recorded = record(4).await;
        assert_eq!(recorded["visit"]["status"], "DONE", "the patient was late, not away: {recorded}");
        assert_eq!(record(4).await, recorded);
        refused(&record(5).await, "CONFLICT");
        refused_at(&miss().await, "visitId", "NOT_ALLOWED");
        refused_at(&ward.cancel(therapist, &json!(id), "Ill").await, "visitId", "NOT_ALLOWED");

        let other = chosen(&ward.app, Kind::Visit);
        let unplanned = async |minutes: i32| {
            let also =
                json!({ "id": other, "treatments": [treated("balance", minutes), treated("heat", 5)] });
            ward.record(therapist, "2026-06-14T08:00:00Z", also).await
        };
        let recorded = unplanned(10).await;
        assert_eq!((&recorded["visit"]["id"], &recorded["notices"]), (&json!(other), &json!([])));
        assert_eq!(recorded["visit"]["activeMinutes"], 10);
        assert_eq!(unplanned(10).await, recorded);
        refused(&unplanned(11).await, "CONFLICT");
        refused(&ward.record(therapist, "2026-06-13T08:00:00Z", json!({ "id": id })).await, "CONFLICT");
        refused(&ward.schedule(therapist, "2026-06-16T08:00:00Z", json!({ "id": other })).await, "CONFLICT");

        let snow = ward.schedule(therapist, "2026-06-16T08:00:00Z", json!({})).await["visit"]["id"].clone();
        let canceled = ward.cancel(therapist, &snow, " The road is closed ").await;
        assert_eq!(canceled["visit"]["cancelReason"], "The road is closed");
        assert_eq!(ward.cancel(therapist, &snow, "Another reason").await, canceled, "the first stands");
        let also = json!({ "visitId": snow });
        refused_at(&ward.record(therapist, "2026-06-13T08:00:00Z", also).await, "visitId", "NOT_ALLOWED");
        let patient = ward.app.sign_in("ada@patient.example").await;
        assert_eq!(ward.visits(&patient, json!({})).await[0]["cancelReason"], "The road is closed");
        assert_eq!(ward.visits(&patient, json!({})).await.len(), 3, "{stack:?}: nothing twice");
        ward.app.stop().await;
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_visit_is_told_field_by_field_and_changes_nothing() {
    for stack in Stack::BOTH {
        let ward = Ward::open(stack).await;
        let (therapist, soon) = (&ward.therapist, "2026-06-16T08:00:00Z");
        for (also, path, code) in [
            (json!({ "durationMinutes": 4 }), "durationMinutes", "OUT_OF_RANGE"),
            (json!({ "durationMinutes": 481 }), "durationMinutes", "OUT_OF_RANGE"),
            (json!({ "startsAt": "2025-06-14T09:59:59Z" }), "startsAt", "OUT_OF_RANGE"),
            (json!({ "startsAt": "2028-06-15T10:00:01Z" }), "startsAt", "OUT_OF_RANGE"),
            (json!({ "place": "x".repeat(201) }), "place", "TOO_LONG"),
            (json!({ "place": "Room\n4" }), "place", "MALFORMED"),
            (json!({ "id": "visit_1" }), "id", "MALFORMED"),
            (json!({ "memberId": ward.ada }), "memberId", "NOT_FOUND"),
        ] {
            refused_at(&ward.schedule(therapist, soon, also).await, path, code);
        }
        let today = "2026-06-15T08:00:00Z";
        let off = |field: &str, value: Value| json!({ "treatments": [with(treated("heat", 5), json!({ field: value }))] });
        for (also, path, code) in [
            (json!({ "durationMinutes": 0 }), "durationMinutes", "OUT_OF_RANGE"),
            (json!({ "startedAt": "2026-06-15T10:05:01Z" }), "startedAt", "OUT_OF_RANGE"),
            (json!({ "startedAt": "2025-06-14T09:59:59Z" }), "startedAt", "OUT_OF_RANGE"),
            (json!({ "treatments": [] }), "treatments", "REQUIRED"),
            (json!({ "treatments": vec![treated("heat", 5); 21] }), "treatments", "TOO_MANY"),
            (json!({ "painBefore": -1 }), "painBefore", "OUT_OF_RANGE"),
            (json!({ "painAfter": 11 }), "painAfter", "OUT_OF_RANGE"),
            (json!({ "note": "x".repeat(4_001) }), "note", "TOO_LONG"),
            (off("treatment", "leeches".into()), "treatments.0.treatment", "NOT_FOUND"),
            (off("minutes", 0.into()), "treatments.0.minutes", "OUT_OF_RANGE"),
            (off("minutes", 241.into()), "treatments.0.minutes", "OUT_OF_RANGE"),
            (off("note", "x".repeat(1_001).into()), "treatments.0.note", "TOO_LONG"),
            (json!({ "visitId": chosen(&ward.app, Kind::Visit) }), "visitId", "NOT_FOUND"),
        ] {
            refused_at(&ward.record(therapist, today, also).await, path, code);
        }
        let both = json!({ "id": chosen(&ward.app, Kind::Visit), "visitId": chosen(&ward.app, Kind::Visit),
            "painAfter": 11 });
        let several = ward.record(therapist, today, both).await;
        assert_eq!(paths(&several).len(), 2, "all at once: {several}");
        assert_eq!(ward.visits(therapist, json!({})).await, [] as [Value; 0], "{stack:?}");

        let visit = ward.schedule(therapist, soon, json!({})).await["visit"]["id"].clone();
        refused_at(&ward.cancel(therapist, &visit, "  ").await, "reason", "OUT_OF_RANGE");
        refused_at(&ward.cancel(therapist, &visit, &"x".repeat(501)).await, "reason", "OUT_OF_RANGE");
        for overlapping in ["2026-06-16T07:30:00.001Z", "2026-06-16T08:29:59Z"] {
            refused_at(&ward.schedule(therapist, overlapping, json!({})).await, "startsAt", "NOT_ALLOWED");
        }
        for beside in ["2026-06-16T07:30:00Z", "2026-06-16T08:30:00Z"] {
            assert_eq!(ward.schedule(therapist, beside, json!({})).await["userErrors"], json!([]));
        }
        let at_once = "2026-06-20T08:00:00Z";
        let (one, two) = tokio::join!(
            ward.schedule(therapist, at_once, json!({})),
            ward.schedule(therapist, at_once, json!({}))
        );
        let refused_one = if one["visit"].is_null() { &one } else { &two };
        refused_at(refused_one, "startsAt", "NOT_ALLOWED");
        assert_ne!(one["visit"].is_null(), two["visit"].is_null(), "{stack:?}: one of two at once");
        let onto = json!({ "visitId": visit, "startsAt": "2026-06-16T07:45:00Z" });
        refused_at(&change(therapist, "rescheduleVisit", VISIT, onto).await, "startsAt", "NOT_ALLOWED");
        ward.cancel(therapist, &visit, "Ill").await;
        assert_eq!(
            ward.schedule(therapist, soon, json!({})).await["userErrors"],
            json!([]),
            "it is free again"
        );
        assert_eq!(ward.record(therapist, today, json!({})).await["userErrors"], json!([]));
        refused_at(
            &ward.record(therapist, "2026-06-15T08:29:00Z", json!({})).await,
            "startedAt",
            "NOT_ALLOWED",
        );
        ward.app.stop().await;
    }
}

#[tokio::test]
async fn what_is_not_the_patients_own_looks_absent() {
    for stack in Stack::BOTH {
        let ward = Ward::open(stack).await;
        let (app, therapist) = (&ward.app, &ward.therapist);
        let ben = app.clinic.patient("ben").await;
        let bens_program = app.clinic.program(&ben, &[1]).await;
        app.clinic.begin_another("Other Clinic", "boss@other.example").await;
        app.clinic.member_of("boss@other.example", "foreign@other.example", Role::Therapist).await;
        let foreign = app.sign_in("foreign@other.example").await;
        let soon = "2026-06-16T08:00:00Z";
        let elsewhere = "{ members(first: 100) { nodes { id name } } }";
        let elsewhere = foreign.ask(elsewhere, json!({})).await["members"]["nodes"].clone();
        // Of another clinic, of the clinic and not of the team, of the team and no clinician, of nobody.
        for member in [
            elsewhere[1]["id"].clone(),
            ward.member("other").await,
            ward.member("admin").await,
            chosen(app, Kind::Member).into(),
        ] {
            let also = json!({ "memberId": member });
            refused_at(&ward.schedule(therapist, soon, also).await, "memberId", "NOT_FOUND");
        }
        let also = json!({ "memberId": ward.member("assistant").await });
        let visit = ward.schedule(therapist, soon, also).await["visit"].clone();
        assert_eq!(visit["member"]["name"], "assistant");
        let visit = &visit["id"];

        let today = "2026-06-15T08:00:00Z";
        for revision in [Kind::Revision.encode(bens_program.revision.id), chosen(app, Kind::Revision)] {
            let also = json!({ "programRevisionId": revision });
            refused_at(&ward.record(therapist, today, also).await, "programRevisionId", "NOT_FOUND");
        }
        let of_ben = json!({ "patientId": Kind::Patient.encode(ben.id), "visitId": visit });
        refused_at(&ward.record(therapist, today, of_ben).await, "visitId", "NOT_FOUND");
        let of_ben = json!({ "patientId": Kind::Patient.encode(ben.id), "id": visit });
        refused(&ward.record(therapist, today, of_ben).await, "CONFLICT");

        let other = app.sign_in("other@clinic.example").await;
        let reach = async |client: &Client, visit: &Value, code: &str| {
            refused(&ward.schedule(client, soon, json!({})).await, code);
            refused(&ward.record(client, today, json!({ "visitId": visit })).await, code);
            refused(&ward.cancel(client, visit, "Ill").await, code);
            let input = json!({ "visitId": visit });
            refused(&change(client, "markVisitMissed", VISIT, input.clone()).await, code);
            let input = with(input, json!({ "startsAt": soon }));
            refused(&change(client, "rescheduleVisit", VISIT, input).await, code);
        };
        for stranger in [&foreign, &other] {
            reach(stranger, visit, "NOT_FOUND").await;
            let by_id = "query($id: ID!) { node(id: $id) { id } }";
            assert_eq!(stranger.ask(by_id, json!({ "id": visit })).await["node"], Value::Null);
            let listed = stranger.raw(VISITS, json!({ "id": ward.ada })).await;
            assert_eq!(listed["errors"][0]["extensions"]["code"], "NOT_FOUND");
        }
        // An administrator is on the care team, and patients write nothing.
        for role in ["admin@clinic.example", "ada@patient.example"] {
            reach(&app.sign_in(role).await, visit, "FORBIDDEN").await;
        }
        assert_eq!(ward.visits(therapist, json!({})).await.len(), 1, "{stack:?}");
        ward.app.stop().await;
    }
}

#[tokio::test]
async fn assistants_do_all_but_name_a_revision_and_nobody_sees_who_lets_nobody_see() {
    for stack in Stack::BOTH {
        let ward = Ward::open(stack).await;
        let app = &ward.app;
        let [assistant, patient] =
            [app.sign_in("assistant@clinic.example").await, app.sign_in("ada@patient.example").await];
        let planned = ward.schedule(&assistant, "2026-06-15T08:00:00Z", json!({})).await["visit"].clone();
        assert_eq!(planned["member"]["name"], "assistant");
        let revision = json!({ "visitId": planned["id"], "programRevisionId": chosen(app, Kind::Revision) });
        let refusal = ward.record(&assistant, "2026-06-15T08:00:00Z", revision).await;
        refused_at(&refusal, "programRevisionId", "NOT_ALLOWED");
        let also = json!({ "visitId": planned["id"], "note": "As planned" });
        let recorded = ward.record(&assistant, "2026-06-15T08:00:00Z", also).await;
        assert_eq!(recorded["visit"]["note"], "As planned", "{recorded}");
        let next = ward.schedule(&assistant, "2026-06-17T08:00:00Z", json!({})).await["visit"]["id"].clone();
        let moved = json!({ "visitId": next, "startsAt": "2026-06-18T08:00:00Z",
            "memberId": ward.member("therapist").await });
        let moved = change(&assistant, "rescheduleVisit", VISIT, moved).await;
        assert_eq!(moved["visit"]["member"]["name"], "therapist");

        let consent = json!({ "kind": "CARE_TEAM" });
        change(&patient, "withdrawConsent", "consent { granted }", consent.clone()).await;
        refused(&ward.cancel(&assistant, &next, "Ill").await, "NOT_FOUND");
        refused(&ward.schedule(&ward.therapist, "2026-06-19T08:00:00Z", json!({})).await, "NOT_FOUND");
        assert_eq!(ward.visits(&patient, json!({})).await.len(), 2, "{stack:?}: the patient goes on");
        change(&patient, "grantConsent", "consent { granted }", consent).await;
        change(&ward.therapist, "dischargePatient", "patient { id }", json!({ "patientId": ward.ada })).await;
        assert_eq!(ward.cancel(&assistant, &next, "Care has ended").await["visit"]["status"], "CANCELED");
        assert_eq!(
            patient.raw(VISITS, json!({})).await["errors"][0]["extensions"]["code"],
            "UNAUTHENTICATED"
        );
        ward.app.stop().await;
    }
}

#[tokio::test]
async fn visits_are_listed_by_the_patients_dates_newest_first() {
    for stack in Stack::BOTH {
        let ward = Ward::open(stack).await;
        // In New York the first is on the 16th still.
        for starts_at in
            ["2026-06-17T03:30:00Z", "2026-06-17T04:00:00Z", "2026-06-18T03:59:00Z", "2026-06-18T08:00:00Z"]
        {
            ward.schedule(&ward.therapist, starts_at, json!({})).await;
        }
        let starts = async |from: &str, to: &str| -> Vec<Value> {
            let listed = ward.visits(&ward.therapist, json!({ "from": from, "to": to })).await;
            listed.iter().map(|visit| visit["startsAt"].clone()).collect()
        };
        assert_eq!(
            starts("2026-06-17", "2026-06-17").await,
            ["2026-06-18T03:59:00Z", "2026-06-17T04:00:00Z"]
        );
        assert_eq!(starts("2026-06-01", "2026-06-16").await, ["2026-06-17T03:30:00Z"], "{stack:?}");
        assert_eq!(starts("2026-06-19", "9999-12-31").await, [] as [&str; 0]);
        let mut all = Vec::new();
        let mut after = Value::Null;
        loop {
            let variables = json!({ "id": ward.ada, "first": 3, "after": after });
            let page = ward.therapist.ask(VISITS, variables).await["visits"].clone();
            all.extend(page["nodes"].as_array().unwrap().clone());
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(all, ward.visits(&ward.therapist, json!({})).await);
        let through = "query($id: ID!) { patient(id: $id) { visits(first: 1) { nodes { startsAt } } } }";
        let through =
            ward.therapist.ask(through, json!({ "id": ward.ada })).await["patient"]["visits"].clone();
        assert_eq!(through["nodes"], json!([{ "startsAt": "2026-06-18T08:00:00Z" }]));
        ward.app.stop().await;
    }
}

#[tokio::test]
async fn treatments_are_told_in_the_language_asked_for() {
    let app = TestApp::start(Stack::Embedded).await;
    let therapist = app.sign_in("therapist@clinic.example").await;
    let query = "{ treatments { key name kind guideline { text basis source } } }";
    let told = async |language: &str| {
        let request = reqwest::Client::new()
            .post(format!("{}/graphql", app.url()))
            .header("accept-language", language)
            .bearer_auth(therapist.token())
            .json(&json!({ "query": query }));
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["data"]["treatments"].as_array().unwrap().clone()
    };
    let (english, spanish) = (told("en-US,es;q=0.5").await, told("es-MX,en;q=0.5").await);
    assert_eq!((english.len(), spanish.len()), (21, 21));
    let of =
        |list: &[Value], key: &str| list.iter().find(|treatment| treatment["key"] == key).unwrap().clone();
    assert_eq!((&of(&english, "ice")["name"], &of(&spanish, "ice")["name"]), (&json!("Ice"), &json!("Frío")));
    let label = of(&spanish, "tens")["guideline"].clone();
    assert_eq!(label["basis"], "PUBLISHED");
    assert!(label["text"].as_str().unwrap().contains("lumbar"), "{label}");
    assert!(of(&english, "tens")["guideline"]["text"].as_str().unwrap().contains("low-back pain"));
    app.stop().await;
}
