//! The set-up that every command starts with.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`rust_src`] | the source of the standard library |
//! | [`environment_yml`], [`python_env`], [`venv`] | the Python environment: one that is activated, or our own |
//! | [`crates`] | the crates that Cargo.lock names |
//! | [`kernel_program`] | the kernel's program, built once for each user |
//! | [`kernelspec`] | what runs beside the kernel, and what tells Jupyter of it |
//! | [`crates_ahead`], [`dependencies`] | the crates that notebooks name, built ahead |
//! | [`beside`] | work for a core that is left idle |
//! | [`worker`] | the program of the worker processes |
//! | [`mpi`] | the MPI of the handout on clusters, and its program |

pub mod beside;
pub mod crates;
mod crates_ahead;
mod dependencies;
pub mod environment_yml;
mod kernel_program;
mod kernelspec;
pub mod mpi;
pub mod python_env;
mod rust_src;
mod venv;
mod worker;

use crate::tools::paths::Paths;
use crate::tools::python::{Needs, PythonEnv};
use crate::tools::scripts;
use crate::tools::step::{Outcome, Steps};
use crate::tools::toolchain::Toolchain;
use anyhow::Result;
use kernel::{files, kept, lock, run_folders};
use mpi::Mpi;
use std::fs::File;

/// How many steps the set-up has.
pub const STEPS: usize = 9;

/// What all else is built with: found, or quickly made.
pub struct Ground {
    toolchain: Toolchain,
    python: PythonEnv,
}

/// What was built before its turn, and the lock under which it was.
#[derive(Default)]
pub struct Early {
    lock: Option<File>,
    job: Option<crates_ahead::Job>,
}

/// Does what is not up to date, all of it with `force`.
///
/// What the command that follows needs in the Python environment is known before anything
/// that takes long.
pub fn run(paths: &Paths, steps: &mut Steps, force: bool, needs: &Needs) -> Result<PythonEnv> {
    let ground = begin(paths, steps, force, needs)?;
    ground.finish(paths, steps, force, Early::default())
}

/// The steps that find what is missing on a machine, before anything is built.
pub fn begin(paths: &Paths, steps: &mut Steps, force: bool, needs: &Needs) -> Result<Ground> {
    let _lock = exclusive(paths)?;
    let toolchain = Toolchain::find(paths)?;
    steps.run("Source of Rust's standard library", || {
        rust_src::find_or_add(paths, &toolchain)
    })?;
    let python = python_step(paths, steps, force, needs)?;
    // The set-up itself runs notebooks.
    python.require(&Needs::These(scripts::TO_EXECUTE))?;
    steps.run("Sources of the crates", || crates::fetch(paths))?;
    Ok(Ground { toolchain, python })
}

impl Ground {
    /// The Python environment.
    pub fn python(&self) -> &PythonEnv {
        &self.python
    }

    /// Builds crates and programs without a word, for cores that other work leaves idle. What fails
    /// here is tried again.
    pub fn early(&self, paths: &Paths, force: bool) -> Early {
        let lock = exclusive(paths).ok();
        let job = crates_ahead::begin(paths, &self.toolchain, force);
        let job = job.ok().flatten();
        if let Some(job) = &job {
            job.early(paths, &self.toolchain);
        }
        worker::early(paths, &self.toolchain);
        if let Ok(mpi) = Mpi::find(paths, &self.python) {
            mpi.early(paths);
        }
        Early { lock, job }
    }

    /// The steps that build.
    pub fn finish(
        self,
        paths: &Paths,
        steps: &mut Steps,
        force: bool,
        early: Early,
    ) -> Result<PythonEnv> {
        let Ground { toolchain, python } = self;
        let _lock = match early.lock {
            Some(lock) => lock,
            None => exclusive(paths)?,
        };
        let mpi = Mpi::find(paths, &python)?;
        files::make_folder(&paths.jupyter)?;
        let job = match early.job {
            Some(job) => Some(job),
            None => crates_ahead::begin(paths, &toolchain, force)?,
        };
        // Work of later steps, for a core that is left idle.
        let programs = || {
            worker::early(paths, &toolchain);
            mpi.early(paths);
        };
        let program = steps.run("Rust kernel for Jupyter", || {
            kernel_program::find_or_build(paths, force, || {
                job.iter().for_each(|job| job.early(paths, &toolchain));
                programs();
            })
        })?;
        steps.run("What runs beside the kernel", || {
            kernelspec::prepare(paths, &program, &toolchain)
        })?;
        steps.run("Crates of the notebooks, built ahead", || match job {
            // The largest of them are built one after the other, each on one core.
            Some(job) => {
                let ((), built) = beside::run(programs, || job.finish(paths, &program));
                built.map(Outcome::Done)
            }
            None => Ok(Outcome::UpToDate(())),
        })?;
        steps.run("Kernelspec", || kernelspec::install(paths, &python))?;
        steps.run("Worker program of the handouts", || {
            worker::build(paths, &toolchain, force)
        })?;
        steps.run("MPI program of the handouts", || mpi.build(paths, force))?;
        let layout = paths.layout();
        run_folders::sweep(&layout.runs())?;
        kept::sweep(&layout)?;
        Ok(python)
    }
}

/// Only the Python environment, for what starts no kernel.
pub fn python(paths: &Paths, steps: &mut Steps, needs: &Needs) -> Result<PythonEnv> {
    let _lock = exclusive(paths)?;
    python_step(paths, steps, false, needs)
}

fn python_step(paths: &Paths, steps: &mut Steps, force: bool, needs: &Needs) -> Result<PythonEnv> {
    steps.run("Python environment", || {
        let found = python_env::find_or_make(paths, force)?;
        let (Outcome::Done(python) | Outcome::UpToDate(python)) = &found;
        python.require(needs)?;
        Ok(found)
    })
}

fn exclusive(paths: &Paths) -> Result<File> {
    lock::exclusive(&paths.work.join("setup.lock"), "its set-up")
}
