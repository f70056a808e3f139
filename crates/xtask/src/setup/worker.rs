//! The program that the handouts' worker processes run, built ahead.

use crate::files;
use crate::tools::child;
use crate::tools::jupyter_env;
use crate::tools::paths::Paths;
use crate::tools::step::Outcome;
use crate::tools::toolchain::{self, Toolchain};
use anyhow::{Context, Result};
use serde_json::Value;
use std::fs;
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
    let mut command = Command::new(toolchain::cargo());
    jupyter_env::without_cargo(&mut command, paths);
    command
        .args(["build", "--release", "--locked"])
        .args(["--message-format", "json-render-diagnostics"])
        .args(["--package", "speedup-process", "--bin", PROGRAM])
        .args(["--target", &toolchain.host, "--target-dir"])
        .arg(&folder)
        .current_dir(&paths.root);
    let messages = child::run_reading(&mut command, &paths.log("worker"))
        .context("the worker program cannot be built")?;
    let built = messages.iter().find_map(|line| built(line));
    let built = built.context("cargo built the worker program, but does not say where it is")?;
    Ok(match put(&built, &folder.join("release").join(PROGRAM))? {
        true => Outcome::Done(()),
        false => Outcome::UpToDate(()),
    })
}

/// The program's file, if this message of cargo's is on it.
fn built(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let is_ours = message["target"]["name"] == PROGRAM;
    Some(message["executable"].as_str().filter(|_| is_ours)?.into())
}

/// Copies the program to its place, unless it is there; tells whether it copied.
fn put(built: &Path, place: &Path) -> Result<bool> {
    let read = |path: &Path| fs::read(path).ok();
    if read(built).is_some() && read(built) == read(place) {
        return Ok(false);
    }
    if let Some(parent) = place.parent() {
        files::make_folder(parent)?;
    }
    let new = files::sibling(place, "new");
    fs::copy(built, &new).with_context(|| format!("cannot copy {}", built.display()))?;
    files::rename(&new, place)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn cargo_says_where_the_program_is() {
        let artifact = |name: &str, file: &str| {
            format!("{{\"target\":{{\"name\":\"{name}\"}},\"executable\":{file}}}")
        };
        let place = built(&artifact(PROGRAM, "\"/t/wasm/release/speedup-worker\""));
        assert_eq!(place, Some("/t/wasm/release/speedup-worker".into()));
        assert_eq!(built(&artifact("other", "\"/t/other\"")), None);
        assert_eq!(built(&artifact(PROGRAM, "null")), None);
        assert_eq!(built("Compiling"), None);
    }

    #[test]
    fn the_program_is_put_in_place_once_and_can_run() {
        let folder = TestFolder::new("worker");
        let (built, place) = (folder.0.join("built"), folder.0.join("release/worker"));
        files::write(&built, b"1").unwrap();
        fs::set_permissions(&built, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(put(&built, &place).unwrap());
        assert!(!put(&built, &place).unwrap());
        let mode = fs::metadata(&place).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o755);
    }
}
