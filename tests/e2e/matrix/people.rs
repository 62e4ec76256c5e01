//! Who asks in the matrix, and whom they ask about: Ada, her program, log, reminder and device.

use crate::{LOG, change, chosen, freeze_month, items, log_one, rate, session};
use care::access::Role;
use care::id::Kind;
use serde_json::{Value, json};
use std::time::Duration;
use tests::{Client, Stack, TestApp, at};

/// The columns of the matrix.
pub(super) const ACTORS: [&str; 10] = [
    "signed-out",
    "foreign",
    "officer",
    "administrator",
    "other-patient",
    "other-assistant",
    "other-therapist",
    "assistant",
    "own",
    "therapist",
];

/// The clinic, the clients of [`ACTORS`] in their order, and what they ask about.
pub(super) struct People {
    pub(super) app: TestApp,
    pub(super) clients: Vec<Client>,
    pub(super) ids: Ids,
}

/// The objects asked about: Ada's, but where somebody else's will do or must.
pub(super) struct Ids {
    pub(super) clinic: String,
    pub(super) patient: String,
    /// Another patient of the same team, whose care may end.
    pub(super) second: String,
    /// A patient of the same team without an account.
    pub(super) uninvited: String,
    pub(super) program: String,
    /// A phase that Ada's program does not have.
    pub(super) phase: String,
    /// A template of the clinic.
    pub(super) template: Value,
    pub(super) prescription: Value,
    pub(super) exercise: Value,
    /// One of the clinic's own.
    pub(super) own_exercise: Value,
    pub(super) log: String,
    /// A rating of pain outside of a session.
    pub(super) pain: String,
    pub(super) article: Value,
    pub(super) education: Value,
    /// An image of the exercise, shown; and one that was announced.
    pub(super) media: Value,
    pub(super) announced: Value,
    pub(super) reminder: Value,
    pub(super) delivery: Value,
    pub(super) device: Value,
    pub(super) session: Value,
    /// A recorded one.
    pub(super) visit: Value,
    /// One that has begun and is not recorded.
    pub(super) begun_visit: Value,
    /// The id of one that is yet to be scheduled.
    pub(super) planned_visit: String,
    pub(super) team: Vec<Value>,
    /// An alert of the second patient's.
    pub(super) alert: Value,
    /// Two assessments, the earlier first.
    pub(super) assessments: [Value; 2],
    pub(super) goal: Value,
    pub(super) fall: Value,
    pub(super) suggestion: Value,
    /// A measure that is due.
    pub(super) outcome_plan: Value,
    /// What the therapist has entered for her, and what she has answered herself.
    pub(super) outcome: Value,
    pub(super) own_outcome: Value,
    /// An entry of monitoring, of Ada.
    pub(super) monitoring: Value,
    /// One that Ada wrote.
    pub(super) message: Value,
    /// A member whom nobody will miss.
    pub(super) spare: Value,
}

async fn staff(app: &TestApp) {
    let clinic = &app.clinic;
    for (name, role) in [
        ("assistant", Role::Assistant),
        ("other-assistant", Role::Assistant),
        ("officer", Role::PrivacyOfficer),
        ("spare", Role::Therapist),
    ] {
        clinic.member(&format!("{name}@clinic.example"), role).await;
    }
    clinic.begin_another("Other Clinic", "admin@other.example").await;
    clinic.member_of("admin@other.example", "foreign@other.example", Role::Therapist).await;
}

/// A reminder of Ada's that has gone out, and its delivery.
async fn reminded(app: &TestApp, ada: &Client) -> (Value, Value) {
    let input = json!({ "kind": "EXERCISE", "title": "Session", "times": ["06:01"] });
    let reminder = change(ada, "createReminder", "reminder { id }", input).await["reminder"]["id"].clone();
    let due = at("2026-06-15T10:01:00Z");
    let engine = app.engine();
    engine.feed(at("2026-06-15T10:00:30Z")).await.unwrap();
    app.clinic.clock.set(due);
    engine.tick(due).await.unwrap();
    let history = ada.ask("{ reminderHistory { nodes { id } } }", json!({})).await;
    (reminder, history["reminderHistory"]["nodes"][0]["id"].clone())
}

/// A log of Ada's, a rating of her pain, and a session in which she skipped everything.
async fn logged(app: &TestApp, ada: &Client) -> (String, String) {
    let of_a_session = log_one(app, ada).await;
    let mut log = session(&chosen(app, Kind::ProgressLog), "2026-06-15T07:00:00Z", &items(ada).await);
    for result in log["results"].as_array_mut().unwrap() {
        (result["sets"], result["skipReason"]) = (json!([]), json!("TRAVELLING"));
    }
    ada.ask(LOG, json!({ "input": { "logs": [log] } })).await;
    (of_a_session, rate(app, ada).await)
}

