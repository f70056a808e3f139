//! Starts a program with a time limit, and keeps what it printed.

use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use speedup::Error;

/// What the operating system's program `timeout` waits for the end of what it has stopped.
const GRACE: Duration = Duration::from_secs(3);

/// How many names are tried for a file.
const NAMES: usize = 1_000;

/// What this program waits, beyond its limit and the grace, before it gives up.
const PATIENCE: Duration = Duration::from_secs(3);

/// What a program printed, and how it ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The lines that its ranks printed, in the order in which they arrived. This order changes from run to run.
    pub lines: Vec<String>,
    /// What `mpirun` and the ranks said on standard error.
    pub errors: String,
    /// Seconds from the start of `mpirun` to its end.
    pub seconds: f64,
    /// How it ended.
    pub end: End,
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// All ranks ended by themselves, without an error.
    Finished,
    /// A rank failed, or `mpirun` did.
    Failed {
        /// The exit status, or the signal that ended it.
        status: String,
    },
    /// It took longer than the time limit, and was killed with all its ranks.
    TimedOut {
        /// The time limit.
        limit: Duration,
    },
}

impl Run {
    /// Whether all ranks ended by themselves, without an error.
    pub fn is_finished(&self) -> bool {
        self.end == End::Finished
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finished => write!(f, "all ranks ended"),
            Self::Failed { status } => write!(f, "failed ({status})"),
            Self::TimedOut { limit } => write!(
                f,
                "not ended within {} s: mpirun and all ranks were killed",
                limit.as_secs_f64()
            ),
        }
    }
}

/// The lines, and how the program ended unless all is well.
impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.lines.join("\n"))?;
        match &self.end {
            End::Finished => Ok(()),
            End::Failed { .. } => write!(f, "\n{}\n{}", self.errors.trim(), self.end),
            End::TimedOut { .. } => write!(f, "\n{}", self.end),
        }
    }
}

/// Runs a command to its end, or to the time limit.
///
/// The program `timeout` keeps the limit. So it is kept even if the process that called this function is gone.
pub(crate) fn run(command: &Command, limit: Duration) -> Result<Run, Error> {
    let (mut out, mut err) = (nameless_file()?, nameless_file()?);
    let began = Instant::now();
    let mut child = limited(command, limit)
        .stdin(Stdio::null())
        .stdout(out.try_clone().map_err(refused)?)
        .stderr(err.try_clone().map_err(refused)?)
        .spawn()
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => refused("the program `timeout` of the coreutils is missing"),
            _ => refused(error),
        })?;
    let status = wait(&mut child, limit.saturating_add(GRACE + PATIENCE)).map_err(refused)?;
    let seconds = began.elapsed();
    let end = match status {
        Some(status) if status.success() => End::Finished,
        Some(status) if seconds < limit => End::Failed {
            status: status.to_string(),
        },
        _ => End::TimedOut { limit },
    };
    Ok(Run {
        lines: text_of(&mut out)?.lines().map(str::to_owned).collect(),
        errors: text_of(&mut err)?,
        seconds: seconds.as_secs_f64(),
        end,
    })
}

/// The command, started by `timeout`. It stays in the process group of this program: who kills that, kills it.
fn limited(command: &Command, limit: Duration) -> Command {
    let mut timeout = Command::new("timeout");
    timeout
        .arg("--foreground")
        .arg(format!("--kill-after={}", GRACE.as_secs()))
        // It takes 0 for no limit.
        .arg(limit.max(Duration::from_nanos(1)).as_secs_f64().to_string())
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => timeout.env(name, value),
            None => timeout.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        timeout.current_dir(folder);
    }
    timeout
}

fn wait(child: &mut Child, longest: Duration) -> io::Result<Option<ExitStatus>> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if began.elapsed() > longest {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// A file that is removed already, and lives as long as somebody has it open. A pipe would stay open, and reading
/// from it would wait, if a rank outlived `mpirun`.
fn nameless_file() -> Result<File, Error> {
    nameless_file_in(&std::env::temp_dir()).map_err(refused)
}

/// The folder may be one where all users write: only this user may open the file, and a name that somebody has taken,
/// also by a link, is passed over.
fn nameless_file_in(folder: &Path) -> io::Result<File> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let mut options = File::options();
    options.read(true).append(true).create_new(true).mode(0o600);
    for _ in 0..NAMES {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("speedup-mpirun-{}-{number}", std::process::id()));
        match options.open(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            file => return std::fs::remove_file(&path).and(file),
        }
    }
    Err(io::Error::new(
        ErrorKind::AlreadyExists,
        format!("all names for a file are taken in {}", folder.display()),
    ))
}

fn text_of(file: &mut File) -> Result<String, Error> {
    let mut bytes = Vec::new();
    file.rewind().map_err(refused)?;
    file.read_to_end(&mut bytes).map_err(refused)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn refused(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::system("mpirun", cause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::unix::fs::MetadataExt;

    fn shell(script: &str, limit: Duration) -> Run {
        run(Command::new("sh").args(["-c", script]), limit).unwrap()
    }

    #[test]
    fn what_was_printed_and_how_it_ended_is_kept() {
        let minute = Duration::from_secs(60);
        let fine = shell("echo a; echo b; echo c >&2", minute);
        assert_eq!((fine.lines.len(), fine.errors.as_str()), (2, "c\n"));
        assert!(fine.is_finished() && fine.seconds < 60.0);
        assert_eq!(fine.to_string(), "a\nb");
        let failed = shell("echo a; echo no >&2; exit 3", minute);
        assert_eq!(failed.to_string(), "a\nno\nfailed (exit status: 3)");
    }

    #[test]
    fn names_that_are_taken_in_a_folder_of_all_are_passed_over_and_links_are_not_followed() {
        let folder = std::env::temp_dir().join(format!("mpirun-names-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let theirs = folder.join("theirs");
        std::fs::write(&theirs, "untouched").unwrap();
        let name =
            |number: u64| folder.join(format!("speedup-mpirun-{}-{number}", std::process::id()));
        for number in 0..200 {
            std::os::unix::fs::symlink(&theirs, name(number)).unwrap();
        }
        let mut file = nameless_file_in(&folder).unwrap();
        assert_eq!(file.metadata().unwrap().mode() & 0o777, 0o600);
        file.write_all(b"ours").unwrap();
        assert_eq!(text_of(&mut file).unwrap(), "ours");
        assert_eq!(std::fs::read(&theirs).unwrap(), b"untouched");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 201);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_program_that_does_not_end_is_killed() {
        let limit = Duration::from_millis(200);
        let endless = shell("echo begun; exec sleep 600", limit);
        assert_eq!(endless.end, End::TimedOut { limit });
        assert!(endless.seconds < 2.0, "{endless:?}");
        assert_eq!(
            endless.to_string(),
            "begun\nnot ended within 0.2 s: mpirun and all ranks were killed"
        );
    }

    #[test]
    fn the_limit_may_be_nothing_or_without_end() {
        let nothing = shell("exec sleep 600", Duration::ZERO);
        assert_eq!(
            nothing.end,
            End::TimedOut {
                limit: Duration::ZERO
            }
        );
        assert!(nothing.seconds < GRACE.as_secs_f64(), "{nothing:?}");
        assert_eq!(shell("echo a", Duration::MAX).to_string(), "a");
    }

    #[test]
    fn one_that_ignores_the_signal_is_killed_too() {
        let limit = Duration::from_millis(100);
        let stubborn = shell("trap '' TERM; while :; do sleep 0.1; done", limit);
        assert_eq!(stubborn.end, End::TimedOut { limit });
    }
}
