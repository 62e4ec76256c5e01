//! One provider with one set of credentials: admission, asking, and what is done about the answer.

use super::breaker::Breaker;
use super::bucket::Bucket;
use super::delay::{back_off, jitter};
use super::meaning::Meaning;
use super::pool::{Pool, Reply, Trouble};
use super::{Answer, Ports, Push, Verdict};
use care::clock::Instant;
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::HeaderValue;
use std::borrow::Cow;
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a push waits for the bucket rather than be put off, in milliseconds.
const PATIENCE: i64 = 500;
/// How long a push waits when our own connections are full, in milliseconds.
const FULL: i64 = 1_000;

/// What differs between providers.
pub(super) trait Provider: Send + Sync + std::fmt::Debug {
    /// Its name in metrics and logs.
    const NAME: &'static str;

    /// What authorizes us at `now`, if there is no need to wait for it.
    fn bearer(&self, now: Instant) -> Option<HeaderValue>;

    /// What authorizes us; another than `spent`, which was refused.
    fn renew(
        &self,
        spent: Option<&HeaderValue>,
        now: Instant,
    ) -> impl Future<Output = Result<HeaderValue, NoBearer>> + Send;

    /// The provider has seen `bearer` too soon after another: the one before it is used for longer.
    fn changed_too_soon(&self, _bearer: &HeaderValue, _now: Instant) {}

    /// The request of a push; `None` where the device's token cannot be one.
    fn request(&self, push: &Push, bearer: &HeaderValue) -> Option<Request<Full<Bytes>>>;

    /// What the provider says, and its code.
    fn read(&self, reply: &Reply, now: Instant) -> (Meaning, Cow<'static, str>);
}

/// Why there is nothing to authorize us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoBearer {
    /// The credentials are refused.
    Refused(Cow<'static, str>),
    /// Whoever gives it cannot at present; so many milliseconds.
    Later(i64),
}

/// A provider, its connections, and what keeps us from asking too much.
#[derive(Debug)]
pub(super) struct Client<P> {
    provider: P,
    pool: Pool,
    ports: Ports,
    bucket: Mutex<Bucket>,
    breaker: Mutex<Breaker>,
}

impl<P: Provider> Client<P> {
    pub(super) fn new(provider: P, pool: Pool, per_second: u32, ports: Ports) -> Self {
        let bucket = Mutex::new(Bucket::new(per_second));
        Self { provider, pool, ports, bucket, breaker: Mutex::default() }
    }

    /// Carries a push.
    pub(super) async fn push(&self, push: &Push) -> Answer {
        let answer = self.attempt(push).await;
        let code = answer.code.clone();
        metrics::counter!("plumbline_push_answers_total", "provider" => P::NAME, "code" => code).increment(1);
        answer
    }

    async fn attempt(&self, push: &Push) -> Answer {
        if let Err(held) = self.admit().await {
            return held;
        }
        let mut bearer = match self.provider.bearer(self.now()) {
            Some(bearer) => bearer,
            None => match self.renewed(None).await {
                Ok(bearer) => bearer,
                Err(held) => return held,
            },
        };
        let mut renewed = false;
        loop {
            let reply = match self.ask(push, &bearer).await {
                Ok(reply) => reply,
                Err(trouble) => return self.troubled(push, trouble),
            };
            let (meaning, code) = self.provider.read(&reply, self.now());
            if meaning == Meaning::Expired && !renewed {
                renewed = true;
                match self.renewed(Some(&bearer)).await {
                    Ok(fresh) if fresh != bearer => bearer = fresh,
                    Ok(_) => return self.settle(push, Meaning::Misconfigured, code),
                    Err(held) => return held,
                }
                continue;
            }
            if matches!(meaning, Meaning::Later { leave: true, .. }) {
                self.provider.changed_too_soon(&bearer, self.now());
                reply.leave();
            }
            return self.settle(push, meaning, code);
        }
    }

    /// Waits for a token of the bucket; an answer where the push is not to be sent now.
    async fn admit(&self) -> Result<(), Answer> {
        self.breaker(|breaker| breaker.ask(self.now())).map_err(|after| self.held(after, "breaker open"))?;
        let taken = lock(&self.bucket).take(self.now(), PATIENCE);
        let wait = taken.map_err(|after_ms| Answer::new(Verdict::Held { after_ms }, "rate"))?;
        if wait > 0 {
            tokio::time::sleep(Duration::from_millis(wait.unsigned_abs())).await;
        }
        Ok(())
    }

