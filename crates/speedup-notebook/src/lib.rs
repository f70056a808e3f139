//! Measurements, charts, tables and checks for the notebooks of the speed-up handouts.
//!
//! | module | contents |
//! | --- | --- |
//! | [`jupyter`] | the display protocol of the kernel |
//! | [`measure`] | times, speed-up and scaling laws, load of each CPU, this machine's hardware |
//! | [`display`] | charts and tables as the last value of a cell |
//! | [`notebook`] | the first cell, the limits of a course, progress of long work, checks of exercises |
//!
//! The rules of this crate:
//!
//! - A module uses only modules above it in this table, and the crate [`speedup`], which does not
//!   depend on this crate.
//! - A value that a cell can end with has a method `evcxr_display`, which shows it, and implements
//!   [`Display`](std::fmt::Display) or has a description for its text form.
//! - Times are seconds as `f64`, and sizes are bytes. Other units stand in the name or the label.
//! - A function that can refuse its input returns [`speedup::Error`]. The message names the value
//!   and the allowed range. The checks of exercises return the sentence that a cell shows, and
//!   [`set_up`](notebook::set_up) panics, so that its cell stops.
//! - Each chart has a description in words, and colour is never its only distinction.
//!
//! ```
//! use speedup_notebook::prelude::*;
//!
//! let run = timed(|| pi::estimate(100_000, Streams::new(1)));
//! assert!(run.wall >= 0.0);
//! # Ok::<(), Error>(())
//! ```

#![deny(unsafe_code)]

pub mod display;
#[cfg(any(fuzzing, test))]
pub mod fuzz;
pub mod jupyter;
pub mod measure;
pub mod notebook;
pub mod prelude;