/// An alert of this patient's.
async fn alarmed(therapist: &Client, patient: &str) -> Value {
    let fall = json!({ "patientId": patient, "signs": ["severe-trauma"] });
    change(therapist, "recordRedFlagScreen", "screen { id }", fall).await;
    let alerts = therapist.ask("{ alerts { nodes { id } } }", json!({})).await;
    alerts["alerts"]["nodes"][0]["id"].clone()
}

/// An assessment of this patient's with something of everything.
async fn assessed(therapist: &Client, patient: &str, degrees: i32) -> Value {
    let input = json!({ "patientId": patient, "kind": "REASSESSMENT", "nextOn": "2026-07-20",
        "history": { "complaint": "Pain in the low back" }, "posture": [{ "posture": "LORDOSIS" }],
        "rangeOfMotion": [{ "region": "LUMBAR", "direction": "FLEXION", "degrees": degrees, "painful": false }],
        "strength": [{ "action": "BIG_TOE_EXTENSION", "side": "LEFT", "grade": 4.5 }],
        "neurologicalSigns": [{ "test": "REFLEX", "level": "S1", "side": "LEFT", "response": "REDUCED" }],
        "specialTests": [{ "test": "slump", "outcome": "POSITIVE" }],
        "diagnosticTests": [{ "kind": "MRI", "finding": "Disc protrusion" }],
        "conditions": [{ "key": "chronic-low-back-pain", "level": "L5/S1" }],
        "risk": { "startBack": { "total": 4, "distress": 2 } }, "redFlagSigns": ["night-pain"] });
    let recorded = change(therapist, "recordAssessment", "assessment { id }", input).await;
    recorded["assessment"]["id"].clone()
}

/// A suggestion for this patient, who has told of red pain twice.
async fn suggested(
    app: &TestApp,
    (own, therapist): (&Client, &Client),
    patient: &str,
    prescription: &Value,
) -> Value {
    let red = |performed_at: &str| {
        json!({ "id": chosen(app, Kind::ProgressLog), "performedAt": performed_at,
            "results": [{ "prescriptionId": prescription, "sets": [{ "reps": 5 }], "painDuring": 6 }] })
    };
    let logs = [red("2026-06-15T08:10:00Z"), red("2026-06-15T08:20:00Z")];
    own.ask(crate::LOG, json!({ "input": { "logs": logs } })).await;
    let query = "query($id: ID!) { patient(id: $id) { suggestions { id } } }";
    therapist.ask(query, json!({ "id": patient })).await["patient"]["suggestions"][0]["id"].clone()
}

/// A goal of this patient's, with a value measured.
async fn aimed(own: &Client) -> Value {
    let goal = json!({ "kind": "FUNCTION", "text": "Walk to the market",
        "measure": { "name": "Distance", "unit": "m", "baseline": 200, "target": 1000 },
        "current": { "value": 300, "measuredOn": "2026-06-15" } });
    change(own, "setGoal", "goal { id }", goal).await["goal"]["id"].clone()
}

/// A device of this patient's.
async fn registered(own: &Client) -> Value {
    let device = json!({ "platform": "CONSOLE", "pushToken": "token of ada", "appVersion": "1.0",
        "language": "en", "timeZone": "America/New_York" });
    change(own, "registerDevice", "device { id }", device).await["device"]["id"].clone()
}

/// A measure that this patient is asked, one that the therapist has entered, and the second answers to one of
/// their own.
async fn measured(therapist: &Client, own: &Client, patient: &str) -> [Value; 3] {
    let plan = json!({ "patientId": patient, "measure": "nprs" });
    let plan = change(therapist, "assignOutcome", "assignment { id }", plan).await;
    let ticked: Vec<_> = (1..=9).map(|item| json!({ "item": item.to_string(), "value": 0 })).collect();
    let paper = json!({ "patientId": patient, "measure": "start-back",
        "answeredAt": "2026-06-15T08:00:00Z", "answers": ticked });
    let paper = change(therapist, "submitOutcome", "outcome { id }", paper).await;
    let mut outcome = Value::Null;
    for (value, hour) in [(3, 8), (4, 9)] {
        let input = json!({ "measure": "psfs", "answeredAt": format!("2026-06-15T0{hour}:00:00Z"),
            "answers": [{ "item": "1", "value": value }], "activities": ["Walk", "Lift", "Sleep"] });
        outcome = change(own, "submitOutcome", "outcome { id }", input).await["outcome"]["id"].clone();
    }
    [plan["assignment"]["id"].clone(), paper["outcome"]["id"].clone(), outcome]
}

