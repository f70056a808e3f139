//! Many tasks in chunks, with a report while they run.
//!
//! Handing out a task costs a little, so that short tasks are handed out in chunks. How many
//! tasks make a good chunk is found while they run, much as joblib's `batch_size="auto"` does it:
//! a chunk that took less than [`SHORT`] seconds is followed by chunks twice as large,
//! one that took more than [`LONG`] seconds by chunks half as large. Toward the end chunks
//! are no larger than an equal share of half of what is left, so that no thread is left with
//! a long last one (guided self-scheduling; Polychronopoulos and Kuck 1987).

use std::io::Write;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::memory::check_fits;
use crate::timing::human;
use crate::{Error, Threads};

/// A chunk that takes less than so many seconds is too short.
pub const SHORT: f64 = 0.2;
/// A chunk that takes more than so many seconds is too long.
pub const LONG: f64 = 2.0;

/// Seconds until the first report; from one report to the next the time doubles, ...
const FIRST_REPORT: f64 = 0.1;
/// ... but it is never longer than this.
const LONGEST_SILENCE: f64 = 60.0;

/// Runs the tasks 0 to `n` − 1 on threads and returns their results in this order.
///
/// `out` is told, in whole lines: each chunk size when it is first used; how many tasks are
/// done after 0.1, 0.2, 0.4, … seconds, and at least once a minute, with about how long the rest
/// will take; and the end. For a notebook cell it is `&mut std::io::stdout()`. What cannot be written is lost.
///
/// The same bits for any number of threads: only *when* a task runs depends on them.
///
/// # Errors
///
/// [`Error::Memory`] if the results do not fit in memory; [`Error::System`] if there are
/// no threads to be had.
///
/// # Panics
///
/// Only if the work does.
///
/// # Examples
///
/// ```
/// use speedup::{Threads, progress};
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
    let state = Mutex::new(State::new(n, threads, out));
    // A function of its own, as the lock must be free again before the chunk runs.
    let next = || held(&state).take();
    let worker = || {
        while let Some(chunk) = next() {
            let start = Instant::now();
            let values: Vec<T> = chunk.clone().map(&work).collect();
            let took = start.elapsed().as_secs_f64();
            held(&state).finish(chunk, values, took, clock.elapsed().as_secs_f64());
        }
    };
    match threads {
        Threads::Sequential => worker(),
        Threads::Pool(_) => {
            threads.install(|| rayon::broadcast(|_| worker()))?;
        }
    }
    let state = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(state.results(clock.elapsed().as_secs_f64()))
}

fn held<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the threads share, one at a time.
struct State<'a, T, W> {
    n: usize,
    threads: usize,
    /// The first task that was not handed out.
    next: usize,
    done: usize,
    /// Tasks in a chunk, a power of two.
    size: usize,
    /// One bit for each size that was reported.
    reported_sizes: u64,
    /// Seconds of the next report.
    due: f64,
    /// The first task of each finished chunk, with the chunk's results.
    chunks: Vec<(usize, Vec<T>)>,
    out: &'a mut W,
}

impl<'a, T, W: Write> State<'a, T, W> {
    fn new(n: usize, threads: Threads, out: &'a mut W) -> Self {
        let mut state = Self {
            n,
            threads: threads.count(),
            next: 0,
            done: 0,
            size: 1,
            reported_sizes: 1,
            due: FIRST_REPORT,
            chunks: Vec::new(),
            out,
        };
        state.line(&format!("{n} tasks on {threads}, chunk size 1"));
        state
    }

    /// The next chunk, if anything is left.
    fn take(&mut self) -> Option<Range<usize>> {
        let left = self.n - self.next;
        let share = left.div_ceil(2 * self.threads);
        let start = self.next;
        self.next += self.size.min(share);
        (left > 0).then_some(start..self.next)
    }

    fn finish(&mut self, chunk: Range<usize>, values: Vec<T>, took: f64, elapsed: f64) {
        self.done += chunk.len();
        self.chunks.push((chunk.start, values));
        // A chunk of another size says nothing about this one.
        if chunk.len() == self.size && self.next < self.n {
            self.adapt(took, elapsed);
        }
        if elapsed >= self.due && self.done < self.n {
            self.report(elapsed);
            while self.due <= elapsed {
                self.due += self.due.min(LONGEST_SILENCE);
            }
        }
    }

