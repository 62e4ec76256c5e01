//! The rest of the contract: each operation answers what its screen needs.

use crate::{LOG, TODAY, chosen, items, session};
use care::id::Kind;
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp, at};

async fn session_adherence(patient: &Client) -> Value {
    let query = "{ progressSummary(from: \"2026-06-15\", to: \"2026-06-15\") { adherence { session } logs pain { date before after during } } }";
    patient.ask(query, json!({})).await["progressSummary"].clone()
}

#[tokio::test]
async fn a_log_is_amended_and_voided_by_new_versions() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        app.clinic.program(&ada, &[1]).await;
        let patient = app.sign_in("ada@patient.example").await;
        let id = chosen(&app, Kind::ProgressLog);
        let log = session(&id, "2026-06-15T05:00:00-04:00", &items(&patient).await);
        patient.ask(LOG, json!({ "input": { "logs": [log] } })).await;
        assert_eq!(session_adherence(&patient).await["adherence"]["session"], 1.0);

        let mut corrected = log.clone();
        corrected["painAfter"] = json!(6);
        let amend = "mutation($input: ProgressLogInput!) { amendProgressLog(input: $input) {
            progressLog { id version amended painAfter } userErrors { code path } } }";
        let answer = patient.ask(amend, json!({ "input": corrected })).await["amendProgressLog"].clone();
        assert_eq!(
            answer["progressLog"],
            json!({ "id": id, "version": 2, "amended": true, "painAfter": 6 }),
            "{answer}"
        );
        let again = patient.ask(amend, json!({ "input": corrected })).await["amendProgressLog"].clone();
        assert_eq!(again["progressLog"]["version"], 2, "amending to what stands changes nothing");
        let replay = patient.ask(LOG, json!({ "input": { "logs": [log] } })).await["logProgress"].clone();
        assert_eq!(replay["results"][0]["status"], "UNCHANGED", "the first content is still a replay");
        assert_eq!(replay["results"][0]["progressLog"]["painAfter"], 6);

        let void = "mutation($input: VoidProgressLogInput!) { voidProgressLog(input: $input) { progressLogId userErrors { code } } }";
        for _ in 0..2 {
            let answer = patient.ask(void, json!({ "input": { "id": id } })).await["voidProgressLog"].clone();
            assert_eq!(answer, json!({ "progressLogId": id, "userErrors": [] }));
        }
        let summary = session_adherence(&patient).await;
        assert_eq!((&summary["logs"], &summary["pain"]), (&json!(0), &json!([])));
        let answer = patient.ask(amend, json!({ "input": log })).await["amendProgressLog"].clone();
        assert_eq!(answer["userErrors"][0]["code"], "NOT_FOUND");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_hold_empties_the_day_and_says_why() {
    let app = TestApp::start(Stack::Embedded).await;
    let ada = app.clinic.patient("ada").await;
    let program = Kind::Program.encode(app.clinic.program(&ada, &[1]).await.id);
    let patient = app.sign_in("ada@patient.example").await;
    let therapist = app.sign_in("therapist@clinic.example").await;
    let hold = "mutation($input: HoldProgramInput!) { holdProgram(input: $input) { program { status } userErrors { code } } }";
    therapist.ask(hold, json!({ "input": { "programId": program, "reason": "Wait for the scan" } })).await;
    let today = patient.ask(TODAY, json!({})).await["today"].clone();
    assert_eq!((&today["items"], &today["hold"]["reason"]), (&json!([]), &json!("Wait for the scan")));
    assert_eq!(today["adherence"]["session"], Value::Null, "held days count neither way");
    app.stop().await;
}

