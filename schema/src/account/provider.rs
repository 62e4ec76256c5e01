//! Signing in by an identity provider, and linking one.

use super::session::SignInPayload;
use crate::context::{door, scope};
use crate::error::{UserError, payload, settle};
use crate::scalar::DateTime;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

/// An identity provider by which an account signs in.
#[derive(SimpleObject)]
pub(super) struct LinkedProvider {
    /// What its tokens call it (`iss`).
    issuer: String,
    /// Since when.
    linked_at: DateTime,
}

impl From<care::account::LinkedProvider> for LinkedProvider {
    fn from(linked: care::account::LinkedProvider) -> Self {
        Self { issuer: linked.issuer, linked_at: linked.linked_at.into() }
    }
}

/// A token of an identity provider.
#[derive(InputObject)]
struct SignInWithProviderInput {
    /// The ID token that the provider gave the app. Each works once.
    id_token: String,
}

/// A token of the identity provider to link.
#[derive(InputObject)]
struct LinkProviderInput {
    /// The ID token that the provider gave the app. Each works once.
    id_token: String,
}

payload! {
    /// What linking an identity provider answers.
    LinkProviderPayload {
        /// The provider, by which the account signs in from now on.
        provider: LinkedProvider
    }
}

/// Which identity provider is no longer to be linked.
#[derive(InputObject)]
struct UnlinkProviderInput {
    /// The `issuer` of one of `viewer.linkedProviders`.
    issuer: String,
}

/// The identity provider is no longer linked.
#[derive(SimpleObject)]
struct UnlinkProviderPayload {
    /// What is wrong with the input; empty when it was done.
    user_errors: Vec<UserError>,
}

/// The changes that have to do with identity providers.
#[derive(Default)]
pub(super) struct ProviderMutation;

#[Object]
impl ProviderMutation {
    /// Signs in by an identity provider that has been linked. A second factor is asked for as by
    /// `signIn`.
    async fn sign_in_with_provider(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A token of an identity provider.")] input: SignInWithProviderInput,
    ) -> Result<SignInPayload> {
        let signed_in = care::account::sign_in_with_provider(&door(context)?, &input.id_token).await;
        SignInPayload::of(context, signed_in).await
    }

    /// Lets the account sign in by an identity provider from now on. Needs a proof that is not older
    /// than five minutes: see `stepUp`.
    async fn link_provider(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A token of the identity provider to link.")] input: LinkProviderInput,
    ) -> Result<LinkProviderPayload> {
        LinkProviderPayload::of(care::account::link_provider(scope(context)?, &input.id_token).await)
    }

    /// Lets nobody sign in to the account by this identity provider any more. Needs a proof that is not
    /// older than five minutes: see `stepUp`.
    async fn unlink_provider(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which identity provider is no longer to be linked.")] input: UnlinkProviderInput,
    ) -> Result<UnlinkProviderPayload> {
        let unlinked = care::account::unlink_provider(scope(context)?, &input.issuer).await;
        Ok(UnlinkProviderPayload { user_errors: settle(unlinked)?.1 })
    }
}
