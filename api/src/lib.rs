//! The program `plumbline`: HTTP, command line, configuration, wiring. It knows every room and
//! holds no rule of care.

// The types of the schema's queries and mutations are nested once for each slice.
#![recursion_limit = "256"]

pub mod checkpoints;
pub mod command;
pub mod configuration;
mod cryptography;
pub mod failure;
pub mod http;
pub mod mail;
pub mod media;
pub mod oidc;
pub mod redis;
pub mod seed;
pub mod wiring;
