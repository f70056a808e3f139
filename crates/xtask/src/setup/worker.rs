//! Step 5: the program that the handouts' worker processes run, built ahead.

use crate::files;
use crate::tools::child::{self, Show};
use crate::tools::paths::Paths;
use crate::tools::step::Outcome;
use crate::tools::{jupyter_env, toolchain};
use anyhow::{Context, Result};
use std::process::Command;

/// Builds the worker where the crate `speedup-process` looks for it.
///
/// Whether there is anything to build is cargo's to say.
pub fn build(paths: &Paths, force: bool) -> Result<Outcome<()>> {
    let folder = paths.target.join("worker");
    if force {
        files::remove(&folder)?;
    }
    let program = folder.join("release/speedup-worker");
    let modified = || program.metadata().and_then(|data| data.modified()).ok();
    let before = modified();
    let mut command = Command::new(toolchain::cargo());
    jupyter_env::without_cargo(&mut command, paths);
    command
        .args([
            "build",
            "--release",
            "--locked",
            "--package",
            "speedup-process",
        ])
        .args(["--bin", "speedup-worker", "--target-dir"])
        .arg(&folder)
        .current_dir(&paths.root);
    child::run(&mut command, &paths.log("worker"), Show::Nothing)
        .context("the worker program cannot be built")?;
    Ok(match modified() == before {
        true => Outcome::UpToDate(()),
        false => Outcome::Done(()),
    })
}
