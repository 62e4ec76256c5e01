//! One thread between a patient and their care team: sent once, read once by either side, told live.

use crate::websocket::Socket;
use crate::{TODAY, change, chosen, refused};
use care::access::Role;
use care::id::Kind;
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp};

const MESSAGE: &str = "message { id patientId sentAt text sender { name kind memberId } readAt readBy mine }";
const THREAD: &str =
    "query($id: ID!, $first: Int, $after: String) { patient(id: $id) { unreadMessages messages(first: $first, after: $after) {
  edges { cursor node { id text mine readAt readBy sender { name kind } } } pageInfo { hasNextPage endCursor } } } }";
const OWN: &str = "{ unreadMessages messages { nodes { id text mine readAt sender { name kind } } } }";

/// A therapist and an assistant of Ada's care team, and Ada.
struct Ward {
    app: TestApp,
    ada: String,
    patient: Client,
    therapist: Client,
    assistant: Client,
}

impl Ward {
    async fn open(stack: Stack) -> Self {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        app.clinic.member("assistant@clinic.example", Role::Assistant).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let members = therapist.ask("{ members { nodes { id name } } }", json!({})).await;
        let team: Vec<_> = members["members"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|member| ["therapist", "assistant"].contains(&member["name"].as_str().unwrap()))
            .map(|member| member["id"].clone())
            .collect();
        let team = json!({ "patientId": ada, "memberIds": team });
        change(&therapist, "assignCareTeam", "careTeam { members { id } }", team).await;
        let patient = app.sign_in("ada@patient.example").await;
        let assistant = app.sign_in("assistant@clinic.example").await;
        Self { app, ada, patient, therapist, assistant }
    }

    /// The patient writes.
    async fn ask(&self, text: &str) -> Value {
        self.app.clinic.clock.advance(1_000);
        change(&self.patient, "sendMessage", MESSAGE, json!({ "text": text })).await
    }

    /// Somebody of the staff writes.
    async fn answer(&self, client: &Client, text: &str) -> Value {
        self.app.clinic.clock.advance(1_000);
        change(client, "sendMessage", MESSAGE, json!({ "patientId": self.ada, "text": text })).await
    }

    async fn thread(&self, client: &Client) -> Value {
        client.ask(THREAD, json!({ "id": self.ada })).await["patient"].clone()
    }

    async fn mark(&self, client: &Client, up_to: &Value) -> Value {
        let answers = "message { id readAt readBy } unreadMessages";
        let mut input = json!({ "upTo": up_to });
        if !std::ptr::eq(client, &raw const self.patient) {
            input["patientId"] = json!(self.ada);
        }
        change(client, "markMessagesRead", answers, input).await
    }
}

