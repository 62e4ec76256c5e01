//! The mail server: whether it answers.

use super::Report;
use crate::configuration::{Configuration, masked_url};
use crate::failure::Failure;

pub(super) async fn check(report: &mut Report, configuration: &Configuration) -> Result<(), Failure> {
    let url = masked_url(configuration.mail.url.reveal());
    // Settings that are not valid have been told already.
    match configuration.mailer() {
        Err(_) => Ok(()),
        Ok(None) => report.ok("mail: no server; letters are printed"),
        Ok(Some(smtp)) if smtp.answers().await => {
            report.ok(&format!("mail: {url} answers"))
        }
        Ok(Some(_)) => report.fail(&format!(
            "mail: {url} does not answer, or does not let its user in. Start it, or correct or empty mail.url (PLUMBLINE_MAIL__URL)."
        )),
    }
}
