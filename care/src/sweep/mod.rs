//! The periodic sweep: what only the passing of time says of patients.
//!
//! Offers [`tick`], which may be run at any time, as often as one likes, by any number of workers: it takes
//! nothing but the time, and what it has done once it does not do again.

mod act;
mod engagement;
mod look;
mod tick;

pub use tick::{Swept, tick};
