//! Changing one's password, and replacing one that was forgotten.

use crate::context::{door, scope};
use crate::error::{UserError, settle};
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

/// The present password and the next.
#[derive(InputObject)]
struct ChangePasswordInput {
    /// The present password.
    current_password: String,
    /// The next, 8 to 1,024 characters.
    new_password: String,
}

/// The password has changed.
#[derive(SimpleObject)]
struct ChangePasswordPayload {
    /// What is wrong with the input; empty when it was done. Other sessions have ended then.
    user_errors: Vec<UserError>,
}

/// Whose password was forgotten.
#[derive(InputObject)]
struct RequestPasswordResetInput {
    /// The address of the account.
    email: String,
}

/// The request was heard.
#[derive(SimpleObject)]
struct RequestPasswordResetPayload {
    /// What is wrong with the input. Known and unknown addresses answer alike.
    user_errors: Vec<UserError>,
}

/// The link's token and the next password.
#[derive(InputObject)]
struct ResetPasswordInput {
    /// What stands behind `#` in the link of the mail.
    token: String,
    /// The next password, 8 to 1,024 characters.
    new_password: String,
}

/// The password has been replaced.
#[derive(SimpleObject)]
struct ResetPasswordPayload {
    /// What is wrong with the input; empty when it was done. All sessions of the account have ended
    /// then: sign in.
    user_errors: Vec<UserError>,
}

/// The changes of passwords.
#[derive(Default)]
pub(super) struct PasswordMutation;

#[Object]
impl PasswordMutation {
    /// Changes one's password; the account's other sessions end, and a mail says so.
    async fn change_password(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The present password and the next.")] input: ChangePasswordInput,
    ) -> Result<ChangePasswordPayload> {
        let (current, new) = (&input.current_password, &input.new_password);
        let changed = care::account::change_password(scope(context)?, current, new).await;
        Ok(ChangePasswordPayload { user_errors: settle(changed)?.1 })
    }

    /// Sends a link to the address, if it has an account, by which a new password can be set: once,
    /// within 30 minutes. An account gets at most three an hour.
    async fn request_password_reset(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whose password was forgotten.")] input: RequestPasswordResetInput,
    ) -> Result<RequestPasswordResetPayload> {
        let asked = care::account::request_password_reset(&door(context)?, &input.email).await;
        Ok(RequestPasswordResetPayload { user_errors: settle(asked)?.1 })
    }

    /// Sets a new password by the link of a mail; all sessions of the account end. A second factor
    /// stays as it is.
    async fn reset_password(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The link's token and the next password.")] input: ResetPasswordInput,
    ) -> Result<ResetPasswordPayload> {
        let set = care::account::reset_password(&door(context)?, &input.token, &input.new_password).await;
        Ok(ResetPasswordPayload { user_errors: settle(set)?.1 })
    }
}
