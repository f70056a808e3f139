//! The front door of the repository: `cargo xtask COMMAND`.
//!
//! A map of the modules:
//!
//! | module | what it is |
//! | --- | --- |
//! | [`cli`] | the commands and their options |
//! | [`setup`] | the five set-up steps, in order, under one lock |
//! | [`environment_yml`], [`python_env`] | step 1: the Python environment |
//! | [`toolchain`], [`evcxr`] | step 2: the Rust kernel's program |
//! | [`kernelspec`] | step 3: the launcher and what tells Jupyter of it |
//! | [`seed`], [`dep_lines`] | step 4: the notebooks' crates, built ahead |
//! | [`worker`] | step 5: the program of the worker processes |
//! | [`launcher`], [`run_folders`], [`clone_tree`], [`std_sources`] | what runs when a kernel starts |
//! | [`cell_cache`], [`compiled_cell`], [`cell_key`] | cells that were compiled before |
//! | [`jupyter_env`] | the environment variables of all that is run |
//! | [`handouts`], [`output_folder`], [`picture`], [`chromium`] | executing, rendering and printing the notebooks |
//! | [`tidy`] | notebooks in canonical form, their Rust formatted and linted |
//! | [`edition`] | the notebooks as students or lecturers get them |
//! | [`lab`], [`test_suite`] | the other two commands |
//! | [`bench`] | measuring the kernels, also in turns with peers in Python and C |
//! | [`paths`], [`step`], [`child`], [`lock`], [`files`], [`own_program`] | small tools |
#![forbid(unsafe_code)]

#[cfg(not(unix))]
compile_error!("xtask runs on Linux and macOS; on Windows use it inside WSL");

mod bench;
mod cell_cache;
mod cell_key;
mod child;
mod chromium;
mod cli;
mod clone_tree;
mod compiled_cell;
mod dep_lines;
mod edition;
mod environment_yml;
mod evcxr;
mod files;
mod guard;
mod handouts;
mod jupyter_env;
mod kernelspec;
mod lab;
mod launcher;
mod lock;
mod output_folder;
mod own_program;
mod paths;
mod picture;
mod python_env;
mod run_folders;
mod seed;
mod setup;
mod std_sources;
mod step;
mod test_suite;
mod tidy;
mod toolchain;
mod worker;

use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = match cell_cache::called_as_compiler() {
        Some(words) => cell_cache::compile(&words),
        None => cli::run().map(|()| ExitCode::SUCCESS),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
