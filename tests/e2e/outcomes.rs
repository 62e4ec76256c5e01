//! Outcome measures are asked when they were planned, answered once, scored by their rules, and raise an alert where
//! function declines.

use crate::{change, chosen, refused};
use care::id::Kind;
use care::outcome::{ClinicText, import};
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp, at};

const OUTCOME: &str = "outcome { id measure { key name } definitionVersion unit score band { key name best }
    parts { key name score } answers { item value } activities localDate byPatient voidedAt voidReason }";
const TREND: &str =
    "query($id: ID!, $measure: String!) { patient(id: $id) { outcomeTrend(measure: $measure) {
    measure { key better } points { responseId localDate score band { key }
      changeFromBaseline { by verdict test reason } changeFromPrevious { by verdict test reason }
      parts { part { key name score } changeFromBaseline { by verdict } } } } } }";
const ASSIGNMENT: &str =
    "assignment { id measure { key } baseline everyWeeks atDischarge startOn endOn endedAt }";

/// Ada, with those who are on her care team.
struct Team {
    app: TestApp,
    ada: String,
    own: Client,
    therapist: Client,
}

impl Team {
    async fn gather(stack: Stack) -> Self {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let own = app.sign_in("ada@patient.example").await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        Self { app, ada, own, therapist }
    }

    /// What the therapist enters from paper: ten answers that add up to `sum`.
    async fn ten(&self, measure: &str, sum: i64, answered_at: &str) -> Value {
        let answers: Vec<_> = (0..10)
            .map(|at| json!({ "item": (at + 1).to_string(), "value": (sum - at * 5).clamp(0, 5) }))
            .collect();
        let input = json!({ "patientId": self.ada, "measure": measure, "answeredAt": answered_at,
            "answers": answers });
        submit(&self.therapist, input).await["outcome"].clone()
    }

    async fn points(&self, measure: &str) -> Vec<Value> {
        let answer = self.therapist.ask(TREND, json!({ "id": self.ada, "measure": measure })).await;
        answer["patient"]["outcomeTrend"]["points"].as_array().unwrap().clone()
    }

    async fn alerts(&self) -> Vec<Value> {
        let query = "query($id: ID!) { patient(id: $id) { openAlerts { id rule severity evidence text } } }";
        let answer = self.therapist.ask(query, json!({ "id": self.ada })).await;
        answer["patient"]["openAlerts"].as_array().unwrap().clone()
    }

    /// What is due, as the app and the dashboard see it.
    async fn due(&self) -> Value {
        let own =
            self.own.ask("{ outcomeMeasuresDue { measure { key name } dueOn overdue } }", json!({})).await;
        let query =
            "query($id: ID!) { patient(id: $id) { outcomesDue { measure { key name } dueOn overdue } } }";
        let seen = self.therapist.ask(query, json!({ "id": self.ada })).await;
        assert_eq!(own["outcomeMeasuresDue"], seen["patient"]["outcomesDue"]);
        let today =
            self.own.ask("{ today { outcomesDue { measure { key name } dueOn overdue } } }", json!({})).await;
        assert_eq!(own["outcomeMeasuresDue"], today["today"]["outcomesDue"]);
        own["outcomeMeasuresDue"].clone()
    }

    /// The time is that, and those who ask have signed in anew.
    async fn at(&mut self, time: &str) {
        self.app.clinic.clock.set(at(time));
        self.own = self.app.sign_in("ada@patient.example").await;
        self.therapist = self.app.sign_in("therapist@clinic.example").await;
    }
}

async fn submit(client: &Client, input: Value) -> Value {
    change(client, "submitOutcome", OUTCOME, input).await
}

fn pain(value: i32, answered_at: &str) -> Value {
    json!({ "measure": "nprs", "answeredAt": answered_at, "answers": [{ "item": "1", "value": value }] })
}

