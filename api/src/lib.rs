//! The program `plumbline`: HTTP, command line, configuration, wiring. It knows every room and
//! holds no rule of care.

// The futures of the schema's merged roots lie in one another as deep as there are slices.
#![recursion_limit = "256"]

pub mod checkpoints;
pub mod command;
pub mod configuration;
pub mod failure;
pub mod http;
pub mod mail;
pub mod oidc;
pub mod redis;
pub mod seed;
pub mod wiring;
