//! A job that sleeps, for tests and demonstrations of time limits.

use std::error::Error;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Job;

/// A job that sleeps for some time, or for ever.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use speedup_process::jobs::Hang;
/// use speedup_process::{WorkerError, Workers};
///
/// let mut workers = Workers::start(1)?;
/// workers.set_time_limit(Duration::from_millis(100));
/// let error = workers.apply(&Hang::for_ever()).unwrap_err();
/// assert!(matches!(error, WorkerError::TimedOut { .. }));
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hang {
    seconds: Option<f64>,
}

impl Hang {
    /// Sleeps for this number of seconds. A negative number is an error of the job.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_process::{Job, jobs::Hang};
    /// assert!(Hang::seconds(0.001).run().is_ok());
    /// assert!(Hang::seconds(-1.0).run().is_err());
    /// ```
    pub fn seconds(seconds: f64) -> Self {
        let seconds = Some(seconds);
        Self { seconds }
    }

    /// Sleeps until the process is ended.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_process::jobs::Hang;
    /// assert_ne!(Hang::for_ever(), Hang::seconds(1e9));
    /// ```
    pub fn for_ever() -> Self {
        Self { seconds: None }
    }
}

impl Job for Hang {
    const NAME: &'static str = "hang";
    type Output = ();

    fn run(&self) -> Result<(), Box<dyn Error>> {
        match self.seconds {
            Some(seconds) => {
                std::thread::sleep(Duration::try_from_secs_f64(seconds)?);
                Ok(())
            }
            None => loop {
                std::thread::sleep(Duration::from_secs(3600));
            },
        }
    }
}