/// A text for ODI. It is nobody's.
fn odi_text() -> ClinicText {
    let item = |number: usize| {
        let options: Vec<_> = (0..6).map(|option| format!("{number}.{option}")).collect();
        json!({ "text": format!("Item {number}"), "options": options })
    };
    let text = json!({ "measure": "odi", "language": "en", "instruction": "Choose one of each.",
        "item": (1..=10).map(item).collect::<Vec<_>>() });
    ClinicText::parse(&text.to_string()).unwrap()
}

#[tokio::test]
async fn answers_are_recorded_once_and_scored() {
    for stack in Stack::BOTH {
        let team = Team::gather(stack).await;
        let id = chosen(&team.app, Kind::OutcomeResponse);
        // Half past nine in the evening of the day before, on the clock of Ada's phone.
        let mut input = pain(6, "2026-06-14T21:30:00-04:00");
        input["id"] = json!(id);
        let first = submit(&team.own, input.clone()).await;
        let outcome = &first["outcome"];
        assert_eq!(outcome["id"], json!(id), "{first}");
        assert_eq!(outcome["measure"], json!({ "key": "nprs", "name": "Pain, 0 to 10" }));
        assert_eq!(
            (&outcome["score"], &outcome["unit"], &outcome["band"]),
            (&json!(6.0), &json!("POINTS"), &Value::Null)
        );
        assert_eq!((&outcome["localDate"], &outcome["byPatient"]), (&json!("2026-06-14"), &json!(true)));
        assert_eq!(outcome["answers"], json!([{ "item": "1", "value": 6 }]));
        assert_eq!(submit(&team.own, input.clone()).await, first, "{stack:?}: a replay");
        input["answers"][0]["value"] = json!(7);
        refused(&submit(&team.own, input.clone()).await, "CONFLICT");
        input["id"] = json!(chosen(&team.app, Kind::OutcomeResponse));
        input["answers"][0]["value"] = json!(11);
        let wrong = submit(&team.own, input).await;
        assert_eq!(wrong["userErrors"][0]["path"], json!(["answers", "0", "value"]), "{wrong}");
        refused(
            &submit(
                &team.own,
                json!({ "measure": "x", "answeredAt": "2026-06-15T09:00:00Z", "answers": [] }),
            )
            .await,
            "NOT_FOUND",
        );

        let mood = json!({ "measure": "phq-2", "answeredAt": "2026-06-15T09:00:00Z",
            "answers": [{ "item": "2", "value": 1 }, { "item": "1", "value": 2 }] });
        let mood = submit(&team.own.clone().speaking("es"), mood).await;
        assert_eq!(mood["outcome"]["band"]["key"], "POSITIVE");
        assert!(mood["outcome"]["band"]["name"].as_str().unwrap().starts_with("En el umbral"), "{mood}");

        let list = "{ outcomes(first: 1) { nodes { measure { key } } pageInfo { hasNextPage } } }";
        let list = team.own.ask(list, json!({})).await;
        assert_eq!(list["outcomes"]["nodes"][0]["measure"]["key"], "phq-2", "last answered first");
        assert_eq!(list["outcomes"]["pageInfo"]["hasNextPage"], true);
        let only = "query($id: ID!) { patient(id: $id) { outcomes(measure: \"nprs\") { nodes { id } } } }";
        let only = team.therapist.ask(only, json!({ "id": team.ada })).await;
        assert_eq!(only["patient"]["outcomes"]["nodes"], json!([{ "id": id }]));
        team.app.stop().await;
    }
}

