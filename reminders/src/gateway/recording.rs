//! A gateway that remembers: for tests.

use super::{Answer, Push, PushGateway};
use async_trait::async_trait;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Remembers every push, and answers as it was told: the prepared answers first, then
/// [`Answer::taken`]. While it hangs it remembers the push and never answers.
#[derive(Debug, Default)]
pub struct Recording {
    pushes: Mutex<Vec<Push>>,
    answers: Mutex<VecDeque<Answer>>,
    hangs: std::sync::atomic::AtomicBool,
}

impl Recording {
    /// Everything pushed so far.
    pub fn pushes(&self) -> Vec<Push> {
        self.pushes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Prepares the answer to a push to come.
    pub fn answer_next(&self, answer: Answer) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).push_back(answer);
    }

    /// Whether pushes from now on get no answer.
    pub fn set_hanging(&self, hangs: bool) {
        self.hangs.store(hangs, std::sync::atomic::Ordering::SeqCst);
    }
}

#[async_trait]
impl PushGateway for Recording {
    async fn push(&self, push: &Push) -> Answer {
        self.pushes.lock().unwrap_or_else(PoisonError::into_inner).push(push.clone());
        if self.hangs.load(std::sync::atomic::Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        let prepared = self.answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        prepared.unwrap_or_else(Answer::taken)
    }
}
