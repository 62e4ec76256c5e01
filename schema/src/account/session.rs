//! Signing in and out, refreshing, accepting an invitation.

use super::Viewer;
use crate::context::{Caller, door, scope};
use crate::error::{UserError, UserErrorCode, settle, whole};
use crate::scalar::{DateTime, LocalDate};
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use care::access::authenticate;
use care::account::{Challenge, SignedIn, Tokens};
use care::error::{Code, Error};
use care::patient::Accept;

/// E-mail and password.
#[derive(InputObject)]
struct SignInInput {
    /// The address of the account.
    email: String,
    /// Its password.
    password: String,
}

/// The tokens of a session. They are shown once.
#[derive(SimpleObject)]
struct Session {
    /// Sent with every request as `Authorization: Bearer …`.
    access_token: String,
    /// Exchanged once, by `refreshSession`, for the next pair.
    refresh_token: String,
    /// When the access token ends.
    expires_at: DateTime,
}

impl From<Tokens> for Session {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access,
            refresh_token: tokens.refresh,
            expires_at: tokens.expires_at.into(),
        }
    }
}

/// A sign-in that waits for its second factor.
#[derive(SimpleObject)]
struct SecondFactorChallenge {
    /// What `verifySecondFactor` takes.
    token: String,
    /// When it ends: after five minutes.
    expires_at: DateTime,
}

impl From<Challenge> for SecondFactorChallenge {
    fn from(challenge: Challenge) -> Self {
        Self { token: challenge.token, expires_at: challenge.expires_at.into() }
    }
}

/// Who has signed in.
#[derive(SimpleObject)]
pub(super) struct SignInPayload {
    /// The new session.
    session: Option<Session>,
    /// Who it is for.
    viewer: Option<Viewer>,
    /// Instead of a session, where the account has a second factor: `userErrors` says
    /// `SECOND_FACTOR_REQUIRED` then.
    challenge: Option<SecondFactorChallenge>,
    /// Why it was refused. Known and unknown addresses answer alike.
    user_errors: Vec<UserError>,
}

/// A challenge and its code.
#[derive(InputObject)]
struct VerifySecondFactorInput {
    /// The token of the challenge that `signIn` answered.
    challenge: String,
    /// Six digits that the authenticator app shows, or a recovery code.
    code: String,
}

/// Who has signed in by a second factor.
#[derive(SimpleObject)]
struct VerifySecondFactorPayload {
    /// The new session.
    session: Option<Session>,
    /// Who it is for.
    viewer: Option<Viewer>,
    /// Why it was refused.
    user_errors: Vec<UserError>,
}

/// The token to exchange.
#[derive(InputObject)]
struct RefreshSessionInput {
    /// The newest refresh token.
    refresh_token: String,
}

/// The next pair of tokens.
#[derive(SimpleObject)]
struct RefreshSessionPayload {
    /// The tokens; null when the session has ended: sign in again.
    session: Option<Session>,
    /// Why it was refused.
    user_errors: Vec<UserError>,
}

/// The session has ended.
#[derive(SimpleObject)]
struct SignOutPayload {
    /// Always empty: signing out cannot fail for a fault of the input.
    user_errors: Vec<UserError>,
}

/// An invitation and what the account is to be.
#[derive(InputObject)]
struct AcceptInvitationInput {
    /// The secret at the end of the link, or the ten-character code.
    secret: String,
    /// The patient's birth date; needed with the code.
    birth_date: Option<LocalDate>,
    /// The address to sign in with.
    email: String,
    /// The new password, 8 to 1,024 characters.
    password: String,
    /// The name of a new member of a clinic; patients have one already.
    name: Option<String>,
}

/// The account that an invitation has become.
#[derive(SimpleObject)]
struct AcceptInvitationPayload {
    /// The new session.
    session: Option<Session>,
    /// Who it is for.
    viewer: Option<Viewer>,
    /// Why it was refused. An unknown, used or expired invitation and a wrong birth date answer alike.
    user_errors: Vec<UserError>,
}

