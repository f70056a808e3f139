//! A job that fails on request, for tests and demonstrations.

use std::error::Error;

use serde::{Deserialize, Serialize};

use crate::Job;

/// A job that succeeds, fails, panics or ends its worker, as requested.
///
/// # Examples
///
/// ```
/// use speedup_process::{Job, jobs::Crash};
///
/// assert_eq!(Crash::no().run().unwrap(), "fine");
/// assert!(Crash::fail().run().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Crash(How);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum How {
    No,
    Exit(i32),
    Abort,
    Panic,
    Fail,
}

impl Crash {
    /// The job succeeds.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_process::{Job, jobs::Crash};
    /// assert_eq!(Crash::no().run().unwrap(), "fine");
    /// ```
    pub fn no() -> Self {
        Self(How::No)
    }

    /// The job ends its worker process with this exit status.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_process::jobs::Crash;
    /// assert_ne!(Crash::exit(3), Crash::no());
    /// ```
    pub fn exit(status: i32) -> Self {
        Self(How::Exit(status))
    }

    /// The job ends its worker process by a signal, as a fault in native code does.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_process::jobs::Crash;
    /// assert_ne!(Crash::abort(), Crash::exit(1));
    /// ```
    pub fn abort() -> Self {
        Self(How::Abort)
    }

    /// The job panics. The worker catches the panic and lives on.
    ///
    /// # Examples
    ///
    /// ```should_panic
    /// # use speedup_process::{Job, jobs::Crash};
    /// let _ = Crash::panic().run();
    /// ```
    pub fn panic() -> Self {
        Self(How::Panic)
    }

    /// The job returns an error.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_process::{Job, jobs::Crash};
    /// assert_eq!(Crash::fail().run().unwrap_err().to_string(), "told to fail");
    /// ```
    pub fn fail() -> Self {
        Self(How::Fail)
    }
}

impl Job for Crash {
    const NAME: &'static str = "crash";
    type Output = String;

    fn run(&self) -> Result<String, Box<dyn Error>> {
        match self.0 {
            How::No => Ok("fine".to_owned()),
            How::Exit(status) => std::process::exit(status),
            How::Abort => std::process::abort(),
            How::Panic => panic!("told to panic"),
            How::Fail => Err("told to fail".into()),
        }
    }
}
