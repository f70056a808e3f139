//! The set-up that every command starts with.

use crate::paths::Paths;
use crate::python_env::{self, PythonEnv};
use crate::step::Steps;
use crate::toolchain::Toolchain;
use crate::{crates_ahead, kernel_program, kernelspec, worker};
use anyhow::Result;
use kernel::{files, kept, lock, run_folders};

/// How many steps the set-up has.
pub const STEPS: usize = 6;

/// Does what is not up to date, all of it with `force`.
pub fn run(paths: &Paths, steps: &mut Steps, force: bool) -> Result<PythonEnv> {
    let _lock = lock::exclusive(&paths.work.join("setup.lock"), "its set-up")?;
    files::make_folder(&paths.jupyter)?;
    let toolchain = Toolchain::find(paths)?;
    let python = steps.run("Python environment", || {
        python_env::find_or_make(paths, force)
    })?;
    let program = steps.run("Rust kernel for Jupyter", || {
        kernel_program::find_or_build(paths, force)
    })?;
    steps.run("What runs beside the kernel", || {
        kernelspec::prepare(paths, &program, &toolchain)
    })?;
    steps.run("Crates of the notebooks, built ahead", || {
        crates_ahead::build(paths, &program, &toolchain, force)
    })?;
    steps.run("Kernelspec", || kernelspec::install(paths, &python))?;
    steps.run("Worker program of the handouts", || {
        worker::build(paths, force)
    })?;
    let layout = paths.layout();
    run_folders::sweep(&layout.runs())?;
    kept::sweep(&layout)?;
    Ok(python)
}

/// Only the Python environment, for what starts no kernel.
pub fn python(paths: &Paths, steps: &mut Steps) -> Result<PythonEnv> {
    let _lock = lock::exclusive(&paths.work.join("setup.lock"), "its set-up")?;
    steps.run("Python environment", || {
        python_env::find_or_make(paths, false)
    })
}
