//! What counts of a month for remote therapeutic monitoring, with the records behind each number.

use crate::{change, chosen, log_one, refused};
use care::id::Kind;
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp};

const MONTH: &str = "query($id: ID!, $month: LocalDate!) { patient(id: $id) { monitoring(month: $month) {
  month dataDays { date recordIds } windows { firstDate lastDate dataDays code } entries { id kind startedAt voidedAt note }
  managementMinutes liveContacts counts { code times } setup { id } setupCode basis source } } }";
const ENTRY: &str = "entry { id kind startedAt endedAt activity medium note voidedAt }";

async fn month(client: &Client, id: &str, month: &str) -> Value {
    client.ask(MONTH, json!({ "id": id, "month": month })).await["patient"]["monitoring"].clone()
}

fn minutes(patient: &str, from: &str, to: &str) -> Value {
    json!({ "patientId": patient, "startedAt": format!("2026-06-15T{from}:00Z"),
        "endedAt": format!("2026-06-15T{to}:00Z"), "activity": "DATA_REVIEW" })
}

async fn manage(client: &Client, input: Value) -> Value {
    change(client, "logManagementTime", ENTRY, input).await
}

#[tokio::test]
async fn minutes_count_once_and_only_with_a_live_contact() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let ben = Kind::Patient.encode(app.clinic.patient("ben").await.id);
        let therapist = app.sign_in("therapist@clinic.example").await;
        let id = chosen(&app, Kind::MonitoringEntry);
        let mut first = minutes(&ada, "08:00", "08:25");
        (first["id"], first["note"]) = (json!(id), json!("Pain goes down"));
        let logged = manage(&therapist, first.clone()).await;
        assert_eq!(logged["entry"]["note"], "Pain goes down", "{logged}");
        assert_eq!(manage(&therapist, first.clone()).await, logged, "{stack:?}: a replay");
        first["note"] = json!("Other");
        refused(&manage(&therapist, first).await, "CONFLICT");
        for (from, to) in [("08:24", "08:30"), ("07:50", "08:01"), ("08:10", "08:12"), ("07:00", "09:00")] {
            let answer = manage(&therapist, minutes(&ben, from, to)).await;
            let fault = json!([{ "code": "NOT_ALLOWED", "path": ["startedAt"] }]);
            assert_eq!(answer["userErrors"], fault, "of another patient too");
        }
        let second = manage(&therapist, minutes(&ada, "08:25", "08:40")).await["entry"]["id"].clone();
        for (from, to) in [("09:30", "09:30"), ("09:30", "09:20"), ("00:00", "08:00"), ("08:50", "23:00")] {
            if from != "00:00" {
                refused(&manage(&therapist, minutes(&ada, from, to)).await, "OUT_OF_RANGE");
            }
        }
        let counted = month(&therapist, &ada, "2026-06-01").await;
        assert_eq!(
            (&counted["managementMinutes"], &counted["counts"]),
            (&json!(40), &json!([])),
            "no contact"
        );
        let contact = json!({ "patientId": ada, "startedAt": "2026-06-15T08:30:00Z", "medium": "PHONE" });
        let contact = change(&therapist, "logLiveContact", ENTRY, contact).await;
        assert_eq!(contact["entry"]["medium"], "PHONE");
        let counted = month(&therapist, &ada, "2026-06-01").await;
        let both = json!([{ "code": "98980", "times": 1 }, { "code": "98981", "times": 1 }]);
        assert_eq!(counted["counts"], both, "{stack:?}: {counted}");
        assert_eq!(counted["basis"], "PUBLISHED");
        assert_eq!(counted["entries"].as_array().unwrap().len(), 3, "the records behind it");
        let void = json!({ "entryId": second, "reason": "Of another patient" });
        let voided = change(&therapist, "voidMonitoringEntry", ENTRY, void.clone()).await;
        assert!(voided["entry"]["voidedAt"].is_string());
        assert_eq!(change(&therapist, "voidMonitoringEntry", ENTRY, void).await, voided);
        let counted = month(&therapist, &ada, "2026-06-01").await;
        assert_eq!(counted["managementMinutes"], 25);
        assert_eq!(counted["counts"], json!([{ "code": "98980", "times": 1 }]));
        assert_eq!(counted["entries"].as_array().unwrap().len(), 3, "the voided stays to be seen");
        manage(&therapist, minutes(&ben, "08:30", "08:35")).await["entry"]["id"].as_str().unwrap();
        assert_eq!(month(&therapist, &ada, "2026-05-01").await["managementMinutes"], 0);
        let odd = therapist.raw(MONTH, json!({ "id": ada, "month": "2026-06-02" })).await;
        assert_eq!(odd["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{odd}");
        app.stop().await;
    }
}

#[tokio::test]
async fn days_are_the_patients_own_and_open_to_their_records() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        app.clinic.program(&ada, &[1]).await;
        let id = Kind::Patient.encode(ada.id);
        let patient = app.sign_in("ada@patient.example").await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let (log, second) = (log_one(&app, &patient).await, log_one(&app, &patient).await);
        change(&therapist, "recordRedFlagScreen", "screen { id }", json!({ "patientId": id, "signs": [] }))
            .await;
        let setup = json!({ "patientId": id, "doneAt": "2026-06-15T08:00:00Z" });
        change(&therapist, "documentMonitoringSetup", ENTRY, setup).await;
        let counted = month(&therapist, &id, "2026-06-01").await;
        assert_eq!(
            counted["dataDays"].as_array().unwrap().len(),
            1,
            "{stack:?}: two on a day are one: {counted}"
        );
        let mut records = [log.clone(), second.clone()];
        records.sort();
        let mut told: Vec<_> = counted["dataDays"][0]["recordIds"].as_array().unwrap().clone();
        told.sort_by_key(ToString::to_string);
        assert_eq!(told, records.map(|id| json!(id)), "what a clinician recorded is not the patient's");
        assert_eq!((&counted["setupCode"], &counted["windows"][0]["code"]), (&Value::Null, &Value::Null));
        assert!(counted["setup"]["id"].is_string());

        app.clinic.clock.advance(24 * 3_600_000);
        let patient = app.sign_in("ada@patient.example").await;
        let screen = change(&patient, "reportSymptoms", "screen { id }", json!({ "signs": [] })).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let counted = month(&therapist, &id, "2026-06-01").await;
        assert_eq!(counted["dataDays"][1]["recordIds"], json!([screen["screen"]["id"]]));
        let window =
            json!([{ "firstDate": "2026-06-15", "lastDate": "2026-07-14", "dataDays": 2, "code": "98985" }]);
        assert_eq!((&counted["windows"], &counted["setupCode"]), (&window, &json!("98975")));
        let july = month(&therapist, &id, "2026-07-01").await;
        assert_eq!((&july["windows"], &july["dataDays"]), (&window, &json!([])), "a block over two months");
        for log in [log, second] {
            change(&patient, "voidProgressLog", "progressLogId", json!({ "id": log })).await;
        }
        let counted = month(&therapist, &id, "2026-06-01").await;
        assert_eq!(
            counted["windows"][0]["firstDate"], "2026-06-16",
            "what was voided counts no more: {counted}"
        );
        app.stop().await;
    }
}
