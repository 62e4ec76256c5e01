//! What carries pushes: whether its credentials can be used.

use super::Report;
use crate::configuration::{Configuration, Gateway};
use crate::failure::Failure;
use crate::wiring::push_providers;
use care::clock::Clock;
use std::sync::Arc;

pub(super) fn check(
    report: &mut Report,
    configuration: &Configuration,
    machine: &Arc<dyn Clock>,
) -> Result<(), Failure> {
    let push = &configuration.push;
    if push.gateway == Gateway::Console {
        return report.ok("push: printed to standard output");
    }
    if let Err(failure) = push_providers(configuration, machine) {
        return report.fail(&failure.to_string());
    }
    report.ok(&format!(
        "push: the credentials can be read, those of {} clinics among them",
        push.clinics.len()
    ))?;
    if push.apns.key_file.as_os_str().is_empty() {
        report.warn(
            "push.apns: not set up, so pushes to iPhones wait and expire unless the clinic has its own",
        )?;
    }
    if push.fcm.service_account_file.as_os_str().is_empty() {
        report.warn(
            "push.fcm: not set up, so pushes to Android phones wait and expire unless the clinic has its own",
        )?;
    }
    Ok(())
}
