//! Programs from templates and protocols, phases by their criteria, versions, copies, comparisons.

use crate::{TODAY, change, chosen, refused};
use care::id::Kind;
use care::library::exercise_id;
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp, at};

/// What a program is answered with.
const PROGRAM: &str = "program { id title status revision startsOn phasesCountFrom phaseDueOn
      template { id version } phase { id name } phases { id name startsOn weeks waits entryCriteria exitCriteria }
      prescriptions { id exercise { key } phases } }
    cautions { rule reasonNeeded prescriptions }";
const TEMPLATES: &str = "query($condition: String) {
    programTemplates(condition: $condition, first: 100) { totalCount nodes { ...T } }
    protocols(condition: $condition, first: 100) { totalCount nodes { ...T } } }
    fragment T on ProgramTemplate { id version title afterSurgery surgeon basis source createdBy archivedAt
      phases { name weeks exitCriteria liftLimitKg } prescriptions { exercise { key } phases } }";

async fn patient(therapist: &Client, input: Value) -> Value {
    change(therapist, "createPatient", "patient { id }", input).await["patient"]["id"].clone()
}

async fn template(therapist: &Client, condition: &str) -> Value {
    let found = therapist.ask(TEMPLATES, json!({ "condition": condition })).await;
    let all = ["programTemplates", "protocols"].map(|list| found[list]["nodes"].as_array().unwrap().clone());
    let mut shipped = all.into_iter().flatten().filter(|template| template["createdBy"].is_null());
    let template = shipped.next().unwrap_or_else(|| panic!("no template for {condition}"));
    assert!(shipped.next().is_none() && template["basis"] == "DEFAULT" && template["source"].is_string());
    template
}

/// The keys of the exercises that are due today.
async fn due(patient: &Client) -> Vec<String> {
    let today = patient.ask("{ today { items { prescription { exercise { key } } } } }", json!({})).await;
    let items = today["today"]["items"].as_array().unwrap().iter();
    items.map(|item| item["prescription"]["exercise"]["key"].as_str().unwrap().to_owned()).collect()
}

