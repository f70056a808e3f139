//! The program that the handouts' worker processes run, built ahead.

use crate::files;
use crate::tools::child;
use crate::tools::paths::Paths;
use crate::tools::step::Outcome;
use crate::tools::toolchain::{self, Toolchain};
use crate::tools::{jupyter_env, own_program};
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program's name.
const PROGRAM: &str = "speedup-worker";

/// Builds the worker where the crate `speedup-process` looks for it.
///
/// Whether there is anything to build is cargo's to say, and where it put the program, too: the
/// user's settings have a say in that. They may also ask for another kind of machine, on
/// which no notebook runs: so this one's is named.
pub fn build(paths: &Paths, toolchain: &Toolchain, force: bool) -> Result<Outcome<()>> {
    let folder = paths.target.join("worker");
    if force {
        files::remove(&folder)?;
    }
    let mut command = command(paths, toolchain, &folder);
    let messages = child::run_reading(&mut command, &paths.log("worker"))
        .context("the worker program cannot be built")?;
    let built = messages.iter().find_map(|line| built(line, PROGRAM));
    let built = built.context("cargo built the worker program, but does not say where it is")?;
    let place = folder.join("release").join(PROGRAM);
    own_program::copy(&built, &place).map(Outcome::of)
}

/// Builds it without a word, while another step takes its time. What fails here is tried again.
pub fn early(paths: &Paths, toolchain: &Toolchain) {
    let _ = child::output(&mut command(paths, toolchain, &paths.target.join("worker")));
}

fn command(paths: &Paths, toolchain: &Toolchain, folder: &Path) -> Command {
    let mut command = Command::new(toolchain::cargo());
    jupyter_env::without_cargo(&mut command, paths);
    command
        .args(["build", "--release", "--locked"])
        .args(["--message-format", "json-render-diagnostics"])
        .args(["--package", "speedup-process", "--bin", PROGRAM])
        .args(["--features", "argmin"])
        .args(["--target", &toolchain.host, "--target-dir"])
        .arg(folder)
        .current_dir(&paths.root);
    command
}

/// The file of a program, if this message of cargo's is on it.
pub fn built(message: &str, program: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let is_ours = message["target"]["name"] == program;
    Some(message["executable"].as_str().filter(|_| is_ours)?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_says_where_the_program_is() {
        let artifact = |name: &str, file: &str| {
            format!("{{\"target\":{{\"name\":\"{name}\"}},\"executable\":{file}}}")
        };
        let place = built(
            &artifact(PROGRAM, "\"/t/wasm/release/speedup-worker\""),
            PROGRAM,
        );
        assert_eq!(place, Some("/t/wasm/release/speedup-worker".into()));
        assert_eq!(built(&artifact("other", "\"/t/other\""), PROGRAM), None);
        assert_eq!(built(&artifact(PROGRAM, "null"), PROGRAM), None);
        assert_eq!(built("Compiling", PROGRAM), None);
    }
}
