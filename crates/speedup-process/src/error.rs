//! What can go wrong with a job that was sent away.

use std::fmt;
use std::time::Duration;

use speedup::timing::human;

/// Why there is no result for one job. The other jobs' results are not affected.
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
/// assert_eq!(error.to_string(), "the worker died of this job (exit status: 3)");
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum WorkerError {
    /// The job itself returned an error, or panicked. The worker lives on.
    Failed {
        /// The job's own words.
        problem: String,
    },
    /// The worker process ended before it answered.
    Died {
        /// How it ended, in the operating system's words.
        status: String,
    },
    /// There was no answer in time, so the worker was killed.
    TimedOut {
        /// The time limit for one message.
        limit: Duration,
    },
    /// No worker could be started.
    NotStarted {
        /// The reason.
        problem: String,
    },
    /// One side does not understand the other.
    Protocol {
        /// What was not understood.
        problem: String,
    },
}

impl fmt::Display for WorkerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { problem } => write!(f, "the job failed: {problem}"),
            Self::Died { status } => write!(f, "the worker died of this job ({status})"),
            Self::TimedOut { limit } => {
                let limit = human(limit.as_secs_f64());
                write!(f, "no answer within {limit}, the worker was killed")
            }
            Self::NotStarted { problem } => write!(f, "no worker could be started: {problem}"),
            Self::Protocol { problem } => write!(f, "a message was not understood: {problem}"),
        }
    }
}

impl std::error::Error for WorkerError {}

impl WorkerError {
    /// Whether the worker is lost with the job, so that another one has to take its place.
    pub(crate) fn lost_the_worker(&self) -> bool {
        !matches!(self, Self::Failed { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_say_what_happened() {
        let limit = Duration::from_millis(250);
        assert_eq!(
            WorkerError::TimedOut { limit }.to_string(),
            "no answer within 250 ms, the worker was killed"
        );
        let problem = "x: NaN is not allowed".to_owned();
        assert_eq!(
            WorkerError::Failed { problem }.to_string(),
            "the job failed: x: NaN is not allowed"
        );
    }
}
