//! A mailer that prints: for trying Plumbline out.

use async_trait::async_trait;
use care::account::{Letter, Mailer, Undelivered};
use std::io::Write;

/// Prints each letter to standard output: a line that begins with `mail`, then the text, indented.
#[derive(Debug, Clone, Copy)]
pub struct Console;

#[async_trait]
impl Mailer for Console {
    async fn send(&self, letter: &Letter) -> Result<(), Undelivered> {
        let text = letter.text.trim_end().replace('\n', "\n     ");
        let printed = format!("mail to={} subject={:?}\n     {text}\n", letter.to.as_str(), letter.subject);
        std::io::stdout().lock().write_all(printed.as_bytes()).map_err(|_| Undelivered::Later)
    }
}
