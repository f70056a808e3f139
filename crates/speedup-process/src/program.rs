//! Finds the worker program, or builds it.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use speedup::Error;

use crate::pipe::{self, Deadline, read_exact, set_nonblocking};
use crate::protocol::version;
use crate::worker::{LONGEST_VERSION, START};

/// The environment variable that names the file of a worker program that is built already.
pub const VARIABLE: &str = "SPEEDUP_WORKER";

static FOUND: Mutex<Option<PathBuf>> = Mutex::new(None);

/// The file of the worker program that was built from the same sources as this crate.
///
/// 1. If the environment variable `SPEEDUP_WORKER` is set, this is the file that it names.
/// 2. Otherwise this is the program in the folder `target/worker` beside the crates or, if that
///    folder cannot be written, in the user's cache folder. If there is no program, or one
///    that was built from other sources, cargo builds it, and a line is printed that says so.
///
/// Later calls return the same file without a new search.
///
/// # Errors
///
/// [`Error::System`] if the file that `SPEEDUP_WORKER` names is not a worker of this build or
/// does not say its version within 20 s, or if cargo cannot build one.
///
/// # Examples
///
/// ```
/// assert!(speedup_process::program::find()?.is_file());
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn find() -> Result<PathBuf, Error> {
    pipe::available().map_err(|error| Error::system("worker program", error))?;
    // Held while building: a second thread waits instead of building as well.
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(program) = &*found {
        return Ok(program.clone());
    }
    let program = match std::env::var_os(VARIABLE).filter(|name| !name.is_empty()) {
        Some(name) => from_variable(PathBuf::from(name), START)?,
        None => from_target_folder()?,
    };
    *found = Some(program.clone());
    Ok(program)
}

/// The program that the variable names, if its version is right.
fn from_variable(program: PathBuf, limit: Duration) -> Result<PathBuf, Error> {
    let wrong = |problem: String| {
        let file = program.display();
        Err(program_error(format!(
            "{VARIABLE} names {file}: {problem}; build it again, or unset {VARIABLE}"
        )))
    };
    match version_of(&program, limit) {
        Ok(found) if found == version() => Ok(program),
        Ok(found) => wrong(format!("its version is `{found}`, not `{}`", version())),
        Err(error) if error.kind() == ErrorKind::TimedOut => {
            let seconds = limit.as_secs_f64();
            wrong(format!("it does not say its version within {seconds} s"))
        }
        Err(error) => wrong(format!("it cannot be started, {error}")),
    }
}

/// The program in its own folder, built if needed.
fn from_target_folder() -> Result<PathBuf, Error> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let target = target_folder()?;
    let program = target.join("release").join("speedup-worker");
    let is_current = || version_of(&program, START).is_ok_and(|found| found == version());
    if is_current() {
        return Ok(program);
    }
    println!("building the worker program; this takes about half a minute and is done only once");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // The program has its own target folder: cargo locks it, and no other build has to wait.
    let output = Command::new(cargo)
        .args([
            "build",
            "--release",
            "--locked",
            "--quiet",
            "--bin",
            "speedup-worker",
            "--features",
            "argmin",
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
        .map_err(|error| {
            program_error(format!(
                "cargo cannot be started: {error}; install Rust, or set {VARIABLE}"
            ))
        })?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        return Err(program_error(format!(
            "cargo cannot build it: {}",
            message.trim()
        )));
    }
    if is_current() {
        Ok(program)
    } else {
        Err(program_error(
            "the sources of the crates have changed since this program was started; \
             restart it (in a notebook: restart the kernel)"
                .to_owned(),
        ))
    }
}

/// The first folder that can be created and written to.
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
        program_error(format!(
            "neither target/worker nor the user's cache folder can be written, so it cannot be \
             built; set {VARIABLE} to a program that is built already"
        ))
    })
}

fn is_writable(folder: &Path) -> bool {
    let probe = folder.join(format!(".probe-{}", std::process::id()));
    let writable = std::fs::create_dir_all(folder).is_ok() && std::fs::write(&probe, "").is_ok();
    let _ = std::fs::remove_file(&probe);
    writable
}

/// The first line that a program prints when it is asked for its version.
fn version_of(program: &Path, limit: Duration) -> io::Result<String> {
    let mut child = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let line = first_line(&mut child, Deadline::after(limit));
    // No more is needed of it, and it may be a program that never ends.
    child.kill()?;
    child.wait()?;
    line
}

/// The first line of a program's output, or what there is if the output ends or is too long.
fn first_line(child: &mut Child, end: Deadline) -> io::Result<String> {
    let Some(output) = &mut child.stdout else {
        return Err(io::Error::other("it has no pipe"));
    };
    set_nonblocking(output)?;
    let (mut line, mut byte) = (Vec::new(), [0]);
    while (line.len() as u64) < LONGEST_VERSION {
        match read_exact(output, &mut byte, end) {
            Ok(()) if byte == *b"\n" => break,
            Ok(()) => line.extend(byte),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(error),
        }
    }
    Ok(String::from_utf8_lossy(&line).into_owned())
}

fn program_error(problem: String) -> Error {
    Error::system("worker program", problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_a_worker_is_named() {
        let error = from_variable("no/such/file".into(), START)
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("worker program: SPEEDUP_WORKER names no/such/file: "));
        let stale = from_variable("/bin/echo".into(), START)
            .unwrap_err()
            .to_string();
        assert!(stale.contains("build it again"), "{stale}");
    }

    #[test]
    fn a_program_that_never_ends_is_given_up() {
        let name = format!("endless-{}", std::process::id());
        let file = std::env::temp_dir().join(name);
        // The shell writes it: a file that this process holds open cannot be started.
        let write = |script: &str| {
            let mut shell = Command::new("sh");
            shell.args(["-c", "printf \"$1\" >\"$0\" && chmod +x \"$0\""]);
            assert!(shell.arg(&file).arg(script).status().unwrap().success());
        };
        write("#!/bin/sh\nexec sleep 600\n");
        let limit = Duration::from_millis(50);
        let silent = from_variable(file.clone(), limit).unwrap_err().to_string();
        write("#!/bin/sh\nexec yes\n");
        let chatty = version_of(&file, START).unwrap();
        write("#!/bin/sh\nexec cat /dev/zero\n");
        let long = version_of(&file, START).unwrap();
        std::fs::remove_file(&file).unwrap();
        let problem = "it does not say its version within 0.05 s; build it again";
        assert!(silent.contains(problem), "{silent}");
        assert_eq!((chatty.as_str(), long.len()), ("y", 4096));
    }
}