/// Those of a phase of a template.
fn of_phase(template: &Value, at: u64) -> Vec<String> {
    let all = template["prescriptions"].as_array().unwrap().iter();
    let of = all.filter(|row| row["phases"] == json!([at]));
    of.map(|row| row["exercise"]["key"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_patient_goes_through_the_phases_of_a_template_by_their_criteria() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        app.clinic.patient("ada").await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let ada = app.sign_in("ada@patient.example").await;
        let id = ada.ask("{ viewer { patient { id } } }", json!({})).await["viewer"]["patient"]["id"].clone();
        let shipped = template(&therapist, "chronic-low-back-pain").await;
        let input = json!({ "patientId": id, "templateId": shipped["id"] });
        let created = change(&therapist, "createProgram", PROGRAM, input).await;
        let program = &created["program"];
        assert_eq!((&program["title"], &program["status"]), (&shipped["title"], &json!("DRAFT")));
        assert_eq!(program["template"], json!({ "id": shipped["id"], "version": 1 }));
        assert_eq!(created["cautions"], json!([]), "a shipped template warns of nothing");
        let id = program["id"].clone();
        change(&therapist, "activateProgram", PROGRAM, json!({ "programId": id })).await;
        assert_eq!(due(&ada).await, of_phase(&shipped, 0), "{stack:?}: the first phase alone");

        // Two weeks are over; without a therapist nothing changes, however long.
        app.clinic.clock.set(at("2026-07-20T10:00:00Z"));
        let therapist = app.sign_in("therapist@clinic.example").await;
        let ada = app.sign_in("ada@patient.example").await;
        assert_eq!(due(&ada).await, of_phase(&shipped, 0));
        let query = "query($id: ID!) { node(id: $id) { ... on Program { phaseDueOn phase { id } phases { id exitCriteria waits } } } }";
        let waiting = therapist.ask(query, json!({ "id": id })).await["node"].clone();
        assert_eq!(waiting["phaseDueOn"], "2026-06-29", "{waiting}");
        let (first, second) = (&waiting["phases"][0], &waiting["phases"][1]);
        assert_eq!((&first["waits"], &second["waits"]), (&json!(false), &json!(true)));
        let criteria = first["exitCriteria"].as_array().unwrap().clone();
        let enter = async |client: &Client, phase: &Value, met: &[Value], reason: Value, revision: i32| {
            let input = json!({ "programId": id, "expectedRevision": revision, "phaseId": phase,
                "criteriaMet": met, "overrideReason": reason });
            change(client, "changePhase", PROGRAM, input).await
        };
        let none = Value::Null;
        refused(&enter(&therapist, &second["id"], &criteria[1..], none.clone(), 1).await, "CAUTION");
        refused(&enter(&therapist, &second["id"], &criteria, none.clone(), 7).await, "CONFLICT");
        let unknown = enter(&therapist, &second["id"], &[json!("something else")], none.clone(), 1).await;
        assert_eq!(unknown["userErrors"][0]["path"], json!(["criteriaMet", "0"]), "{unknown}");
        refused(&enter(&therapist, &first["id"], &[], none.clone(), 1).await, "NOT_ALLOWED");
        refused(&enter(&ada, &second["id"], &criteria, none.clone(), 1).await, "FORBIDDEN");
        assert_eq!(due(&ada).await, of_phase(&shipped, 0), "what was refused has changed nothing");
        let entered = enter(&therapist, &second["id"], &criteria, none.clone(), 1).await;
        assert_eq!(entered["userErrors"], json!([]), "{entered}");
        assert_eq!(entered["program"]["phase"]["id"], second["id"], "the phase keeps its id");
        assert_eq!(entered["program"]["phaseDueOn"], Value::Null);
        assert_eq!(due(&ada).await, of_phase(&shipped, 1));

        // On without a criterion takes a reason, which stands beside the revision; back takes none.
        let third = &entered["program"]["phases"][2]["id"];
        let reason = json!("Seen today: she does all of it without pain.");
        let jumped = enter(&therapist, third, &[], reason, 2).await;
        assert_eq!(jumped["userErrors"], json!([]), "{jumped}");
        let overrides = "query($id: ID!) { programOverrides(programId: $id) { rules reason } }";
        let told = therapist.ask(overrides, json!({ "id": id })).await["programOverrides"].clone();
        assert_eq!(told[0]["rules"], json!(["phase-criteria"]), "{told}");
        assert_eq!(due(&ada).await, of_phase(&shipped, 2));
        let back = enter(&therapist, &second["id"], &[], none, 3).await;
        assert_eq!(back["userErrors"], json!([]), "{back}");
        assert_eq!(due(&ada).await, of_phase(&shipped, 1));
        // The days before are as they were.
        let past = ada.ask(TODAY, json!({ "date": "2026-07-19" })).await["today"].clone();
        assert_eq!(past["program"]["phase"]["id"], first["id"], "{past}");
        assert_eq!(past["items"].as_array().unwrap().len(), of_phase(&shipped, 0).len());
        app.stop().await;
    }
}

#[tokio::test]
async fn no_next_phase_is_entered_while_signs_wait_to_be_looked_at() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let shipped = template(&therapist, "neck-pain").await;
        let input = json!({ "patientId": Kind::Patient.encode(ada.id), "templateId": shipped["id"] });
        let created = change(&therapist, "createProgram", PROGRAM, input).await["program"].clone();
        let activate = async |met: &Value| {
            let input = json!({ "programId": created["id"], "criteriaMet": met });
            change(&therapist, "activateProgram", PROGRAM, input).await
        };
        refused(&activate(&json!([])).await, "CAUTION");
        let active = activate(&created["phases"][0]["entryCriteria"]).await;
        assert_eq!(
            active["program"]["status"], "ACTIVE",
            "the first phase is entered by its criteria: {active}"
        );
        let patient = app.sign_in("ada@patient.example").await;
        let enter = async || {
            let input = json!({ "programId": created["id"], "expectedRevision": 1,
                "phaseId": created["phases"][1]["id"], "criteriaMet": created["phases"][0]["exitCriteria"],
                "overrideReason": "She wants to go on all the same." });
            change(&therapist, "changePhase", PROGRAM, input).await
        };
        let resolve = async || {
            let done =
                json!({ "patientId": Kind::Patient.encode(ada.id), "reason": "Seen and examined today." });
            change(&therapist, "resolveRedFlags", "patient { redFlagReviewSince }", done).await
        };
        // What is to be looked at at the next contact lets nobody go on; what means danger does not either.
        for sign in ["cancer-history", "saddle"] {
            change(&patient, "reportSymptoms", "screen { id }", json!({ "signs": [sign] })).await;
            refused(&enter().await, "NOT_ALLOWED");
            assert_eq!(resolve().await["patient"]["redFlagReviewSince"], Value::Null, "{stack:?}: {sign}");
        }
        let release = json!({ "programId": created["id"] });
        change(&therapist, "releaseProgram", "program { status }", release).await;
        assert_eq!(enter().await["userErrors"], json!([]));
        app.stop().await;
    }
}

