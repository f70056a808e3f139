//! Where the worker program is, and how it is built if there is none.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use speedup::Error;

use crate::protocol::version;

/// The variable that names the worker program, if somebody has built it ahead.
pub const VARIABLE: &str = "SPEEDUP_WORKER";

static FOUND: Mutex<Option<PathBuf>> = Mutex::new(None);

/// The worker program of this very build.
///
/// 1. If the variable `SPEEDUP_WORKER` is set, the file that it names.
/// 2. Else the program in a folder of its own, `target/worker` beside the crates or,
///    where that cannot be written, in the user's cache folder; if there is none there, or one that was
///    built from other sources, cargo builds it, and a line says so.
///
/// The answer is kept as long as the program lives.
///
/// # Errors
///
/// [`Error::System`] if the file named is no worker of this build, or cargo cannot build one.
///
/// # Examples
///
/// ```
/// assert!(speedup_process::program::find()?.is_file());
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn find() -> Result<PathBuf, Error> {
    // Held while building: a second thread waits instead of building as well.
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(program) = &*found {
        return Ok(program.clone());
    }
    let program = match std::env::var_os(VARIABLE).filter(|name| !name.is_empty()) {
        Some(name) => named(PathBuf::from(name))?,
        None => built()?,
    };
    *found = Some(program.clone());
    Ok(program)
}

/// The program that the variable names, if it is what it should be.
fn named(program: PathBuf) -> Result<PathBuf, Error> {
    match says(&program) {
        Ok(said) if said == version() => Ok(program),
        Ok(said) => Err(problem(format!(
            "the file that {VARIABLE} names is `{said}`, needed is `{}`: build it again",
            version()
        ))),
        Err(error) => Err(problem(format!("the file that {VARIABLE} names: {error}"))),
    }
}

/// The program in its own folder, built if needed.
fn built() -> Result<PathBuf, Error> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let target = target_folder()?;
    let program = target.join("release").join("speedup-worker");
    let is_current = || says(&program).is_ok_and(|said| said == version());
    if is_current() {
        return Ok(program);
    }
    println!("building the worker program, once: this takes half a minute or so");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // A target folder of its own: cargo locks it, and no other build waits for that lock.
    let output = Command::new(cargo)
        .args([
            "build",
            "--release",
            "--locked",
            "--quiet",
            "--bin",
            "speedup-worker",
        ])
        .arg("--manifest-path")
        .arg(&manifest)
        .arg("--target-dir")
        .arg(&target)
        .env_remove("CARGO_BUILD_TARGET")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUSTFLAGS")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| problem(format!("cargo cannot be started: {error}")))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        return Err(problem(format!("cargo cannot build it: {}", words.trim())));
    }
    if is_current() {
        Ok(program)
    } else {
        Err(problem(
            "the one just built is of other sources than this program".to_owned(),
        ))
    }
}

/// The first folder that can be made and written to.
fn target_folder() -> Result<PathBuf, Error> {
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
        .filter(|folder| folder.is_absolute());
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/worker");
    [
        Some(beside),
        cache.map(|cache| cache.join("speedup-worker")),
    ]
    .into_iter()
    .flatten()
    .find(|folder| is_writable(folder))
    .and_then(|folder| folder.canonicalize().ok())
    .ok_or_else(|| {
        problem(format!(
            "no folder to build in; set {VARIABLE} to a built one"
        ))
    })
}

fn is_writable(folder: &Path) -> bool {
    let probe = folder.join(format!(".probe-{}", std::process::id()));
    let writable = std::fs::create_dir_all(folder).is_ok() && std::fs::write(&probe, "").is_ok();
    let _ = std::fs::remove_file(&probe);
    writable
}

/// What a program answers when asked for its version.
fn says(program: &Path) -> std::io::Result<String> {
    let output = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()?;
    let line = String::from_utf8_lossy(&output.stdout);
    Ok(line.lines().next().unwrap_or_default().to_owned())
}

fn problem(problem: String) -> Error {
    Error::System {
        what: "worker program",
        problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_worker_is_named() {
        let error = named("no/such/file".into()).unwrap_err().to_string();
        assert!(error.starts_with("worker program: the file that SPEEDUP_WORKER names"));
        let stale = named("/bin/echo".into()).unwrap_err().to_string();
        assert!(stale.contains("build it again"), "{stale}");
    }
}
