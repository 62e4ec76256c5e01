//! Assessment: screens for signs of danger, by clinicians and by patients at any time.
//!
//! Offers [`signs`] (what is asked), [`screen`] (which records the answers, and holds the program where
//! they mean danger), [`screens`], [`resolve`], and [`Level`], [`Finding`].

mod red_flag;
#[cfg(test)]
mod red_flag_tests;
mod resolve;
mod screen;
pub(crate) mod table;

pub use red_flag::{Finding, Level, Sign, signs};
pub use resolve::resolve;
pub use screen::{NewScreen, Screen, screen, screens};
