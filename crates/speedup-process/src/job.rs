//! What a worker can be asked to do, and how it is known by name.

use std::collections::BTreeMap;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A piece of work with its inputs, which can travel to another process and run there.
///
/// Inputs and results must survive the journey as bytes (`serde`). A job should
/// depend on its inputs only: if a worker dies, the jobs that shared a message with
/// the culprit are sent once more.
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
    /// The name by which both sides know the job; unique.
    const NAME: &'static str;

    /// What comes back.
    type Output: Serialize + DeserializeOwned + Send;

    /// Does the work, in the worker process.
    ///
    /// # Errors
    ///
    /// Whatever the job cannot do; its message travels back as [`crate::WorkerError::Failed`].
    fn run(&self) -> Result<Self::Output, Box<dyn Error>>;
}

/// What comes back for one job: its result, or why there is none.
pub(crate) type Answer<T> = Result<T, String>;

type Handler = fn(&[u8]) -> Result<Vec<u8>, postcard::Error>;

/// The jobs that a worker knows, by their names.
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
    /// If another job already has this name: a mistake in the program, found by its first test.
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
        assert!(!taken, "two jobs are called {}", J::NAME);
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
    pub(crate) fn run(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        let unreadable = |error: postcard::Error| format!("unreadable message: {error}");
        let (name, jobs) = postcard::take_from_bytes::<&str>(message).map_err(unreadable)?;
        let handler = self
            .handlers
            .get(name)
            .ok_or_else(|| format!("there is no job called {name}"))?;
        handler(jobs).map_err(unreadable)
    }
}

/// Unpacks jobs of one kind, runs them in order and packs their answers.
fn run_all<J: Job>(jobs: &[u8]) -> Result<Vec<u8>, postcard::Error> {
    let jobs: Vec<J> = postcard::from_bytes(jobs)?;
    let answers: Vec<Answer<J::Output>> = jobs.iter().map(run_one).collect();
    postcard::to_stdvec(&answers)
}

/// Runs one job; a panic in it is its own failure, not that of its neighbours.
fn run_one<J: Job>(job: &J) -> Answer<J::Output> {
    match catch_unwind(AssertUnwindSafe(|| job.run())) {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(panic) => Err(format!("panicked at: {}", words(&*panic))),
    }
}

fn words(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without a message")
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
    let answers: Vec<_> = postcard::from_bytes(answers).map_err(|error| error.to_string())?;
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

    #[test]
    fn jobs_survive_the_journey() {
        let message = pack(&[cubic(0.0), cubic(1.0)]).unwrap();
        let answers = registry().run(&message).unwrap();
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
        let answers = registry().run(&pack(&[Crash::panic()]).unwrap()).unwrap();
        std::panic::set_hook(hook);
        let problem = unpack::<Crash>(&answers, 1).unwrap()[0]
            .clone()
            .unwrap_err();
        assert!(problem.starts_with("panicked at: "), "{problem}");
    }

    #[test]
    fn unknown_and_unreadable_messages_are_named() {
        let unknown = postcard::to_stdvec("no such job").unwrap();
        let error = registry().run(&unknown).unwrap_err();
        assert_eq!(error, "there is no job called no such job");
        assert!(registry().run(&[255, 255]).is_err());
        let mut cut = pack(&[cubic(0.0)]).unwrap();
        cut.pop();
        assert!(registry().run(&cut).unwrap_err().starts_with("unreadable"));
    }
}
