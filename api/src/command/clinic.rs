//! `plumbline clinic`.

use super::{Sources, print};
use crate::failure::Failure;
use clap::{Args, Subcommand};

/// Begin a clinic
#[derive(Debug, Args)]
#[command(long_about = "\
Begin a clinic.

Example:
  plumbline clinic create --name \"Spine Clinic\" --time-zone Europe/Berlin --admin-email you@clinic.example")]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Create(Create),
}

/// Create a clinic and print its first administrator's invitation
#[derive(Debug, Args)]
#[command(long_about = "\
Create a clinic and print its first administrator's invitation: a link and a code, good for one use
within seven days. Nobody else can read them again: hand them over safely.

Example:
  plumbline clinic create --name \"Spine Clinic\" --time-zone Europe/Berlin --admin-email you@clinic.example")]
struct Create {
    /// What patients and staff read, 1 to 200 characters.
    #[arg(long)]
    name: String,
    /// The IANA name of the zone that the clinic works in.
    #[arg(long, value_name = "ZONE")]
    time_zone: String,
    /// The only address that may accept the invitation.
    #[arg(long, value_name = "ADDRESS")]
    admin_email: String,
}

pub(super) async fn run(arguments: &Arguments, sources: &Sources) -> Result<(), Failure> {
    let Command::Create(create) = &arguments.command;
    let app = sources.app().await?;
    app.load_library().await?;
    let worker = care::access::worker(&app.services);
    let created = care::clinic::create(&worker, &create.name, &create.time_zone, &create.admin_email).await?;
    let (url, invited) = (app.configuration.public_url(), created.invitation);
    app.services.store.close().await;
    print(&format!(
        "The clinic has begun. Its first administrator is invited, once, until {until}:

  link  {url}/invitation/{token}
  code  {code}

What to do next:
  1. Start the server: plumbline serve
  2. Accept as {email}, in an app or by the mutation acceptInvitation, with the last part of the
     link as its secret, a password and a name.
  3. Set up an authenticator app (enrollTotp, confirmTotp), and invite the therapists
     (inviteClinician).
",
        until = invited.expires_at,
        token = invited.token,
        code = invited.code,
        email = create.admin_email,
    ))
}