/// A visit of this patient that is recorded, and one that has begun.
async fn visited(therapist: &Client, patient: &str) -> (Value, Value) {
    let recorded = json!({ "patientId": patient, "startedAt": "2026-06-12T14:00:00Z", "durationMinutes": 40,
        "treatments": [{ "treatment": "mobilization", "minutes": 10, "bodyRegion": "LOWER_BACK", "note": "L4" }],
        "note": "Stiff" });
    let recorded = change(therapist, "recordVisit", "visit { id }", recorded).await;
    let begun = json!({ "patientId": patient, "startsAt": "2026-06-15T08:00:00Z", "durationMinutes": 30 });
    let begun = change(therapist, "scheduleVisit", "visit { id }", begun).await;
    (recorded["visit"]["id"].clone(), begun["visit"]["id"].clone())
}

/// A message of who acts.
async fn written(own: &Client) -> Value {
    let message = json!({ "text": "May I swim?" });
    change(own, "sendMessage", "message { id }", message).await["message"]["id"].clone()
}

/// Time of management, a live contact and the set-up of this patient in a month that is frozen, and a contact
/// afterward; the first of them.
async fn monitored(app: &TestApp, therapist: &Client, patient: &str) -> Value {
    let time = json!({ "patientId": patient, "startedAt": "2026-06-15T08:00:00Z",
        "endedAt": "2026-06-15T08:25:00Z", "activity": "DATA_REVIEW" });
    let time = change(therapist, "logManagementTime", "entry { id }", time).await;
    let called = json!({ "patientId": patient, "startedAt": "2026-06-15T08:30:00Z", "medium": "PHONE" });
    change(therapist, "logLiveContact", "entry { id }", called).await;
    let set_up = json!({ "patientId": patient, "doneAt": "2026-06-15T08:00:00Z" });
    change(therapist, "documentMonitoringSetup", "entry { id }", set_up).await;
    freeze_month(app).await;
    let late = json!({ "patientId": patient, "startedAt": "2026-06-15T09:30:00Z", "medium": "VIDEO" });
    change(therapist, "logLiveContact", "entry { id }", late).await;
    time["entry"]["id"].clone()
}

/// An image of this exercise that the clinic sees, and one that was only announced.
async fn media(app: &TestApp, therapist: &Client, exercise: &Value) -> (Value, Value) {
    let input = json!({ "exerciseId": exercise, "contentType": "image/png", "bytes": 8 });
    let answers = "media { id } upload { url }";
    let image = change(therapist, "createMediaUpload", answers, input.clone()).await;
    let announced = change(therapist, "createMediaUpload", answers, input).await;
    let url = image["upload"]["url"].as_str().unwrap().replace("http://clinic.example", app.url());
    let file = reqwest::Client::new().put(url).header("content-type", "image/png");
    let sent = file.body(&b"\x89PNG\r\n\x1a\n"[..]).send().await.unwrap();
    assert!(sent.status().is_success());
    let id = json!({ "mediaId": image["media"]["id"] });
    change(therapist, "completeMediaUpload", "media { url }", id).await;
    (image, announced)
}

/// A template of the clinic, made from this program.
async fn template(therapist: &Client, program: &str) -> Value {
    let input = json!({ "programId": program, "title": "Basics",
        "phases": [{ "name": "First", "precautions": [{ "text": "Slowly." }] }] });
    let made = change(therapist, "createProgramTemplate", "programTemplate { id }", input).await;
    made["programTemplate"]["id"].clone()
}

/// A near-fall of Ada's.
async fn fallen(ada: &Client) -> Value {
    let fall = json!({ "kind": "NEAR_FALL", "happenedAt": "2026-06-15T08:00:00Z", "note": "On the stairs" });
    change(ada, "reportFall", "fallReport { id }", fall).await["fallReport"]["id"].clone()
}

/// The clients of [`ACTORS`], in their order.
async fn signed_in(app: &TestApp) -> Vec<Client> {
    let mut clients = vec![app.client()];
    for email in [
        "foreign@other.example",
        "officer@clinic.example",
        "admin@clinic.example",
        "ben@patient.example",
        "other-assistant@clinic.example",
        "other@clinic.example",
        "assistant@clinic.example",
        "ada@patient.example",
        "therapist@clinic.example",
    ] {
        clients.push(app.sign_in(email).await);
    }
    clients
}

