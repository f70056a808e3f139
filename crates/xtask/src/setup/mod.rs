//! The set-up that every command starts with.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`environment_yml`], [`python_env`] | the Python environment |
//! | [`worker`] | the program of the worker processes |

pub mod environment_yml;
pub mod python_env;
pub mod worker;

use crate::tools::paths::Paths;
use crate::tools::python::PythonEnv;
use crate::tools::step::Steps;
use crate::tools::toolchain::Toolchain;
use crate::{cell_cache, evcxr, files, kernelspec, lock, run_folders, seed};
use anyhow::Result;

/// How many steps the set-up has.
pub const STEPS: usize = 5;

/// Does what is not up to date, all of it with `force`.
pub fn run(paths: &Paths, steps: &mut Steps, force: bool) -> Result<PythonEnv> {
    let _lock = lock::exclusive(&paths.work.join("setup.lock"), "its set-up")?;
    files::make_folder(&paths.jupyter)?;
    let toolchain = Toolchain::find(paths)?;
    let python = steps.run("Python environment", || {
        python_env::find_or_make(paths, force)
    })?;
    let program = steps.run("Rust kernel for Jupyter", || {
        evcxr::find_or_build(paths, &toolchain, force)
    })?;
    steps.run("Kernel launcher and kernelspec", || {
        kernelspec::install(paths, &python, &program, &toolchain)
    })?;
    steps.run("Crates of the notebooks, built ahead", || {
        seed::build(paths, &python, &toolchain, force)
    })?;
    steps.run("Worker program of the handouts", || {
        worker::build(paths, force)
    })?;
    run_folders::sweep(&paths.kernel.join("run"))?;
    cell_cache::sweep(paths)?;
    Ok(python)
}

/// Only the Python environment, for what starts no kernel.
pub fn python(paths: &Paths, steps: &mut Steps) -> Result<PythonEnv> {
    let _lock = lock::exclusive(&paths.work.join("setup.lock"), "its set-up")?;
    steps.run("Python environment", || {
        python_env::find_or_make(paths, false)
    })
}
