//! What all the rooms use.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`paths`] | where things are in the checkout |
//! | [`step`] | numbered, timed steps |
//! | [`cache`] | what is kept for all checkouts of a user |
//! | [`child`] | child processes |
//! | [`interrupts`], [`next_step`] | what is said when a command is interrupted, or fails by the machine |
//! | [`toolchain`] | facts about the Rust toolchain |
//! | [`python`], [`jupyter_env`] | a Python environment, and the variables of what runs in it |
//! | [`scripts`] | the Python scripts inside this program |
//! | [`notebook`] | notebook files |
//! | [`own_program`] | programs in use, as copies |

pub mod cache;
pub mod child;
pub mod interrupts;
pub mod jupyter_env;
pub mod next_step;
pub mod notebook;
pub mod own_program;
pub mod paths;
pub mod python;
pub mod scripts;
pub mod step;
pub mod toolchain;
