//! A patient gets nothing of another, a therapist nothing outside the care team: absent and
//! foreign ids answer alike.

use crate::{CASELOAD, TODAY, chosen};
use care::id::Kind;
use serde_json::{Value, json};
use tests::{Stack, TestApp};

#[tokio::test]
async fn foreign_and_absent_ids_answer_alike() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        let program = app.clinic.program(&ada, &[1]).await;
        app.clinic.patient("ben").await;
        let ben = app.sign_in("ben@patient.example").await;
        let other = app.sign_in("other@clinic.example").await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let patient_id = Kind::Patient.encode(ada.id);
        let program_id = Kind::Program.encode(program.id);
        let query = "query($id: ID!) { patient(id: $id) { id name } }";
        assert_eq!(therapist.ask(query, json!({ "id": patient_id })).await["patient"]["name"], "ada");
        for stranger in [&ben, &other] {
            let foreign = stranger.raw(query, json!({ "id": patient_id })).await;
            let absent = stranger.raw(query, json!({ "id": chosen(&app, Kind::Patient) })).await;
            let malformed = stranger.raw(query, json!({ "id": "nobody" })).await;
            assert_eq!(foreign, absent);
            assert_eq!(foreign, malformed);
            assert_eq!(foreign["data"]["patient"], Value::Null);
            let node = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
            let ids = json!([patient_id, program_id, chosen(&app, Kind::Program), "x"]);
            assert_eq!(
                stranger.ask(node, json!({ "ids": ids })).await["nodes"],
                json!([null, null, null, null])
            );
        }
        assert_eq!(other.ask(CASELOAD, json!({})).await["caseload"]["totalCount"], 0);
        assert_eq!(therapist.ask(CASELOAD, json!({})).await["caseload"]["totalCount"], 2);

        for (mutation, input) in [
            ("holdProgram", json!({ "programId": program_id, "reason": "x" })),
            ("activateProgram", json!({ "programId": program_id })),
            ("releaseProgram", json!({ "programId": program_id })),
        ] {
            let name = format!("{}{}", mutation[..1].to_uppercase(), &mutation[1..]);
            let query = format!(
                "mutation($input: {name}Input!) {{ {mutation}(input: $input) {{ program {{ id }} userErrors {{ code message path }} }} }}"
            );
            let foreign = other.raw(&query, json!({ "input": input })).await;
            let mut absent = input.clone();
            absent["programId"] = json!(chosen(&app, Kind::Program));
            assert_eq!(foreign, other.raw(&query, json!({ "input": absent })).await, "{mutation}");
            assert_eq!(foreign["data"][mutation]["program"], Value::Null);
        }
        app.stop().await;
    }
}