/// The viewer that fresh tokens stand for.
async fn viewer(context: &Context<'_>, tokens: &Tokens) -> care::error::Result<Viewer> {
    let door = door(context).map_err(|_| Error::Internal)?;
    let request_id = context.data::<Caller>().map(|caller| caller.request_id.clone()).unwrap_or_default();
    let scope = authenticate(&door, &tokens.access, request_id).await?;
    let viewer = Viewer::of(&scope).await;
    scope.finish().await;
    viewer
}

/// The session and its viewer, or why there is none.
async fn opened(
    context: &Context<'_>,
    tokens: care::error::Result<Tokens>,
) -> Result<(Option<Session>, Option<Viewer>, Vec<UserError>)> {
    let (tokens, user_errors) = settle(tokens)?;
    let Some(tokens) = tokens else { return Ok((None, None, user_errors)) };
    let (viewer, user_errors) = settle(viewer(context, &tokens).await)?;
    Ok((Some(tokens.into()), viewer, user_errors))
}

impl SignInPayload {
    pub(super) async fn of(context: &Context<'_>, signed_in: care::error::Result<SignedIn>) -> Result<Self> {
        let (signed_in, user_errors) = settle(signed_in)?;
        let (session, viewer, challenge, user_errors) = match signed_in {
            None => (None, None, None, user_errors),
            Some(SignedIn::In(tokens)) => {
                let (session, viewer, user_errors) = opened(context, Ok(tokens)).await?;
                (session, viewer, None, user_errors)
            }
            Some(SignedIn::Challenged(challenge)) => {
                let message = "Give a code of your authenticator app to verifySecondFactor.";
                let user_errors = whole(UserErrorCode::SecondFactorRequired, message);
                (None, None, Some(challenge.into()), user_errors)
            }
        };
        Ok(Self { session, viewer, challenge, user_errors })
    }
}

/// The changes of sessions.
#[derive(Default)]
pub(super) struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Signs in.
    async fn sign_in(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "E-mail and password.")] input: SignInInput,
    ) -> Result<SignInPayload> {
        let signed_in = care::account::sign_in(&door(context)?, &input.email, &input.password).await;
        SignInPayload::of(context, signed_in).await
    }

    /// Goes on with a sign-in that needs a second factor.
    async fn verify_second_factor(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The challenge and its code.")] input: VerifySecondFactorInput,
    ) -> Result<VerifySecondFactorPayload> {
        let door = door(context)?;
        let tokens = care::account::verify_second_factor(&door, &input.challenge, &input.code).await;
        let (session, viewer, user_errors) = opened(context, tokens).await?;
        Ok(VerifySecondFactorPayload { session, viewer, user_errors })
    }

    /// Exchanges a refresh token for the next pair. When the answer is lost, the same token works
    /// once more; used again after its successor, it ends the session.
    async fn refresh_session(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The token to exchange.")] input: RefreshSessionInput,
    ) -> Result<RefreshSessionPayload> {
        let tokens = care::account::refresh(&door(context)?, &input.refresh_token).await;
        let tokens = tokens.map_err(|error| match error {
            Error::Unauthenticated => {
                Error::field("refreshToken", Code::Credentials, "The session has ended. Sign in again.")
            }
            other => other,
        });
        let (tokens, user_errors) = settle(tokens)?;
        Ok(RefreshSessionPayload { session: tokens.map(Session::from), user_errors })
    }

    /// Ends the session that this request belongs to.
    async fn sign_out(&self, context: &Context<'_>) -> Result<SignOutPayload> {
        let (_, user_errors) = settle(care::account::sign_out(scope(context)?).await)?;
        Ok(SignOutPayload { user_errors })
    }

    /// Accepts an invitation: makes the account, and signs in.
    async fn accept_invitation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The invitation and what the account is to be.")] input: AcceptInvitationInput,
    ) -> Result<AcceptInvitationPayload> {
        let accept = Accept {
            secret: input.secret,
            birth_date: input.birth_date.map(|date| date.0),
            email: input.email,
            password: input.password,
            name: input.name,
        };
        let tokens = care::patient::accept(&door(context)?, accept).await;
        let (session, viewer, user_errors) = opened(context, tokens).await?;
        Ok(AcceptInvitationPayload { session, viewer, user_errors })
    }
}
