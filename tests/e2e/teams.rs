//! Who may see a patient changes: teams, emergencies, roles, discharge. Each change holds from the
//! next request on.

use crate::{CASELOAD, TODAY, change, chosen, refused};
use care::id::Kind;
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp};

const PATIENT: &str = "query($id: ID!) { patient(id: $id) { name dischargedAt careTeam { name role } } }";
const MEMBERS: &str = "{ members { edges { node { id name } } } }";

async fn assign(client: &Client, patient_id: &str, members: &[&Value]) -> Value {
    let input = json!({ "patientId": patient_id, "memberIds": members });
    change(client, "assignCareTeam", "careTeam { members { id } }", input).await
}

async fn sees(client: &Client, patient_id: &str) -> bool {
    client.raw(PATIENT, json!({ "id": patient_id })).await["data"]["patient"]["name"] == "ada"
}

/// The ids of the administrator, the therapist and the other therapist.
async fn staff(client: &Client) -> [Value; 3] {
    let answer = client.ask(MEMBERS, json!({})).await;
    let edges = answer["members"]["edges"].as_array().unwrap();
    assert_eq!(edges.len(), 3);
    ["admin", "therapist", "other"].map(|name| {
        let edge = edges.iter().find(|edge| edge["node"]["name"] == name);
        edge.unwrap()["node"]["id"].clone()
    })
}

#[tokio::test]
async fn a_care_team_is_changed_by_its_therapists_and_by_administrators() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let id = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        app.clinic.begin_another("Other Clinic", "admin@other.example").await;
        let [therapist, other, admin, stranger, ada] = [
            app.sign_in("therapist@clinic.example").await,
            app.sign_in("other@clinic.example").await,
            app.sign_in("admin@clinic.example").await,
            app.sign_in("admin@other.example").await,
            app.sign_in("ada@patient.example").await,
        ];
        let [administrator, one, two] = staff(&therapist).await;
        let foreign = stranger.ask(MEMBERS, json!({})).await["members"]["edges"][0]["node"]["id"].clone();
        refused(&assign(&other, &id, &[&two]).await, "NOT_FOUND");
        refused(&assign(&stranger, &id, &[&foreign]).await, "NOT_FOUND");
        refused(&assign(&ada, &id, &[&two]).await, "FORBIDDEN");
        refused(&assign(&therapist, &id, &[&one, &foreign]).await, "NOT_FOUND");
        refused(&assign(&therapist, &id, &[&administrator]).await, "NOT_ALLOWED");
        refused(&assign(&therapist, &id, &[]).await, "NOT_ALLOWED");
        assert!(sees(&therapist, &id).await && !sees(&other, &id).await);

        let both = assign(&therapist, &id, &[&two, &one, &one]).await;
        assert_eq!(both["careTeam"]["members"].as_array().unwrap().len(), 2, "{both}");
        assert!(sees(&therapist, &id).await && sees(&other, &id).await);
        let team = ada.ask(PATIENT, json!({ "id": id })).await["patient"]["careTeam"].clone();
        assert_eq!(team.as_array().unwrap().len(), 2, "a patient knows who sees them");
        assign(&admin, &id, &[&two]).await;
        assert!(!sees(&therapist, &id).await && sees(&other, &id).await && !sees(&admin, &id).await);
        assert_eq!(therapist.ask(CASELOAD, json!({})).await["caseload"]["totalCount"], 0);
        app.stop().await;
    }
}