#[tokio::test]
async fn a_measure_of_others_needs_the_text_of_the_clinic() {
    for stack in Stack::BOTH {
        let team = Team::gather(stack).await;
        let measures = "{ outcomeMeasures { key hasText licensed instruction itemCount
            items { key text min max options { value text } } } }";
        let measure = async |key: &str| {
            let answer = team.own.ask(measures, json!({})).await;
            let all = answer["outcomeMeasures"].as_array().unwrap().clone();
            all.into_iter().find(|measure| measure["key"] == key).unwrap()
        };
        let odi = measure("odi").await;
        assert_eq!((&odi["hasText"], &odi["instruction"]), (&json!(false), &Value::Null), "{odi}");
        assert_eq!(odi["items"][9], json!({ "key": "10", "text": null, "min": 0, "max": 5, "options": [] }));
        let mood = measure("phq-2").await;
        assert_eq!(mood["items"][1]["options"][3]["value"], 3);
        assert!(mood["items"][1]["text"].is_string() && mood["hasText"] == true, "{mood}");

        let input = json!({ "patientId": team.ada, "measure": "odi", "everyWeeks": 4 });
        let told = change(&team.therapist, "assignOutcome", ASSIGNMENT, input.clone()).await;
        refused(&told, "NOT_ALLOWED");
        let answers: Vec<_> = (1..=10).map(|item| json!({ "item": item.to_string(), "value": 2 })).collect();
        let own = json!({ "measure": "odi", "answeredAt": "2026-06-15T09:00:00Z", "answers": answers });
        refused(&submit(&team.own, own.clone()).await, "NOT_ALLOWED");
        let paper = team.ten("odi", 20, "2026-06-15T09:00:00Z").await;
        assert_eq!(
            (&paper["score"], &paper["unit"], &paper["byPatient"]),
            (&json!(40.0), &json!("PERCENT"), &json!(false))
        );
        assert_eq!(paper["band"], json!({ "key": "MODERATE", "name": "Moderate disability", "best": false }));

        let worker = team.app.clinic.worker();
        assert!(import(&worker, None, odi_text()).await.unwrap().changed);
        assert!(
            !import(&worker, None, odi_text()).await.unwrap().changed,
            "{stack:?}: the same changes nothing"
        );
        let odi = measure("odi").await;
        assert_eq!(odi["items"][9]["text"], "Item 10");
        assert_eq!(odi["items"][9]["options"][5], json!({ "value": 5, "text": "10.5" }));
        let assigned = change(&team.therapist, "assignOutcome", ASSIGNMENT, input).await;
        assert_eq!(assigned["assignment"]["measure"]["key"], "odi", "{assigned}");
        assert_eq!(submit(&team.own, own).await["outcome"]["score"], 40.0);
        // Nobody of another clinic reads it.
        team.app.clinic.begin_another("Other Clinic", "admin@other.example").await;
        let foreign = team.app.sign_in("admin@other.example").await;
        let answer = foreign.ask("{ outcomeMeasures { key hasText } }", json!({})).await;
        assert!(
            answer["outcomeMeasures"]
                .as_array()
                .unwrap()
                .contains(&json!({ "key": "odi", "hasText": false }))
        );
        let several = import(&worker, None, odi_text()).await.unwrap_err();
        assert!(several.to_string().contains("--clinic"), "{several}");
        team.app.stop().await;
    }
}