#[tokio::test]
async fn a_protocol_counts_from_the_day_of_surgery_and_stays_in_the_version_it_had() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let shipped = template(&therapist, "after-lumbar-fusion").await;
        let born = json!({ "name": "Ada", "conditions": ["after-lumbar-fusion"] });
        let ada = patient(&therapist, born).await;
        // The surgeon's own limit of the first phase.
        let first = json!({ "name": "Protect", "weeks": 6, "liftLimitKg": 3.5, "exitCriteria": ["The surgeon agrees"] });
        let second = json!({ "name": "Build", "entryCriteria": ["The wound is closed"] });
        let prescriptions = json!([
            { "exerciseId": Kind::Exercise.encode(exercise_id(57)), "phases": [0] },
            { "exerciseId": Kind::Exercise.encode(exercise_id(20)), "phases": [1] },
        ]);
        let id = chosen(&app, Kind::Template);
        let protocol = json!({ "id": id, "title": "Fusion, our way", "surgeon": "Spine surgery, first floor",
            "conditions": ["after-lumbar-fusion"], "phases": [first, second], "prescriptions": prescriptions });
        let answers =
            "protocol { id version surgeon afterSurgery createdBy phases { name liftLimitKg } archivedAt }";
        let made = change(&therapist, "createProtocol", answers, protocol.clone()).await;
        assert_eq!(made["protocol"]["version"], 1, "{made}");
        assert_eq!(change(&therapist, "createProtocol", answers, protocol).await, made, "the same again");

        let input = json!({ "patientId": ada, "templateId": id });
        let unknown = change(&therapist, "createProgram", PROGRAM, input.clone()).await;
        assert_eq!(unknown["userErrors"][0]["path"], json!(["templateId"]), "no day of surgery: {unknown}");
        let operated = json!({ "patientId": ada, "surgeryOn": "2026-05-11" });
        change(&therapist, "updatePatient", "patient { surgeryOn }", operated).await;
        let created = change(&therapist, "createProgram", PROGRAM, input).await["program"].clone();
        // Five weeks after the surgery: within the first phase, whose end was planned for week six.
        assert_eq!(created["phasesCountFrom"], "2026-05-11", "{created}");
        assert_eq!(created["phase"]["name"], "Protect");
        assert_eq!(created["phases"][1]["startsOn"], "2026-06-22");

        // The next version: patients stay with theirs.
        let next = json!({ "replaces": id, "templateId": id, "conditions": ["after-lumbar-fusion"],
            "surgeon": "Spine surgery, first floor", "title": "Fusion, our way, revised" });
        let newer = change(&therapist, "createProtocol", answers, next.clone()).await;
        assert_eq!(newer["protocol"]["version"], 2, "{newer}");
        refused(&change(&therapist, "createProtocol", answers, next).await, "CONFLICT");
        let listed = therapist.ask(TEMPLATES, json!({ "condition": "after-lumbar-fusion" })).await;
        let ids: Vec<_> =
            listed["protocols"]["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()).collect();
        assert_eq!(ids, [shipped["id"].clone(), newer["protocol"]["id"].clone()]);
        let query = "query($id: ID!) { node(id: $id) { ... on Program { title template { id version } } } }";
        let pinned = therapist.ask(query, json!({ "id": created["id"] })).await["node"].clone();
        assert_eq!(pinned, json!({ "title": "Fusion, our way", "template": { "id": id, "version": 1 } }));
        let old = "query($id: ID!) { programTemplate(id: $id) { version archivedAt } }";
        let old = therapist.ask(old, json!({ "id": id })).await["programTemplate"].clone();
        assert!(old["version"] == 1 && old["archivedAt"].is_string(), "it can still be read: {old}");
        let answers = "programTemplate { archivedAt }";
        let archive = json!({ "templateId": newer["protocol"]["id"] });
        change(&therapist, "archiveProgramTemplate", answers, archive).await;
        let shipped = json!({ "templateId": shipped["id"] });
        refused(&change(&therapist, "archiveProgramTemplate", answers, shipped).await, "NOT_FOUND");
        app.stop().await;
    }
}

