//! The whole of care, once for every condition: assessment, goal, a checked plan from the shipped template or
//! protocol, visits and exercises at home through every phase by its criteria, re-assessment, the end.

use crate::{LOG, TODAY, change, chosen, session};
use care::id::Kind;
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp, at};

/// The day on which it begins; who was operated on, was a week before.
const FIRST: &str = "2026-06-15";
const SURGERY: &str = "2026-06-08";

const PROGRAM: &str =
    "program { id status revision title phaseDueOn template { id version } phase { id name }
      phases { id name startsOn waits entryCriteria exitCriteria liftLimitKg } }
    cautions { rule reasonNeeded }";

/// A patient of a condition, and who treats them, signed in.
struct Story {
    app: TestApp,
    condition: &'static str,
    /// Where it hurts: as assessments say it, and as visits do.
    region: (&'static str, &'static str),
    patient_id: String,
    therapist: Client,
    patient: Client,
}

impl Story {
    async fn begin(stack: Stack, condition: &'static str) -> Self {
        let app = TestApp::start(stack).await;
        let patient_id = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let therapist = app.sign_in("therapist@clinic.example").await;
        let record = care::library::condition(condition).unwrap();
        if record.post_operative {
            let input = json!({ "patientId": patient_id, "surgeryOn": SURGERY });
            change(&therapist, "updatePatient", "patient { surgeryOn }", input).await;
        }
        let region =
            if record.region == "CERVICAL" { ("CERVICAL", "NECK") } else { ("LUMBAR", "LOWER_BACK") };
        let patient = app.sign_in("ada@patient.example").await;
        Self { app, condition, region, patient_id, therapist, patient }
    }

    /// Ten in the morning of this day, with everybody signed in anew.
    async fn on(&mut self, day: &str) {
        self.app.clinic.clock.set(at(&format!("{day}T14:00:00Z")));
        self.therapist = self.app.sign_in("therapist@clinic.example").await;
        self.patient = self.app.sign_in("ada@patient.example").await;
    }

    fn now(&self) -> String {
        self.app.clinic.services.now().to_string()
    }

    async fn by_therapist(&self, mutation: &str, answers: &str, input: Value) -> Value {
        let answer = change(&self.therapist, mutation, answers, input).await;
        assert_eq!(answer["userErrors"], json!([]), "{}: {mutation}: {answer}", self.condition);
        answer
    }

    /// An assessment that finds so many degrees, free of pain or not; answers its id.
    async fn assess(&self, kind: &str, degrees: i32, painful: bool) -> Value {
        let motion = json!([{ "region": self.region.0, "direction": "FLEXION", "degrees": degrees, "painful": painful }]);
        let input = json!({ "patientId": self.patient_id, "kind": kind,
            "history": { "complaint": "It hurts to get up" }, "rangeOfMotion": motion,
            "conditions": [{ "key": self.condition }], "redFlagSigns": [],
            "risk": { "level": "MEDIUM", "reason": "Off work, but in good spirits." } });
        let answers = "assessment { id conditions { key } } screen { advice { level } }";
        let recorded = self.by_therapist("recordAssessment", answers, input).await;
        assert_eq!(recorded["assessment"]["conditions"], json!([{ "key": self.condition }]));
        assert_eq!(recorded["screen"]["advice"], Value::Null);
        recorded["assessment"]["id"].clone()
    }

    async fn goal(&self, id: &str, also: Value) -> Value {
        let mut input = json!({ "id": id, "patientId": self.patient_id, "kind": "FUNCTION",
            "text": "Walk to the market and back", "targetOn": "2027-03-01",
            "measure": { "name": "Distance", "unit": "m", "baseline": 200, "target": 1500 } });
        input.as_object_mut().unwrap().extend(also.as_object().unwrap().clone());
        self.by_therapist("setGoal", "goal { status revision }", input).await["goal"].clone()
    }

