//! What surrounds the kernels: results kept on disk, and jobs for worker processes.

use std::env;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use kernel::files;
use speedup::Threads;
use speedup_cache::{Cache, CacheStatus};
use speedup_process::Workers;
use speedup_process::jobs::Cubic;

use crate::workload::{Expected, Run, Scale, timed};

/// The sum of k² for k below 100,000.
pub const SQUARES: Expected = Expected::new(333_328_333_350_000.0, 0.0);

/// A folder that is removed when its run ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self> {
        let folder = env::temp_dir().join(format!("speedup-bench-cache-{}", std::process::id()));
        files::make_folder(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = files::remove(&self.0);
    }
}

fn squares(count: usize) -> Vec<f64> {
    (0..count).map(|k| (k * k) as f64).collect()
}

/// The value is the sum of the numbers that were read.
pub fn cache_read(_: Threads, scale: Scale) -> Result<Run> {
    let folder = Folder::new()?;
    let cache = Cache::in_folder(&folder.0)?;
    let count = scale.side(100_000, 1);
    cache.call("squares", 1, &count, |count| squares(*count))?;
    Ok(Box::new(move || {
        let _kept = &folder;
        let work = || cache.call("squares", 1, &count, |_| Vec::new());
        timed(work, |found| found.value.iter().sum())
    }))
}

/// The value is the sum of the numbers that were kept. Before each run the cache is emptied.
pub fn cache_write(_: Threads, scale: Scale) -> Result<Run> {
    let folder = Folder::new()?;
    let cache = Cache::in_folder(&folder.0)?;
    let count = scale.side(100_000, 1);
    Ok(Box::new(move || {
        let _kept = &folder;
        cache.clear()?;
        let work = || cache.call("squares", 1, &count, |count| squares(*count));
        timed(work, |kept| match (kept.status, &kept.store_error) {
            (CacheStatus::Miss, None) => kept.value.iter().sum(),
            _ => f64::NAN,
        })
    }))
}

/// The value is the sum of the numbers that came back.
pub fn messages(threads: Threads, scale: Scale) -> Result<Run> {
    round_trips(threads, scale.side(1_000, 1), 1)
}

/// The value is the sum of the numbers that came back.
pub fn message_bytes(threads: Threads, scale: Scale) -> Result<Run> {
    round_trips(threads, 8, scale.side(125_000, 1))
}

/// Jobs that give the numbers from 0 back, with `numbers` of them in each job, and a message of its own for each.
fn round_trips(threads: Threads, jobs: usize, numbers: usize) -> Result<Run> {
    let number = |k: usize| k as f64;
    let job = |k: usize| Cubic {
        coefficients: [0.0, 0.0, 1.0, 0.0],
        x: (k * numbers..(k + 1) * numbers).map(number).collect(),
    };
    let jobs: Vec<Cubic> = (0..jobs).map(job).collect();
    let mut workers = Workers::start(threads.count())?;
    Ok(Box::new(move || {
        let sample = timed(
            || workers.map(&jobs, 1),
            |found| found.iter().flatten().flatten().sum(),
        )?;
        ensure!(workers.replaced() == 0, "a worker process ended");
        Ok(sample)
    }))
}
