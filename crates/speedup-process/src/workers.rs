//! A pool of worker processes.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use speedup::Error;
use speedup::error::{check_count, check_positive};

use crate::job::{Answer, pack, unpack};
use crate::protocol::read_reply;
use crate::worker::Worker;
use crate::{Job, Traffic, WorkerError, program};

/// What came back for one job.
type Outcome<J> = Result<<J as Job>::Output, WorkerError>;

/// A pool of worker processes, which end when it is dropped.
///
/// A worker that dies or gives no answer in time is replaced by a new one, and its
/// job gets an error that says so. Jobs that shared the message are sent once more, each on its own,
/// so that only the culprit is lost.
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
    seats: Vec<Seat>,
    next: usize,
    limit: Duration,
}

/// A worker's place in the pool; empty from a worker's loss until it is needed again.
#[derive(Debug)]
struct Seat {
    program: PathBuf,
    worker: Option<Worker>,
    traffic: Traffic,
    replaced: u64,
}

impl Workers {
    /// The largest number of workers that is taken seriously.
    pub const MAX: usize = 256;

    /// Starts `n` worker processes, on all the cores that this process may use.
    ///
    /// The worker program is found, or built, as [`program::find`] says.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] unless `n` is 1 to [`Workers::MAX`]; [`Error::System`] if
    /// there is no worker program or it cannot be started.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_process::Workers;
    ///
    /// assert_eq!(Workers::start(2)?.count(), 2);
    /// assert!(Workers::start(0).is_err());
    /// assert!(Workers::start(-1).is_err());
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn start(n: i64) -> Result<Self, Error> {
        check_workers(n)?;
        Self::start_program(program::find()?, n)
    }

    /// Starts `n` processes of the worker program in this file.
    ///
    /// # Errors
    ///
    /// As [`Workers::start`].
    ///
    /// # Examples
    ///
    /// ```
    /// let error = speedup_process::Workers::start_program("no/such/program", 1).unwrap_err();
    /// assert!(error.to_string().starts_with("worker process: "));
    /// ```
    pub fn start_program(file: impl AsRef<Path>, n: i64) -> Result<Self, Error> {
        let count = check_workers(n)?;
        let mut seats: Vec<Seat> = (0..count).map(|_| Seat::empty(file.as_ref())).collect();
        // All are started before the first is waited for.
        for seat in &mut seats {
            seat.worker = Some(Worker::spawn(&seat.program).map_err(refused)?);
        }
        for seat in &mut seats {
            if let Some(worker) = &mut seat.worker {
                worker.greet(&seat.program).map_err(refused)?;
            }
        }
        Ok(Self {
            seats,
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
        self.seats.len()
    }

    /// The numbers by which the operating system knows the processes that live now.
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
        let workers = self.seats.iter().filter_map(|seat| seat.worker.as_ref());
        workers.map(Worker::id).collect()
    }

    /// Sets the time within which a message must be answered: 60 s unless set.
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
        let each = self.seats.iter().map(|seat| seat.traffic);
        each.fold(Traffic::default(), |sum, traffic| sum + traffic)
    }

    /// How many workers were started in the place of lost ones.
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
        self.seats.iter().map(|seat| seat.replaced).sum()
    }

    /// Sends one job to one worker and waits for its result, as Python's `Pool.apply` does.
    ///
    /// The other workers have nothing to do meanwhile. The workers take turns.
    ///
    /// # Errors
    ///
    /// [`WorkerError`] if there is no result.
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
        let seat = self.next % self.seats.len();
        self.next = seat + 1;
        self.seats[seat].run_one(job, self.limit)
    }

    /// Sends all jobs, `chunk` of them in a message, each message to whichever worker is free.
    ///
    /// Results are in the order of the jobs. This is Python's `Pool.starmap` with
    /// its `chunksize`; with a chunk of 1, each job is a message of its own.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] for a chunk of 0. A job that goes wrong is an error in its own place.
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
        std::thread::scope(|scope| {
            for seat in &mut self.seats {
                scope.spawn(move || {
                    while let Some((jobs, results)) = next() {
                        seat.run(jobs, results, limit);
                    }
                });
            }
        });
        let never = || WorkerError::NotStarted {
            problem: "no thread was left to send the job".to_owned(),
        };
        let results = results
            .into_iter()
            .map(|r| r.unwrap_or_else(|| Err(never())));
        Ok(results.collect())
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        // All are told to end before the first is waited for.
        let workers = self
            .seats
            .iter_mut()
            .filter_map(|seat| seat.worker.as_mut());
        workers.for_each(Worker::close);
    }
}

