//! A patient's record as a whole: withheld, handed out complete, kept, erased without a trace.

use crate::{CASELOAD, LOG, TODAY, change, chosen, freeze_month, items, log_one, rate, refused, session};
use care::id::Kind;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::{Value, json};
use tests::{Clinic, Stack, TestApp, at};

const HOUR: i64 = 60 * 60_000;

/// Every table with a `patient_id`, and `patient` itself, with how many of its rows are the patient's.
async fn rows(clinic: &Clinic, patient_id: uuid::Uuid) -> Vec<(String, i64)> {
    let database = clinic.database.connect().await;
    let (sqlite, backend) = (clinic.services.store.is_sqlite(), database.get_database_backend());
    let all = if sqlite {
        "SELECT m.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) c
            WHERE m.type = 'table' AND c.name = 'patient_id'"
    } else {
        "SELECT table_name AS name FROM information_schema.columns
            WHERE table_schema = 'public' AND column_name = 'patient_id'"
    };
    let tables = database.query_all_raw(Statement::from_string(backend, all)).await.unwrap();
    let mut found = Vec::new();
    for table in tables {
        let name: String = table.try_get("", "name").unwrap();
        found.push((name.clone(), count(&database, &name, "patient_id", patient_id).await));
    }
    found.push(("patient".to_owned(), count(&database, "patient", "id", patient_id).await));
    database.close().await.unwrap();
    found.sort();
    found
}

async fn count(database: &DatabaseConnection, table: &str, column: &str, id: uuid::Uuid) -> i64 {
    let backend = database.get_database_backend();
    let sql = format!("SELECT count(*) AS many FROM {table} WHERE {column} = $1");
    let counted = database.query_one_raw(Statement::from_sql_and_values(backend, sql, [id.into()])).await;
    counted.unwrap().unwrap().try_get("", "many").unwrap()
}

/// Ada, who has something in every table.
async fn ada(app: &TestApp) -> uuid::Uuid {
    let ada = app.clinic.patient("ada").await;
    let program = Kind::Program.encode(app.clinic.program(&ada, &[1, 2]).await.id);
    let therapist = app.sign_in("therapist@clinic.example").await;
    let own = app.sign_in("ada@patient.example").await;
    log_one(app, &own).await;
    rejected(app, (&own, &therapist), &Kind::Patient.encode(ada.id)).await;
    rate(app, &own).await;
    let reminder = json!({ "kind": "EXERCISE", "title": "Stretch at the window", "times": ["06:01"] });
    change(&own, "createReminder", "reminder { id }", reminder).await;
    change(&own, "createCalendarFeed", "calendarFeed { createdAt }", json!({})).await;
    app.clinic.device("ada").await;
    let engine = app.engine();
    engine.feed(at("2026-06-15T10:00:30Z")).await.unwrap();
    app.clinic.clock.set(at("2026-06-15T10:01:00Z"));
    engine.tick(at("2026-06-15T10:01:00Z")).await.unwrap();
    add_condition(&app.clinic, ada.id).await;
    let curl_up = json!([{ "exerciseId": Kind::Exercise.encode(care::library::exercise_id(7)) }]);
    let revision = json!({ "programId": program, "expectedRevision": 1, "prescriptions": curl_up,
        "overrideReason": "Watched in the clinic without a twinge" });
    change(&therapist, "reviseProgram", "program { id }", revision).await;
    let screen = json!({ "signs": ["night-pain"], "note": "Worse since the move" });
    change(&own, "reportSymptoms", "screen { id }", screen).await;
    let visit = json!({ "patientId": Kind::Patient.encode(ada.id), "startsAt": "2026-06-12T14:00:00Z",
        "durationMinutes": 30, "place": "The room behind the pool" });
    let visit = change(&therapist, "scheduleVisit", "visit { id }", visit).await["visit"]["id"].clone();
    let treated =
        json!({ "treatment": "balance", "minutes": 9, "bodyRegion": "LEG", "note": "Fell to the left" });
    let record = json!({ "visitId": visit, "patientId": Kind::Patient.encode(ada.id), "durationMinutes": 30,
        "startedAt": "2026-06-12T14:00:00Z", "treatments": [treated], "note": "Afraid of the stairs" });
    change(&therapist, "recordVisit", "visit { id }", record).await;
    let reading = json!({ "patientId": Kind::Patient.encode(ada.id),
        "articleIds": [Kind::Article.encode(care::library::articles()[0].id())], "note": "Read it on the train" });
    change(&therapist, "assignEducation", "education { id }", reading).await;
    let hold = json!({ "programId": program, "reason": "Wait for the scan of the neck" });
    change(&therapist, "holdProgram", "program { id }", hold).await;
    assessed(&therapist, &own, &Kind::Patient.encode(ada.id)).await;
    let other = app.sign_in("other@clinic.example").await;
    let id = Kind::Patient.encode(ada.id);
    let glass = json!({ "patientId": id, "reason": "Fainted at the reception." });
    change(&other, "breakGlass", "access { expiresAt }", glass).await;
    let admin = app.sign_in("admin@clinic.example").await;
    let reason = json!({ "patientId": id, "reason": "A claim against the insurer." });
    let placed = change(&admin, "placeLegalHold", "legalHold { placedAt liftedAt }", reason).await;
    assert!(placed["legalHold"]["liftedAt"].is_null() && placed["legalHold"]["placedAt"].is_string());
    freeze_month(app).await;
    care::caseload::keep(&app.clinic.worker()).await.unwrap();
    ada.id
}