#[tokio::test]
async fn roles_keep_to_their_own() {
    let app = TestApp::start(Stack::Embedded).await;
    let ada = app.clinic.patient("ada").await;
    app.clinic.program(&ada, &[1]).await;
    let patient = app.sign_in("ada@patient.example").await;
    let caseload = patient.raw(CASELOAD, json!({})).await;
    assert_eq!(caseload["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let therapist = app.sign_in("therapist@clinic.example").await;
    assert_eq!(therapist.raw(TODAY, json!({})).await["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let admin = app.sign_in("admin@clinic.example").await;
    assert_eq!(admin.ask(CASELOAD, json!({})).await["caseload"]["totalCount"], 0, "no clinical content");
    let create = "mutation($input: CreatePatientInput!) { createPatient(input: $input) { patient { id } userErrors { code } } }";
    for stranger in [&patient, &admin] {
        let answer = stranger.ask(create, json!({ "input": { "name": "Eve", "conditions": [] } })).await;
        assert_eq!(answer["createPatient"]["userErrors"][0]["code"], "FORBIDDEN");
    }
    app.stop().await;
}

#[tokio::test]
async fn sessions_rotate_and_end() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        app.clinic.patient("ada").await;
        let signed_out = app.client();
        let answer = signed_out.raw(TODAY, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        let wrong = app.try_sign_in("ada@patient.example", "wrong password").await;
        let nobody = app.try_sign_in("nobody@patient.example", "wrong password").await;
        assert_eq!(wrong, nobody, "known and unknown accounts answer alike");
        assert_eq!(wrong["signIn"]["userErrors"][0]["code"], "CREDENTIALS");

        let session =
            app.try_sign_in("ada@patient.example", tests::PASSWORD).await["signIn"]["session"].clone();
        let refresh = "mutation($input: RefreshSessionInput!) { refreshSession(input: $input) {
            session { accessToken refreshToken } userErrors { code } } }";
        let renew = async |token: &Value| {
            app.client().ask(refresh, json!({ "input": { "refreshToken": token } })).await["refreshSession"]
                .clone()
        };
        let second = renew(&session["refreshToken"]).await["session"].clone();
        // The answer was lost: the first token still works, the unused pair is dead.
        let third = renew(&session["refreshToken"]).await["session"].clone();
        assert!(third["accessToken"].is_string());
        assert_eq!(renew(&second["refreshToken"]).await["session"], Value::Null, "the unused pair is dead");
        let viewer = "{ viewer { role } }";
        let patient = app.client().with_token(third["accessToken"].as_str().unwrap());
        let answer = patient.raw(viewer, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "reuse ended the session");

        let session =
            app.try_sign_in("ada@patient.example", tests::PASSWORD).await["signIn"]["session"].clone();
        let stale = app.client().with_token("ended long ago");
        let input = json!({ "input": { "refreshToken": session["refreshToken"] } });
        let session = stale.ask(refresh, input).await["refreshSession"]["session"].clone();
        assert!(session["accessToken"].is_string(), "an ended access token does not stand in the way");
        let patient = app.client().with_token(session["accessToken"].as_str().unwrap());
        assert_eq!(patient.ask(viewer, json!({})).await["viewer"]["role"], "PATIENT");
        patient.ask("mutation { signOut { userErrors { code } } }", json!({})).await;
        assert_eq!(
            patient.raw(viewer, json!({})).await["errors"][0]["extensions"]["code"],
            "UNAUTHENTICATED"
        );
        app.stop().await;
    }
}

#[tokio::test]
async fn an_invitation_works_once_by_link_or_by_code_with_the_birth_date() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let create = "mutation($input: CreatePatientInput!) { createPatient(input: $input) { patient { id } userErrors { code path } } }";
        let invite = "mutation($input: InvitePatientInput!) { invitePatient(input: $input) { invitation { link code } userErrors { code } } }";
        let accept = "mutation($input: AcceptInvitationInput!) { acceptInvitation(input: $input) {
            viewer { role } session { accessToken } userErrors { code path } } }";
        let input = json!({ "name": "Ada", "birthDate": "1980-02-03", "conditions": [] });
        let patient =
            therapist.ask(create, json!({ "input": input })).await["createPatient"]["patient"].clone();
        let invited = therapist.ask(invite, json!({ "input": { "patientId": patient["id"] } })).await;
        let code = invited["invitePatient"]["invitation"]["code"].clone();
        let try_code = async |birth_date: &str| {
            let input = json!({ "secret": code, "birthDate": birth_date, "email": "ada@patient.example",
                "password": tests::PASSWORD });
            app.client().ask(accept, json!({ "input": input })).await["acceptInvitation"].clone()
        };
        assert_eq!(try_code("1980-02-04").await["userErrors"][0]["code"], "CREDENTIALS");
        let accepted = try_code("1980-02-03").await;
        assert_eq!(accepted["viewer"]["role"], "PATIENT", "{accepted}");
        assert_eq!(try_code("1980-02-03").await["userErrors"][0]["code"], "CREDENTIALS", "it is used up");
        app.stop().await;
    }
}