#[tokio::test]
async fn what_is_asked_comes_due_and_late_answers_move_nothing() {
    for stack in Stack::BOTH {
        let mut team = Team::gather(stack).await;
        assert_eq!(team.due().await, json!([]));
        let id = chosen(&team.app, Kind::OutcomeAssignment);
        let input = json!({ "id": id, "patientId": team.ada, "measure": "nprs", "everyWeeks": 4,
            "startOn": "2026-06-15" });
        let assigned = change(&team.therapist, "assignOutcome", ASSIGNMENT, input.clone()).await;
        assert_eq!(
            assigned["assignment"],
            json!({ "id": id, "measure": { "key": "nprs" }, "baseline": true, "everyWeeks": 4,
                "atDischarge": false, "startOn": "2026-06-15", "endOn": null, "endedAt": null })
        );
        assert_eq!(change(&team.therapist, "assignOutcome", ASSIGNMENT, input.clone()).await, assigned);
        let mut other = input.clone();
        other["everyWeeks"] = json!(2);
        refused(&change(&team.therapist, "assignOutcome", ASSIGNMENT, other.clone()).await, "CONFLICT");
        other["id"] = Value::Null;
        refused(&change(&team.therapist, "assignOutcome", ASSIGNMENT, other).await, "DUPLICATE");

        let due = |on: &str, overdue: bool| json!([{ "measure": { "key": "nprs", "name": "Pain, 0 to 10" }, "dueOn": on, "overdue": overdue }]);
        assert_eq!(team.due().await, due("2026-06-15", false));
        team.at("2026-06-22T12:00:00Z").await;
        assert_eq!(team.due().await, due("2026-06-15", false));
        team.at("2026-06-23T12:00:00Z").await;
        assert_eq!(team.due().await, due("2026-06-15", true));
        team.at("2026-07-13T12:00:00Z").await;
        assert_eq!(team.due().await, due("2026-07-13", true), "{stack:?}: both are one");
        let answered = submit(&team.own, pain(5, "2026-07-13T12:00:00Z")).await["outcome"]["id"].clone();
        assert_eq!(team.due().await, json!([]));
        team.at("2026-08-10T12:00:00Z").await;
        assert_eq!(team.due().await, due("2026-08-10", false));
        let void = json!({ "outcomeId": answered, "reason": "Tapped on the wrong number." });
        change(&team.own, "voidOutcome", OUTCOME, void).await;
        assert_eq!(team.due().await, due("2026-08-10", true), "{stack:?}: what is voided answers nothing");

        let update =
            json!({ "assignmentId": id, "everyWeeks": 8, "atDischarge": true, "endOn": "2026-12-31" });
        let updated = change(&team.therapist, "updateOutcomeAssignment", ASSIGNMENT, update).await;
        assert_eq!(
            (&updated["assignment"]["everyWeeks"], &updated["assignment"]["endOn"]),
            (&json!(8), &json!("2026-12-31"))
        );
        assert_eq!(team.due().await, due("2026-08-10", true));
        let end = json!({ "assignmentId": id });
        let ended = change(&team.therapist, "endOutcomeAssignment", ASSIGNMENT, end.clone()).await;
        assert!(ended["assignment"]["endedAt"].is_string(), "{ended}");
        assert_eq!(change(&team.therapist, "endOutcomeAssignment", ASSIGNMENT, end).await, ended);
        assert_eq!(team.due().await, json!([]));
        let late = json!({ "assignmentId": id, "everyWeeks": 2 });
        refused(&change(&team.therapist, "updateOutcomeAssignment", ASSIGNMENT, late).await, "NOT_ALLOWED");
        let all = "query($id: ID!) { patient(id: $id) { outcomeAssignments { id } } }";
        let all = team.therapist.ask(all, json!({ "id": team.ada })).await;
        assert_eq!(all["patient"]["outcomeAssignments"], json!([{ "id": id }]));
        team.app.stop().await;
    }
}

#[tokio::test]
async fn what_is_asked_at_the_end_of_care_is_due_then() {
    for stack in Stack::BOTH {
        let team = Team::gather(stack).await;
        let input =
            json!({ "patientId": team.ada, "measure": "groc", "baseline": false, "atDischarge": true });
        change(&team.therapist, "assignOutcome", ASSIGNMENT, input).await;
        assert_eq!(team.due().await, json!([]));
        change(&team.therapist, "dischargePatient", "patient { id }", json!({ "patientId": team.ada })).await;
        let due = "query($id: ID!) { patient(id: $id) { outcomesDue { measure { key } dueOn } } }";
        let seen = team.therapist.ask(due, json!({ "id": team.ada })).await;
        let expected = json!([{ "measure": { "key": "groc" }, "dueOn": "2026-06-15" }]);
        assert_eq!(seen["patient"]["outcomesDue"], expected, "{stack:?}");
        let input = json!({ "patientId": team.ada, "measure": "groc", "answeredAt": "2026-06-15T10:00:00Z",
            "answers": [{ "item": "1", "value": 3 }] });
        submit(&team.therapist, input).await;
        let seen = team.therapist.ask(due, json!({ "id": team.ada })).await;
        assert_eq!(seen["patient"]["outcomesDue"], json!([]));
        let points = team.points("groc").await;
        let change = json!({ "by": 3.0, "verdict": "IMPROVED", "test": "ABSOLUTE", "reason": null });
        assert_eq!(points[0]["changeFromBaseline"], change, "a change by itself");
        team.app.stop().await;
    }
}