/// A suggestion after red pain twice, rejected.
pub(crate) async fn rejected(app: &TestApp, (own, therapist): (&tests::Client, &tests::Client), id: &str) {
    let items = items(own).await;
    let red = || {
        let mut log = session(&chosen(app, Kind::ProgressLog), "2026-06-15T09:00:00Z", &items[..1]);
        log["results"][0]["painDuring"] = 6.into();
        log
    };
    own.ask(LOG, json!({ "input": { "logs": [red(), red()] } })).await;
    let query = "query($id: ID!) { patient(id: $id) { suggestions { id } } }";
    let less = therapist.ask(query, json!({ "id": id })).await["patient"]["suggestions"][0]["id"].clone();
    let why = json!({ "suggestionId": less, "patientId": id, "reason": "The cushion was too soft" });
    change(therapist, "rejectSuggestion", "patient { id }", why).await;
}

/// An alert, an assessment, a fall, a goal, an entry of monitoring, a message, and a measure that is asked and
/// answered.
async fn assessed(therapist: &tests::Client, own: &tests::Client, id: &str) {
    let fall = json!({ "patientId": id, "kind": "INITIAL", "redFlagSigns": ["severe-trauma"],
        "history": { "complaint": "Fell from a ladder" } });
    change(therapist, "recordAssessment", "assessment { id }", fall).await;
    let seen = json!({ "patientId": id, "reason": "No fracture on the film." });
    change(therapist, "resolveRedFlags", "patient { id }", seen).await;
    let near =
        json!({ "kind": "NEAR_FALL", "happenedAt": "2026-06-15T08:00:00Z", "note": "On the wet ladder" });
    change(own, "reportFall", "fallReport { id }", near).await;
    let goal = json!({ "kind": "FUNCTION", "text": "Climb the ladder again",
        "measure": { "name": "Rungs", "unit": "rungs", "baseline": 0, "target": 12 },
        "current": { "value": 2, "measuredOn": "2026-06-15" } });
    change(own, "setGoal", "goal { id }", goal).await;
    let asked = json!({ "patientId": id, "measure": "psfs" });
    change(therapist, "assignOutcome", "assignment { id }", asked).await;
    let answered = json!({ "measure": "psfs", "answeredAt": "2026-06-15T10:00:00Z",
        "answers": [{ "item": "1", "value": 2 }], "activities": ["Pruning the roses", "Lift", "Sleep"] });
    change(own, "submitOutcome", "outcome { id }", answered).await;
    let time = json!({ "patientId": id, "startedAt": "2026-06-15T09:00:00Z", "endedAt": "2026-06-15T09:10:00Z",
        "activity": "DATA_REVIEW", "note": "Looked at the ladder days" });
    change(therapist, "logManagementTime", "entry { id }", time).await;
    let message = json!({ "text": "May I climb the ladder?" });
    change(own, "sendMessage", "message { id }", message).await;
}

/// A condition, which the harness gives its patients none of.
async fn add_condition(clinic: &Clinic, patient_id: uuid::Uuid) {
    let database = clinic.database.connect().await;
    let sql = "INSERT INTO patient_condition (clinic_id, id, patient_id, condition, noted_on, change)
        SELECT clinic_id, $1, id, 'osteoporosis-compression-fracture', '2026-06-01', 1 FROM patient WHERE id = $2";
    let values = [clinic.services.new_id().into(), patient_id.into()];
    let statement = Statement::from_sql_and_values(database.get_database_backend(), sql, values);
    database.execute_raw(statement).await.unwrap();
    database.close().await.unwrap();
}