    async fn renewed(&self, spent: Option<&HeaderValue>) -> Result<HeaderValue, Answer> {
        self.provider.renew(spent, self.now()).await.map_err(|none| match none {
            NoBearer::Refused(code) => self.misconfigured(code),
            NoBearer::Later(after_ms) => self.held(after_ms, "no access token"),
        })
    }

    async fn ask(&self, push: &Push, bearer: &HeaderValue) -> Result<Reply, Trouble> {
        let begun = self.now();
        let reply = self.pool.send(|| self.provider.request(push, bearer)).await;
        let took = u32::try_from(self.now().0.saturating_sub(begun.0).max(0)).unwrap_or(u32::MAX);
        metrics::histogram!("plumbline_push_seconds", "provider" => P::NAME)
            .record(f64::from(took) / 1_000.0);
        reply
    }

    fn troubled(&self, push: &Push, trouble: Trouble) -> Answer {
        match trouble {
            Trouble::Busy => self.held(FULL, "busy"),
            Trouble::Unreachable { after_ms } => self.held(after_ms, "unreachable"),
            Trouble::NoRequest => Answer::new(Verdict::DeadToken { since: None }, "malformed token"),
            Trouble::Broken => {
                self.settle(push, Meaning::Down { after_ms: None }, "broken connection".into())
            }
        }
    }

    /// What is done about an answer.
    fn settle(&self, push: &Push, meaning: Meaning, code: Cow<'static, str>) -> Answer {
        let now = self.now();
        let verdict = match meaning {
            Meaning::Taken => {
                self.breaker(Breaker::passed);
                Verdict::Taken
            }
            Meaning::Dead { since } => {
                self.breaker(Breaker::passed);
                Verdict::DeadToken { since }
            }
            Meaning::BadToken => match self.breaker(|breaker| breaker.bad_token(now)) {
                None => Verdict::DeadToken { since: None },
                Some(after_ms) => {
                    tracing::error!(
                        provider = P::NAME,
                        %code,
                        "so many device tokens in a row are called bad that this must be the wrong environment or topic; none is retired, and pushes wait: correct [push]"
                    );
                    Verdict::Later { after_ms }
                }
            },
            Meaning::Expired | Meaning::Misconfigured => return self.misconfigured(code),
            Meaning::Refused => {
                self.breaker(Breaker::answered);
                tracing::error!(provider = P::NAME, %code, "a push is refused for good");
                Verdict::Refused
            }
            Meaning::Throttled { after_ms } => {
                self.breaker(Breaker::answered);
                lock(&self.bucket).halve(now);
                Verdict::Later { after_ms: self.upward(after_ms) }
            }
            Meaning::Later { after_ms, .. } => {
                self.breaker(Breaker::answered);
                Verdict::Later { after_ms: self.upward(after_ms) }
            }
            Meaning::Down { after_ms } => {
                if self.breaker(|breaker| breaker.is_down(now)) {
                    tracing::warn!(provider = P::NAME, %code, "the push provider is down");
                }
                let own = || jitter(back_off(push.attempt.saturating_sub(1)), self.ports.random.as_ref());
                Verdict::Later { after_ms: after_ms.map_or_else(own, |after| self.upward(after)) }
            }
        };
        Answer::new(verdict, code)
    }

    /// The reminders are kept: it is not they that are wrong.
    fn misconfigured(&self, code: Cow<'static, str>) -> Answer {
        let after_ms = self.breaker(|breaker| breaker.refused(self.now()));
        tracing::error!(provider = P::NAME, %code, "the push provider refuses our credentials; pushes wait: correct [push]");
        Answer::new(Verdict::Held { after_ms: self.upward(after_ms) }, code)
    }

    /// Not asked; those that are put off together do not all come back together.
    fn held(&self, after_ms: i64, code: &'static str) -> Answer {
        Answer::new(Verdict::Held { after_ms: self.upward(after_ms) }, code)
    }

    /// Up to half as long again, never less.
    fn upward(&self, after_ms: i64) -> i64 {
        let after_ms = after_ms.max(1);
        after_ms + (jitter(after_ms, self.ports.random.as_ref()) - after_ms / 4 * 3)
    }

    /// Changes the breaker, and the gauge where that opens or closes it.
    fn breaker<T>(&self, change: impl FnOnce(&mut Breaker) -> T) -> T {
        let mut breaker = lock(&self.breaker);
        let before = breaker.is_open();
        let changed = change(&mut breaker);
        let after = breaker.is_open();
        if before != after {
            let gauge = metrics::gauge!("plumbline_push_breakers_open", "provider" => P::NAME);
            if after { gauge.increment(1.0) } else { gauge.decrement(1.0) }
        }
        changed
    }

    fn now(&self) -> Instant {
        self.ports.clock.now()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
