//! The access matrix: every field of the schema × everybody who may ask, against the server.
//!
//! `access.txt` is the decision: a field that is not in it, and an answer that is not as it says, fail.
//! What is asked about is Ada's; `own` is Ada, `therapist` and `assistant` are her care team, the
//! `other-…` work in, or are patients of, the same clinic, `foreign` is a therapist of another.

mod mutations;
mod people;

use mutations::{MUTATIONS, input, is_guess};
use people::{ACTORS, Ids, People};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write;
use tests::{Client, Stack};

const COMMITTED: &str = include_str!("access.txt");

const INTROSPECTION: &str = "{ __schema { types { name kind fields { name args { name type { kind } }
    type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }";

/// A field of an object type: its name, what it answers, and its arguments as they are written.
struct Field {
    name: String,
    of: String,
    is_object: bool,
    arguments: String,
}

type Types = BTreeMap<String, Vec<Field>>;
/// The cells of each field, in the order of [`ACTORS`].
type Matrix = BTreeMap<String, Vec<String>>;

/// What is written for the argument `name`; none: it is left out.
fn argument(name: &str) -> Option<&'static str> {
    Some(match name {
        "from" => "from: \"2026-06-01\"",
        "to" => "to: \"2026-06-30\"",
        "measure" => "measure: \"psfs\"",
        "bucket" => "bucket: MONTH",
        "region" => "region: LUMBAR",
        "direction" => "direction: FLEXION",
        "month" => "month: \"2026-06-01\"",
        "until" => "until: \"2026-06-20T00:00:00Z\"",
        _ => return None,
    })
}

async fn types(client: &Client) -> Types {
    let schema = client.ask(INTROSPECTION, json!({})).await;
    let list = schema["__schema"]["types"].as_array().unwrap().clone();
    let of_type = |described: &Value| {
        let object = described["kind"] == "OBJECT" && !described["name"].as_str().unwrap().starts_with("__");
        object.then(|| {
            let fields = described["fields"].as_array().unwrap().iter().map(field).collect();
            (described["name"].as_str().unwrap().to_owned(), fields)
        })
    };
    list.iter().filter_map(of_type).collect()
}

fn field(described: &Value) -> Field {
    let mut of = &described["type"];
    while of["name"].is_null() {
        of = &of["ofType"];
    }
    let arguments: Vec<_> = described["args"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|given| argument(given["name"].as_str().unwrap()))
        .collect();
    Field {
        name: described["name"].as_str().unwrap().to_owned(),
        of: of["name"].as_str().unwrap().to_owned(),
        is_object: ["OBJECT", "INTERFACE"].contains(&of["kind"].as_str().unwrap()),
        arguments: if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) },
    }
}

/// A way to a type: fields from the root, each as it is written and as the answer names it.
#[derive(Clone, Default)]
struct Path(Vec<(String, String)>);

impl Path {
    fn then(&self, written: &str, answered: &str) -> Self {
        let mut steps = self.0.clone();
        steps.push((written.to_owned(), answered.to_owned()));
        Self(steps)
    }

    /// The document that asks for `selection` at its end.
    fn document(&self, selection: &str) -> String {
        let open: String = self.0.iter().fold(String::new(), |mut text, (written, _)| {
            write!(text, "{{ {written} ").unwrap();
            text
        });
        format!("{open}{{ {selection} }}{}", " }".repeat(self.0.len()))
    }

    /// What the answer has at its end: of each list, the first that leads somewhere.
    fn end<'a>(&self, answer: &'a Value) -> &'a Value {
        follow_steps(&answer["data"], &self.0)
    }
}

fn follow_steps<'a>(at: &'a Value, steps: &[(String, String)]) -> &'a Value {
    if let Some(list) = at.as_array() {
        let mut ends = list.iter().map(|entry| follow_steps(entry, steps));
        return ends.find(|end| !end.is_null()).unwrap_or(&Value::Null);
    }
    match steps.split_first() {
        None => at,
        Some(((_, step), rest)) => follow_steps(if step.is_empty() { at } else { &at[step] }, rest),
    }
}

