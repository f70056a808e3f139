//! The error type of one job or one worker.

use std::fmt;
use std::io::{self, ErrorKind};
use std::time::Duration;

use speedup::error::Cause;

/// Why there is no result for one job. The results of the other jobs are not affected.
///
/// The message of each error ends with what to do next. That of a job that failed is the job's own.
///
/// # Examples
///
/// ```
/// use speedup_process::jobs::Crash;
/// use speedup_process::{WorkerError, Workers};
///
/// let mut workers = Workers::start(1)?;
/// let error = workers.apply(&Crash::exit(3)).unwrap_err();
/// assert!(matches!(error, WorkerError::Died { .. }));
/// assert!(error.to_string().starts_with("the worker died of this job (exit status: 3); send it again"));
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// The job itself returned an error, or panicked. The worker lives on.
    #[error("the job failed: {problem}")]
    Failed {
        /// The message of the job's error or panic.
        problem: String,
    },
    /// The worker process ended before it answered.
    #[error("the worker died of this job ({status}); send it again, or mend the job")]
    Died {
        /// How it ended: its exit status, or the signal that ended it.
        status: String,
    },
    /// A job took longer than the time limit, so its worker was killed.
    #[error(
        "no answer within {} s, the worker was killed; give the job more time, or mend it",
        limit.as_secs_f64()
    )]
    TimedOut {
        /// The time limit for one job.
        limit: Duration,
    },
    /// The operating system did not start the worker program.
    #[error("{program} cannot be started: {cause}; {}", remedy(cause))]
    NotStarted {
        /// The name of the program's file.
        program: String,
        /// The operating system's error.
        #[source]
        cause: Cause,
    },
    /// A worker was started, but was not ready in time.
    #[error(
        "{program} was started, but was not ready within {} s; \
         start fewer workers, or try again when the machine is less busy",
        limit.as_secs_f64()
    )]
    NotReady {
        /// The name of the program's file.
        program: String,
        /// The time limit for the start.
        limit: Duration,
    },
    /// The program is not the worker program of this build.
    #[error("{program} is not the worker program of this build: {cause}; build it again")]
    OtherProgram {
        /// The name of the program's file.
        program: String,
        /// What it did instead of saying the expected version.
        #[source]
        cause: Cause,
    },
    /// A message could not be sent, or the reply to it could not be read.
    #[error(
        "the job's message or the reply to it is not usable: {cause}; \
         send the job again, or build the program and its worker again"
    )]
    Message {
        /// What is wrong with the message or the reply.
        #[source]
        cause: Cause,
    },
}

impl WorkerError {
    pub(crate) fn message(cause: impl Into<Cause>) -> Self {
        let cause = cause.into();
        Self::Message { cause }
    }
}

/// What to do about a program that cannot be started.
fn remedy(cause: &Cause) -> &'static str {
    let error = cause.downcast_ref::<io::Error>();
    match error.map(|error| (error.kind(), error.raw_os_error())) {
        Some((ErrorKind::NotFound, _)) => "build it again, with `cargo xtask setup`",
        // EMFILE, which has no kind of its own.
        Some((_, Some(24))) if cfg!(unix) => {
            "start fewer workers, or allow more open files with `ulimit -n`"
        }
        Some((ErrorKind::WouldBlock | ErrorKind::OutOfMemory, _)) => {
            "start fewer workers, or end other programs"
        }
        _ => "see that it is a program that you may run, or build it again",
    }
}

/// The message, which `unwrap` shows.
impl fmt::Debug for WorkerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error;

    #[test]
    fn every_variant_has_its_message_and_its_cause() {
        let program = || "worker".to_owned();
        let (limit, problem) = (Duration::from_millis(250), "x: NaN".to_owned());
        let status = "signal: 9".to_owned();
        let cause = || Cause::from(io::Error::from_raw_os_error(2));
        let missing = "No such file or directory (os error 2)";
        // No cause but their own fields, then: with a cause.
        let variants = [
            (WorkerError::Failed { problem }, "the job failed: x: NaN"),
            (
                WorkerError::Died { status },
                "the worker died of this job (signal: 9); send it again, or mend the job",
            ),
            (
                WorkerError::TimedOut { limit },
                "no answer within 0.25 s, the worker was killed; give the job more time, or mend it",
            ),
            (
                WorkerError::NotReady {
                    program: program(),
                    limit,
                },
                "worker was started, but was not ready within 0.25 s; \
                 start fewer workers, or try again when the machine is less busy",
            ),
            (
                WorkerError::NotStarted {
                    program: program(),
                    cause: cause(),
                },
                "worker cannot be started: CAUSE; build it again, with `cargo xtask setup`",
            ),
            (
                WorkerError::OtherProgram {
                    program: program(),
                    cause: cause(),
                },
                "worker is not the worker program of this build: CAUSE; build it again",
            ),
            (
                WorkerError::message(cause()),
                "the job's message or the reply to it is not usable: CAUSE; \
                 send the job again, or build the program and its worker again",
            ),
        ];
        for (error, message) in variants {
            assert_eq!(error.to_string(), message.replace("CAUSE", missing));
            assert_eq!(format!("{error:?}"), error.to_string());
            let source = error.source().map(|cause| cause.is::<io::Error>());
            // A variant that is not named here does not compile, so it cannot be forgotten.
            let expected = match error {
                WorkerError::Failed { .. }
                | WorkerError::Died { .. }
                | WorkerError::TimedOut { .. }
                | WorkerError::NotReady { .. } => None,
                WorkerError::NotStarted { .. }
                | WorkerError::OtherProgram { .. }
                | WorkerError::Message { .. } => Some(true),
            };
            assert_eq!(source, expected, "{error}");
        }
    }
}