fn texts(thread: &Value) -> Vec<&str> {
    let edges = thread["messages"]["edges"].as_array().unwrap();
    edges.iter().map(|edge| edge["node"]["text"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_question_is_answered_and_each_side_reads_once() {
    for stack in Stack::BOTH {
        let ward = Ward::open(stack).await;
        let asked = ward.ask("May I swim?").await["message"].clone();
        assert_eq!(asked["sender"], json!({ "name": "ada", "kind": "PATIENT", "memberId": null }));
        assert_eq!((&asked["mine"], &asked["readAt"]), (&json!(true), &Value::Null));
        ward.ask("And run?").await;
        let seen = ward.thread(&ward.therapist).await;
        assert_eq!(texts(&seen), ["And run?", "May I swim?"], "{stack:?}: newest first");
        assert_eq!(
            (&seen["unreadMessages"], &seen["messages"]["edges"][0]["node"]["mine"]),
            (&json!(2), &json!(false))
        );
        assert_eq!(ward.thread(&ward.therapist).await, seen, "reading marks nothing as read");

        let marked = ward.mark(&ward.assistant, &asked["id"]).await;
        assert_eq!(marked["unreadMessages"], 1, "only up to the one: {marked}");
        let (at, by) = (marked["message"]["readAt"].clone(), marked["message"]["readBy"].clone());
        assert!(at.is_string() && by.is_string(), "{marked}");
        assert_eq!(
            ward.thread(&ward.therapist).await["unreadMessages"],
            1,
            "read by one is read by the team"
        );
        ward.app.clinic.clock.advance(60_000);
        let again = ward.mark(&ward.therapist, &asked["id"]).await;
        assert_eq!((&again["message"]["readAt"], &again["message"]["readBy"]), (&at, &by), "the first stays");

        let answered = ward.answer(&ward.therapist, "Swim, yes.").await["message"].clone();
        assert_eq!(answered["sender"]["name"], "therapist");
        assert_eq!(answered["sender"]["kind"], "CARE_TEAM");
        let own = ward.patient.ask(OWN, json!({})).await;
        assert_eq!(own["unreadMessages"], 1);
        assert_eq!(
            own["messages"]["nodes"][0]["sender"],
            json!({ "name": "therapist", "kind": "CARE_TEAM" })
        );
        assert_eq!(own["messages"]["nodes"][2]["readAt"], at, "patients see that they were read");
        let today = "{ today { unreadMessages } }";
        assert_eq!(ward.patient.ask(today, json!({})).await["today"]["unreadMessages"], 1);
        assert_eq!(
            ward.thread(&ward.therapist).await["unreadMessages"],
            1,
            "one's own side has nothing to read"
        );
        let marked = ward.mark(&ward.patient, &answered["id"]).await;
        assert_eq!((&marked["unreadMessages"], &marked["message"]["readBy"]), (&json!(0), &Value::Null));
        assert!(marked["message"]["readAt"].is_string());
        assert_eq!(ward.patient.ask(TODAY, json!({})).await["today"]["unreadMessages"], 0);
        assert_eq!(
            ward.thread(&ward.therapist).await["unreadMessages"],
            1,
            "patients do not read for the team"
        );
        ward.app.stop().await;
    }
}

#[tokio::test]
async fn a_message_is_sent_once_however_often_it_is_tried() {
    for stack in Stack::BOTH {
        let ward = Ward::open(stack).await;
        let send = async |client: &Client, input: Value| change(client, "sendMessage", MESSAGE, input).await;
        let id = chosen(&ward.app, Kind::Message);
        let first = send(&ward.patient, json!({ "id": id, "text": "Hello" })).await;
        assert_eq!(first["message"]["id"], json!(id));
        ward.app.clinic.clock.advance(5_000);
        assert_eq!(send(&ward.patient, json!({ "id": id, "text": "Hello" })).await, first, "{stack:?}");
        assert_eq!(
            send(&ward.patient, json!({ "id": id, "patientId": ward.ada, "text": "Hello" })).await,
            first
        );
        refused(&send(&ward.patient, json!({ "id": id, "text": "Bye" })).await, "CONFLICT");
        let by_other = json!({ "id": id, "patientId": ward.ada, "text": "Hello" });
        refused(&send(&ward.therapist, by_other).await, "CONFLICT");
        assert_eq!(texts(&ward.thread(&ward.therapist).await), ["Hello"]);

        for (text, code) in [("", "REQUIRED"), (" \n\t", "REQUIRED"), (&"ü".repeat(4_001), "TOO_LONG")] {
            let answer = send(&ward.patient, json!({ "text": text })).await;
            assert_eq!(answer["userErrors"], json!([{ "code": code, "path": ["text"] }]));
        }
        let longest = format!("{}\u{0}", "ü".repeat(3_999));
        assert_eq!(send(&ward.patient, json!({ "text": longest })).await["message"]["text"], longest);

        // A clock that was set back does not turn the thread around, nor do two at the same instant.
        ward.app.clinic.clock.advance(-3_600_000);
        send(&ward.patient, json!({ "text": "Earlier" })).await;
        send(&ward.patient, json!({ "text": "Earliest" })).await;
        assert_eq!(texts(&ward.thread(&ward.therapist).await)[..2], ["Earliest", "Earlier"]);
        ward.app.stop().await;
    }
}

#[tokio::test]
async fn nobody_else_writes_or_reads() {
    for stack in Stack::BOTH {
        let ward = Ward::open(stack).await;
        ward.app.clinic.patient("ben").await;
        let asked = ward.ask("May I swim?").await["message"]["id"].clone();
        let send = json!({ "patientId": ward.ada, "text": "Hello" });
        let ben = ward.app.sign_in("ben@patient.example").await;
        let other = ward.app.sign_in("other@clinic.example").await;
        let admin = ward.app.sign_in("admin@clinic.example").await;
        for (client, code) in [(&ben, "FORBIDDEN"), (&other, "NOT_FOUND"), (&admin, "FORBIDDEN")] {
            refused(&change(client, "sendMessage", MESSAGE, send.clone()).await, code);
            refused(&ward.mark(client, &asked).await, code);
        }
        refused(
            &change(&ben, "markMessagesRead", "unreadMessages", json!({ "upTo": asked })).await,
            "NOT_FOUND",
        );
        let node = "query($id: ID!) { node(id: $id) { id ... on Message { text } } }";
        for (client, seen) in [(&ben, false), (&other, false), (&ward.therapist, true), (&ward.patient, true)]
        {
            let found = client.ask(node, json!({ "id": asked })).await["node"].clone();
            assert_eq!(found["text"] == "May I swim?", seen, "{stack:?}: {found}");
        }

        let consent = json!({ "kind": "CARE_TEAM" });
        change(&ward.patient, "withdrawConsent", "consent { kind }", consent.clone()).await;
        refused(&ward.answer(&ward.therapist, "Are you there?").await, "NOT_FOUND");
        refused(&ward.ask("Anybody?").await, "NOT_ALLOWED");
        change(&ward.patient, "grantConsent", "consent { kind }", consent).await;
        let discharged = json!({ "patientId": ward.ada });
        change(&ward.therapist, "dischargePatient", "patient { id }", discharged).await;
        refused(&ward.answer(&ward.therapist, "How are you?").await, "NOT_ALLOWED");
        let marked = ward.mark(&ward.therapist, &asked).await;
        assert_eq!(marked["unreadMessages"], 0, "what came before the end is still read: {marked}");
        ward.app.stop().await;
    }
}

#[tokio::test]
async fn a_thread_is_paged_and_followed_by_its_cursor() {
    for stack in Stack::BOTH {
        let ward = Ward::open(stack).await;
        let clinic = &ward.app.clinic;
        let scope = clinic.as_patient("ada").await;
        let id = scope.patient_id().unwrap();
        let place = care::sync::changed_since(&scope, id, None).await.unwrap().place;
        scope.finish().await;
        let mut sent = Vec::new();
        for number in 0..5 {
            let text = number.to_string();
            let client = if number % 2 == 0 { &ward.therapist } else { &ward.assistant };
            sent.push(ward.answer(client, &text).await["message"]["id"].clone());
        }
        let changed = care::sync::changed_since(&scope, id, Some(place)).await.unwrap();
        scope.finish().await;
        let named: Vec<_> = changed.entities.iter().map(|(kind, id)| json!(kind.encode(*id))).collect();
        assert_eq!(named, sent, "{stack:?}: in the order of their writing");
        ward.mark(&ward.patient, &sent[3]).await;
        let again = care::sync::changed_since(&scope, id, Some(changed.place)).await.unwrap();
        scope.finish().await;
        assert_eq!(again.entities.len(), 4, "those that were read have changed");

        let (mut after, mut read) = (Value::Null, Vec::new());
        loop {
            let page =
                ward.therapist.ask(THREAD, json!({ "id": ward.ada, "first": 2, "after": after })).await;
            read.extend(texts(&page["patient"]).into_iter().map(str::to_owned));
            after = page["patient"]["messages"]["pageInfo"]["endCursor"].clone();
            if page["patient"]["messages"]["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(read, ["4", "3", "2", "1", "0"]);
        ward.app.stop().await;
    }
}

#[tokio::test]
async fn the_dashboard_is_told_of_what_waits_and_of_what_comes() {
    for stack in Stack::BOTH {
        let ward = Ward::open(stack).await;
        ward.ask("First").await;
        ward.ask("Second").await;
        let query =
            "subscription { messageReceived { unreadMessages patient { name } message { id text } } }";
        let mut socket = Socket::open(&ward.app, ward.therapist.token()).await;
        socket.subscribe("1", query, json!({})).await;
        let told = async |socket: &mut Socket| {
            loop {
                let heard = socket.hear().await;
                if heard["type"] == "next" {
                    break heard["payload"]["data"]["messageReceived"].clone();
                }
                assert!(["ping", "pong"].contains(&heard["type"].as_str().unwrap()), "{heard}");
            }
        };
        let waits = told(&mut socket).await;
        assert_eq!((&waits["message"]["text"], &waits["unreadMessages"]), (&json!("Second"), &json!(2)));
        // What they write themselves and what is read tells nothing.
        ward.answer(&ward.assistant, "We read you").await;
        ward.mark(&ward.assistant, &waits["message"]["id"]).await;
        ward.ask("Third").await;
        let comes = told(&mut socket).await;
        assert_eq!(
            (&comes["message"]["text"], &comes["unreadMessages"]),
            (&json!("Third"), &json!(1)),
            "{stack:?}"
        );
        assert_eq!(comes["patient"]["name"], "ada");

        let mut other = Socket::open(&ward.app, ward.app.sign_in("other@clinic.example").await.token()).await;
        other.subscribe("1", query, json!({})).await;
        let mut patient = Socket::open(&ward.app, ward.patient.token()).await;
        patient.subscribe("1", query, json!({})).await;
        assert_eq!(patient.hear().await["payload"][0]["extensions"]["code"], "FORBIDDEN");
        ward.app.stop().await;
    }
}
