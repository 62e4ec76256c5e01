//! How the clinic begins, and who works in it.

use super::{ADMINISTRATOR, CLINIC, PASSWORD, THERAPIST, TIME_ZONE};
use care::access::{Role, Scope, Services, authenticate, door, worker};
use care::account::{self, Invited, SignedIn, Tokens};
use care::clinic;
use care::error::{Error, Result};
use care::patient::{self, Accept};
use sea_orm::prelude::Uuid;
use std::sync::Arc;

/// The second therapist.
const SECOND: &str = "therapist2@demo.example";

/// The therapists, at work.
#[derive(Debug)]
pub(super) struct Therapists {
    first: Scope,
    second: Scope,
}

impl Therapists {
    /// Both, signed in anew: their sessions end within the day.
    pub(super) async fn sign_in(services: &Arc<Services>) -> Result<Self> {
        Ok(Self { first: sign_in(services, THERAPIST).await?, second: sign_in(services, SECOND).await? })
    }

    /// The therapist of patient `number`.
    pub(super) fn of(&self, number: u32) -> &Scope {
        if number % 2 == 1 { &self.first } else { &self.second }
    }
}

/// Begins the clinic with its administrator and therapists.
pub(super) async fn begin(services: &Arc<Services>) -> Result<(Uuid, Therapists)> {
    let created = clinic::create(&worker(services), CLINIC, TIME_ZONE, ADMINISTRATOR).await?;
    let name = Some("Demo Administrator");
    let admin = scope(services, &join(services, created.invitation, ADMINISTRATOR, name).await?).await?;
    let first = hire(services, &admin, THERAPIST, "Demo Therapist").await?;
    let second = hire(services, &admin, SECOND, "Demo Therapist 2").await?;
    Ok((created.clinic_id, Therapists { first, second }))
}

async fn hire(services: &Arc<Services>, admin: &Scope, email: &str, name: &str) -> Result<Scope> {
    let invited = clinic::invite_member(admin, email, Role::Therapist).await?;
    scope(services, &join(services, invited, email, Some(name)).await?).await
}

/// Accepts an invitation by its link.
pub(super) async fn join(
    services: &Arc<Services>,
    invited: Invited,
    email: &str,
    name: Option<&str>,
) -> Result<Tokens> {
    let input = Accept {
        secret: invited.token,
        birth_date: None,
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        name: name.map(str::to_owned),
    };
    patient::accept(&door(services), input).await
}

/// Signs in with the public password.
pub(super) async fn sign_in(services: &Arc<Services>, email: &str) -> Result<Scope> {
    match account::sign_in(&door(services), email, PASSWORD).await? {
        SignedIn::In(tokens) => scope(services, &tokens).await,
        SignedIn::Challenged(_) => Err(Error::SecondFactorRequired),
    }
}

/// The person whom the tokens stand for.
pub(super) async fn scope(services: &Arc<Services>, tokens: &Tokens) -> Result<Scope> {
    authenticate(&door(services), &tokens.access, "demo".to_owned()).await
}
