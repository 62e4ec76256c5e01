//! What hostile documents cost: 2,400 generated ones over HTTP, each with the processor time of
//! server and client together. Also the guard's own cost for the document of the first screen.
//!
//!     cargo bench -p tests --bench documents

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints, and fails by panicking"
)]

use api::http::{Budgets, Guard};
use serde_json::{Map, Value, json};
use std::fmt::Write;
use std::fs;
use std::hint::black_box;
use std::time::Duration;
use tests::{Stack, TestApp};

/// Documents of each shape.
const EACH: usize = 300;
/// Times that the guard looks at the document of the first screen.
const ROUNDS: u64 = 2_000;
/// The most bytes of a document.
const BYTES: usize = 16_384;

/// A generator of numbers, the same in every run.
struct Numbers(u64);

impl Numbers {
    /// Below `most`.
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most as u64).unwrap()
    }

    /// Pieces until the document is as long as drawn.
    fn pieces(&mut self, piece: impl Fn(&mut Self, usize) -> String) -> String {
        let length = 1_000 + self.below(BYTES - 2_000);
        let mut text = String::new();
        for at in 0.. {
            if text.len() >= length {
                break;
            }
            text.push_str(&piece(self, at));
        }
        text
    }
}

const FIELDS: [&str; 6] = ["viewer", "serverInfo", "patient", "program", "node", "today"];

type Shape = fn(&mut Numbers) -> String;

/// Each makes a document that is dear to a careless server.
const SHAPES: [(&str, Shape); 8] = [
    ("nesting", |numbers| {
        let open = ["{a ", "[", "(a:", "{a(b:[", "... on A {"][numbers.below(5)];
        let depth = 1 + numbers.below(4_000);
        let close = if numbers.below(2) == 0 { "}" } else { "])}" };
        format!("{{ x{} {} }}", open.repeat(depth), close.repeat(depth))
    }),
    ("fragments that spread", |numbers| {
        let count = 2 + numbers.below(120);
        let mut text = "{ viewer { ...F0 } } ".to_owned();
        for n in 0..count {
            let spreads: String = (0..=numbers.below(4)).fold(String::new(), |mut spreads, _| {
                write!(spreads, "...F{} ", n + 1 + numbers.below(count - n)).unwrap();
                spreads
            });
            write!(text, "fragment F{n} on Viewer {{ {spreads} }} ").unwrap();
        }
        text + &format!("fragment F{count} on Viewer {{ id }}")
    }),
    ("fragments in circles", |numbers| {
        let count = 2 + numbers.below(90);
        (0..count).fold("{ viewer { ...F0 } } ".to_owned(), |mut text, n| {
            write!(
                text,
                "fragment F{n} on Viewer {{ id ...F{} ...F{} }} ",
                numbers.below(count),
                (n + 1) % count
            )
            .unwrap();
            text
        })
    }),
    ("aliases", |numbers| {
        let body = numbers.pieces(|numbers, at| format!("a{at}: {} ", FIELDS[numbers.below(FIELDS.len())]));
        format!("{{ {body} }}")
    }),
    ("fields", |numbers| {
        let body = numbers
            .pieces(|numbers, _| format!("{} ", ["id", "role", "x", "clinic { id }"][numbers.below(4)]));
        format!("{{ viewer {{ {body} }} }}")
    }),
    ("directives", |numbers| {
        let body = numbers.pieces(|numbers, at| {
            ["@skip(if: false) ".to_owned(), format!("@d{at} ")][numbers.below(2)].clone()
        });
        format!("{{ viewer {{ id {body} }} }}")
    }),
    ("variables", |numbers| {
        let body = numbers.pieces(|numbers, at| {
            format!("$v{at}: {} ", ["Int", "[[Int!]!]!", "X", "LogProgressInput"][numbers.below(4)])
        });
        format!("query({body}) {{ viewer {{ id }} }}")
    }),
    ("values", |numbers| {
        let body = numbers.pieces(|numbers, at| {
            ["1e9 ".to_owned(), format!("\"{at}\" "), "{a: [1, 2]} ".to_owned(), "\"\"\"a\"\"\" ".to_owned()]
                [numbers.below(4)]
            .clone()
        });
        format!("{{ nodes(ids: [{body}]) {{ id ... on Patient {{ name }} }} }}")
    }),
];

/// The processor time of the main thread, which does all the work here.
fn processor_nanoseconds() -> u64 {
    let text = fs::read_to_string("/proc/self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

fn resident_kilobytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

async fn hostile() {
    let app = TestApp::start(Stack::Embedded).await;
    let client = app.client();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for _ in 0..20 {
        client.raw("{ serverInfo { version } }", json!({})).await;
    }
    let before = resident_kilobytes();
    println!("{:24}{:>8}{:>12}{:>12}", "shape", "count", "mean", "worst");
    for (name, shape) in SHAPES {
        let (mut sum, mut worst) = (Duration::ZERO, Duration::ZERO);
        for _ in 0..EACH {
            let mut document = shape(&mut numbers);
            document.truncate(BYTES);
            let begun = processor_nanoseconds();
            let answer = client.raw(&document, json!({})).await;
            let spent = Duration::from_nanos(processor_nanoseconds() - begun);
            assert!(answer["errors"][0]["extensions"]["code"].is_string(), "{document:.200} {answer}");
            (sum, worst) = (sum + spent, worst.max(spent));
        }
        let mean = sum / u32::try_from(EACH).unwrap();
        println!("{name:24}{EACH:>8}{mean:>12.1?}{worst:>12.1?}");
    }
    println!("resident: {before} kB before, {} kB after", resident_kilobytes());
    app.stop().await;
}

fn guard_of_today() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../schema/operations/patient/Today.graphql");
    let text = fs::read_to_string(path).unwrap();
    let guard = Guard::new(&schema::sdl(), Budgets::default(), false).unwrap();
    let variables: Map<String, Value> = Map::from_iter([("date".to_owned(), json!("2026-06-15"))]);
    let begun = processor_nanoseconds();
    for _ in 0..ROUNDS {
        assert!(guard.admits(black_box(&text), variables.clone()));
    }
    let spent = Duration::from_nanos((processor_nanoseconds() - begun) / ROUNDS);
    println!("guard of today, parsing included: {spent:.1?}");
}

fn main() {
    tests::canary::listen_to_nothing();
    guard_of_today();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(hostile());
}