    /// The one template or protocol that is shipped for the condition.
    async fn template(&self) -> Value {
        let query = "query($condition: String) {
            programTemplates(condition: $condition) { nodes { ...T } } protocols(condition: $condition) { nodes { ...T } } }
            fragment T on ProgramTemplate { id title phases { name liftLimitKg education } prescriptions { exercise { key } phases } }";
        let found = self.therapist.ask(query, json!({ "condition": self.condition })).await;
        let lists =
            ["programTemplates", "protocols"].map(|list| found[list]["nodes"].as_array().unwrap().clone());
        let [template] = lists.concat().try_into().unwrap();
        template
    }

    /// A program of the template, which nothing speaks against, and which the patient follows now.
    async fn plan(&self, template: &Value) -> Value {
        let input = json!({ "patientId": self.patient_id, "templateId": template["id"] });
        let created = self.by_therapist("createProgram", PROGRAM, input).await;
        assert_eq!(created["cautions"], json!([]), "{}", self.condition);
        let criteria = &created["program"]["phases"][0]["entryCriteria"];
        let activate = json!({ "programId": created["program"]["id"], "criteriaMet": criteria });
        let active = self.by_therapist("activateProgram", PROGRAM, activate).await;
        assert_eq!((&active["program"]["status"], &active["cautions"]), (&json!("ACTIVE"), &json!([])));
        active["program"].clone()
    }

    /// A day at home: what this phase asks for and gives to read is there, is done and is logged.
    async fn at_home(&self, template: &Value, place: usize) {
        let day = self.patient.ask(TODAY, json!({})).await["today"].clone();
        let items = day["items"].as_array().unwrap();
        let also =
            "{ today { program { phase { name liftLimitKg } } items { prescription { exercise { key } } }
            education { article { key } } } }";
        let today = self.patient.ask(also, json!({})).await["today"].clone();
        let phase = &template["phases"][place];
        assert_eq!(today["program"]["phase"]["name"], phase["name"], "{}", self.condition);
        assert_eq!(today["program"]["phase"]["liftLimitKg"], phase["liftLimitKg"]);
        let keys = |rows: &Value, key: fn(&Value) -> &Value| -> Vec<Value> {
            rows.as_array().unwrap().iter().map(|row| key(row).clone()).collect()
        };
        let of_phase: Vec<Value> = template["prescriptions"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row["phases"] == json!([place]))
            .map(|row| row["exercise"]["key"].clone())
            .collect();
        assert_eq!(keys(&today["items"], |item| &item["prescription"]["exercise"]["key"]), of_phase);
        let to_read = keys(&today["education"], |entry| &entry["article"]["key"]);
        for article in phase["education"].as_array().unwrap() {
            assert!(to_read.contains(article), "{}: {article} of {to_read:?}", self.condition);
        }
        let performed = self.now();
        let log = session(&chosen(&self.app, Kind::ProgressLog), &performed, items);
        let logged = self.patient.ask(LOG, json!({ "input": { "logs": [log] } })).await;
        let result = &logged["logProgress"]["results"][0];
        assert_eq!(
            (&result["status"], &result["feedback"]["light"]),
            (&json!("ACCEPTED"), &json!("GREEN")),
            "{logged}"
        );
        let after = self.patient.ask(TODAY, json!({})).await["today"]["items"].clone();
        assert!(after.as_array().unwrap().iter().all(|item| item["timesDone"].as_u64().unwrap() > 0));
    }

    /// A visit, which led to this revision of the program.
    async fn in_the_clinic(&self, revision: &Value) {
        let now = self.now();
        let planned = json!({ "patientId": self.patient_id, "startsAt": now, "durationMinutes": 45 });
        let visit = self.by_therapist("scheduleVisit", "visit { id }", planned).await["visit"]["id"].clone();
        let treated = |treatment: &str, minutes: i32| json!({ "treatment": treatment, "minutes": minutes, "bodyRegion": self.region.1, "response": "BETTER" });
        let input = json!({ "patientId": self.patient_id, "visitId": visit, "startedAt": now, "durationMinutes": 45,
            "treatments": [treated("core-strengthening", 25), treated("mobilization", 10)],
            "painBefore": 4, "painAfter": 3, "programRevisionId": revision });
        let answers = "visit { status activeMinutes passiveMinutes programRevisionId } notices { guideline }";
        let recorded = self.by_therapist("recordVisit", answers, input).await;
        let expected = json!({ "status": "DONE", "activeMinutes": 25, "passiveMinutes": 10, "programRevisionId": revision });
        assert_eq!((&recorded["visit"], &recorded["notices"]), (&expected, &json!([])));
    }

    /// The id of the newest revision.
    async fn revision(&self, program: &Value) -> Value {
        let query = "query($id: ID!) { node(id: $id) { ... on Program { revisions { id } } } }";
        let node = self.therapist.ask(query, json!({ "id": program["id"] })).await;
        node["node"]["revisions"][0]["id"].clone()
    }

    /// Into the phase at this place, once it is time and all criteria are met.
    async fn enter(&mut self, program: &Value, place: usize) -> Value {
        let query = "query($id: ID!) { node(id: $id) { ... on Program { revision phaseDueOn phase { id }
            phases { id startsOn waits entryCriteria exitCriteria } } } }";
        let day = async |story: &Self| {
            let node = story.therapist.ask(query, json!({ "id": program["id"] })).await;
            node["node"].clone()
        };
        let planned = day(self).await;
        let next = planned["phases"][place].clone();
        self.on(next["startsOn"].as_str().unwrap()).await;
        let waiting = day(self).await;
        assert_eq!(
            waiting["phaseDueOn"], next["startsOn"],
            "{}: nobody goes on by time alone",
            self.condition
        );
        let list = |phase: &Value, field: &str| phase[field].as_array().unwrap().clone();
        let criteria =
            [list(&waiting["phases"][place - 1], "exitCriteria"), list(&next, "entryCriteria")].concat();
        let input = json!({ "programId": program["id"], "expectedRevision": waiting["revision"],
            "phaseId": next["id"], "criteriaMet": criteria });
        let changed = self.by_therapist("changePhase", PROGRAM, input).await;
        assert_eq!((&changed["program"]["phase"]["id"], &changed["cautions"]), (&next["id"], &json!([])));
        changed["program"].clone()
    }

    async fn ends(&self, program: &Value, first: &Value, goal: &str) {
        let last = self.assess("DISCHARGE", 65, false).await;
        let query = "query($from: ID!, $to: ID!) { compareAssessments(fromId: $from, toId: $to) {
            days rangeOfMotion { changeDegrees verdict } } }";
        let told =
            self.therapist.ask(query, json!({ "from": first, "to": last })).await["compareAssessments"]
                .clone();
        assert_eq!(told["rangeOfMotion"], json!([{ "changeDegrees": 25, "verdict": "BETTER" }]), "{told}");
        assert!(told["days"].as_i64().unwrap() > 13, "{told}");
        let today = json!({ "value": 1500, "measuredOn": self.now()[..10] });
        let met = json!({ "status": "MET", "expectedRevision": 1, "current": today });
        assert_eq!(self.goal(goal, met).await["status"], "MET");
        let done = self
            .by_therapist("completeProgram", "program { status }", json!({ "programId": program["id"] }))
            .await;
        assert_eq!(done["program"]["status"], "COMPLETED");
        let own = self
            .patient
            .ask("{ visits { nodes { status } } goals { status } programs { status } }", json!({}))
            .await;
        let visits = own["visits"]["nodes"].as_array().unwrap();
        assert!(visits.len() > 1 && visits.iter().all(|visit| visit["status"] == "DONE"));
        assert_eq!(
            (&own["goals"][0]["status"], &own["programs"][0]["status"]),
            (&json!("MET"), &json!("COMPLETED"))
        );
    }
}

