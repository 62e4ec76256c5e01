//! The calendar of a patient's reminders and visits, read by a secret link.

use crate::change;
use care::id::Kind;
use reqwest::{Response, StatusCode, header};
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp, at, canary};

const TITLE: &str = "Stretch, at the window; slowly";

struct Diary {
    app: TestApp,
    ada: Client,
    therapist: Client,
    id: String,
}

impl Diary {
    async fn open(stack: Stack) -> Self {
        let app = TestApp::start(stack).await;
        let id = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let ada = app.sign_in("ada@patient.example").await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        Self { app, ada, therapist, id }
    }

    /// The token of a new link.
    async fn link(&self, include_titles: bool) -> String {
        let input = json!({ "includeTitles": include_titles });
        let made =
            change(&self.ada, "createCalendarFeed", "calendarFeed { url includesTitles createdAt }", input)
                .await;
        assert_eq!(made["calendarFeed"]["includesTitles"], include_titles);
        let url = made["calendarFeed"]["url"].as_str().unwrap();
        let token =
            url.strip_prefix("http://clinic.example/calendar/").unwrap().strip_suffix(".ics").unwrap();
        assert_eq!(token.len(), 43, "256 bits");
        canary::keep_secret(token);
        token.to_owned()
    }

    async fn get(&self, path: &str) -> Response {
        reqwest::get(format!("{}/calendar/{path}", self.app.url())).await.unwrap()
    }

    /// The unfolded lines.
    async fn lines(&self, token: &str) -> Vec<String> {
        let answer = self.get(&format!("{token}.ics")).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let text = answer.text().await.unwrap();
        assert!(
            text.ends_with("END:VCALENDAR\r\n") && text.split("\r\n").all(|line| line.len() <= 75),
            "{text}"
        );
        text.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
    }

    async fn fill(&self) -> [Value; 2] {
        let reminder = json!({ "kind": "EXERCISE", "title": TITLE, "times": ["08:00", "20:30"],
            "weekdays": ["MONDAY", "FRIDAY"] });
        let reminder = change(&self.ada, "createReminder", "reminder { id }", reminder).await;
        let visit = json!({ "patientId": self.id, "startsAt": "2026-06-17T14:00:00Z", "durationMinutes": 45,
            "place": "The room behind the pool" });
        let visit = change(&self.therapist, "scheduleVisit", "visit { id }", visit).await;
        [reminder["reminder"]["id"].clone(), visit["visit"]["id"].clone()]
    }
}

#[tokio::test]
async fn a_calendar_shows_reminders_and_visits_and_no_word_of_anybody() {
    for stack in Stack::BOTH {
        let diary = Diary::open(stack).await;
        let [reminder, visit] = diary.fill().await.map(|id| id.as_str().unwrap().to_owned());
        let token = diary.link(false).await;
        let lines = diary.lines(&token).await;
        for line in [
            "TZID:America/New_York".to_owned(),
            format!("UID:{reminder}-0800@plumbline"),
            "DTSTART;TZID=America/New_York:20260615T080000".to_owned(),
            format!("UID:{reminder}-2030@plumbline"),
            "RRULE:FREQ=WEEKLY;BYDAY=MO,FR".to_owned(),
            "SUMMARY:Exercises".to_owned(),
            "SEQUENCE:1".to_owned(),
            format!("UID:{visit}@plumbline"),
            "DTSTART:20260617T140000Z".to_owned(),
            "DTEND:20260617T144500Z".to_owned(),
            "SUMMARY:Appointment".to_owned(),
            "LAST-MODIFIED:20260615T100000Z".to_owned(),
        ] {
            assert!(lines.contains(&line), "{stack:?}: {line} is not in {lines:#?}");
        }
        let all = lines.join("\n");
        for word in ["Stretch", "pool", "ada", "therapist", "chronic"] {
            assert!(!all.replace(&reminder, "").replace(&visit, "").contains(word), "{word} is in {all}");
        }
        let settings = json!({ "language": "es-MX" });
        change(&diary.ada, "updateSettings", "patient { id }", settings).await;
        let lines = diary.lines(&token).await;
        assert!(
            lines.contains(&"SUMMARY:Ejercicios".to_owned()) && lines.contains(&"SUMMARY:Cita".to_owned())
        );
        let titled = diary.link(true).await;
        let lines = diary.lines(&titled).await;
        assert!(lines.contains(&"SUMMARY:Stretch\\, at the window\\; slowly".to_owned()), "{lines:#?}");
        diary.app.stop().await;
    }
}

