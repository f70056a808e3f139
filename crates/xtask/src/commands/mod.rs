//! The commands.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`cli`] | the commands and their options |
//! | [`test_suite`] | `cargo xtask test` |
//! | [`lab`] | `cargo xtask lab` |
//! | [`bench`] | `cargo xtask bench` |

mod bench;
pub mod cli;
mod lab;
mod test_suite;
