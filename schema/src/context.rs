//! What a resolver knows beside its arguments.

use crate::error::raise;
use async_graphql::{Context, Result};
use care::access::{Door, Scope, Services};
use care::error::Error;
use care::library::Language;
use std::net::IpAddr;
use std::sync::Arc;
use uuid::Uuid;

/// How the schema behaves.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether clients may ask for the schema itself.
    pub introspection: bool,
    /// Where invitation links lead, for example `https://clinic.example`.
    pub public_url: String,
}

/// Who asks.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The person; none when signed out.
    pub scope: Option<Arc<Scope>>,
    /// The id under which the request is logged.
    pub request_id: String,
    /// The language asked for.
    pub language: Language,
    /// Where the request comes from.
    pub address: Option<IpAddr>,
}

/// The person who asks; the error `UNAUTHENTICATED` when signed out.
pub(crate) fn scope<'a>(context: &'a Context<'_>) -> Result<&'a Scope> {
    let caller = context.data::<Caller>()?;
    caller.scope.as_deref().ok_or_else(|| raise(Error::Unauthenticated))
}

/// The patient who asks; the error `FORBIDDEN` for anyone else.
pub(crate) fn acting_patient(scope: &Scope) -> Result<Uuid> {
    scope.patient_id().map_err(raise)
}

/// The way in before sign-in.
pub(crate) fn door(context: &Context<'_>) -> Result<Door> {
    let caller = context.data::<Caller>()?;
    Ok(care::access::door(context.data::<Arc<Services>>()?).seen_from(caller.address))
}

/// The language asked for.
pub(crate) fn language(context: &Context<'_>) -> Result<Language> {
    Ok(context.data::<Caller>()?.language)
}
