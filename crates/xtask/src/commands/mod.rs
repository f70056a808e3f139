//! The commands.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`cli`] | the commands and their options |
//! | [`test_suite`] | `cargo xtask test` |
//! | [`python_tests`] | the part of it that pytest does |
//! | [`long_tests`] | `cargo xtask test --long` |
//! | [`lab`] | `cargo xtask lab` |
//! | [`bench`] | `cargo xtask bench` |

mod bench;
pub mod cli;
mod lab;
mod long_tests;
mod python_tests;
mod test_suite;
