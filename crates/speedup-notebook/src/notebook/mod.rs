//! The first cell of a notebook, and what cells tell their reader.
//!
//! | module | concept |
//! | --- | --- |
//! | [`session`] | the compiler, the crates and the machine behind a notebook's figures |
//! | [`limits`] | the most threads and the sizes of problems in a course |
//! | [`progress`] | a parallel map that reports its progress |
//! | [`checks`] | checks of a student's answer to an exercise |

pub mod checks;
pub mod limits;
mod panic_report;
pub mod progress;
pub mod session;

pub use session::{Machine, machine, set_up};