async fn tell(condition: &'static str) {
    for stack in Stack::BOTH {
        let mut story = Story::begin(stack, condition).await;
        story.on(FIRST).await;
        let first = story.assess("INITIAL", 40, true).await;
        let goal = chosen(&story.app, Kind::Goal);
        story.goal(&goal, json!({})).await;
        let template = story.template().await;
        let mut program = story.plan(&template).await;
        let phases = template["phases"].as_array().unwrap().len();
        assert!(phases > 1, "{condition}");
        for place in 0..phases {
            if place > 0 {
                program = story.enter(&program, place).await;
            }
            story.in_the_clinic(&story.revision(&program).await).await;
            story.at_home(&template, place).await;
        }
        story.ends(&program, &first, &goal).await;
        story.app.stop().await;
    }
}

macro_rules! stories {
    ($($name:ident: $condition:literal,)*) => {
        const TOLD: &[&str] = &[$($condition),*];

        $(#[tokio::test]
        async fn $name() {
            tell($condition).await;
        })*
    };
}

stories! {
    chronic_low_back_pain: "chronic-low-back-pain",
    acute_low_back_pain: "acute-low-back-pain",
    a_herniated_disc: "herniated-disc",
    spinal_stenosis: "spinal-stenosis",
    spondylolisthesis: "spondylolysis-spondylolisthesis",
    scoliosis: "scoliosis",
    osteoporosis: "osteoporosis-compression-fracture",
    neck_pain: "neck-pain",
    postural_dysfunction: "postural-dysfunction",
    after_lumbar_fusion: "after-lumbar-fusion",
    after_discectomy: "after-discectomy-laminectomy",
    after_a_neck_fusion: "after-acdf",
}

#[test]
fn every_condition_has_its_story() {
    let conditions: Vec<_> =
        care::library::conditions().filter(|record| !record.sign).map(|record| record.key.as_str()).collect();
    assert_eq!(TOLD, conditions);
}
