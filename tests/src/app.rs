//! The server of a test: the production routes on a free port, a clinic behind them.

use crate::{Clinic, PASSWORD, RedisServer, Stack, canary};
use api::http::{Budgets, Documents, Server, Settings};
use api::wiring::http_settings;
use reminders::engine::Engine;
use reminders::gateway::recording::Recording;
use reminders::timetable::Timetable;
use reminders::timetable::failover::Failover;
use reminders::timetable::redis::{RedisTimetable, connect};
use reminders::timetable::sql::SqlTimetable;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A running server.
pub struct TestApp {
    /// The clinic behind it.
    pub clinic: Clinic,
    /// What carries its pushes.
    pub gateway: Arc<Recording>,
    redis: Option<RedisServer>,
    url: String,
    stop: watch::Sender<bool>,
    serving: JoinSet<()>,
}

impl TestApp {
    /// Starts one on this stack.
    pub async fn start(stack: Stack) -> Self {
        Self::start_with(stack, |_| {}).await
    }

    /// Starts one whose settings differ from the defaults.
    pub async fn start_with(stack: Stack, change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_knowing(stack, Documents::default(), change).await
    }

    /// Starts one that knows these documents.
    pub async fn start_knowing(
        stack: Stack,
        documents: Documents,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        Self::around(Clinic::open(stack).await, stack, documents, change).await
    }

    /// Starts one around a clinic on this stack.
    pub async fn around(
        clinic: Clinic,
        stack: Stack,
        documents: Documents,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let mut settings = http_settings(&api::configuration::load(None, &[]).unwrap());
        settings.request_timeout = Duration::from_secs(30);
        settings.introspection = true;
        settings.media = clinic.media.directory();
        change(&mut settings);
        let options = schema::Options {
            introspection: settings.introspection,
            public_url: "http://clinic.example".to_owned(),
        };
        let schema = schema::build(&clinic.services, options);
        let server = Server::new(&clinic.services, schema, settings, Budgets::default(), documents).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = watch::channel(false);
        let mut serving = JoinSet::new();
        serving.spawn(server.serve(listener, stopped));
        let redis = (stack == Stack::Full).then(RedisServer::start);
        Self { clinic, gateway: Arc::default(), redis, url, stop, serving }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A client that is signed out.
    pub fn client(&self) -> Client {
        Client { http: reqwest::Client::new(), url: format!("{}/graphql", self.url), token: None }
    }

    /// A client that is signed in.
    pub async fn sign_in(&self, email: &str) -> Client {
        let answer = self.try_sign_in(email, PASSWORD).await;
        self.client().with_token(answer["signIn"]["session"]["accessToken"].as_str().unwrap())
    }

    /// What signing in answers.
    pub async fn try_sign_in(&self, email: &str, password: &str) -> Value {
        let sign_in = "mutation($input: SignInInput!) { signIn(input: $input) {
            session { accessToken refreshToken expiresAt } viewer { id role clinic { id name } }
            userErrors { code message path } } }";
        let input = json!({ "input": { "email": email, "password": password } });
        let answer = self.client().ask(sign_in, input).await;
        for token in ["accessToken", "refreshToken"] {
            if let Some(token) = answer["signIn"]["session"][token].as_str() {
                canary::keep_secret(token);
            }
        }
        answer
    }

    /// One more reminder worker on the same servers.
    pub fn engine(&self) -> Engine {
        engine(&self.clinic, self.redis.as_ref(), &self.gateway)
    }

    /// Makes Redis forget everything, where there is one.
    pub async fn flush_redis(&self) {
        if let Some(redis) = &self.redis {
            redis.flush().await;
        }
    }

    /// The address of a WebSocket.
    pub fn socket_url(&self) -> String {
        format!("{}/graphql", self.url.replace("http://", "ws://"))
    }

    /// Stops the server; nothing of it is left over.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        self.serving.join_next().await.unwrap().unwrap();
        self.clinic.services.store.close().await;
    }
}

/// A reminder worker of this clinic whose time is moved by the test.
pub fn engine(clinic: &Clinic, redis: Option<&RedisServer>, gateway: &Arc<Recording>) -> Engine {
    let sql = SqlTimetable::new(clinic.worker());
    let timetable: Arc<dyn Timetable> = match redis {
        None => Arc::new(sql),
        Some(redis) => {
            Arc::new(Failover::new(RedisTimetable::new(connect(&redis.url()).unwrap(), "test"), sql))
        }
    };
    let settings = reminders::engine::Settings { own_clock: false, smear_seconds: 0, ..Default::default() };
    Engine::new(clinic.worker(), timetable, Arc::clone(gateway) as _, settings)
}

/// A GraphQL client over HTTP.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

impl Client {
    /// The same client with this access token.
    #[must_use]
    pub fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// The same client with these languages, as `Accept-Language` tells them.
    #[must_use]
    pub fn speaking(mut self, languages: &str) -> Self {
        let headers = [(reqwest::header::ACCEPT_LANGUAGE, languages.parse().unwrap())].into_iter().collect();
        self.http = reqwest::Client::builder().default_headers(headers).build().unwrap();
        self
    }

    /// Whether it has an access token.
    pub fn is_signed_in(&self) -> bool {
        self.token.is_some()
    }

    /// The access token, for wires that carry it in their own way.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap()
    }

    /// Sends an operation; the status and the whole answer.
    pub async fn send(&self, query: &str, variables: Value) -> (u16, Value) {
        let mut request = self.http.post(&self.url).json(&json!({ "query": query, "variables": variables }));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Sends an operation; the whole answer, errors included.
    pub async fn raw(&self, query: &str, variables: Value) -> Value {
        self.send(query, variables).await.1
    }

    /// Sends an operation that has no errors; its data.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        let answer = self.raw(query, variables).await;
        assert!(answer.get("errors").is_none(), "{query} {answer}");
        answer["data"].clone()
    }
}