#[tokio::test]
async fn who_joins_a_protocol_late_is_let_into_the_phase_of_that_week_by_its_criteria() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let shipped = template(&therapist, "after-discectomy-laminectomy").await;
        let operated = json!({ "name": "Ada", "conditions": ["after-discectomy-laminectomy"], "surgeryOn": "2026-05-04" });
        let ada = patient(&therapist, operated).await;
        let input = json!({ "patientId": ada, "templateId": shipped["id"] });
        let created = change(&therapist, "createProgram", PROGRAM, input).await["program"].clone();
        assert_eq!(created["phase"]["name"], shipped["phases"][0]["name"], "time alone brings nobody on");
        assert_eq!(created["phaseDueOn"], "2026-06-01");
        let phases = &created["phases"];
        let list = |phase: &Value, field: &str| phase[field].as_array().unwrap().clone();
        let met = [list(&phases[0], "exitCriteria"), list(&phases[1], "entryCriteria")].concat();
        let input = json!({ "programId": created["id"], "expectedRevision": 1, "phaseId": phases[1]["id"], "criteriaMet": met });
        let entered = change(&therapist, "changePhase", PROGRAM, input).await;
        assert_eq!(entered["program"]["phase"]["id"], phases[1]["id"], "{entered}");
        assert_eq!(entered["cautions"], json!([]), "what was meant for the first weeks is over");

        // With another day of surgery the draft is no longer what it was made for.
        let corrected = json!({ "patientId": ada, "surgeryOn": "2026-06-08" });
        change(&therapist, "updatePatient", "patient { surgeryOn }", corrected).await;
        let activate = json!({ "programId": created["id"] });
        refused(&change(&therapist, "activateProgram", PROGRAM, activate).await, "NOT_ALLOWED");
        app.stop().await;
    }
}

#[tokio::test]
async fn phases_told_anew_bring_nobody_past_criteria_without_a_reason() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        let program = app.clinic.program(&ada, &[1]).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let exercise = Kind::Exercise.encode(exercise_id(1));
        let revise = async |therapist: &Client, revision: i32, criteria: &[&str], reason: Value| {
            let phases =
                json!([{ "name": "First", "weeks": 1, "exitCriteria": criteria }, { "name": "Second" }]);
            let input = json!({ "programId": Kind::Program.encode(program.id), "expectedRevision": revision,
                "phases": phases, "prescriptions": [{ "exerciseId": exercise }], "overrideReason": reason });
            change(therapist, "reviseProgram", PROGRAM, input).await
        };
        revise(&therapist, 1, &["Free of pain"], Value::Null).await;
        app.clinic.clock.set(at("2026-07-20T10:00:00Z"));
        let therapist = app.sign_in("therapist@clinic.example").await;
        refused(&revise(&therapist, 2, &[], Value::Null).await, "CAUTION");
        let kept = revise(&therapist, 2, &["Free of pain"], Value::Null).await;
        assert_eq!(kept["program"]["phase"]["name"], "First", "{kept}");
        let reason = json!("Seen today: free of pain for a week.");
        let moved = revise(&therapist, 3, &[], reason).await;
        assert_eq!(moved["program"]["phase"]["name"], "Second", "{moved}");
        app.stop().await;
    }
}