#[tokio::test]
async fn a_trend_tells_what_matters_and_by_which_test() {
    for stack in Stack::BOTH {
        let team = Team::gather(stack).await;
        for (sum, day) in [(10, "01"), (8, "08"), (7, "11"), (12, "13")] {
            team.ten("odi", sum, &format!("2026-06-{day}T09:00:00-04:00")).await;
        }
        let points = team.points("odi").await;
        let verdicts = |which: &str| -> Vec<_> {
            points
                .iter()
                .map(|point| (point[which]["verdict"].clone(), point[which]["test"].clone()))
                .collect()
        };
        assert_eq!(points[0]["changeFromBaseline"], Value::Null);
        let by = |verdict: &str, test: &str| (json!(verdict), json!(test));
        let nothing = (json!("UNCERTAIN"), Value::Null);
        // 20, 16, 14 and 24 percent.
        assert_eq!(
            verdicts("changeFromBaseline")[1..],
            [nothing.clone(), by("IMPROVED", "PERCENT"), nothing.clone()]
        );
        assert_eq!(verdicts("changeFromPrevious")[1..], [nothing.clone(), nothing, by("WORSE", "ABSOLUTE")]);
        assert_eq!(
            (&points[3]["score"], &points[3]["changeFromPrevious"]["by"]),
            (&json!(24.0), &json!(10.0))
        );

        let activities = |names: [&str; 3], values: [i32; 3], answered_at: &str| {
            let answers: Vec<_> = (1..)
                .zip(values)
                .map(|(item, value)| json!({ "item": i32::to_string(&item), "value": value }))
                .collect();
            json!({ "measure": "psfs", "answeredAt": answered_at, "answers": answers, "activities": names })
        };
        submit(&team.own, activities(["Walk", "Lift", "Sleep"], [2, 3, 4], "2026-06-01T09:00:00Z")).await;
        submit(&team.own, activities(["sleep", "walk", "Swim"], [8, 5, 0], "2026-06-15T09:00:00Z")).await;
        let points = team.points("psfs").await;
        assert_eq!(points[1]["score"].as_f64().map(|score| (score * 3.0).round()), Some(13.0));
        let change = json!({ "by": 3.5, "verdict": "IMPROVED", "test": "ABSOLUTE", "reason": null });
        assert_eq!(points[1]["changeFromBaseline"], change, "{stack:?}: of what is the same");
        let parts = points[1]["parts"].as_array().unwrap();
        assert_eq!(parts[0]["part"], json!({ "key": "1", "name": "sleep", "score": 8.0 }));
        assert_eq!(parts[1]["changeFromBaseline"], json!({ "by": 3.0, "verdict": "IMPROVED" }));
        assert_eq!(parts[2]["changeFromBaseline"], Value::Null, "swimming is new");

        let void = json!({ "outcomeId": points[0]["responseId"], "reason": "Of another patient." });
        let voided = change_outcome(&team.therapist, void).await;
        assert_eq!(voided["outcome"]["voidReason"], "Of another patient.");
        let points = team.points("psfs").await;
        assert_eq!((points.len(), &points[0]["changeFromBaseline"]), (1, &Value::Null));
        let unknown = team.therapist.raw(TREND, json!({ "id": team.ada, "measure": "x" })).await;
        assert_eq!(unknown["errors"][0]["extensions"]["code"], "NOT_FOUND");
        team.app.stop().await;
    }
}

