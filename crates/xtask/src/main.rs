//! The front door of the repository: `cargo xtask COMMAND`.
//!
//! A map of the modules:
//!
//! | module | what it is |
//! | --- | --- |
//! | [`cli`] | the commands and their options |
//! | [`setup`] | the five set-up steps, in order, under one lock |
//! | [`environment_yml`], [`python_env`] | step 1: the Python environment |
//! | [`toolchain`], [`evcxr`], [`kernel_source`] | step 2: the Rust kernel's program |
//! | [`kernelspec`] | step 3: the launcher and what tells Jupyter of it |
//! | [`seed`], [`dep_lines`] | step 4: the notebooks' crates, built ahead |
//! | [`worker`] | step 5: the program of the worker processes |
//! | [`launcher`], [`run_folders`], [`clone_tree`], [`std_sources`], [`signatures`] | what runs when a kernel starts |
//! | [`cell_build`], [`cell_cache`], [`compiled_cell`], [`first_try`] | cells that were compiled before |
//! | [`known_versions`] | the versions of crates that a kernel takes |
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
mod cell_build;
mod cell_cache;
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
mod first_try;
mod guard;
mod handouts;
mod jupyter_env;
mod kernel_source;
mod kernelspec;
mod known_versions;
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
mod signatures;
mod std_sources;
mod step;
mod test_suite;
mod tidy;
mod toolchain;
mod worker;

use std::env;
use std::ffi::OsStr;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut words = env::args_os();
    let called = words.next().unwrap_or_default();
    let words: Vec<_> = words.collect();
    let outcome = match Path::new(&called).file_name().and_then(OsStr::to_str) {
        Some(cell_cache::NAME) => cell_cache::compile(&words),
        Some(kernel_source::NAME) => kernel_source::compile(&words),
        Some("cargo") => cell_build::cargo(&words),
        Some("rustup") => cell_build::rustup(&words),
        _ => cli::run().map(|()| ExitCode::SUCCESS),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
