//! The rounds of a comparison.

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::disturbance::Mark;
use super::interval::{FEWEST, Interval};
use super::ratios;
use crate::measure::cpu_time;
use crate::measure::progress_meter::ProgressMeter;

/// The shortest turn. Work that takes less time is repeated within its turn.
const TURN: Duration = Duration::from_millis(1);
/// The shortest block of rounds of which the load is read. In a shorter one nothing could be told,
/// since the system counts ticks of 10 ms.
const BLOCK: Duration = Duration::from_millis(250);
/// Intervals of speed-ups that are narrower than this share are narrow enough at any time.
const NARROW: f64 = 0.05;
/// Those that are narrower than this share are narrow enough after the given seconds.
const USABLE: f64 = 0.2;
/// No more than this many times the given seconds are used.
const PATIENCE: f64 = 3.0;
/// The most seconds of undisturbed rounds.
const LONGEST: f64 = 3600.0;
/// The most rounds, so that their times do not fill the memory.
const MOST: usize = 100_000;
/// Ways that take less processor time than this in a pause of [`PAUSE`] sleep.
const ASLEEP: Duration = Duration::from_micros(30);
const PAUSE: Duration = Duration::from_micros(200);
/// The most pauses before a turn.
const PAUSES: usize = 20;

/// The factor of [`scale_seconds`].
static SCALE: Mutex<f64> = Mutex::new(1.0);

/// Multiplies the seconds of all later comparisons by a factor.
pub(crate) fn scale_seconds(factor: f64) {
    *SCALE.lock().unwrap_or_else(PoisonError::into_inner) = factor;
}

/// What was measured.
pub struct Rounds {
    /// Seconds per call: one vector per way, with one entry per round that counts.
    pub seconds: Vec<Vec<f64>>,
    /// Rounds that do not count.
    pub left_out: usize,
    /// Whether rounds count that were disturbed.
    pub disturbed: bool,
}

/// Runs rounds of `ways` ways; `run` is given the number of a way.
pub fn measure(seconds: f64, ways: usize, mut run: impl FnMut(usize)) -> Rounds {
    let mut counted = vec![Vec::new(); ways];
    let mut disturbed = vec![Vec::new(); ways];
    let rounds = |times: &[Vec<f64>]| times.first().map_or(0, Vec::len);
    // Also for a number of seconds that is none.
    let scale = *SCALE.lock().unwrap_or_else(PoisonError::into_inner);
    let seconds = (scale * seconds).clamp(0.0, LONGEST).max(0.0);
    if ways == 0 {
        return Rounds {
            seconds: counted,
            left_out: 0,
            disturbed: false,
        };
    }
    let calls: Vec<u32> = (0..ways).map(|way| calls_per_turn(|| run(way))).collect();
    let mut order = Order::new(ways);
    // Work of which six rounds take longer than the seconds given has a line for each second.
    let mut meter = ProgressMeter::new("rounds", FEWEST);
    let start = Instant::now();
    let too_disturbed = loop {
        let mut block = vec![Vec::new(); ways];
        let mark = Mark::now();
        while rounds(&block) == 0 || mark.elapsed() < BLOCK {
            for way in order.next() {
                settle();
                if calls[way] > 1 {
                    // Wakes what has gone to sleep.
                    run(way);
                }
                let begin = Instant::now();
                (0..calls[way]).for_each(|_| run(way));
                block[way].push(begin.elapsed().as_secs_f64() / f64::from(calls[way]));
            }
            meter.step();
        }
        let to = if mark.was_disturbed() {
            &mut disturbed
        } else {
            &mut counted
        };
        for (to, mut times) in to.iter_mut().zip(block) {
            to.append(&mut times);
        }
        let all = rounds(&counted) + rounds(&disturbed);
        let elapsed = start.elapsed().as_secs_f64();
        let enough = rounds(&counted) >= FEWEST;
        let limit = if elapsed >= seconds { USABLE } else { NARROW };
        if enough && is_narrow(&counted, limit) {
            break false;
        }
        if all >= FEWEST && (elapsed >= PATIENCE * seconds || all >= MOST) {
            break !enough;
        }
        if all >= FEWEST {
            // From here on nobody can tell how many rounds are left.
            meter = ProgressMeter::new("rounds", 0);
        }
    };
    if too_disturbed {
        // Also in a cell that prints a single figure of the comparison.
        println!("Other programs ran during a comparison: too disturbed to count on.");
        for (to, mut times) in counted.iter_mut().zip(disturbed) {
            to.append(&mut times);
        }
        return Rounds {
            seconds: counted,
            left_out: 0,
            disturbed: true,
        };
    }
    Rounds {
        seconds: counted,
        left_out: rounds(&disturbed),
        disturbed: false,
    }
}

