//! `plumbline schema`.

use super::print;
use crate::failure::Failure;
use clap::Args;

/// Print the GraphQL schema
#[derive(Debug, Args)]
#[command(long_about = "\
Print the GraphQL schema in the schema definition language, for code generators. Needs no settings.

Example:
  plumbline schema > schema.graphql")]
pub(super) struct Arguments {}

pub(super) fn run(_: &Arguments) -> Result<(), Failure> {
    print(&schema::sdl())
}
