//! The timeline of a run: which worker ran which task, and when.

use std::sync::{Mutex, PoisonError};
use std::thread::ThreadId;
use std::time::Instant;

/// One task of a run, with times in seconds since the first task began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// The number of the task.
    pub task: usize,
    /// The number of the thread that ran it. Threads are numbered from 0 in the order in which they
    /// began. A chart counts them from 1: it names number 0 `worker 1`.
    pub worker: usize,
    /// When the task began.
    pub start: f64,
    /// When it ended.
    pub end: f64,
}

/// A record of tasks, to which any number of threads may add at the same time.
///
/// # Examples
///
/// ```
/// use speedup_notebook::measure::timeline::Timeline;
///
/// let timeline = Timeline::new();
/// let squares: Vec<usize> = (0..4).map(|k| timeline.task(k, || k * k)).collect();
/// assert_eq!(squares, [0, 1, 4, 9]);
/// assert_eq!(timeline.spans().len(), 4);
/// assert_eq!(timeline.workers(), 1);
/// ```
#[derive(Debug, Default)]
pub struct Timeline {
    runs: Mutex<Vec<Run>>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    task: usize,
    thread: ThreadId,
    start: Instant,
    end: Instant,
}

impl Timeline {
    /// An empty record.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(speedup_notebook::measure::timeline::Timeline::new().spans().is_empty());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs a task, records its thread, its start and its end, and returns its result.
    ///
    /// # Panics
    ///
    /// Only if the task does.
    ///
    /// # Examples
    ///
    /// ```
    /// use rayon::prelude::*;
    /// use speedup_notebook::measure::timeline::Timeline;
    ///
    /// let timeline = Timeline::new();
    /// let sum: u64 = (0..8_u64).into_par_iter().map(|k| timeline.task(k as usize, || k)).sum();
    /// assert_eq!((sum, timeline.spans().len()), (28, 8));
    /// ```
    pub fn task<T>(&self, task: usize, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let value = work();
        let run = Run {
            task,
            thread: std::thread::current().id(),
            start,
            end: Instant::now(),
        };
        self.runs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(run);
        value
    }

    /// The tasks recorded so far, in the order in which they began.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::measure::timeline::Timeline;
    /// let timeline = Timeline::new();
    /// timeline.task(7, || ());
    /// let first = timeline.spans()[0];
    /// assert_eq!((first.task, first.worker, first.start), (7, 0, 0.0));
    /// ```
    pub fn spans(&self) -> Vec<Span> {
        let mut runs = self
            .runs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        runs.sort_by_key(|run| run.start);
        let mut threads: Vec<ThreadId> = Vec::new();
        let zero = runs.first().map(|run| run.start);
        let seconds = |at: Instant| zero.map_or(0.0, |zero| (at - zero).as_secs_f64());
        runs.into_iter()
            .map(|run| {
                let known = threads.iter().position(|thread| *thread == run.thread);
                let worker = known.unwrap_or_else(|| {
                    threads.push(run.thread);
                    threads.len() - 1
                });
                Span {
                    task: run.task,
                    worker,
                    start: seconds(run.start),
                    end: seconds(run.end),
                }
            })
            .collect()
    }

    /// The number of threads that ran at least one task.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(speedup_notebook::measure::timeline::Timeline::new().workers(), 0);
    /// ```
    pub fn workers(&self) -> usize {
        self.spans()
            .iter()
            .map(|span| span.worker + 1)
            .max()
            .unwrap_or(0)
    }

    /// Seconds from the start of the first task to the last end of a task.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::measure::timeline::Timeline;
    /// let timeline = Timeline::new();
    /// timeline.task(0, || std::thread::sleep(std::time::Duration::from_millis(5)));
    /// assert!(timeline.seconds() >= 0.005);
    /// ```
    pub fn seconds(&self) -> f64 {
        self.spans().iter().map(|span| span.end).fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rayon::prelude::*;
    use speedup::Threads;
    use std::time::Duration;

    #[test]
    fn tasks_of_one_worker_do_not_overlap_and_none_is_lost() {
        let timeline = Timeline::new();
        let nap = |k: usize| timeline.task(k, || std::thread::sleep(Duration::from_millis(3)));
        Threads::new(3)
            .unwrap()
            .install(|| (0..12).into_par_iter().for_each(nap))
            .unwrap();
        let spans = timeline.spans();
        let mut tasks: Vec<usize> = spans.iter().map(|span| span.task).collect();
        tasks.sort_unstable();
        assert_eq!(tasks, (0..12).collect::<Vec<_>>());
        assert!((1..=3).contains(&timeline.workers()));
        for worker in 0..timeline.workers() {
            let mine: Vec<&Span> = spans.iter().filter(|span| span.worker == worker).collect();
            assert!(mine.windows(2).all(|pair| pair[0].end <= pair[1].start));
        }
    }

    #[test]
    fn workers_are_numbered_in_the_order_in_which_they_began() {
        let timeline = Timeline::new();
        timeline.task(0, || ());
        std::thread::scope(|scope| {
            scope.spawn(|| timeline.task(1, || ()));
        });
        timeline.task(2, || ());
        let workers: Vec<usize> = timeline.spans().iter().map(|span| span.worker).collect();
        assert_eq!(workers, [0, 1, 0]);
    }
}