fn document(answer: &Value) -> Value {
    let content = answer["export"]["content"].as_str().unwrap_or_else(|| panic!("{answer}"));
    serde_json::from_str(content).unwrap()
}

async fn without_input(client: &tests::Client, mutation: &str, answers: &str) -> Value {
    let query = format!("mutation {{ {mutation} {{ {answers} userErrors {{ code path }} }} }}");
    client.ask(&query, json!({})).await[mutation].clone()
}

#[tokio::test]
async fn an_export_has_every_row_of_every_table_that_names_the_patient() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = ada(&app).await;
        let id = Kind::Patient.encode(ada);
        let [admin, own] =
            [app.sign_in("admin@clinic.example").await, app.sign_in("ada@patient.example").await];
        let answers = "export { fileName mediaType content }";
        let of_admin = change(&admin, "exportPatient", answers, json!({ "patientId": id })).await;
        for document in [document(&of_admin), document(&without_input(&own, "exportMyData", answers).await)] {
            for (table, rows) in rows(&app.clinic, ada).await {
                let given = document["tables"][&table].as_array().map_or(0, Vec::len);
                assert!(rows > 0, "{stack:?}: nothing of {table} is tested");
                let rows = usize::try_from(rows).unwrap();
                // What was recorded of the readers after the export is not in it.
                assert!(given == rows || table == "audit_event" && given > 3, "{table}: {given} of {rows}");
            }
            assert_eq!(document["tables"]["patient"][0]["name"], "ada");
            assert_eq!(document["tables"]["account"][0]["email"], "ada@patient.example");
            assert_eq!(document["tables"]["reminder"][0]["title"], "Stretch at the window");
            assert_eq!(document["tables"]["program_hold"][0]["reason"], "Wait for the scan of the neck");
            assert_eq!(document["tables"]["red_flag_screen"][0]["note"], "Worse since the move");
            let alerts = document["tables"]["alert"].as_array().unwrap();
            assert!(
                alerts.iter().any(|alert| alert["resolution"] == "No fracture on the film."),
                "{alerts:?}"
            );
            assert_eq!(document["tables"]["pain_rating"][0]["note"], "Stiff until the shower");
            let content = document["tables"]["assessment"][0]["content"].as_str().unwrap();
            assert!(content.contains("Fell from a ladder"), "{content}");
            assert_eq!(document["tables"]["goal"][0]["text"], "Climb the ladder again");
            let answered = document["tables"]["outcome_response"][0]["content"].as_str().unwrap();
            assert!(answered.contains("Pruning the roses"), "{answered}");
            assert_eq!(document["tables"]["monitoring_entry"][0]["note"], "Looked at the ladder days");
            assert_eq!(document["tables"]["monitoring_month"][0]["figures"]["minutes"], 10);
            assert_eq!(document["tables"]["message"][0]["text"], "May I climb the ladder?");
            let visit = &document["tables"]["visit"][0];
            assert_eq!(
                (&visit["place"], &visit["note"]),
                (&json!("The room behind the pool"), &json!("Afraid of the stairs"))
            );
            assert!(visit["treatments"].as_str().unwrap().contains("Fell to the left"), "{visit}");
            assert_eq!(document["tables"]["education_assignment"][0]["note"], "Read it on the train");
            let reason = &document["tables"]["program_override"][0]["reason"];
            assert_eq!(reason, "Watched in the clinic without a twinge");
            assert_eq!(document["tables"]["suggestion_decision"][0]["reason"], "The cushion was too soft");
            assert_eq!(document["tables"]["break_glass"][0]["reason"], "Fainted at the reception.");
            assert_eq!(document["tables"]["progress_log"][0]["recorded_at"], "2026-06-15T10:00:00Z");
            let event = &document["tables"]["audit_event"][0];
            assert!(event["at"].is_string() && event.get("address").is_none(), "{event}");
            let text = document.to_string();
            for secret in ["password_hash", "data_key", "refresh_hash", "token of ada", "code_hash"] {
                assert!(!text.contains(secret), "{secret}");
            }
        }
        let event = "{ auditEvents(first: 50) { nodes { action } } }";
        let events = admin.ask(event, json!({})).await.to_string();
        assert_eq!(events.matches("patient.export").count(), 2, "{events}");

        let therapist = app.sign_in("therapist@clinic.example").await;
        refused(&change(&therapist, "exportPatient", answers, json!({ "patientId": id })).await, "FORBIDDEN");
        refused(&without_input(&therapist, "exportMyData", answers).await, "FORBIDDEN");
        app.clinic.clock.set(app.clinic.services.now().plus(HOUR / 10));
        refused(&without_input(&own, "exportMyData", answers).await, "STEP_UP_REQUIRED");
        app.stop().await;
    }
}

