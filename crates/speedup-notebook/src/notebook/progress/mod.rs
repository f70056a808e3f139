//! A parallel map that reports its progress, as joblib's `Parallel(verbose=…)` does.
//!
//! [`map`] runs the work itself, writes to any writer and reports from the first 0.1 s on, so its
//! report is part of a handout. [`ProgressMeter`](crate::measure::progress_meter::ProgressMeter)
//! only counts steps of work that runs elsewhere, and writes in JupyterLab only.
//!
//! Short tasks run in chunks, as taking a task costs time. The size of a chunk follows joblib's
//! rule for `batch_size="auto"`: after a chunk that took less than 0.2 s the size doubles, after
//! one that took more than 2 s it halves. No chunk is larger than an equal share of half of the
//! tasks that are left, so that the threads end at about the same time (guided self-scheduling;
//! Polychronopoulos and Kuck 1987).

mod chunks;

use std::io::Write;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::measure::format::format_duration;
use crate::measure::progress_meter::progress_line;
use chunks::Chunks;
use speedup::Error;
use speedup::Threads;
use speedup::memory::budget::check_fits;

/// Seconds until the first report. The time from one report to the next doubles.
const FIRST_REPORT: f64 = 0.1;
/// The most seconds from one report to the next.
const LONGEST_PAUSE: f64 = 60.0;

/// Runs the tasks 0 to `n` − 1 on threads and returns their results in this order.
///
/// The report in `out` is lines: each chunk size when it is first used; the number of tasks done
/// after 0.1, 0.2, 0.4, … seconds and at least once per minute, with an estimate of the time left;
/// and the end. For a notebook cell `out` is `&mut std::io::stdout()`. Errors of `out` are ignored.
///
/// The results are the same bits for any number of threads.
///
/// # Errors
///
/// [`Error::Memory`] if the results do not fit in memory; [`Error::System`] if the system refuses
/// to start threads.
///
/// # Panics
///
/// Only if the work does.
///
/// # Examples
///
/// ```
/// use speedup::Threads;
/// use speedup_notebook::notebook::progress;
///
/// let mut report = Vec::new();
/// let cubes = progress::map(1_000, Threads::new(2)?, &mut report, |k| k * k * k)?;
/// assert_eq!(cubes[9], 729);
/// let report = String::from_utf8(report).unwrap();
/// assert!(report.starts_with("1000 tasks on 2 threads"));
/// assert!(report.ends_with("1000 of 1000 tasks done\n"));
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn map<T: Send>(
    n: usize,
    threads: Threads,
    out: &mut (impl Write + Send),
    work: impl Fn(usize) -> T + Sync,
) -> Result<Vec<T>, Error> {
    check_fits::<T>("results", n as u128)?;
    let clock = Instant::now();
    let run = Mutex::new(Run::new(n, threads, out));
    // A closure of its own, so that the lock is released before the chunk runs.
    let next = || lock(&run).chunks.take();
    let worker = || {
        while let Some(chunk) = next() {
            let start = Instant::now();
            let values: Vec<T> = chunk.clone().map(&work).collect();
            let seconds = start.elapsed().as_secs_f64();
            lock(&run).finish(&chunk, values, seconds, clock.elapsed().as_secs_f64());
        }
    };
    match threads {
        Threads::Sequential => worker(),
        Threads::Pool { .. } => {
            threads.install(|| rayon::broadcast(|_| worker()))?;
        }
    }
    let run = run.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(run.end(clock.elapsed().as_secs_f64()))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The state of a map while it runs, shared by its threads.
struct Run<'a, T, W> {
    n: usize,
    done: usize,
    chunks: Chunks,
    /// The first task of each finished chunk, and the chunk's results.
    results: Vec<(usize, Vec<T>)>,
    /// One bit for each chunk size that has been reported.
    reported_sizes: u64,
    /// Seconds at which the next report is due.
    due: f64,
    out: &'a mut W,
}

impl<'a, T, W: Write> Run<'a, T, W> {
    fn new(n: usize, threads: Threads, out: &'a mut W) -> Self {
        let mut run = Self {
            n,
            done: 0,
            chunks: Chunks::new(n, threads.count()),
            results: Vec::new(),
            reported_sizes: 1,
            due: FIRST_REPORT,
            out,
        };
        run.write(&format!("{n} tasks on {threads}, chunk size 1"));
        run
    }

