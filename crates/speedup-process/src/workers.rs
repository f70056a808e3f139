//! A pool of worker processes.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use speedup::Error;
use speedup::error::{check_count, check_nonzero};
use speedup::parallel::affinity;

use crate::slot::{Outcome, Slot};
use crate::worker::Worker;
use crate::{Job, Traffic, WorkerError, program};

/// A pool of worker processes, which end when it is dropped.
///
/// A worker that dies or exceeds the time limit is replaced by a new one. If its message
/// held several jobs, all of them are sent once more, each in a message of its own. A job
/// that loses its worker again gets an error.
///
/// # Examples
///
/// ```
/// use speedup_process::jobs::Crash;
/// use speedup_process::Workers;
///
/// let mut workers = Workers::start(2)?;
/// let jobs = [Crash::no(), Crash::exit(1), Crash::no(), Crash::fail()];
/// let results = workers.map(&jobs, 4)?;
/// assert_eq!(results[0].as_deref(), Ok("fine"));
/// assert!(results[1].is_err());
/// assert_eq!(results[2].as_deref(), Ok("fine"));
/// assert!(results[3].is_err());
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Debug)]
pub struct Workers {
    slots: Vec<Slot>,
    next: usize,
    limit: Duration,
}

impl Workers {
    /// The largest number of workers that is allowed.
    pub const MAX: usize = 256;

    /// Starts `n` worker processes, on the cores that the calling thread may use.
    ///
    /// In a thread of a pool that is pinned to one core, this undoes the pinning. The cores
    /// chosen by [`on_cores`](speedup::parallel::affinity::on_cores) are inherited.
    ///
    /// [`program::find`] finds the worker program, or builds it.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] unless `n` is 1 to [`Workers::MAX`]. [`Error::System`] if the worker
    /// program is not found, cannot be started or is not of this build, or if a worker is
    /// not ready within 20 s.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_process::Workers;
    ///
    /// assert_eq!(Workers::start(2)?.count(), 2);
    /// assert!(Workers::start(0).is_err());
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn start(n: usize) -> Result<Self, Error> {
        check_workers(n)?;
        Self::start_program(program::find()?, n)
    }

    /// Starts `n` processes of the worker program in this file.
    ///
    /// # Errors
    ///
    /// The errors of [`Workers::start`].
    ///
    /// # Examples
    ///
    /// ```
    /// let error = speedup_process::Workers::start_program("no/such/program", 1).unwrap_err();
    /// assert!(error.to_string().starts_with("worker process: "));
    /// ```
    pub fn start_program(file: impl AsRef<Path>, n: usize) -> Result<Self, Error> {
        let count = check_workers(n)?;
        let mut slots: Vec<Slot> = (0..count).map(|_| Slot::empty(file.as_ref())).collect();
        // All programs start at the same time; only then does this one wait for the first.
        let spawned = slots.iter_mut().try_for_each(Slot::spawn);
        spawned
            .and_then(|()| slots.iter_mut().try_for_each(Slot::greet))
            .map_err(|error| Error::system("worker process", error))?;
        Ok(Self {
            slots,
            next: 0,
            limit: Duration::from_secs(60),
        })
    }