async fn change_outcome(client: &Client, input: Value) -> Value {
    change(client, "voidOutcome", OUTCOME, input).await
}

#[tokio::test]
async fn after_surgery_another_difference_matters() {
    for stack in Stack::BOTH {
        let team = Team::gather(stack).await;
        let surgery = json!({ "patientId": team.ada, "surgeryOn": "2026-06-10" });
        change(&team.therapist, "updatePatient", "patient { id }", surgery).await;
        for (sum, day) in [(40, "01"), (35, "08"), (32, "13")] {
            team.ten("odi", sum, &format!("2026-06-{day}T09:00:00-04:00")).await;
        }
        let points = team.points("odi").await;
        // 80 to 70 percent before it: ten points. To 64 after it: 20 percent of the baseline, 9 of the last.
        assert_eq!(points[1]["changeFromBaseline"]["test"], "ABSOLUTE", "{stack:?}");
        assert_eq!(points[2]["changeFromBaseline"]["test"], "PERCENT");
        assert_eq!(points[2]["changeFromPrevious"]["verdict"], "UNCERTAIN");
        team.app.stop().await;
    }
}

#[tokio::test]
async fn a_decline_of_function_raises_an_alert_and_a_gain_closes_one_that_is_not_critical() {
    for stack in Stack::BOTH {
        let team = Team::gather(stack).await;
        team.ten("ndi", 20, "2026-05-01T09:00:00-04:00").await;
        team.ten("ndi", 23, "2026-05-08T09:00:00-04:00").await;
        assert_eq!(team.alerts().await, [Value::Null; 0], "15 percent are below a fifth");
        let idle = team.ten("ndi", 23, "2026-05-15T09:00:00-04:00").await["id"].clone();
        let alerts = team.alerts().await;
        assert_eq!(
            (&alerts[0]["rule"], &alerts[0]["severity"]),
            (&json!("function-decline"), &json!("HIGH"))
        );
        assert_eq!(alerts[0]["evidence"], json!([idle]), "{stack:?}");
        let worse = team.ten("ndi", 28, "2026-05-22T09:00:00-04:00").await["id"].clone();
        let alerts = team.alerts().await;
        assert_eq!((alerts.len(), &alerts[0]["severity"]), (1, &json!("CRITICAL")));
        assert_eq!(alerts[0]["evidence"], json!([idle, worse]), "what raised it can be opened");
        // What is told late is not the newest, and says nothing of today.
        team.ten("ndi", 5, "2026-05-02T09:00:00-04:00").await;
        assert_eq!(team.alerts().await.len(), 1);
        // Another measure that gains does not make this one better.
        team.ten("odi", 30, "2026-05-22T10:00:00-04:00").await;
        team.ten("odi", 20, "2026-05-23T10:00:00-04:00").await;
        assert_eq!(team.alerts().await.len(), 1, "{stack:?}");
        team.ten("ndi", 18, "2026-05-29T09:00:00-04:00").await;
        let alerts = team.alerts().await;
        assert_eq!(
            alerts.len(),
            1,
            "{stack:?}: what is critical is a clinician's to end, whatever is gained"
        );
        let dealt = json!({ "alertId": alerts[0]["id"], "reason": "Seen, and a scan arranged." });
        change(&team.therapist, "resolveAlert", "alert { status }", dealt).await;

        for day in ["2026-06-05", "2026-06-12"] {
            team.ten("ndi", 18, &format!("{day}T09:00:00-04:00")).await;
        }
        assert_eq!(team.alerts().await[0]["severity"], "HIGH", "{stack:?}: no gain");
        let gain = team.ten("ndi", 8, "2026-06-14T09:00:00-04:00").await["id"].clone();
        assert_eq!(team.alerts().await, [Value::Null; 0], "{stack:?}: ten points are a gain");
        let closed =
            "{ alerts(status: RESOLVED) { nodes { resolution resolvedBy resolvedAt closedBecause } } }";
        let closed = team.therapist.ask(closed, json!({})).await["alerts"]["nodes"].clone();
        let settled = closed.as_array().unwrap().iter().find(|alert| alert["closedBecause"] == "SETTLED");
        assert!(settled.is_some_and(|alert| alert["resolvedBy"].is_null()), "{closed}");
        let mistaken = json!({ "outcomeId": gain, "reason": "Of another patient." });
        change(&team.therapist, "voidOutcome", OUTCOME, mistaken).await;
        assert_eq!(team.alerts().await[0]["severity"], "HIGH", "{stack:?}: the gain never was");
        team.app.stop().await;
    }
}