    /// Keeps the results of a chunk that took `seconds`, and reports if a report is due.
    fn finish(&mut self, chunk: &Range<usize>, values: Vec<T>, seconds: f64, elapsed: f64) {
        self.done += chunk.len();
        self.results.push((chunk.start, values));
        if let Some((was, size)) = self.chunks.adapt(chunk.len(), seconds) {
            let bit = 1 << size.ilog2();
            if self.reported_sizes & bit == 0 {
                self.reported_sizes |= bit;
                let (elapsed, took) = (format_duration(elapsed), format_duration(seconds));
                self.write(&format!(
                    "{elapsed:>8}  a chunk took {took}, which is {was}: chunk size {size}"
                ));
            }
        }
        if elapsed >= self.due && self.done < self.n {
            self.report(elapsed);
            while self.due <= elapsed {
                self.due += self.due.min(LONGEST_PAUSE);
            }
        }
    }

    fn report(&mut self, elapsed: f64) {
        self.write(&progress_line(elapsed, self.done, self.n, "tasks"));
    }

    /// Writes a whole line at once, so that no other output comes between.
    fn write(&mut self, line: &str) {
        // An error is ignored: it means that the output is no longer read.
        let _ = self.out.write_all(format!("{line}\n").as_bytes());
        let _ = self.out.flush();
    }

    /// Reports the end, and returns all results in the order of the tasks.
    fn end(mut self, elapsed: f64) -> Vec<T> {
        self.report(elapsed);
        self.results.sort_unstable_by_key(|(first, _)| *first);
        let chunks = self.results.into_iter();
        chunks.flat_map(|(_, values)| values).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// The report of `n` tasks that take `seconds` each and run one after another.
    fn simulate(n: usize, threads: usize, seconds: f64) -> String {
        let mut out = Vec::new();
        let mut run = Run::new(n, Threads::new(threads).unwrap(), &mut out);
        let mut elapsed = 0.0;
        while let Some(chunk) = run.chunks.take() {
            let took = seconds * chunk.len() as f64;
            elapsed += took;
            run.finish(&chunk, vec![(); chunk.len()], took, elapsed);
        }
        assert_eq!(run.end(elapsed).len(), n);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_chunk_size_is_reported_once() {
        let report = simulate(100_000, 4, 1e-3);
        for size in [2, 16, 256] {
            let words = format!("which is short: chunk size {size}\n");
            assert_eq!(report.matches(&words).count(), 1, "{report}");
        }
        assert!(!report.contains("chunk size 512"));
    }

    #[test]
    fn reports_become_rare() {
        let report = simulate(3_600, 1, 1.0);
        // An hour of work: 0.1, 0.2, … 51.2 s and then once a minute.
        assert!(report.lines().count() < 75, "{report}");
        assert!(
            report.contains(" 3583 of 3600 tasks done, about 17 s left\n"),
            "{report}"
        );
        let report = simulate(10_000_000, 8, 1e-7);
        assert!(report.lines().count() < 40, "{report}");
    }

    #[test]
    fn same_results_for_any_number_of_threads_and_each_task_runs_once() {
        let root = |k: usize| (k as f64).sqrt().to_bits();
        let expected: Vec<u64> = (0..5_000).map(root).collect();
        let ways = [1, 2, 3, 8].map(|n| Threads::new(n).unwrap());
        for threads in ways.into_iter().chain([Threads::Sequential]) {
            let runs = AtomicUsize::new(0);
            let work = |k| {
                runs.fetch_add(1, Ordering::Relaxed);
                root(k)
            };
            let mut out = Vec::new();
            assert_eq!(map(5_000, threads, &mut out, work).unwrap(), expected);
            assert_eq!(runs.into_inner(), 5_000);
            let report = String::from_utf8(out).unwrap();
            assert!(report.ends_with("5000 of 5000 tasks done\n"));
            assert!(report.lines().all(|line| !line.contains('\r')));
        }
    }

    #[test]
    fn no_tasks_and_a_closed_writer_are_no_errors() {
        let mut out = Vec::new();
        let none: Vec<u8> = map(0, Threads::Sequential, &mut out, |_| 0).unwrap();
        assert!(none.is_empty());
        let mut full: &mut [u8] = &mut [];
        assert_eq!(
            map(3, Threads::Sequential, &mut full, |k| k).unwrap(),
            [0, 1, 2]
        );
    }

    #[test]
    fn results_that_do_not_fit_are_refused() {
        let refused = map(usize::MAX, Threads::Sequential, &mut Vec::new(), |k| k);
        assert!(matches!(refused, Err(Error::Memory { .. })));
    }
}
