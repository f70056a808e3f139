//! The front door of the repository: `cargo xtask COMMAND`.
//!
//! A map of the modules:
//!
//! | module | what it is |
//! | --- | --- |
//! | [`cli`] | the commands and their options |
//! | [`setup`] | the six set-up steps, in order, under one lock |
//! | [`environment_yml`], [`python_env`] | step 1: the Python environment |
//! | [`toolchain`], [`kernel_program`] | step 2: the Rust kernel's program |
//! | [`kernelspec`] | steps 3 and 5: what runs beside the kernel, and what tells Jupyter of it |
//! | [`crates_ahead`], [`dependencies`], [`dep_lines`] | step 4: the notebooks' crates, built ahead |
//! | [`worker`] | step 6: the program of the worker processes |
//! | [`jupyter_env`] | the environment variables of all that is run |
//! | [`handouts`], [`output_folder`], [`picture`], [`chromium`] | executing, rendering and printing the notebooks |
//! | [`tidy`] | notebooks in canonical form, their Rust formatted and linted |
//! | [`edition`] | the notebooks as students or lecturers get them |
//! | [`lab`], [`test_suite`] | the other two commands |
//! | [`bench`] | measuring the kernels, also in turns with peers in Python and C |
//! | [`paths`], [`step`], [`child`], [`own_program`] | small tools |
#![forbid(unsafe_code)]

#[cfg(not(unix))]
compile_error!("xtask runs on Linux and macOS; on Windows use it inside WSL");

mod bench;
mod child;
mod chromium;
mod cli;
mod crates_ahead;
mod dep_lines;
mod dependencies;
mod edition;
mod environment_yml;
mod handouts;
mod jupyter_env;
mod kernel_program;
mod kernelspec;
mod lab;
mod output_folder;
mod own_program;
mod paths;
mod picture;
mod python_env;
mod setup;
mod step;
mod test_suite;
mod tidy;
mod toolchain;
mod worker;

// Small tools of the crate beside this one.
use kernel::{files, lock, run_folders};
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
