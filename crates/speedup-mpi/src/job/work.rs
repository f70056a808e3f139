//! The steps of one rank.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::{Duration, Instant};

use mpi::topology::SimpleCommunicator;
use mpi::traits::*;
use rayon::prelude::*;

use super::outbox::{Cell, Outbox};
use super::outcome::{Outcome, Times};
use super::pace::Pace;
use super::prepare::{Job, own_values};
use super::watch::TAG;
use crate::checkpoint::files::Files;
use crate::error::{CheckpointProblem, Error};
use crate::message::Message;

/// Sleeps between two looks of a rank that waits, so that it takes no core from one that works: short ones first.
pub(super) struct Naps(Duration);

impl Naps {
    pub fn new() -> Self {
        Self(Duration::from_micros(10))
    }

    pub fn sleep(&mut self) {
        thread::sleep(self.0);
        self.0 = (2 * self.0).min(Duration::from_millis(2));
    }
}

/// How long a rank that failed waits for rank 0 to say so and end the job.
const GRACE: Duration = Duration::from_secs(30);

impl Job<'_> {
    /// Works on this rank's blocks, waits for all ranks, and reduces all values to one. A collective.
    ///
    /// Returns the checkpoint's files on rank 0, which removes them once the result is out.
    ///
    /// A rank that cannot go on ends the whole job: rank 0 prints the reason and calls `MPI_Abort`.
    ///
    /// # Errors
    ///
    /// [`Error::Kernel`], on every rank, if the value is not finite.
    pub fn work(mut self) -> Result<(Outcome, Option<Files>), Error> {
        let world = self.world;
        world.barrier();
        let start = Instant::now();
        // A message names at least one block.
        let cells = vec![Cell::new(); self.done.len()];
        let mut times = mpi::request::scope(|scope| {
            let mut outbox = Outbox::new(scope, &cells);
            match catch_unwind(AssertUnwindSafe(|| self.steps(start, &mut outbox))) {
                Ok(Ok(times)) => times,
                Ok(Err(error)) => self.fail(&error),
                Err(_) => self.fail(&Error::Panicked),
            }
        });
        wait_for_all(world);
        times.reduce_start = start.elapsed();
        let reduced = self.kernel.reduce(world, self.values, self.threads)?;
        times.reduce_end = start.elapsed();
        let blocks = self.own.end - self.own.start;
        let ranks = times.gather(world, self.threads, blocks);
        let outcome = Outcome {
            reduced,
            seconds: times.reduce_end.as_secs_f64(),
            blocks: self.blocks.count(),
            restored: self.restored,
            ranks,
        };
        Ok((outcome, self.watch.and_then(|watch| watch.into_files())))
    }

    fn steps(&mut self, start: Instant, outbox: &mut Outbox) -> Result<Times, Error> {
        let mut times = Times::default();
        let mut pace = Pace::new(self.threads.count());
        times.start = start.elapsed();
        while let Some(run) = self.next_run(pace.blocks()) {
            let began = Instant::now();
            self.compute(&run)?;
            let checksums = self.store(&run)?;
            let time = began.elapsed();
            times.busy += time;
            times.end = start.elapsed();
            let length = run.end - run.start;
            pace.note(length, time);
            let done = (run.start - self.own.start) as usize;
            self.done[done..][..length as usize].fill(true);
            self.tell(outbox, &run, &checksums)?;
        }
        outbox.wait();
        if let Some(watch) = &mut self.watch {
            let mut naps = Naps::new();
            while !watch.is_complete() {
                watch.poll(self.world)?;
                naps.sleep();
            }
            watch.save()?;
        }
        Ok(times)
    }

    /// The next neighbouring blocks of this rank that are not done, at most `most`.
    fn next_run(&self, most: u64) -> Option<Range<u64>> {
        let start = self.done.iter().position(|done| !done)?;
        let rest = &self.done[start..];
        let length = rest.iter().take(most as usize).take_while(|done| !**done);
        let start = self.own.start + start as u64;
        Some(start..start + length.count() as u64)
    }

    /// Computes blocks with this rank's threads. A block may use several of them.
    fn compute(&mut self, run: &Range<u64>) -> Result<(), Error> {
        let (blocks, kernel, threads) = (self.blocks, self.kernel, self.threads);
        let values = own_values(&blocks, &self.own, run);
        let values = &mut self.values[values];
        let block = |(number, record): (usize, &mut [f64])| {
            let block = run.start + number as u64;
            kernel.compute(blocks.items(&(block..block + 1)), record, threads)
        };
        let records = values.par_chunks_mut(blocks.values_each() as usize);
        let records = records.enumerate().with_max_len(1);
        threads.install(|| records.try_for_each(block))??;
        Ok(())
    }

    /// Brings the records of blocks to the disk, if there is a checkpoint, and returns their checksums.
    fn store(&self, run: &Range<u64>) -> Result<Vec<u64>, Error> {
        let Some(records) = &self.records else {
            return Ok(Vec::new());
        };
        let values = &self.values[own_values(&self.blocks, &self.own, run)];
        let stored = records.store(run.clone(), values);
        stored.map_err(|cause| Error::Records(CheckpointProblem::from(cause)))
    }

    /// Tells rank 0 which blocks are done; rank 0 looks for what others tell.
    fn tell(
        &mut self,
        outbox: &mut Outbox,
        run: &Range<u64>,
        checksums: &[u64],
    ) -> Result<(), Error> {
        let length = run.end - run.start;
        if let Some(watch) = &mut self.watch {
            watch.note(run.start, length, checksums);
            return watch.poll(self.world);
        }
        let most = match checksums {
            [] => length,
            _ => Message::MOST_BLOCKS,
        };
        for first in run.clone().step_by(most as usize) {
            let count = most.min(run.end - first);
            let part = checksums.iter().skip((first - run.start) as usize);
            let checksums = part.take(count as usize).copied().collect();
            let message = Message::Done {
                first,
                count,
                checksums,
            };
            outbox.send(self.world, &message);
        }
        Ok(())
    }

    /// Ends the job of all ranks with one message.
    fn fail(&mut self, error: &Error) -> ! {
        let world = self.world;
        if let Some(watch) = &mut self.watch {
            // What is done is kept, if that is possible.
            let _ = watch.save();
        } else {
            let words = Message::Failed(error.to_string()).to_words();
            world.process_at_rank(0).send_with_tag(&words[..], TAG);
            thread::sleep(GRACE);
        }
        eprintln!("speedup-mpi: {error}");
        world.abort(1)
    }
}

/// A barrier whose waiting ranks leave their cores to those that work.
pub(crate) fn wait_for_all(world: &SimpleCommunicator) {
    let (mut barrier, mut naps) = (world.immediate_barrier(), Naps::new());
    while let Err(waiting) = barrier.test() {
        barrier = waiting;
        naps.sleep();
    }
}