#[tokio::test]
async fn an_export_names_the_row_that_nobody_can_read_and_has_all_others() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        ada(&app).await;
        let own = app.sign_in("ada@patient.example").await;
        let export = async || document(&without_input(&own, "exportMyData", "export { content }").await);
        let whole = export().await;
        assert_eq!(whole["unreadable"], json!([]), "{stack:?}");
        let [reminder] = &whole["tables"]["reminder"].as_array().unwrap()[..] else { panic!("she has one") };
        let database = app.clinic.database.connect().await;
        database.execute_unprepared("UPDATE reminder SET rule = '{}'").await.unwrap();
        let mut spoilt = export().await;
        assert_eq!(spoilt["unreadable"], json!([{ "table": "reminder", "id": reminder["id"] }]), "{stack:?}");
        assert_eq!(spoilt["tables"]["reminder"], json!([]));
        spoilt["tables"]["reminder"] = json!([reminder]);
        // The first export was recorded.
        spoilt["tables"]["audit_event"] = whole["tables"]["audit_event"].clone();
        assert_eq!(spoilt["tables"], whole["tables"], "{stack:?}");
        app.stop().await;
    }
}

#[tokio::test]
async fn who_is_erased_leaves_ids_in_the_audit_trail_and_nothing_else() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = ada(&app).await;
        let ben = app.clinic.patient("ben").await;
        let before = rows(&app.clinic, ben.id).await;
        let id = json!({ "patientId": Kind::Patient.encode(ada) });
        let [admin, own, therapist] = [
            app.sign_in("admin@clinic.example").await,
            app.sign_in("ada@patient.example").await,
            app.sign_in("therapist@clinic.example").await,
        ];
        refused(&change(&therapist, "erasePatient", "erasedPatientId", id.clone()).await, "FORBIDDEN");
        refused(&change(&admin, "erasePatient", "erasedPatientId", id.clone()).await, "NOT_ALLOWED");
        refused(&without_input(&own, "deleteMyAccount", "erasedPatientId").await, "NOT_ALLOWED");
        let lifted = change(&admin, "liftLegalHold", "legalHold { liftedAt }", id.clone()).await;
        assert!(lifted["legalHold"]["liftedAt"].is_string(), "{lifted}");
        refused(&change(&admin, "liftLegalHold", "legalHold { liftedAt }", id.clone()).await, "NOT_ALLOWED");

        let erased = if stack == Stack::Full {
            change(&admin, "erasePatient", "erasedPatientId", id.clone()).await
        } else {
            without_input(&own, "deleteMyAccount", "erasedPatientId").await
        };
        assert_eq!(erased["erasedPatientId"], id["patientId"], "{erased}");
        for (table, rows) in rows(&app.clinic, ada).await {
            assert!(rows == 0 || table == "audit_event", "{stack:?}: {rows} rows of {table} are left");
        }
        assert_eq!(own.raw(TODAY, json!({})).await["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        let again = app.try_sign_in("ada@patient.example", tests::PASSWORD).await;
        refused(&again["signIn"], "CREDENTIALS");
        refused(&change(&admin, "exportPatient", "export { content }", id.clone()).await, "NOT_FOUND");
        let engine = app.engine();
        for day in 16..19 {
            let due = at(&format!("2026-06-{day}T10:01:00Z"));
            engine.feed(due.plus(-30_000)).await.unwrap();
            app.clinic.clock.set(due);
            engine.tick(due).await.unwrap();
        }
        assert_eq!(app.gateway.pushes().len(), 1, "the one from before");
        assert_eq!(rows(&app.clinic, ben.id).await, before, "another patient has all their rows");
        let verdicts = care::audit::verify(&app.clinic.worker(), None, &[]).await.unwrap();
        assert!(verdicts.iter().all(|verdict| verdict.broken.is_none()));
        app.stop().await;
    }
}

