//! What a person does for the safety of their account: second factor, sessions.

use crate::context::scope;
use crate::error::{UserError, payload, settle};
use crate::id::{encode, input};
use crate::scalar::DateTime;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use care::id::Kind;

/// The second factor of an account.
#[derive(SimpleObject)]
pub(super) struct SecondFactor {
    /// Since when there is one; none: there is none.
    confirmed_at: Option<DateTime>,
    /// Recovery codes that have not been used.
    recovery_codes_left: u64,
    /// Whether this session reaches nothing of the clinic before a second factor has been set up or
    /// shown: until then, everything else answers `MFA_REQUIRED`.
    required: bool,
}

impl From<care::account::SecondFactor> for SecondFactor {
    fn from(factor: care::account::SecondFactor) -> Self {
        Self {
            confirmed_at: factor.confirmed_at.map(DateTime::from),
            recovery_codes_left: factor.recovery_codes_left,
            required: factor.required,
        }
    }
}

/// A session that has not ended.
#[derive(SimpleObject)]
pub(super) struct OpenSession {
    /// TypeID `session_…`.
    id: ID,
    /// When it was opened.
    created_at: DateTime,
    /// When its tokens were last exchanged or first used.
    last_used_at: DateTime,
    /// When it ends unless it is used before.
    expires_at: DateTime,
    /// Whether it was opened or confirmed by a second factor.
    second_factor: bool,
    /// Whether this request belongs to it.
    current: bool,
}

impl From<care::account::OpenSession> for OpenSession {
    fn from(session: care::account::OpenSession) -> Self {
        Self {
            id: encode(Kind::Session, session.id),
            created_at: session.created_at.into(),
            last_used_at: session.last_used_at.into(),
            expires_at: session.expires_at.into(),
            second_factor: session.second_factor,
            current: session.current,
        }
    }
}

/// What an authenticator app needs to know. It is shown once.
#[derive(SimpleObject)]
struct TotpEnrollment {
    /// The secret in base32, to type.
    secret: String,
    /// The secret as an `otpauth:` link, to show as a QR code.
    link: String,
}

impl From<care::account::Enrollment> for TotpEnrollment {
    fn from(enrollment: care::account::Enrollment) -> Self {
        Self { secret: enrollment.secret, link: enrollment.link }
    }
}

payload! {
    /// What beginning to set up an authenticator app answers.
    EnrollTotpPayload {
        /// What the app needs to know.
        enrollment: TotpEnrollment
    }
}

/// A code of the app that is being set up.
#[derive(InputObject)]
struct ConfirmTotpInput {
    /// Six digits.
    code: String,
}

payload! {
    /// What putting an authenticator app in force answers.
    ConfirmTotpPayload {
        /// Ten codes, each of which works once instead of the app's. They are shown this once, and
        /// earlier ones have ended.
        recovery_codes: Vec<String>
    }
}

/// A proof of who one is.
#[derive(InputObject)]
struct StepUpInput {
    /// The password, where the account has no second factor.
    password: Option<String>,
    /// A code of the authenticator app or a recovery code, where it has one.
    code: Option<String>,
}

payload! {
    /// What proving again who one is answers.
    StepUpPayload {
        /// Until when the proof counts: five minutes.
        until: DateTime
    }
}

/// Which session to end.
#[derive(InputObject)]
struct RevokeSessionInput {
    /// A session of `viewer.sessions`.
    id: ID,
}

/// The session that was ended.
#[derive(SimpleObject)]
struct RevokeSessionPayload {
    /// Its id; its tokens are refused from now on.
    session_id: Option<ID>,
    /// What is wrong with the input; empty when it was done.
    user_errors: Vec<UserError>,
}

/// The changes of an account's safety.
#[derive(Default)]
pub(super) struct SecurityMutation;

#[Object]
impl SecurityMutation {
    /// Begins to set up an authenticator app. One that is in use stays so until `confirmTotp`. Needs
    /// a proof that is not older than five minutes: see `stepUp`.
    async fn enroll_totp(&self, context: &Context<'_>) -> Result<EnrollTotpPayload> {
        EnrollTotpPayload::of(care::account::enroll(scope(context)?).await)
    }

    /// Puts the authenticator app that was set up in force, by a code of it. The account's other
    /// sessions end.
    async fn confirm_totp(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A code of the app.")] input: ConfirmTotpInput,
    ) -> Result<ConfirmTotpPayload> {
        ConfirmTotpPayload::of(care::account::confirm(scope(context)?, &input.code).await)
    }

    /// Proves again who is signed in, for what answers `STEP_UP_REQUIRED`. Signing in counts as well.
    async fn step_up(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The proof.")] input: StepUpInput,
    ) -> Result<StepUpPayload> {
        let (password, code) = (input.password.as_deref(), input.code.as_deref());
        StepUpPayload::of(care::account::step_up(scope(context)?, password, code).await)
    }

    /// Ends a session of one's own, for example of a phone that was lost.
    async fn revoke_session(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The session.")] input: RevokeSessionInput,
    ) -> Result<RevokeSessionPayload> {
        let scope = scope(context)?;
        let revoked = async {
            let id = self::input(Kind::Session, "id", &input.id)?;
            care::account::revoke_session(scope, id).await
        };
        let (revoked, user_errors) = settle(revoked.await)?;
        Ok(RevokeSessionPayload { session_id: revoked.map(|()| input.id), user_errors })
    }
}