    /// The number of workers.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_process::Workers;
    /// assert_eq!(Workers::start(3)?.count(), 3);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn count(&self) -> usize {
        self.slots.len()
    }

    /// The operating system's numbers of the worker processes.
    ///
    /// A worker that was killed while it had no job is listed until it is replaced, which
    /// the next job for it does. A worker that was lost with its job is not listed.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_process::Workers;
    /// let workers = Workers::start(2)?;
    /// assert!(!workers.ids().contains(&std::process::id()));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn ids(&self) -> Vec<u32> {
        let workers = self.slots.iter().filter_map(|slot| slot.worker.as_ref());
        workers.map(Worker::id).collect()
    }

    /// Sets the time limit for one job: 60 s unless set.
    ///
    /// A worker whose job takes longer is killed, and the job gets
    /// [`WorkerError::TimedOut`]. Jobs that travel in one message each have the full time.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_process::Workers;
    /// let mut workers = Workers::start(1)?;
    /// workers.set_time_limit(std::time::Duration::from_secs(5));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn set_time_limit(&mut self, limit: Duration) {
        self.limit = limit;
    }

    /// Messages and bytes so far.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_process::{Workers, jobs::Crash};
    ///
    /// let mut workers = Workers::start(1)?;
    /// workers.apply(&Crash::no()).unwrap();
    /// assert_eq!(workers.traffic().messages, 1);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn traffic(&self) -> Traffic {
        let each = self.slots.iter().map(|slot| slot.traffic);
        each.fold(Traffic::default(), |sum, traffic| sum + traffic)
    }

    /// The number of workers that were started to replace lost ones.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_process::{Workers, jobs::Crash};
    ///
    /// let mut workers = Workers::start(1)?;
    /// assert!(workers.apply(&Crash::abort()).is_err());
    /// assert!(workers.apply(&Crash::no()).is_ok());
    /// assert_eq!(workers.replaced(), 1);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn replaced(&self) -> u64 {
        self.slots.iter().map(|slot| slot.replaced).sum()
    }

    /// Sends one job to one worker and waits for its result, as Python's `Pool.apply` does.
    ///
    /// The other workers are idle during this time. Each call goes to the next worker.
    ///
    /// # Errors
    ///
    /// [`WorkerError`] if the job fails, exceeds the time limit or ends its worker, or if no
    /// worker can be started.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_process::{Workers, jobs::Cubic};
    ///
    /// let mut workers = Workers::start(2)?;
    /// let job = Cubic { coefficients: [0.0, 0.0, 2.0, 1.0], x: vec![3.0] };
    /// assert_eq!(workers.apply(&job), Ok(vec![7.0]));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn apply<J: Job>(&mut self, job: &J) -> Result<J::Output, WorkerError> {
        let slot = self.next % self.slots.len();
        self.next = slot + 1;
        self.slots[slot].run_one(job, self.limit)
    }

    /// Sends all jobs, `chunk` of them per message. The next free worker gets the next message.
    ///
    /// The results are in the order of the jobs. This is Python's `Pool.starmap` with
    /// its `chunksize`. With a chunk of 1, each job travels in a message of its own.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] for a chunk of 0. A job without a result does not end the call: its
    /// [`WorkerError`] is at the job's place among the results.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_process::{Workers, jobs::Cubic};
    ///
    /// let job = |d| Cubic { coefficients: [0.0, 0.0, 0.0, d], x: vec![0.0] };
    /// let jobs = [job(1.0), job(2.0), job(3.0)];
    /// let mut workers = Workers::start(2)?;
    /// let results = workers.map(&jobs, 2)?;
    /// assert_eq!(results, [Ok(vec![1.0]), Ok(vec![2.0]), Ok(vec![3.0])]);
    /// assert!(workers.map(&jobs, 0).is_err());
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn map<J: Job>(&mut self, jobs: &[J], chunk: usize) -> Result<Vec<Outcome<J>>, Error> {
        check_count("jobs in a message", chunk, 1, u64::MAX)?;
        let mut results: Vec<Option<Outcome<J>>> = (0..jobs.len()).map(|_| None).collect();
        let work = jobs.chunks(chunk).zip(results.chunks_mut(chunk));
        let (queue, limit) = (Mutex::new(work), self.limit);
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        // A worker that is replaced inherits the cores of the thread that starts it.
        affinity::with_all_cores(|| {
            std::thread::scope(|scope| {
                for slot in &mut self.slots {
                    scope.spawn(move || {
                        while let Some((jobs, results)) = next() {
                            slot.run(jobs, results, limit);
                        }
                    });
                }
            });
        });
        let not_sent = || Err(WorkerError::message("it was not sent to any worker"));
        let results = results.into_iter();
        Ok(results.map(|r| r.unwrap_or_else(not_sent)).collect())
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        // All workers end at the same time; only then does this one wait for the first.
        let workers = self
            .slots
            .iter_mut()
            .filter_map(|slot| slot.worker.as_mut());
        workers.for_each(Worker::close);
    }
}

fn check_workers(n: usize) -> Result<usize, Error> {
    check_nonzero("workers", n, Workers::MAX).map(NonZeroUsize::get)
}