#[tokio::test]
async fn who_withdraws_consent_is_seen_by_nobody_from_the_next_request_on() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let id = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let [own, therapist, other] = [
            app.sign_in("ada@patient.example").await,
            app.sign_in("therapist@clinic.example").await,
            app.sign_in("other@clinic.example").await,
        ];
        let seen = async |client: &tests::Client| {
            let patient = "query($id: ID!) { patient(id: $id) { name } }";
            client.raw(patient, json!({ "id": id })).await["data"]["patient"]["name"] == "ada"
        };
        let cared_for = async || therapist.ask(CASELOAD, json!({})).await["caseload"]["totalCount"].clone();
        let glass = json!({ "patientId": id, "reason": "Fainted at the reception." });
        let break_glass = async || change(&other, "breakGlass", "access { expiresAt }", glass.clone()).await;
        break_glass().await;
        assert!(seen(&therapist).await && seen(&other).await && cared_for().await == 1);

        let kind = json!({ "kind": "CARE_TEAM" });
        let consent = "consent { kind granted withdrawnAt }";
        for _ in 0..2 {
            let withdrawn = change(&own, "withdrawConsent", consent, kind.clone()).await["consent"].clone();
            assert_eq!(withdrawn["granted"], false, "{withdrawn}");
            assert!(!seen(&therapist).await && !seen(&other).await && cared_for().await == 0);
        }
        let write = json!({ "patientId": id });
        refused(&change(&therapist, "dischargePatient", "patient { id }", write).await, "NOT_FOUND");
        assert!(seen(&own).await, "the patient goes on");
        assert!(own.raw(TODAY, json!({})).await["errors"].is_null());
        break_glass().await;
        assert!(seen(&other).await && !seen(&therapist).await, "an emergency that begins later");

        let granted = change(&own, "grantConsent", consent, kind.clone()).await["consent"].clone();
        assert!(granted["granted"] == true && granted["withdrawnAt"].is_null(), "{granted}");
        assert!(seen(&therapist).await && cared_for().await == 1);
        refused(&change(&therapist, "withdrawConsent", consent, kind).await, "FORBIDDEN");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_record_that_has_outlived_its_retention_is_erased_unless_a_hold_stands() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let [kept, held, outlived] =
            [ada(&app).await, app.clinic.patient("ben").await.id, app.clinic.patient("cleo").await.id];
        let [admin, therapist] =
            [app.sign_in("admin@clinic.example").await, app.sign_in("therapist@clinic.example").await];
        let retention = async |client: &tests::Client, years: Value| {
            let input = json!({ "retentionYears": years });
            change(client, "updateClinic", "clinic { retentionYears }", input).await
        };
        let of = |id: uuid::Uuid| json!({ "patientId": Kind::Patient.encode(id) });
        // The held one comes first, and must not stand in the way of the other.
        for id in [held, outlived] {
            change(&therapist, "dischargePatient", "patient { id }", of(id)).await;
            app.clinic.clock.advance(1);
        }
        let mut reason = of(held);
        reason["reason"] = "A claim against the insurer.".into();
        change(&admin, "placeLegalHold", "legalHold { placedAt }", reason).await;
        refused(&retention(&therapist, json!(2)).await, "FORBIDDEN");
        for years in [0, -1, 101, 70_000] {
            refused(&retention(&admin, json!(years)).await, "OUT_OF_RANGE");
        }
        assert_eq!(retention(&admin, json!(2)).await["clinic"]["retentionYears"], 2);
        assert_eq!(retention(&admin, Value::Null).await["clinic"]["retentionYears"], Value::Null);

        let worker = app.clinic.worker();
        let sweep = async || care::record::erase_outlived(&worker, 1).await.unwrap();
        let day = 24 * HOUR;
        let discharged = app.clinic.services.now();
        app.clinic.clock.set(discharged.plus(3 * 366 * day));
        assert_eq!(sweep().await, 0, "{stack:?}: nothing is set");
        app.clinic.clock.set(discharged);
        retention(&admin, json!(2)).await;
        app.clinic.clock.set(discharged.plus(2 * 366 * day - 2));
        assert_eq!(sweep().await, 0, "{stack:?}: not yet");
        app.clinic.clock.set(discharged.plus(2 * 366 * day));
        assert_eq!((sweep().await, sweep().await), (1, 0), "{stack:?}: one in one go, past the held one");
        let left = async |id| {
            rows(&app.clinic, id).await.iter().any(|(table, rows)| table == "patient" && *rows == 1)
        };
        assert!(left(kept).await && left(held).await && !left(outlived).await);
        app.stop().await;
    }
}
