//! What the mails say.

use super::MailKind;

const IF_NOT_YOU: &str = "If this was not you, somebody else has reached your account: set a new password by \"Forgot password\" in the app, and tell your clinic.";

impl MailKind {
    pub(super) fn subject(self) -> &'static str {
        match self {
            Self::ResetPassword => "Set a new password",
            Self::PasswordChanged => "Your password has been changed",
            Self::SecondFactorChanged => "Your authenticator app has been set up",
            Self::ProviderLinked => "Your account has a new way to sign in",
            Self::TokenReused => "You have been signed out",
            Self::RedFlags | Self::Fall => "A patient needs you today",
            Self::RedFlagsUnattended | Self::FallUnattended => "A patient needs a therapist today",
            Self::GlassBroken => "Emergency access to a record",
        }
    }

    /// The text; `link` is that of a reset.
    pub(super) fn text(self, link: &str) -> String {
        match self {
            Self::ResetPassword => format!(
                "Somebody, we hope you, asked for a new password. Set it within 30 minutes by this link, which works once:\n\n{link}\n\nIf you did not ask, do nothing: your password stays as it is. Nobody from your clinic will ever ask you for this link.\n"
            ),
            Self::PasswordChanged => {
                format!("The password of your account has just been changed.\n\n{IF_NOT_YOU}\n")
            }
            Self::SecondFactorChanged => format!(
                "An authenticator app has just been set up for your account. Its earlier recovery codes no longer work.\n\n{IF_NOT_YOU}\n"
            ),
            Self::ProviderLinked => format!(
                "Your account can now also be opened by signing in at an identity provider.\n\n{IF_NOT_YOU}\n"
            ),
            Self::TokenReused => format!(
                "One device was signed out of your account because a copy of its sign-in was used somewhere else. Sign in again on your device. This can happen after a phone was restored from a backup.\n\n{IF_NOT_YOU}\n"
            ),
            Self::RedFlags => "Signs of danger have been recorded of a patient of your care team. Their program rests until you have looked at them. Please open the dashboard and get in touch with the patient today.\n".to_owned(),
            Self::RedFlagsUnattended => "Signs of danger have been recorded of a patient whom no therapist can see: the care team has none who works for the clinic, or the patient does not share the record. The audit trail has the patient, under red_flag.screen. Please see that somebody gets in touch with them today.\n".to_owned(),
            Self::Fall => "A patient of your care team has fallen. Their program rests until you release it. Please open the dashboard and get in touch with the patient today.\n".to_owned(),
            Self::FallUnattended => "A fall has been reported of a patient whom no therapist can see: the care team has none who works for the clinic, or the patient does not share the record. The audit trail has the patient, under fall.report. Please see that somebody gets in touch with them today.\n".to_owned(),
            Self::GlassBroken => "A clinician has opened a record outside of their care team, as an emergency. Who, whose record and the reason given stand in the audit trail of your clinic. Please look into it.\n".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::Iterable;

    #[test]
    fn a_link_is_in_the_one_mail_that_resets_and_all_have_a_line_of_subject() {
        for kind in MailKind::iter() {
            let holds = kind.text("https://clinic.example/x").contains("https://clinic.example/x");
            assert_eq!(holds, kind == MailKind::ResetPassword);
            assert!(!kind.subject().contains('\n') && kind.text("").ends_with('\n'));
        }
    }
}