    fn adapt(&mut self, took: f64, elapsed: f64) {
        let (size, why) = match took {
            t if t < SHORT => (self.size.saturating_mul(2), "short"),
            t if t > LONG && self.size > 1 => (self.size / 2, "long"),
            _ => return,
        };
        // As large as the largest chunk that there can still be is large enough.
        if size > self.size && self.size >= (self.n - self.next).div_ceil(2 * self.threads) {
            return;
        }
        self.size = size;
        let bit = 1 << size.ilog2();
        if self.reported_sizes & bit == 0 {
            self.reported_sizes |= bit;
            let took = human(took);
            self.line(&format!(
                "{:>8}  a chunk took {took}, which is {why}: chunk size {size}",
                human(elapsed)
            ));
        }
    }

    fn report(&mut self, elapsed: f64) {
        let (done, n) = (self.done, self.n);
        let left = match elapsed * (n - done) as f64 / done as f64 {
            left if left > 0.0 => format!(", about {} left", human(left)),
            _ => String::new(),
        };
        let elapsed = human(elapsed);
        self.line(&format!("{elapsed:>8}  {done} of {n} tasks done{left}"));
    }

    /// Writes a whole line at once, and sends it off.
    fn line(&mut self, text: &str) {
        // Nobody is left to tell if nobody reads.
        let _ = self.out.write_all(format!("{text}\n").as_bytes());
        let _ = self.out.flush();
    }

    /// All results in the order of the tasks.
    fn results(mut self, elapsed: f64) -> Vec<T> {
        self.report(elapsed);
        self.chunks.sort_unstable_by_key(|(first, _)| *first);
        self.chunks
            .into_iter()
            .flat_map(|(_, values)| values)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn state(n: usize, threads: i64, out: &mut Vec<u8>) -> State<'_, (), Vec<u8>> {
        State::new(n, Threads::new(threads).unwrap(), out)
    }

    /// Runs all tasks, each taking so many seconds, one chunk after another.
    fn simulate(n: usize, threads: i64, seconds: f64) -> (Vec<usize>, String) {
        let mut out = Vec::new();
        let mut state = state(n, threads, &mut out);
        let (mut sizes, mut elapsed) = (Vec::new(), 0.0);
        while let Some(chunk) = state.take() {
            let took = seconds * chunk.len() as f64;
            elapsed += took;
            sizes.push(chunk.len());
            state.finish(chunk.clone(), vec![(); chunk.len()], took, elapsed);
        }
        assert_eq!(state.results(elapsed).len(), n);
        (sizes, String::from_utf8(out).unwrap())
    }

    #[test]
    fn chunks_of_short_tasks_double_until_they_are_long_enough() {
        let (sizes, report) = simulate(100_000, 4, 1e-3);
        assert_eq!(sizes[..8], [1, 2, 4, 8, 16, 32, 64, 128]);
        assert_eq!(sizes.iter().max(), Some(&256));
        assert!(report.contains("which is short: chunk size 256\n"));
        assert!(!report.contains("chunk size 512"));
    }

    #[test]
    fn chunks_shrink_when_tasks_turn_out_long() {
        let mut out = Vec::new();
        let mut state = state(100_000, 2, &mut out);
        for took in [0.1, 0.1, 0.1, 3.0, 3.0, 3.0, 3.0] {
            let chunk = state.take().unwrap();
            let values = vec![(); chunk.len()];
            state.finish(chunk, values, took, 1.0);
        }
        assert_eq!(state.size, 1);
        let report = String::from_utf8(out).unwrap();
        assert_eq!(report.matches("chunk size").count(), 4, "{report}");
    }

    #[test]
    fn the_last_chunks_are_small() {
        let (sizes, _) = simulate(10_000, 4, 1e-6);
        assert_eq!(sizes.iter().sum::<usize>(), 10_000);
        assert_eq!(sizes.last(), Some(&1));
        // No chunk is more than an eighth of what was left when it was taken.
        let mut left = 10_000_usize;
        for size in sizes {
            assert!(size <= left.div_ceil(8));
            left -= size;
        }
    }

    #[test]
    fn reports_become_rare() {
        let (_, report) = simulate(3_600, 1, 1.0);
        // An hour of work: 0.1, 0.2, … 51.2 s and then once a minute.
        assert!(report.lines().count() < 75, "{report}");
        assert!(
            report.contains(" 3583 of 3600 tasks done, about 17 s left\n"),
            "{report}"
        );
        let (_, report) = simulate(10_000_000, 8, 1e-7);
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