#[tokio::test]
async fn the_glass_is_broken_for_one_patient_a_reason_and_an_hour() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        let program = Kind::Program.encode(app.clinic.program(&ada, &[1]).await.id);
        let id = Kind::Patient.encode(ada.id);
        let ben = Kind::Patient.encode(app.clinic.patient("ben").await.id);
        app.clinic.begin_another("Other Clinic", "admin@other.example").await;
        let reason = "Collapsed in the waiting room; the team is away.";
        let open = async |client: &Client, id: &str, reason: &str| {
            let input = json!({ "patientId": id, "reason": reason });
            change(client, "breakGlass", "access { patientId expiresAt }", input).await
        };
        let other = app.sign_in("other@clinic.example").await;
        for who in ["admin@clinic.example", "ada@patient.example"] {
            refused(&open(&app.sign_in(who).await, &id, reason).await, "FORBIDDEN");
        }
        refused(&open(&other, &chosen(&app, Kind::Patient), reason).await, "NOT_FOUND");
        refused(&open(&other, &id, "  because ").await, "OUT_OF_RANGE");
        assert!(!sees(&other, &id).await);
        let opened = open(&other, &id, reason).await;
        assert_eq!(opened["access"], json!({ "patientId": id, "expiresAt": "2026-06-15T11:00:00Z" }));
        assert!(sees(&other, &id).await && !sees(&other, &ben).await);
        assert_eq!(other.ask(CASELOAD, json!({})).await["caseload"]["totalCount"], 0, "no care of theirs");
        // To see is all that it opens: who could change the team would stay.
        let [_, one, two] = staff(&other).await;
        refused(&assign(&other, &id, &[&one, &two]).await, "NOT_FOUND");
        for (mutation, input) in [
            ("dischargePatient", json!({ "patientId": id })),
            ("invitePatient", json!({ "patientId": id })),
            ("holdProgram", json!({ "programId": program, "reason": "Wait for the scan" })),
        ] {
            refused(&change(&other, mutation, "", input).await, "NOT_FOUND");
        }

        app.clinic.clock.advance(60 * 60_000 - 1);
        assert!(sees(&app.sign_in("other@clinic.example").await, &id).await);
        app.clinic.clock.advance(1);
        assert!(!sees(&app.sign_in("other@clinic.example").await, &id).await, "the hour is over");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_discharged_patient_is_out_with_the_next_request() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        app.clinic.program(&ada, &[1]).await;
        let id = Kind::Patient.encode(ada.id);
        let [therapist, other] =
            [app.sign_in("therapist@clinic.example").await, app.sign_in("other@clinic.example").await];
        let session =
            app.try_sign_in("ada@patient.example", tests::PASSWORD).await["signIn"]["session"].clone();
        let patient = app.client().with_token(session["accessToken"].as_str().unwrap());
        patient.ask(TODAY, json!({})).await;
        let discharge = async |client: &Client| {
            change(client, "dischargePatient", "patient { dischargedAt }", json!({ "patientId": id })).await
        };
        refused(&discharge(&patient).await, "FORBIDDEN");
        refused(&discharge(&other).await, "NOT_FOUND");
        for _ in 0..2 {
            assert_eq!(discharge(&therapist).await["patient"]["dischargedAt"], "2026-06-15T10:00:00Z");
        }
        let answer = patient.raw(TODAY, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        let input = json!({ "refreshToken": session["refreshToken"] });
        refused(
            &change(&app.client(), "refreshSession", "session { accessToken }", input).await,
            "CREDENTIALS",
        );
        let again = app.try_sign_in("ada@patient.example", tests::PASSWORD).await["signIn"].clone();
        refused(&again, "CREDENTIALS");
        assert_eq!(therapist.ask(CASELOAD, json!({})).await["caseload"]["totalCount"], 0);
        assert!(sees(&therapist, &id).await, "the record stays");
        app.stop().await;
    }
}

#[tokio::test]
async fn roles_change_and_end_with_the_next_request() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        app.clinic.patient("ada").await;
        app.clinic.begin_another("Other Clinic", "admin@other.example").await;
        let [admin, therapist, stranger, ada] = [
            app.sign_in("admin@clinic.example").await,
            app.sign_in("therapist@clinic.example").await,
            app.sign_in("admin@other.example").await,
            app.sign_in("ada@patient.example").await,
        ];
        let [administrator, one, _] = staff(&admin).await;
        let answer = ada.raw(MEMBERS, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
        let set_role = async |client: &Client, id: &Value, role: &str| {
            let input = json!({ "memberId": id, "role": role });
            change(client, "setMemberRole", "member { role }", input).await
        };
        let disable = async |client: &Client, id: &Value| {
            change(client, "disableMember", "member { disabledAt }", json!({ "memberId": id })).await
        };
        for who in [&therapist, &ada] {
            refused(&set_role(who, &one, "ADMINISTRATOR").await, "FORBIDDEN");
            refused(&disable(who, &administrator).await, "FORBIDDEN");
        }
        refused(&set_role(&stranger, &one, "ASSISTANT").await, "NOT_FOUND");
        refused(&disable(&stranger, &one).await, "NOT_FOUND");
        refused(&set_role(&admin, &one, "PATIENT").await, "NOT_ALLOWED");
        refused(&set_role(&admin, &administrator, "THERAPIST").await, "NOT_ALLOWED");
        refused(&disable(&admin, &administrator).await, "NOT_ALLOWED");

        assert_eq!(set_role(&admin, &one, "ASSISTANT").await["member"]["role"], "ASSISTANT");
        let input = json!({ "name": "Ben", "conditions": [] });
        refused(&change(&therapist, "createPatient", "patient { id }", input).await, "FORBIDDEN");
        assert_eq!(disable(&admin, &one).await["member"]["disabledAt"], "2026-06-15T10:00:00Z");
        let answer = therapist.raw(CASELOAD, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        let again = app.try_sign_in("therapist@clinic.example", tests::PASSWORD).await["signIn"].clone();
        refused(&again, "CREDENTIALS");
        app.stop().await;
    }
}