#[tokio::test]
async fn pages_walk_the_whole_list_once_in_both_directions() {
    let app = TestApp::start(Stack::Embedded).await;
    app.clinic.patient("ada").await;
    let patient = app.sign_in("ada@patient.example").await;
    let logs: Vec<_> = (0..25)
        .map(|minute| {
            let at = at("2026-06-15T08:00:00Z").plus(minute / 2 * 60_000).to_string();
            session(&chosen(&app, Kind::ProgressLog), &at, &[])
        })
        .collect();
    patient.ask(LOG, json!({ "input": { "logs": logs } })).await;
    let mut walked = Vec::new();
    for (size, cursor, more) in [("first", "after", "hasNextPage"), ("last", "before", "hasPreviousPage")] {
        let query = format!(
            "query($cursor: String) {{ progressLogs({size}: 4, {cursor}: $cursor) {{
                edges {{ cursor node {{ id }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
        );
        let mut place = Value::Null;
        let mut ids: Vec<String> = Vec::new();
        loop {
            let page = patient.ask(&query, json!({ "cursor": place })).await["progressLogs"].clone();
            let mut part: Vec<String> = page["edges"]
                .as_array()
                .unwrap()
                .iter()
                .map(|edge| edge["node"]["id"].as_str().unwrap().to_owned())
                .collect();
            if size == "last" {
                part.reverse();
            }
            ids.extend(part);
            place = page["pageInfo"][if size == "first" { "endCursor" } else { "startCursor" }].clone();
            if page["pageInfo"][more] == false {
                break;
            }
        }
        if size == "last" {
            ids.reverse();
        }
        walked.push(ids);
    }
    assert_eq!(walked[0].len(), 25);
    assert_eq!(walked[0], walked[1]);
    let forged = "query($cursor: String) { caseload(after: $cursor) { totalCount } }";
    let list = patient.ask("{ progressLogs(first: 1) { edges { cursor } } }", json!({})).await;
    let therapist = app.sign_in("therapist@clinic.example").await;
    let cursor = &list["progressLogs"]["edges"][0]["cursor"];
    let answer = therapist.raw(forged, json!({ "cursor": cursor })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "another list's cursor");
    app.stop().await;
}

#[tokio::test]
async fn devices_settings_and_reminders_are_managed() {
    let app = TestApp::start(Stack::Embedded).await;
    app.clinic.patient("ada").await;
    let patient = app.sign_in("ada@patient.example").await;
    let register = "mutation($input: RegisterDeviceInput!) { registerDevice(input: $input) { device { id platform timeZone } userErrors { code path } } }";
    let device = json!({ "platform": "IOS", "pushToken": "abc", "appVersion": "1.0", "language": "en", "timeZone": "Europe/Berlin" });
    let first = patient.ask(register, json!({ "input": device })).await["registerDevice"]["device"].clone();
    assert_eq!(first["platform"], "IOS");
    assert_eq!(
        patient.ask(register, json!({ "input": device })).await["registerDevice"]["device"]["id"],
        first["id"]
    );
    assert_eq!(
        patient.ask(TODAY, json!({})).await["today"]["timeZone"],
        "Europe/Berlin",
        "days follow the device"
    );
    let mut bad = device.clone();
    bad["appVersion"] = json!("1\u{0}");
    let answer = patient.ask(register, json!({ "input": bad })).await["registerDevice"].clone();
    assert_eq!(answer["userErrors"][0]["path"], json!(["appVersion"]));

    let settings = "mutation($input: UpdateSettingsInput!) { updateSettings(input: $input) { patient { timeZone zonePolicy quietHours { start end } } userErrors { code path } } }";
    let input = json!({ "zonePolicy": "FIXED", "timeZone": "America/Chicago", "quietHours": { "start": "22:00", "end": "07:00" } });
    let answer = patient.ask(settings, json!({ "input": input })).await["updateSettings"]["patient"].clone();
    assert_eq!(
        answer,
        json!({ "timeZone": "America/Chicago", "zonePolicy": "FIXED", "quietHours": { "start": "22:00", "end": "07:00" } })
    );
    let answer =
        patient.ask(settings, json!({ "input": { "quietHours": null } })).await["updateSettings"]["patient"]
            .clone();
    assert_eq!(answer["quietHours"], Value::Null);

    let create = "mutation($input: CreateReminderInput!) { createReminder(input: $input) { reminder { id recurrence } userErrors { code path } } }";
    let input = json!({ "kind": "POSTURE", "times": ["09:00"], "weekdays": ["MONDAY", "FRIDAY"] });
    let reminder = patient.ask(create, json!({ "input": input })).await["createReminder"]["reminder"].clone();
    assert_eq!(reminder["recurrence"], json!(["FREQ=WEEKLY;BYDAY=MO,FR;BYHOUR=9;BYMINUTE=0"]));
    let upcoming = "{ upcomingReminders(until: \"2026-06-23T00:00:00Z\") { dueAt reminder { id } } }";
    let upcoming =
        async || patient.ask(upcoming, json!({})).await["upcomingReminders"].as_array().unwrap().len();
    assert_eq!(upcoming().await, 3, "two Mondays and a Friday");
    let pause = "mutation($input: PauseReminderInput!) { pauseReminder(input: $input) { reminder { status nextDueAt } userErrors { code } } }";
    patient.ask(pause, json!({ "input": { "id": reminder["id"] } })).await;
    assert_eq!(upcoming().await, 0);
    let delete = "mutation($input: DeleteReminderInput!) { deleteReminder(input: $input) { reminderId userErrors { code } } }";
    let answer =
        patient.ask(delete, json!({ "input": { "id": reminder["id"] } })).await["deleteReminder"].clone();
    assert_eq!(answer["reminderId"], reminder["id"]);
    assert_eq!(patient.ask("{ reminders { id } }", json!({})).await["reminders"], json!([]));
    let gone = "mutation($input: UnregisterDeviceInput!) { unregisterDevice(input: $input) { deviceId userErrors { code } } }";
    let answer =
        patient.ask(gone, json!({ "input": { "id": first["id"] } })).await["unregisterDevice"].clone();
    assert_eq!(answer["deviceId"], first["id"]);
    app.stop().await;
}

#[tokio::test]
async fn the_library_is_found_and_explained() {
    let app = TestApp::start(Stack::Full).await;
    let therapist = app.sign_in("therapist@clinic.example").await;
    let query = "{ all: exercises(first: 1) { totalCount } found: exercises(search: \"BIRD\") { nodes { id name instructions { kind text } defaultDose { kind sets holdSeconds side } } }
        core: exercises(category: \"core\", movement: \"QUAD\") { nodes { name } } conditions { key name } }";
    let answer = therapist.ask(query, json!({})).await;
    assert_eq!(answer["all"]["totalCount"], 66);
    let bird = &answer["found"]["nodes"][0];
    assert_eq!(bird["name"], "Bird dog");
    assert_eq!(
        bird["defaultDose"],
        json!({ "kind": "HOLD", "sets": 6, "holdSeconds": 10, "side": "ALTERNATE" })
    );
    assert_eq!(bird["instructions"][0]["kind"], "PREPARATION");
    assert_eq!(answer["core"]["nodes"].as_array().unwrap().len(), 1);
    assert_eq!(answer["conditions"].as_array().unwrap().len(), 13, "twelve, and the signs of myelopathy");
    app.stop().await;
}