#[tokio::test]
async fn what_is_known_anew_asks_for_a_reason_before_a_held_program_goes_on() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        // 29: the chin tuck, which signs of myelopathy speak against.
        let program = Kind::Program.encode(app.clinic.program(&ada, &[29]).await.id);
        let therapist = app.sign_in("therapist@clinic.example").await;
        let id = Kind::Patient.encode(ada.id);
        let found = json!({ "patientId": id, "signs": ["unsteady-gait"] });
        change(&therapist, "recordRedFlagScreen", "screen { id }", found).await;
        let seen = json!({ "patientId": id, "reason": "Seen by the neurologist today." });
        change(&therapist, "resolveRedFlags", "patient { id }", seen).await;
        let release = async |reason: Value| {
            let input = json!({ "programId": program, "overrideReason": reason });
            change(&therapist, "releaseProgram", "program { status }", input).await
        };
        refused(&release(Value::Null).await, "CAUTION");
        let released = release(json!("The neurologist allows small movements.")).await;
        assert_eq!(released["program"]["status"], "ACTIVE", "{stack:?}: {released}");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_program_is_copied_and_two_revisions_are_compared() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        let program = app.clinic.program(&ada, &[1, 2]).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let (program, exercise) =
            (Kind::Program.encode(program.id), |number| Kind::Exercise.encode(exercise_id(number)));
        let dose = json!({ "kind": "REPS", "sets": 3, "reps": 12 });
        let revision = json!({ "programId": program, "expectedRevision": 1,
            "phases": [{ "name": "First", "weeks": 2 }, { "name": "Second" }],
            "prescriptions": [{ "exerciseId": exercise(1), "dose": dose }, { "exerciseId": exercise(4), "phases": [1] }] });
        change(&therapist, "reviseProgram", PROGRAM, revision).await;
        let compare = "query($id: ID!, $from: Int!) { compareRevisions(programId: $id, from: $from, to: 2) {
            prescriptions { before { exercise { key } dose { reps } } after { exercise { key } dose { reps } } }
            phases { before { name } after { name } } } }";
        let told =
            therapist.ask(compare, json!({ "id": program, "from": 1 })).await["compareRevisions"].clone();
        let change_of = |at: usize, side: &str| told["prescriptions"][at][side]["exercise"]["key"].clone();
        let keys: Vec<_> = (0..3).map(|at| (change_of(at, "before"), change_of(at, "after"))).collect();
        assert_eq!(told["prescriptions"].as_array().unwrap().len(), 3, "{told}");
        assert_eq!(keys[0], (json!("abdominal-bracing-supine"), json!("abdominal-bracing-supine")));
        assert_eq!(keys[1].0, Value::Null);
        assert_eq!(keys[2], (json!("drawing-in"), Value::Null));
        assert_eq!(
            told["phases"],
            json!([{ "before": null, "after": { "name": "First" } }, { "before": null, "after": { "name": "Second" } }])
        );
        let unknown = therapist.raw(compare, json!({ "id": program, "from": 9 })).await;
        assert_eq!(unknown["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{unknown}");

        let other = patient(&therapist, json!({ "name": "Ben", "conditions": [] })).await;
        let unnamed = json!({ "patientId": other, "copyOf": program });
        let refusal = change(&therapist, "createProgram", PROGRAM, unnamed).await;
        assert_eq!(
            refusal["userErrors"][0]["path"],
            json!(["title"]),
            "it may name another patient: {refusal}"
        );
        let copy = json!({ "patientId": other, "copyOf": program, "title": "As before" });
        let copied = change(&therapist, "createProgram", PROGRAM, copy.clone()).await["program"].clone();
        assert_eq!((&copied["title"], &copied["revision"]), (&json!("As before"), &json!(1)), "{copied}");
        assert_eq!(copied["phases"].as_array().unwrap().len(), 2);
        assert_eq!(copied["prescriptions"][1]["phases"], json!([1]));
        let foreign = app.sign_in("other@clinic.example").await;
        let theirs = patient(&foreign, json!({ "name": "Eve", "conditions": [] })).await;
        let copy = json!({ "patientId": theirs, "copyOf": program });
        let refusal = change(&foreign, "createProgram", PROGRAM, copy).await;
        assert_eq!(refusal["userErrors"][0], json!({ "code": "NOT_FOUND", "path": ["copyOf"] }), "{refusal}");
        // A template is not called as a patient's program is.
        let unnamed = json!({ "programId": program });
        let refusal = change(&therapist, "createProgramTemplate", "programTemplate { id }", unnamed).await;
        assert_eq!(refusal["userErrors"][0]["path"], json!(["title"]), "{refusal}");
        app.stop().await;
    }
}

