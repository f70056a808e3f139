//! The value of a job, and which rank did what.

use std::time::Duration;

use mpi::topology::SimpleCommunicator;
use mpi::traits::*;
use nix::sys::resource::{UsageWho, getrusage};
use serde::Serialize;
use speedup::Threads;

use crate::kernels::Reduced;

/// The result of a job.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The value, the same on every rank.
    pub reduced: Reduced,
    /// Seconds from the common start to the value.
    pub seconds: f64,
    /// The number of blocks of the job.
    pub blocks: u64,
    /// The blocks among them that a checkpoint had.
    pub restored: u64,
    /// What each rank did; on rank 0 only.
    pub ranks: Vec<RankReport>,
}

/// What one rank did. Times are in seconds since the common start.
#[derive(Clone, Debug, Serialize)]
pub struct RankReport {
    /// The number of the rank.
    pub rank: usize,
    /// The name of its host.
    pub host: String,
    /// Its threads.
    pub threads: usize,
    /// Its blocks, with those of a checkpoint.
    pub blocks: u64,
    /// When it began its first step.
    pub start: f64,
    /// When it ended its last step.
    pub end: f64,
    /// How long it computed and stored between these.
    pub busy: f64,
    /// When all ranks had worked, and the reduction began.
    pub reduce_start: f64,
    /// When the reduction ended.
    pub reduce_end: f64,
    /// The peak of its memory in bytes.
    pub peak_rss_bytes: u64,
}

/// The times of this rank since the common start.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Times {
    pub start: Duration,
    pub end: Duration,
    pub busy: Duration,
    pub reduce_start: Duration,
    pub reduce_end: Duration,
}

/// Numbers of a rank's report, and bytes of its host's name.
const NUMBERS: usize = 8;
const NAME: usize = 64;

impl Times {
    /// The reports of all ranks on rank 0, none on the others. A collective.
    pub fn gather(
        &self,
        world: &SimpleCommunicator,
        threads: Threads,
        blocks: u64,
    ) -> Vec<RankReport> {
        let numbers: [f64; NUMBERS] = [
            threads.count() as f64,
            blocks as f64,
            self.start.as_secs_f64(),
            self.end.max(self.start).as_secs_f64(),
            self.busy.as_secs_f64(),
            self.reduce_start.as_secs_f64(),
            self.reduce_end.as_secs_f64(),
            peak_rss_bytes() as f64,
        ];
        let mut name = [0_u8; NAME];
        let host = mpi::environment::processor_name().unwrap_or_default();
        for (place, byte) in name.iter_mut().zip(host.bytes()) {
            *place = byte;
        }
        let root = world.process_at_rank(0);
        if world.rank() != 0 {
            root.gather_into(&numbers[..]);
            root.gather_into(&name[..]);
            return Vec::new();
        }
        let ranks = world.size() as usize;
        let (mut all_numbers, mut names) = (vec![0.0; NUMBERS * ranks], vec![0; NAME * ranks]);
        root.gather_into_root(&numbers[..], &mut all_numbers[..]);
        root.gather_into_root(&name[..], &mut names[..]);
        let numbers = all_numbers.as_chunks::<NUMBERS>().0.iter();
        let names = names.as_chunks::<NAME>().0.iter();
        let reports = numbers.zip(names).enumerate();
        reports
            .map(|(rank, (n, name))| report(rank, n, name))
            .collect()
    }
}

fn report(rank: usize, numbers: &[f64; NUMBERS], name: &[u8; NAME]) -> RankReport {
    let [
        threads,
        blocks,
        start,
        end,
        busy,
        reduce_start,
        reduce_end,
        peak,
    ] = *numbers;
    let host = String::from_utf8_lossy(name);
    RankReport {
        rank,
        host: host.trim_end_matches('\0').to_owned(),
        threads: threads as usize,
        blocks: blocks as u64,
        start,
        end,
        busy,
        reduce_start,
        reduce_end,
        peak_rss_bytes: peak as u64,
    }
}

/// The peak of this process's memory in bytes (the system's maximum resident set size).
pub(crate) fn peak_rss_bytes() -> u64 {
    let usage = getrusage(UsageWho::RUSAGE_SELF);
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    usage.map_or(0, |usage| usage.max_rss().unsigned_abs() * unit)
}
