//! The crates that Cargo.lock names, in cargo's registry.

use crate::tools::child::{self, Show};
use crate::tools::paths::Paths;
use crate::tools::step::Outcome;
use crate::tools::{jupyter_env, toolchain};
use anyhow::{Context, Result};
use std::process::Command;

/// Makes sure that all are there, so that nothing after this needs the network.
///
/// The network is asked only when one is missing. Asked anew each time, because the registry
/// belongs to the user, who may empty it at any time.
pub fn fetch(paths: &Paths) -> Result<Outcome<()>> {
    let command = || {
        let mut command = Command::new(toolchain::cargo());
        jupyter_env::without_cargo(&mut command, paths);
        command.args(["fetch", "--locked"]).current_dir(&paths.root);
        command
    };
    if child::output(command().arg("--offline")).is_ok() {
        return Ok(Outcome::UpToDate(()));
    }
    child::run(&mut command(), &paths.log("fetch"), Show::Nothing)
        .context("crates that Cargo.lock names are missing and cannot be downloaded")?;
    Ok(Outcome::Done(()))
}
