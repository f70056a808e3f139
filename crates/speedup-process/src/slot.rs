//! A worker's place in the pool.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::job::{Answer, pack, unpack};
use crate::protocol::read_reply;
use crate::worker::{START, Worker};
use crate::{Job, Traffic, WorkerError};

/// The result of one job, or why there is none.
pub type Outcome<J> = Result<<J as Job>::Output, WorkerError>;

/// A worker's place in the pool. It is empty from the loss of a worker until the next message.
#[derive(Debug)]
pub struct Slot {
    program: PathBuf,
    pub worker: Option<Worker>,
    pub traffic: Traffic,
    pub replaced: u64,
}

impl Slot {
    pub fn empty(program: &Path) -> Self {
        Self {
            program: program.to_owned(),
            worker: None,
            traffic: Traffic::default(),
            replaced: 0,
        }
    }

    /// Starts the first worker; [`Slot::greet`] waits until it is ready.
    pub fn spawn(&mut self) -> Result<(), WorkerError> {
        self.worker = Some(Worker::spawn(&self.program)?);
        Ok(())
    }

    /// Waits until the worker is ready.
    pub fn greet(&mut self) -> Result<(), WorkerError> {
        match &mut self.worker {
            Some(worker) => worker.greet(&self.program, START),
            None => Ok(()),
        }
    }

    /// Runs the jobs in one message. If the worker is lost, runs each in a message of its own.
    pub fn run<J: Job>(&mut self, jobs: &[J], results: &mut [Option<Outcome<J>>], limit: Duration) {
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

    /// Runs one job in a message of its own.
    pub fn run_one<J: Job>(&mut self, job: &J, limit: Duration) -> Outcome<J> {
        let answers = self.send(std::slice::from_ref(job), limit)?;
        match answers.into_iter().next() {
            Some(answer) => outcome::<J>(answer),
            None => Err(WorkerError::message("the reply holds no answer")),
        }
    }

    /// Sends jobs in one message. After an error the slot is empty, unless the jobs could not
    /// be packed: then nothing was sent.
    fn send<J: Job>(
        &mut self,
        jobs: &[J],
        limit: Duration,
    ) -> Result<Vec<Answer<J::Output>>, WorkerError> {
        let message = pack(jobs).map_err(WorkerError::message)?;
        let mut worker = self.take_worker()?;
        let reply = worker.exchange(&message, limit, &mut self.traffic)?;
        let answers = read_reply(&reply).map_err(WorkerError::message)?;
        let answers = unpack::<J>(answers, jobs.len()).map_err(WorkerError::message)?;
        self.worker = Some(worker);
        Ok(answers)
    }

    /// The worker of this slot, or a new one if the last one is gone.
    fn take_worker(&mut self) -> Result<Worker, WorkerError> {
        if let Some(mut worker) = self.worker.take()
            && !worker.has_ended()
        {
            return Ok(worker);
        }
        let mut worker = Worker::spawn(&self.program)?;
        worker.greet(&self.program, START)?;
        self.replaced += 1;
        Ok(worker)
    }
}

fn outcome<J: Job>(answer: Answer<J::Output>) -> Outcome<J> {
    answer.map_err(|problem| WorkerError::Failed { problem })
}