/// Where the walk begins: Ada's objects by their ids, then every root field.
fn beginnings(ids: &Ids, types: &Types) -> Vec<(String, Path)> {
    let node = |id: &str, of: &str| {
        let path = Path::default().then(&format!("node(id: \"{id}\")"), "node");
        (of.to_owned(), path.then(&format!("... on {of}"), ""))
    };
    let patient = Path::default().then(&format!("patient(id: \"{}\")", ids.patient), "patient");
    let mut begin = vec![
        ("Patient".to_owned(), patient),
        node(&ids.program, "Program"),
        node(&ids.log, "ProgressLog"),
        node(&ids.pain, "PainRating"),
        node(ids.reminder.as_str().unwrap(), "Reminder"),
        node(ids.visit.as_str().unwrap(), "Visit"),
        node(&ids.clinic, "Clinic"),
        node(ids.exercise.as_str().unwrap(), "Exercise"),
        node(ids.template.as_str().unwrap(), "ProgramTemplate"),
        node(ids.media.as_str().unwrap(), "Media"),
        node(ids.article.as_str().unwrap(), "EducationArticle"),
        node(ids.education.as_str().unwrap(), "EducationAssignment"),
        node(ids.alert.as_str().unwrap(), "Alert"),
        node(ids.goal.as_str().unwrap(), "Goal"),
        node(ids.fall.as_str().unwrap(), "FallReport"),
        node(ids.outcome_plan.as_str().unwrap(), "OutcomeAssignment"),
        node(ids.outcome.as_str().unwrap(), "OutcomeResponse"),
        node(ids.message.as_str().unwrap(), "Message"),
    ];
    for root in &types["Query"] {
        let written = root_field(ids, root);
        if root.is_object && types.contains_key(&root.of) {
            begin.push((root.of.clone(), Path::default().then(&written, &root.name)));
        }
    }
    begin
}

fn root_field(ids: &Ids, root: &Field) -> String {
    let arguments = match root.name.as_str() {
        "node" | "patient" => format!("(id: \"{}\")", ids.patient),
        "checkProgram" => format!(
            "(input: {{ patientId: \"{}\", prescriptions: [{{ exerciseId: {} }}] }})",
            ids.patient, ids.exercise
        ),
        "compareRevisions" => format!("(programId: \"{}\", from: 1, to: 1)", ids.program),
        "programTemplate" => format!("(id: {})", ids.template),
        "programOverrides" => format!("(programId: \"{}\")", ids.program),
        "compareAssessments" => {
            format!("(fromId: {}, toId: {})", ids.assessments[0], ids.assessments[1])
        }
        "alerts" => format!("(patientId: \"{}\")", ids.second),
        "redFlagScreens" | "fallReports" | "visits" => format!("(patientId: \"{}\")", ids.patient),
        "educationArticle" => "(key: \"lifting\")".to_owned(),
        "nodes" => format!("(ids: [\"{}\"])", ids.patient),
        "exercise" => format!("(id: {})", ids.exercise),
        _ => root.arguments.clone(),
    };
    format!("{}{arguments}", root.name)
}

/// The shortest way to each type that queries lead to.
fn ways(ids: &Ids, types: &Types) -> BTreeMap<String, Path> {
    let mut ways = BTreeMap::new();
    let mut open: VecDeque<_> = beginnings(ids, types).into();
    while let Some((name, path)) = open.pop_front() {
        if ways.contains_key(&name) {
            continue;
        }
        for field in types[&name].iter().filter(|field| types.contains_key(&field.of)) {
            open.push_back((
                field.of.clone(),
                path.then(&format!("{}{}", field.name, field.arguments), &field.name),
            ));
        }
        ways.insert(name, path);
    }
    ways
}

fn code(text: &Value) -> String {
    text.as_str().unwrap_or("no-code").to_lowercase().replace('_', "-")
}

/// The code of the error at this field or above it.
fn refusal(answer: &Value, field: &str, depth: usize) -> Option<String> {
    let errors = answer["errors"].as_array()?;
    let concerns = |error: &&Value| {
        let Some(path) = error["path"].as_array() else { return true };
        let names: Vec<_> = path.iter().filter_map(Value::as_str).collect();
        names.len() < depth + 1 || names.last() == Some(&field)
    };
    errors.iter().find(concerns).map(|error| code(&error["extensions"]["code"]))
}

/// Asks for every field of a type at the end of its way.
async fn ask_fields(client: &Client, path: &Path, fields: &[Field]) -> Vec<String> {
    let write = |field: &Field| {
        let below = if field.is_object { " { __typename }" } else { "" };
        format!("{}{}{below}", field.name, field.arguments)
    };
    let selection: Vec<_> = fields.iter().map(write).collect();
    let answer = client.raw(&path.document(&selection.join(" ")), json!({})).await;
    let depth = path.0.iter().filter(|(_, step)| !step.is_empty()).count();
    let parent = path.end(&answer);
    fields
        .iter()
        .map(|field| match refusal(&answer, &field.name, depth) {
            Some(code) => code,
            None if parent.is_object() && parent.get(&field.name).is_some() => "yes".to_owned(),
            None => "-".to_owned(),
        })
        .collect()
}

/// Asks for a root field alone.
async fn ask_root(client: &Client, ids: &Ids, root: &Field) -> String {
    let below = if root.is_object { " { __typename }" } else { "" };
    let answer = client.raw(&format!("{{ {}{below} }}", root_field(ids, root)), json!({})).await;
    match refusal(&answer, &root.name, 0) {
        Some(code) => code,
        None if answer["data"][&root.name].is_null() || answer["data"][&root.name] == json!([null]) => {
            "-".to_owned()
        }
        None => "yes".to_owned(),
    }
}