impl People {
    pub(super) async fn gather(stack: Stack) -> Self {
        let app =
            TestApp::start_with(stack, |settings| settings.wires.heartbeat = Duration::from_millis(100))
                .await;
        staff(&app).await;
        let ada = app.clinic.patient("ada").await;
        app.clinic.device("ada").await;
        let program = app.clinic.program(&ada, &[1, 2, 3]).await;
        let second = app.clinic.patient("cleo").await;
        app.clinic.patient("ben").await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let input = json!({ "name": "Dora", "conditions": [] });
        let uninvited = change(&therapist, "createPatient", "patient { id }", input).await;
        let own_exercise = crate::library::own_exercise(&[("ENGLISH", "Wall hold")]);
        let own_exercise = change(&therapist, "createExercise", "exercise { id }", own_exercise).await;
        let members = therapist.ask("{ members(first: 100) { nodes { id name } } }", json!({})).await;
        let member = |name: &str| {
            let nodes = members["members"]["nodes"].as_array().unwrap();
            nodes.iter().find(|node| node["name"] == name).unwrap()["id"].clone()
        };
        let (team, spare) = (vec![member("therapist"), member("assistant")], member("spare"));
        let patient = Kind::Patient.encode(ada.id);
        for id in [&patient, &Kind::Patient.encode(second.id)] {
            let input = json!({ "patientId": id, "memberIds": team });
            change(&therapist, "assignCareTeam", "careTeam { members { id } }", input).await;
        }
        let own = app.sign_in("ada@patient.example").await;
        let (reminder, delivery) = reminded(&app, &own).await;
        change(&own, "createCalendarFeed", "calendarFeed { createdAt }", json!({})).await;
        let (log, pain) = logged(&app, &own).await;
        let symptoms = json!({ "signs": ["night-pain"], "note": "Worse since Sunday" });
        change(&own, "reportSymptoms", "screen { id }", symptoms).await;
        let template = template(&therapist, &Kind::Program.encode(program.id)).await;
        let (visit, begun_visit) = visited(&therapist, &patient).await;
        let alert = alarmed(&therapist, &Kind::Patient.encode(second.id)).await;
        let assessments =
            [assessed(&therapist, &patient, 40).await, assessed(&therapist, &patient, 60).await];
        let (goal, fall) = (aimed(&own).await, fallen(&own).await);
        let [outcome_plan, outcome, own_outcome] = measured(&therapist, &own, &patient).await;
        let device = registered(&own).await;
        let (monitoring, message) = (monitored(&app, &therapist, &patient).await, written(&own).await);
        let quiet = json!({ "quietHours": { "start": "22:00", "end": "06:00" } });
        change(&own, "updateSettings", "patient { id }", quiet).await;
        let found = own.ask("{ educationArticle(key: \"lifting\") { id } }", json!({})).await;
        let article = found["educationArticle"]["id"].clone();
        let reading = json!({ "patientId": patient, "articleIds": [article], "note": "Before the move." });
        let given = change(&therapist, "assignEducation", "education { id }", reading).await;
        let viewer = own.ask("{ viewer { clinic { id } sessions { id current } } }", json!({})).await;
        let today = own.ask("{ today { items { prescription { id exercise { id } } } } }", json!({})).await;
        let prescription = today["today"]["items"][0]["prescription"].clone();
        let suggestion = suggested(&app, (&own, &therapist), &patient, &prescription["id"]).await;
        let (image, announced) = media(&app, &therapist, &prescription["exercise"]["id"]).await;
        let sessions = viewer["viewer"]["sessions"].as_array().unwrap();
        let ids = Ids {
            clinic: viewer["viewer"]["clinic"]["id"].as_str().unwrap().to_owned(),
            patient,
            second: Kind::Patient.encode(second.id),
            uninvited: uninvited["patient"]["id"].as_str().unwrap().to_owned(),
            program: Kind::Program.encode(program.id),
            phase: chosen(&app, Kind::Phase),
            template,
            prescription: prescription["id"].clone(),
            exercise: prescription["exercise"]["id"].clone(),
            own_exercise: own_exercise["exercise"]["id"].clone(),
            log,
            pain,
            article,
            media: image["media"]["id"].clone(),
            announced: announced["media"]["id"].clone(),
            education: given["education"][0]["id"].clone(),
            reminder,
            delivery,
            device,
            session: sessions.iter().find(|session| session["current"] == false).unwrap()["id"].clone(),
            visit,
            begun_visit,
            planned_visit: chosen(&app, Kind::Visit),
            team,
            alert,
            assessments,
            goal,
            fall,
            suggestion,
            outcome_plan,
            outcome,
            own_outcome,
            monitoring,
            message,
            spare,
        };
        let clients = signed_in(&app).await;
        Self { app, clients, ids }
    }

    /// A fresh id of this kind.
    pub(super) fn chosen(&self, kind: Kind) -> String {
        chosen(&self.app, kind)
    }
}
