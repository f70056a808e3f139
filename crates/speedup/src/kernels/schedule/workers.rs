//! The events of one simulation, in the order of their times.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};
use std::ops::Range;

use rand::{Rng, RngExt};

use super::{Job, Outcome, Placement};

/// The end of what a worker does at the moment. Of two at the same time the one with the lower number comes first.
#[derive(Clone, Copy, Debug)]
struct Event {
    time: f64,
    worker: usize,
}

impl Ord for Event {
    fn cmp(&self, other: &Self) -> Ordering {
        let times = self.time.total_cmp(&other.time);
        times.then(self.worker.cmp(&other.worker))
    }
}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Event {}

/// The state of all workers.
struct Workers<'a> {
    job: &'a Job,
    /// The range that each worker has at hand; an empty one if the worker looks for a range.
    hands: Vec<Range<usize>>,
    /// When each worker began with the range at hand.
    began: Vec<f64>,
    /// The ranges that each worker has put aside.
    lists: Vec<VecDeque<Range<usize>>>,
    /// The number of ranges in all lists.
    aside: usize,
    /// At most one event for each worker.
    events: BinaryHeap<Reverse<Event>>,
    /// Workers that looked in vain while all lists were empty, each with the time of this look. They look on, but
    /// these looks are no events until a range is put aside.
    waiting: Vec<Event>,
}

/// Simulates one run, and hands each leaf to `record` when it ends.
pub(super) fn run(
    job: &Job,
    workers: usize,
    rng: &mut impl Rng,
    mut record: impl FnMut(Placement),
) -> Outcome {
    let mut all = Workers {
        job,
        hands: vec![0..0; workers],
        began: vec![0.0; workers],
        lists: vec![VecDeque::new(); workers],
        aside: 0,
        events: BinaryHeap::with_capacity(workers),
        waiting: Vec::with_capacity(workers),
    };
    let mut outcome = Outcome {
        seconds: 0.0,
        steals: 0,
    };
    let mut left = job.leaves().len();
    all.begin(0, 0..left, 0.0);
    for worker in 1..workers {
        all.begin(worker, 0..0, 0.0);
    }
    // A leaf is at hand or in a list until it is done, so there is always a next event.
    while left > 0
        && let Some(Reverse(event)) = all.events.pop()
    {
        let Event { time, worker } = event;
        let range = all.hands[worker].clone();
        match range.len() {
            0 if all.aside == 0 => all.waiting.push(event),
            0 => outcome.steals += u64::from(all.look(worker, time, rng)),
            1 => {
                left -= 1;
                outcome.seconds = time;
                record(Placement {
                    leaf: range.start,
                    worker,
                    start: all.began[worker],
                    end: time,
                });
                all.next(worker, time);
            }
            _ => all.split(worker, range, time),
        }
    }
    outcome
}

impl Workers<'_> {
    /// The worker begins with a range, or to look for one.
    fn begin(&mut self, worker: usize, range: Range<usize>, time: f64) {
        let costs = self.job.costs();
        let takes = match range.len() {
            0 => costs.steal,
            1 => self.job.leaves()[range.start],
            _ => costs.split,
        };
        self.hands[worker] = range;
        self.began[worker] = time;
        let time = time + takes;
        self.events.push(Reverse(Event { time, worker }));
    }

    /// The worker has split its range. Its right half can be stolen from now on.
    fn split(&mut self, worker: usize, range: Range<usize>, time: f64) {
        let middle = range.start + range.len() / 2;
        self.lists[worker].push_back(middle..range.end);
        self.aside += 1;
        self.begin(worker, range.start..middle, time);
        let steal = self.job.costs().steal;
        for Event { time: last, worker } in self.waiting.drain(..) {
            // The end of the first look that does not end before the range is there.
            let looks = ((time - last) / steal).ceil();
            let end = last + looks * steal;
            let time = if end.is_finite() { end.max(time) } else { time };
            self.events.push(Reverse(Event { time, worker }));
        }
    }

    /// The worker has done a leaf, and takes the last range that it put aside.
    fn next(&mut self, worker: usize, time: f64) {
        let own = self.lists[worker].pop_back();
        self.aside -= usize::from(own.is_some());
        self.begin(worker, own.unwrap_or(0..0), time);
    }

    /// The worker has looked at another one. Returns whether it took a range.
    fn look(&mut self, worker: usize, time: f64, rng: &mut impl Rng) -> bool {
        let other = rng.random_range(0..self.lists.len() - 1);
        let victim = other + usize::from(other >= worker);
        let stolen = self.lists[victim].pop_front();
        let found = stolen.is_some();
        self.aside -= usize::from(found);
        self.begin(worker, stolen.unwrap_or(0..0), time);
        found
    }
}