#[tokio::test]
async fn nobody_answers_for_others_or_takes_back_what_is_theirs() {
    for stack in Stack::BOTH {
        let team = Team::gather(stack).await;
        team.app.clinic.patient("ben").await;
        let ben = team.app.sign_in("ben@patient.example").await;
        let other = team.app.sign_in("other@clinic.example").await;
        let mut input = pain(3, "2026-06-15T09:00:00Z");
        input["patientId"] = json!(team.ada);
        refused(&submit(&ben, input.clone()).await, "FORBIDDEN");
        refused(&submit(&other, input.clone()).await, "NOT_FOUND");
        assert!(
            submit(&team.own, input.clone()).await["outcome"]["id"].is_string(),
            "they may name themselves"
        );
        let entered = submit(&team.therapist, input).await["outcome"]["id"].clone();
        let void = json!({ "outcomeId": entered, "reason": "I did not say that." });
        refused(&change_outcome(&team.own, void.clone()).await, "FORBIDDEN");
        refused(&change_outcome(&ben, void.clone()).await, "NOT_FOUND");
        refused(&change_outcome(&other, void.clone()).await, "NOT_FOUND");
        let done = change_outcome(&team.therapist, void.clone()).await;
        assert!(done["outcome"]["voidedAt"].is_string(), "{done}");
        assert_eq!(change_outcome(&team.therapist, void).await, done, "once is enough");
        let assign = json!({ "patientId": team.ada, "measure": "nprs" });
        refused(&change(&team.own, "assignOutcome", ASSIGNMENT, assign.clone()).await, "FORBIDDEN");
        refused(&change(&other, "assignOutcome", ASSIGNMENT, assign).await, "NOT_FOUND");
        let node = "query($id: ID!) { node(id: $id) { ... on OutcomeResponse { score voidedAt } } }";
        for (client, seen) in [(&team.own, true), (&team.therapist, true), (&ben, false), (&other, false)] {
            let answer = client.ask(node, json!({ "id": entered })).await;
            assert_eq!(answer["node"].is_object(), seen, "{answer}");
        }
        team.app.stop().await;
    }
}

#[tokio::test]
async fn what_is_asked_and_answered_is_told_to_the_app() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        let own = app.clinic.as_patient("ada").await;
        let before = care::sync::changed_since(&own, ada.id, None).await.unwrap().place;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let id = Kind::Patient.encode(ada.id);
        let assign = json!({ "patientId": id, "measure": "nprs" });
        let assigned = change(&therapist, "assignOutcome", ASSIGNMENT, assign).await;
        let mut input = pain(3, "2026-06-15T09:00:00Z");
        input["patientId"] = json!(id);
        let outcome = submit(&therapist, input).await;
        own.finish().await;
        let changed = care::sync::changed_since(&own, ada.id, Some(before)).await.unwrap();
        let named: Vec<_> = changed.entities.iter().map(|(kind, id)| kind.encode(*id)).collect();
        assert_eq!(
            json!(named),
            json!([assigned["assignment"]["id"], outcome["outcome"]["id"]]),
            "{stack:?}"
        );
        own.finish().await;
        app.stop().await;
    }
}