#[tokio::test]
async fn a_calendar_is_read_anew_only_when_it_has_changed() {
    let diary = Diary::open(Stack::Embedded).await;
    let [reminder, visit] = diary.fill().await;
    let token = diary.link(false).await;
    let url = format!("{}/calendar/{token}.ics", diary.app.url());
    let first = reqwest::get(&url).await.unwrap();
    let headers = first.headers().clone();
    assert_eq!(headers[header::CONTENT_TYPE], "text/calendar; charset=utf-8");
    assert_eq!(headers[header::CACHE_CONTROL], "private, max-age=300");
    assert_eq!(headers["x-robots-tag"], "noindex");
    let text = first.text().await.unwrap();
    diary.app.clinic.clock.set(at("2026-06-20T10:00:00Z"));
    let again = async |tag: &header::HeaderValue| {
        let request = reqwest::Client::new().get(&url).header(header::IF_NONE_MATCH, tag);
        request.send().await.unwrap()
    };
    let known = again(&headers[header::ETAG]).await;
    assert_eq!(known.status(), StatusCode::NOT_MODIFIED, "days later nothing has changed");
    assert_eq!(known.text().await.unwrap(), "");
    let ada = diary.app.sign_in("ada@patient.example").await;
    let renamed = json!({ "id": reminder, "times": ["09:00"] });
    change(&ada, "updateReminder", "reminder { id }", renamed).await;
    let therapist = diary.app.sign_in("therapist@clinic.example").await;
    let canceled = json!({ "visitId": visit, "reason": "Ill" });
    change(&therapist, "cancelVisit", "visit { id }", canceled).await;
    let changed = again(&headers[header::ETAG]).await;
    assert_eq!(changed.status(), StatusCode::OK);
    let changed = changed.text().await.unwrap();
    assert!(changed.contains("SEQUENCE:2\r\n") && changed.contains("LAST-MODIFIED:20260620T100000Z"));
    assert!(!changed.contains("SUMMARY:Appointment") && text.contains("SUMMARY:Appointment"));
    diary.app.stop().await;
}

#[tokio::test]
async fn links_that_open_nothing_look_alike() {
    for stack in Stack::BOTH {
        let diary = Diary::open(stack).await;
        let first = diary.link(false).await;
        let second = diary.link(false).await;
        let feed = diary.ada.ask("{ calendarFeed { url includesTitles } }", json!({})).await;
        assert_eq!(feed["calendarFeed"], json!({ "url": null, "includesTitles": false }));
        assert_eq!(diary.get(&format!("{second}.ics")).await.status(), StatusCode::OK);
        let mut bodies = Vec::new();
        for path in [format!("{first}.ics"), format!("{}.ics", "x".repeat(43)), second.clone()] {
            let answer = diary.get(&path).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{stack:?}");
            bodies.push(answer.text().await.unwrap());
        }
        assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
        // Guessing takes time, and whoever has a link is none who guesses.
        let guess = diary.get(&format!("{}.ics", "y".repeat(43))).await;
        assert_eq!(guess.status(), StatusCode::TOO_MANY_REQUESTS, "{stack:?}");
        assert!(guess.headers().contains_key(header::RETRY_AFTER));
        assert_eq!(diary.get(&format!("{second}.ics")).await.status(), StatusCode::OK);
        let revoked =
            diary.ada.ask("mutation { revokeCalendarFeed { revoked userErrors { code } } }", json!({})).await;
        assert_eq!(revoked["revokeCalendarFeed"], json!({ "revoked": true, "userErrors": [] }));
        diary.app.clinic.clock.advance(120_000);
        assert_eq!(diary.get(&format!("{second}.ics")).await.status(), StatusCode::NOT_FOUND);
        let third = diary.link(false).await;
        care::patient::discharge(
            &diary.app.clinic.therapist().await,
            Kind::Patient.decode(&diary.id).unwrap(),
        )
        .await
        .unwrap();
        assert_eq!(diary.get(&format!("{third}.ics")).await.status(), StatusCode::NOT_FOUND, "{stack:?}");
        diary.app.stop().await;
    }
}

#[tokio::test]
async fn a_link_is_not_read_without_end() {
    let diary = Diary::open(Stack::Embedded).await;
    let token = diary.link(false).await;
    for _ in 0..6 {
        assert_eq!(diary.get(&format!("{token}.ics")).await.status(), StatusCode::OK);
    }
    let refused = diary.get(&format!("{token}.ics")).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()[header::RETRY_AFTER], "10");
    diary.app.clinic.clock.advance(10_000);
    assert_eq!(diary.get(&format!("{token}.ics")).await.status(), StatusCode::OK);
    diary.app.stop().await;
}

#[tokio::test]
async fn the_database_holds_no_link() {
    let diary = Diary::open(Stack::Embedded).await;
    let token = diary.link(false).await;
    let database = diary.app.clinic.database.connect().await;
    let rows = sea_orm::ConnectionTrait::query_all_raw(
        &database,
        sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, "SELECT token_hash FROM calendar_feed"),
    );
    let hash: Vec<u8> = rows.await.unwrap()[0].try_get("", "token_hash").unwrap();
    assert_eq!(hash, care::sealed::digest(&token));
    assert!(!String::from_utf8_lossy(&hash).contains(&token));
    diary.app.stop().await;
}