/// Whether the intervals of all speed-ups over the first way, or of the time of a single way, are
/// narrower than this share.
fn is_narrow(seconds: &[Vec<f64>], limit: f64) -> bool {
    let narrow = |values: &[f64]| {
        Interval::of_median(values).is_some_and(|found| found.relative_width() < limit)
    };
    match seconds {
        [only] => narrow(only),
        [first, others @ ..] => others
            .iter()
            .all(|times| narrow(&ratios(first, times).collect::<Vec<f64>>())),
        [] => true,
    }
}

/// Warms up, and finds how many calls make a turn of [`TURN`] or more.
fn calls_per_turn(mut run: impl FnMut()) -> u32 {
    run();
    let mut calls = 1_u32;
    loop {
        let start = Instant::now();
        (0..calls).for_each(|_| run());
        if start.elapsed() >= TURN || calls > 1 << 20 {
            return calls;
        }
        calls *= 2;
    }
}

/// Waits until the threads of the last turn sleep.
fn settle() {
    for _ in 0..PAUSES {
        let before = processor_time();
        thread::sleep(PAUSE);
        if processor_time().saturating_sub(before) < ASLEEP {
            return;
        }
    }
}

fn processor_time() -> Duration {
    cpu_time::of_process().map_or(Duration::ZERO, |[user, system]| user + system)
}

/// Random orders of the ways, the same ones in each run.
struct Order {
    ways: Vec<usize>,
    state: u64,
}

impl Order {
    fn new(ways: usize) -> Self {
        Self {
            ways: (0..ways).collect(),
            state: 0x9e37_79b9_7f4a_7c15,
        }
    }

    /// The next order: a shuffle by Fisher and Yates, with numbers of the generator xorshift64.
    fn next(&mut self) -> Vec<usize> {
        for k in (1..self.ways.len()).rev() {
            self.state ^= self.state << 13;
            self.state ^= self.state >> 7;
            self.state ^= self.state << 17;
            self.ways.swap(k, (self.state % (k as u64 + 1)) as usize);
        }
        self.ways.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_round_runs_every_way_and_orders_differ() {
        let mut order = Order::new(3);
        let orders: Vec<Vec<usize>> = (0..60).map(|_| order.next()).collect();
        for k in 0..3 {
            let first = orders.iter().filter(|order| order[0] == k).count();
            assert!((10..=30).contains(&first), "{k} comes first {first} times");
        }
        let sorted = |mut order: Vec<usize>| {
            order.sort_unstable();
            order
        };
        assert!(orders.into_iter().all(|order| sorted(order) == [0, 1, 2]));
    }

    #[test]
    fn no_ways_and_any_seconds_end() {
        assert!(measure(1.0, 0, |_| ()).seconds.is_empty());
        for seconds in [0.0, -1.0, f64::NAN] {
            let found = measure(seconds, 2, |_| thread::sleep(Duration::from_millis(2)));
            assert!(found.seconds[0].len() >= FEWEST, "{seconds}");
        }
    }

    #[test]
    fn rounds_are_judged_by_blocks_of_enough_ticks() {
        let start = Instant::now();
        measure(0.0, 1, |_| thread::sleep(Duration::from_millis(2)));
        assert!(start.elapsed() >= BLOCK);
    }

    #[test]
    fn slow_work_has_six_rounds() {
        let mut calls = [0, 0];
        let found = measure(0.01, 2, |way| {
            calls[way] += 1;
            thread::sleep(Duration::from_millis(5));
        });
        assert!(found.seconds.iter().all(|times| times.len() >= FEWEST));
        // The warm-up and the count of calls come before the rounds.
        assert!(calls[0] >= FEWEST + 2);
    }

    #[test]
    fn equal_times_are_narrow_at_once() {
        let equal = vec![vec![1.0; 6], vec![0.5; 6]];
        assert!(is_narrow(&equal, NARROW));
        let spread = vec![vec![1.0; 6], vec![0.5, 0.6, 0.5, 0.6, 0.5, 0.6]];
        assert!(!is_narrow(&spread, NARROW));
    }
}
