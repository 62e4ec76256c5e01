//! The simulator of the push services, as a program of its own.

use care::access::Services;
use reminders::gateway::apns::{self, Alone, TokenShare};
use reminders::gateway::providers::{Credentials, Providers};
use reminders::gateway::{Ports, fcm};
use serde_json::Value;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

pub(super) struct Provider {
    program: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    begun: Value,
}

impl Provider {
    pub(super) fn start() -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_push-provider"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = program.stdin.take().unwrap();
        let mut output = BufReader::new(program.stdout.take().unwrap());
        let begun = line(&mut output);
        let mut provider = Self { program, input, output, begun };
        for of in ["apple", "google"] {
            provider.ask(&format!("{{\"of\": \"{of}\", \"do\": \"forget\", \"payloads\": false}}"));
        }
        provider
    }

    fn ask(&mut self, question: &str) -> Value {
        writeln!(self.input, "{question}").unwrap();
        line(&mut self.output)
    }

    /// How many pushes were taken, and how many different ones.
    pub(super) fn counts(&mut self) -> (usize, usize) {
        let mut all = (0, 0);
        for of in ["apple", "google"] {
            let counts = self.ask(&format!("{{\"of\": \"{of}\", \"do\": \"counts\"}}"));
            let number = |name: &str| usize::try_from(counts[name].as_u64().unwrap()).unwrap();
            all = (all.0 + number("taken"), all.1 + number("different"));
        }
        all
    }

    /// Our own gateway, with the simulator's credentials.
    pub(super) fn gateway(&self, services: &Services) -> Providers {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (apple, google) = (&self.begun["apple"], &self.begun["google"]);
        let authorities = Some(text(&self.begun["ca"]["pem"]).into_bytes());
        let url = |of: &Value| format!("https://127.0.0.1:{}", of["port"]);
        let credentials = Credentials {
            apns: Some(apns::Credentials {
                key: text(&apple["key"]["pem"]).into_bytes(),
                key_id: text(&apple["key"]["id"]),
                team_id: text(&apple["key"]["team"]),
                topic: text(&apple["key"]["topic"]),
                address: url(apple),
                authorities: authorities.clone(),
                connections: 4,
                per_second: 1_000_000,
            }),
            fcm: Some(fcm::Credentials {
                service_account: google["serviceAccount"].to_string().into_bytes(),
                address: url(google),
                authorities,
                connections: 4,
                per_second: 1_000_000,
            }),
        };
        let share: Arc<dyn TokenShare> = Arc::new(Alone);
        let ports = Ports { clock: Arc::clone(&services.clock), random: Arc::clone(&services.random) };
        Providers::new(&credentials, &HashMap::new(), &share, &ports).unwrap()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

fn line(output: &mut impl BufRead) -> Value {
    let mut text = String::new();
    output.read_line(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}