#[tokio::test]
async fn bad_phases_and_templates_are_told_by_their_places_and_change_nothing() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let exercise = Kind::Exercise.encode(exercise_id(1));
        let phases = json!([
            { "name": "First", "liftLimitKg": 0, "sitLimitMinutes": 0, "exitCriteria": [""],
              "precautions": [{ "text": "No turning.", "movementTags": ["SPIN"] }] },
            { "name": "First", "weeks": 2 },
        ]);
        let program = json!({ "patientId": Kind::Patient.encode(ada.id), "title": "Basics", "phases": phases,
            "prescriptions": [{ "exerciseId": exercise, "phases": [2] }, { "exerciseId": exercise, "phases": [1, 1] }] });
        let answer = change(&therapist, "createProgram", "program { id }", program).await;
        let mut paths: Vec<String> = answer["userErrors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| {
                error["path"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|step| step.as_str().unwrap())
                    .collect::<Vec<_>>()
                    .join(".")
            })
            .collect();
        paths.sort();
        assert_eq!(
            paths,
            [
                "phases.0.exitCriteria.0",
                "phases.0.liftLimitKg",
                "phases.0.precautions.0.movementTags",
                "phases.0.sitLimitMinutes",
                "phases.0.weeks",
                "phases.1.name",
                "prescriptions.0.phases",
                "prescriptions.1.phases"
            ],
            "{answer}"
        );
        let both = json!({ "patientId": Kind::Patient.encode(ada.id), "templateId": chosen(&app, Kind::Template),
            "copyOf": chosen(&app, Kind::Program) });
        refused(&change(&therapist, "createProgram", "program { id }", both).await, "MISMATCH");
        let absent =
            json!({ "patientId": Kind::Patient.encode(ada.id), "templateId": chosen(&app, Kind::Template) });
        refused(&change(&therapist, "createProgram", "program { id }", absent).await, "NOT_FOUND");
        let odd = json!({ "title": "Basics", "conditions": ["nonsense"], "description": "x".repeat(1_001),
            "prescriptions": [{ "exerciseId": chosen(&app, Kind::Exercise) }] });
        let answer = change(&therapist, "createProgramTemplate", "programTemplate { id }", odd).await;
        let paths: Vec<_> =
            answer["userErrors"].as_array().unwrap().iter().map(|error| error["path"].clone()).collect();
        assert_eq!(
            paths,
            [json!(["description"]), json!(["conditions", "0"]), json!(["prescriptions", "0", "exerciseId"])]
        );
        let listed = therapist.ask(TEMPLATES, json!({})).await;
        assert_eq!(
            (&listed["programTemplates"]["totalCount"], &listed["protocols"]["totalCount"]),
            (&json!(9), &json!(3))
        );
        app.stop().await;
    }
}

#[tokio::test]
async fn templates_of_another_clinic_are_not_there() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        app.clinic.begin_another("Other Clinic", "admin@other.example").await;
        app.clinic
            .member_of("admin@other.example", "foreign@other.example", care::access::Role::Therapist)
            .await;
        let (therapist, foreign) =
            (app.sign_in("therapist@clinic.example").await, app.sign_in("foreign@other.example").await);
        let exercise = Kind::Exercise.encode(exercise_id(1));
        let input = json!({ "title": "Ours", "prescriptions": [{ "exerciseId": exercise }] });
        let answers = "programTemplate { id version }";
        let ours = change(&therapist, "createProgramTemplate", answers, input).await["programTemplate"]["id"]
            .clone();
        let listed = foreign.ask(TEMPLATES, json!({})).await;
        assert_eq!(listed["programTemplates"]["totalCount"], 9, "{stack:?}");
        let node = "query($id: ID!) { node(id: $id) { id } }";
        assert_eq!(foreign.ask(node, json!({ "id": ours })).await["node"], Value::Null);
        assert_eq!(therapist.ask(node, json!({ "id": ours })).await["node"]["id"], ours);
        for input in [json!({ "replaces": ours, "templateId": ours }), json!({ "templateId": ours })] {
            refused(&change(&foreign, "createProgramTemplate", answers, input).await, "NOT_FOUND");
        }
        let archive = json!({ "templateId": ours });
        refused(
            &change(&foreign, "archiveProgramTemplate", "programTemplate { id }", archive).await,
            "NOT_FOUND",
        );
        app.stop().await;
    }
}

#[tokio::test]
async fn of_two_therapists_who_change_a_program_at_once_one_is_told() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        let program = app.clinic.program(&ada, &[1, 2]).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        for round in 1..=5 {
            let revise = |number: i32| {
                let (therapist, program) = (therapist.clone(), Kind::Program.encode(program.id));
                async move {
                    let prescriptions = json!([{ "exerciseId": Kind::Exercise.encode(exercise_id(number)) }]);
                    let input = json!({ "programId": program, "expectedRevision": round, "prescriptions": prescriptions });
                    change(&therapist, "reviseProgram", "program { revision }", input).await
                }
            };
            let (one, other) = tokio::join!(revise(3), revise(4));
            let (done, told): (Vec<_>, Vec<_>) =
                [one, other].into_iter().partition(|answer| answer["userErrors"] == json!([]));
            assert_eq!((done.len(), told.len()), (1, 1), "{stack:?}");
            refused(&told[0], "CONFLICT");
        }
        app.stop().await;
    }
}