/// Follows a root field until its first event, its refusal, or a sign of life without either.
async fn follow(people: &People, client: &Client, root: &Field) -> String {
    let below = if root.is_object { " { __typename }" } else { "" };
    let query = format!("subscription {{ {}{below} }}", root.name);
    let mut request = reqwest::Client::new()
        .post(format!("{}/graphql", people.app.url()))
        .header("accept", "text/event-stream")
        .json(&json!({ "query": query }));
    if client.is_signed_in() {
        request = request.bearer_auth(client.token());
    }
    let mut response = request.send().await.unwrap();
    let mut text = String::new();
    while !["\ndata:", "\n:\n", "\"code\":"].iter().any(|end| text.contains(end)) {
        text.push_str(&String::from_utf8_lossy(&response.chunk().await.unwrap().unwrap()));
    }
    match text.split_once("\"code\":\"") {
        Some((_, rest)) => code(&json!(rest.split('"').next())),
        None => "yes".to_owned(),
    }
}

async fn run_mutation(people: &People, client: &Client, mutation: &str) -> String {
    if is_guess(mutation) {
        people.app.clinic.clock.advance(20_000);
    }
    let name = format!("{}{}", mutation[..1].to_uppercase(), &mutation[1..]);
    let (document, variables) = match input(people, mutation) {
        None => (format!("mutation {{ {mutation} {{ userErrors {{ code }} }} }}"), json!({})),
        Some(input) => (
            format!(
                "mutation($input: {}!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}",
                if mutation == "amendProgressLog" {
                    "ProgressLogInput".to_owned()
                } else {
                    format!("{name}Input")
                }
            ),
            json!({ "input": input }),
        ),
    };
    let answer = client.raw(&document, variables).await;
    let told = &answer["data"][mutation]["userErrors"];
    match (refusal(&answer, mutation, 0), told.as_array().and_then(|errors| errors.first())) {
        (Some(code), _) => code,
        (None, Some(error)) => code(&error["code"]),
        (None, None) => "done".to_owned(),
    }
}

async fn matrix(people: &People) -> Matrix {
    let types = types(&people.clients[0]).await;
    let ways = ways(&people.ids, &types);
    let mut matrix = Matrix::new();
    for client in &people.clients {
        for (name, path) in &ways {
            let cells = ask_fields(client, path, &types[name]).await;
            for (field, cell) in types[name].iter().zip(cells) {
                matrix.entry(format!("{name}.{}", field.name)).or_default().push(cell);
            }
        }
        for root in &types["Query"] {
            let cell = ask_root(client, &people.ids, root).await;
            matrix.entry(format!("Query.{}", root.name)).or_default().push(cell);
        }
    }
    for root in &types["Subscription"] {
        for client in &people.clients {
            let cell = follow(people, client, root).await;
            matrix.entry(format!("Subscription.{}", root.name)).or_default().push(cell);
        }
    }
    let known: BTreeSet<_> = types["Mutation"].iter().map(|field| field.name.as_str()).collect();
    assert_eq!(known, MUTATIONS.into_iter().collect(), "the mutations of the matrix and of the schema");
    for mutation in MUTATIONS {
        for client in &people.clients {
            let cell = run_mutation(people, client, mutation).await;
            matrix.entry(format!("Mutation.{mutation}")).or_default().push(cell);
        }
    }
    // Answered by mutations and subscriptions alone: whoever got that answer gets the fields.
    for (name, fields) in
        types.iter().filter(|(name, _)| !["Query", "Mutation", "Subscription"].contains(&name.as_str()))
    {
        for field in fields.iter().filter(|_| !ways.contains_key(name)) {
            let cells = ACTORS.iter().map(|_| "answer".to_owned()).collect();
            matrix.insert(format!("{name}.{}", field.name), cells);
        }
    }
    matrix
}

fn printed(matrix: &Matrix) -> String {
    let line = |field: &str, cells: &[String]| {
        let cells: Vec<_> = cells.iter().map(|cell| format!("{cell:<16}")).collect();
        format!("{field:<46}{}", cells.join(" ").trim_end())
    };
    let mut lines = vec![line("# field", &ACTORS.map(str::to_owned))];
    lines.extend(matrix.iter().map(|(field, cells)| line(field, cells)));
    lines.join("\n") + "\n"
}

#[tokio::test]
async fn everybody_gets_what_the_matrix_says() {
    for stack in Stack::BOTH {
        let people = People::gather(stack).await;
        let found = printed(&matrix(&people).await);
        people.app.stop().await;
        if found != COMMITTED {
            let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("access.txt");
            std::fs::write(&path, &found).unwrap();
            let differs = |(found, said): &(&str, &str)| found != said;
            let first = found.lines().zip(COMMITTED.lines()).find(differs);
            panic!(
                "{stack:?}: access is not as tests/e2e/matrix/access.txt says. First difference: {first:#?}. Look at each in {}; where it is meant, copy the file.",
                path.display()
            );
        }
    }
}
