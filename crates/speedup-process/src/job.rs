//! Jobs for workers, and the registry that finds them by name.

use std::collections::BTreeMap;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A piece of work with its inputs, which can travel to another process and run there.
///
/// `serde` turns inputs and results into bytes and back. A job should depend on its inputs
/// only: if a worker is lost, all jobs of its message are sent once more.
///
/// # Examples
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use speedup_process::Job;
///
/// #[derive(Serialize, Deserialize)]
/// struct Sum(Vec<u64>);
///
/// impl Job for Sum {
///     const NAME: &'static str = "sum";
///     type Output = u64;
///
///     fn run(&self) -> Result<u64, Box<dyn std::error::Error>> {
///         let add = |sum: u64, x: &u64| sum.checked_add(*x);
///         self.0.iter().try_fold(0, add).ok_or_else(|| "the sum is too big".into())
///     }
/// }
///
/// assert_eq!(Sum(vec![1, 2, 3]).run().unwrap(), 6);
/// ```
pub trait Job: Serialize + DeserializeOwned + Sync {
    /// The name of the job on both sides. No two jobs may have the same name.
    const NAME: &'static str;

    /// The type of the result.
    type Output: Serialize + DeserializeOwned + Send;

    /// Runs the job, in the worker process.
    ///
    /// # Errors
    ///
    /// Any error of the job. Its text becomes [`crate::WorkerError::Failed`] in the program
    /// that sent the job.
    fn run(&self) -> Result<Self::Output, Box<dyn Error>>;
}

/// The result of one job, or the text of its error.
pub(crate) type Answer<T> = Result<T, String>;

type Handler = fn(&[u8], &mut dyn FnMut()) -> Result<Vec<u8>, postcard::Error>;

/// The jobs that a worker can run, by their names.
///
/// # Examples
///
/// ```
/// use speedup_process::Registry;
/// use speedup_process::jobs::{Crash, Cubic};
///
/// let registry = Registry::default().with::<Cubic>().with::<Crash>();
/// assert_eq!(registry.names(), ["crash", "cubic"]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Registry {
    handlers: BTreeMap<&'static str, Handler>,
}

impl Registry {
    /// Adds a job.
    ///
    /// # Panics
    ///
    /// If another job already has this name. That is a mistake in the program, not in its input.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_process::{Registry, jobs::Hang};
    /// assert_eq!(Registry::default().with::<Hang>().names(), ["hang"]);
    /// ```
    #[must_use]
    pub fn with<J: Job>(mut self) -> Self {
        let taken = self.handlers.insert(J::NAME, run_all::<J>).is_some();
        assert!(!taken, "two jobs have the name {}", J::NAME);
        self
    }

    /// The names of the jobs, in alphabetical order.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(speedup_process::jobs::registry().names().contains(&"cubic"));
    /// ```
    pub fn names(&self) -> Vec<&'static str> {
        self.handlers.keys().copied().collect()
    }

    /// Runs the jobs in a message and packs their answers.
    ///
    /// `heartbeat` is called before the first job and after each job.
    pub(crate) fn run(
        &self,
        message: &[u8],
        heartbeat: &mut dyn FnMut(),
    ) -> Result<Vec<u8>, String> {
        let unreadable = |error: postcard::Error| format!("the worker cannot read it, {error}");
        let (name, jobs) = postcard::take_from_bytes::<&str>(message).map_err(unreadable)?;
        let handler = self
            .handlers
            .get(name)
            .ok_or_else(|| format!("the worker has no job named {name}"))?;
        handler(jobs, heartbeat).map_err(unreadable)
    }
}

/// Unpacks jobs of one kind, runs them in order and packs their answers.
fn run_all<J: Job>(jobs: &[u8], heartbeat: &mut dyn FnMut()) -> Result<Vec<u8>, postcard::Error> {
    let jobs: Vec<J> = from_all_bytes(jobs)?;
    heartbeat();
    let mut answers: Vec<Answer<J::Output>> = Vec::with_capacity(jobs.len());
    for job in &jobs {
        answers.push(run_one(job));
        heartbeat();
    }
    postcard::to_stdvec(&answers)
}

/// Runs one job. A panic is the error of this job alone; the other jobs still run.
pub(crate) fn run_one<J: Job>(job: &J) -> Answer<J::Output> {
    match catch_unwind(AssertUnwindSafe(|| job.run())) {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(panic) => Err(format!("panic: {}", panic_message(&*panic))),
    }
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without a message")
}

/// The value of which these are all bytes. postcard itself would not look at bytes that are left over.
pub(crate) fn from_all_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, postcard::Error> {
    match postcard::take_from_bytes(bytes)? {
        (value, []) => Ok(value),
        _ => Err(postcard::Error::DeserializeBadEncoding),
    }
}

/// Packs jobs of one kind into a message.
pub(crate) fn pack<J: Job>(jobs: &[J]) -> Result<Vec<u8>, postcard::Error> {
    let name = postcard::to_stdvec(J::NAME)?;
    postcard::to_extend(jobs, name)
}

/// Unpacks the answers to a message of `count` jobs.
pub(crate) fn unpack<J: Job>(
    answers: &[u8],
    count: usize,
) -> Result<Vec<Answer<J::Output>>, String> {
    let answers: Vec<_> = from_all_bytes(answers).map_err(|error| error.to_string())?;
    match answers.len() {
        n if n == count => Ok(answers),
        n => Err(format!("{n} answers to {count} jobs")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::{Crash, Cubic, registry};

    fn cubic(d: f64) -> Cubic {
        Cubic {
            coefficients: [1.0, 0.0, 0.0, d],
            x: vec![2.0],
        }
    }

    fn run(message: &[u8]) -> Result<Vec<u8>, String> {
        registry().run(message, &mut || ())
    }

    #[test]
    fn results_are_those_of_the_jobs_and_each_job_has_a_heartbeat() {
        let message = pack(&[cubic(0.0), cubic(1.0)]).unwrap();
        let mut beats = 0;
        let answers = registry().run(&message, &mut || beats += 1).unwrap();
        assert_eq!(beats, 3);
        let unpacked = unpack::<Cubic>(&answers, 2).unwrap();
        assert_eq!(unpacked, [Ok(vec![8.0]), Ok(vec![9.0])]);
        assert!(
            unpack::<Cubic>(&answers, 3)
                .unwrap_err()
                .contains("2 answers to 3")
        );
    }

    #[test]
    fn a_panic_is_the_failure_of_one_job() {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let answers = run(&pack(&[Crash::panic()]).unwrap()).unwrap();
        std::panic::set_hook(hook);
        let problem = unpack::<Crash>(&answers, 1).unwrap()[0]
            .clone()
            .unwrap_err();
        assert!(problem.starts_with("panic: "), "{problem}");
    }

    #[test]
    fn unknown_and_unreadable_messages_are_named() {
        let unknown = postcard::to_stdvec("no such job").unwrap();
        let error = run(&unknown).unwrap_err();
        assert_eq!(error, "the worker has no job named no such job");
        assert!(run(&[255, 255]).is_err());
        let mut cut = pack(&[cubic(0.0)]).unwrap();
        cut.pop();
        assert!(run(&cut).unwrap_err().contains("cannot read it"));
        let mut long = pack(&[cubic(0.0)]).unwrap();
        long.push(0);
        assert!(run(&long).unwrap_err().contains("cannot read it"));
        let mut answers = run(&pack(&[cubic(0.0)]).unwrap()).unwrap();
        answers.push(0);
        assert!(unpack::<Cubic>(&answers, 1).is_err());
    }
}
