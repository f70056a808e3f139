//! The front door of the repository: `cargo xtask COMMAND`.
//!
//! A map of the modules. In the rooms, each uses only those below it in this table.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`commands`] | the commands and their options; tests and JupyterLab |
//! | [`bench`] | measuring the kernels, also in turns with peers in Python and C |
//! | [`handouts`] | executing, rendering and printing the notebooks, for students and lecturers too |
//! | [`tidy`] | notebooks in canonical form, their Rust formatted and linted |
//! | [`setup`] | the set-up steps, in order, under one lock |
//! | [`evcxr`], [`kernel_source`] | the Rust kernel's program |
//! | [`kernelspec`] | the launcher and what tells Jupyter of it |
//! | [`seed`] | the notebooks' crates, built ahead |
//! | [`launcher`], [`run_folders`], [`clone_tree`], [`std_sources`], [`signatures`] | what runs when a kernel starts |
//! | [`cell_build`], [`cell_cache`], [`compiled_cell`], [`first_try`] | cells that were compiled before |
//! | [`known_versions`] | the versions of crates that a kernel takes |
//! | [`tools`] | paths, steps, child processes, Python, notebook files |
//! | [`lock`], [`files`], [`own_program`] | small tools |
#![forbid(unsafe_code)]

#[cfg(not(unix))]
compile_error!("xtask runs on Linux and macOS; on Windows use it inside WSL");

mod bench;
mod cell_build;
mod cell_cache;
mod clone_tree;
mod commands;
mod compiled_cell;
mod evcxr;
mod files;
mod first_try;
mod guard;
mod handouts;
mod kernel_source;
mod kernelspec;
mod known_versions;
mod launcher;
mod lock;
mod own_program;
mod run_folders;
mod seed;
mod setup;
mod signatures;
mod std_sources;
mod tidy;
mod tools;

// The names by which the kernel's modules know these.
use setup::python_env;
use tools::notebook as dep_lines;
use tools::{child, jupyter_env, paths, step, toolchain};

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
        _ => commands::cli::run().map(|()| ExitCode::SUCCESS),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
