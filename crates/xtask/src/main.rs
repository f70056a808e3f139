//! The front door of the repository: `cargo xtask COMMAND`.
//!
//! A map of the modules. In the rooms, each uses only those below it in this table.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`commands`] | the commands and their options; tests, JupyterLab, benchmarks |
//! | [`handouts`] | executing, rendering and printing the notebooks, for students and lecturers too |
//! | [`tidy`] | notebooks in canonical form, their Rust formatted and linted |
//! | [`setup`] | the set-up steps, in order, under one lock |
//! | [`tools`] | paths, steps, child processes, Python, notebook files |
#![forbid(unsafe_code)]

#[cfg(not(unix))]
compile_error!("xtask runs on Linux and macOS; on Windows use it inside WSL");

mod commands;
mod handouts;
mod setup;
mod tidy;
mod tools;

// Small tools of the crate beside this one.
use kernel::{files, lock, run_folders};
use std::process::ExitCode;

fn main() -> ExitCode {
    match commands::cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let message = format!("{error:#}");
            eprintln!("error: {message}");
            if let Some(step) = tools::next_step::after(&message) {
                eprintln!("next: {step}");
            }
            ExitCode::FAILURE
        }
    }
}