impl Seat {
    fn empty(program: &Path) -> Self {
        Self {
            program: program.to_owned(),
            worker: None,
            traffic: Traffic::default(),
            replaced: 0,
        }
    }

    /// Runs the jobs in one message; if the worker is lost with it, each in a message of its own.
    fn run<J: Job>(&mut self, jobs: &[J], results: &mut [Option<Outcome<J>>], limit: Duration) {
        match self.send(jobs, limit) {
            Ok(answers) => {
                for (result, answer) in results.iter_mut().zip(answers) {
                    *result = Some(outcome::<J>(answer));
                }
            }
            Err(error) if jobs.len() == 1 => results[0] = Some(Err(error)),
            Err(_) => {
                for (job, result) in jobs.iter().zip(results) {
                    *result = Some(self.run_one(job, limit));
                }
            }
        }
    }

    fn run_one<J: Job>(&mut self, job: &J, limit: Duration) -> Outcome<J> {
        let answers = self.send(std::slice::from_ref(job), limit)?;
        answers
            .into_iter()
            .map(outcome::<J>)
            .next()
            .unwrap_or_else(|| {
                let problem = "no answer in the reply".to_owned();
                Err(WorkerError::Protocol { problem })
            })
    }

    /// Sends jobs in one message; a worker that is lost with it leaves the seat empty.
    fn send<J: Job>(
        &mut self,
        jobs: &[J],
        limit: Duration,
    ) -> Result<Vec<Answer<J::Output>>, WorkerError> {
        let message = pack(jobs).map_err(not_understood)?;
        let reply = self.seated()?.exchange_with(&message, limit);
        let answers = reply.and_then(|reply| {
            let answers = read_reply(&reply).map_err(not_understood)?;
            unpack::<J>(answers, jobs.len()).map_err(not_understood)
        });
        if answers.as_ref().is_err_and(WorkerError::lost_the_worker) {
            self.worker = None;
        }
        answers
    }

    /// This seat with a worker in it: a new one, if the last is gone.
    fn seated(&mut self) -> Result<&mut Self, WorkerError> {
        if self.worker.as_mut().is_none_or(Worker::has_ended) {
            self.worker = None;
            let mut worker = Worker::spawn(&self.program)?;
            worker.greet(&self.program)?;
            self.worker = Some(worker);
            self.replaced += 1;
        }
        Ok(self)
    }

    fn exchange_with(&mut self, message: &[u8], limit: Duration) -> Result<Vec<u8>, WorkerError> {
        match &mut self.worker {
            Some(worker) => worker.exchange(message, limit, &mut self.traffic),
            None => Err(not_understood("nobody is there")),
        }
    }
}

fn outcome<J: Job>(answer: Answer<J::Output>) -> Outcome<J> {
    answer.map_err(|problem| WorkerError::Failed { problem })
}

fn not_understood(problem: impl ToString) -> WorkerError {
    WorkerError::Protocol {
        problem: problem.to_string(),
    }
}

fn check_workers(n: i64) -> Result<usize, Error> {
    check_positive("workers", n, Workers::MAX).map(NonZeroUsize::get)
}

fn refused(error: WorkerError) -> Error {
    Error::System {
        what: "worker process",
        problem: error.to_string(),
    }
}
