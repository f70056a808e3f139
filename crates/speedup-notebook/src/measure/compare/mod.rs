//! The times of several ways to do the same work, compared with confidence intervals.
//!
//! | module | concept |
//! | --- | --- |
//! | `interval` | a median with its 95 % interval |
//! | `disturbance` | how much of the processors other programs took meanwhile |
//! | `rounds` | the rounds of a comparison |
//!
//! # Method
//!
//! Each round runs every way once, in random order, so that a slow drift of the machine touches all
//! ways alike. Before each turn there is a pause until the threads of the last turn sleep. Short work
//! is repeated within its turn. The first round warms up and is not counted. The speed-up of a way is
//! the median of its ratios within the rounds, and its interval is that of
//! [`Interval::of_median`]. Rounds go on until all intervals of the speed-ups are narrower than 5 %. After
//! the given seconds 20 % are enough, and after three times these seconds any width. At least 6 rounds
//! count.
//!
//! Rounds in which other programs, or the host of a virtual machine, took more than 5 % of the
//! processors do not count. This is told from `/proc/stat`, which has a resolution of 10 ms, so rounds
//! are judged in blocks of at least 0.25 s. If fewer than 6 rounds without a disturbance come in three
//! times the given seconds, all rounds count, and a printed line says `too disturbed to count on`.
//!
//! T. Kalibera and R. Jones, "Rigorous benchmarking in reasonable time", ISMM 2013. Rounds in random
//! order and a stop at a given precision are from there.

mod disturbance;
mod interval;
mod rounds;

use std::fmt::Display;

pub use interval::Interval;
pub(crate) use rounds::scale_seconds;

/// The measured times of several ways to do the same work. [`compare`] and [`Compare::run`] return it.
///
/// A cell that ends with it shows a table: for each way the median time and the speed-up over the
/// first way, both with their intervals.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison<V> {
    ways: Vec<V>,
    /// Seconds per call: one vector per way, with one entry per round that counts.
    seconds: Vec<Vec<f64>>,
    left_out: usize,
    disturbed: bool,
}

/// Compares variants of some work. The first one is the reference of all speed-ups.
///
/// `seconds` is the time that the rounds may take; a course scales it by `seconds` in `course.toml`.
/// It is exceeded, up to three times, while the result
/// is still uncertain, see the [module](self).
///
/// # Panics
///
/// Only if the work does.
///
/// # Examples
///
/// ```
/// use speedup_notebook::measure::compare::compare;
///
/// let sizes = compare(0.1, &[100_000, 1_000], |n| (0..n).map(|k: u64| k ^ 7).sum::<u64>());
/// let gains = sizes.speed_ups();
/// assert_eq!((gains[0].value, sizes.ways()), (1.0, &[100_000, 1_000][..]));
/// ```
pub fn compare<V: Copy, T>(
    seconds: f64,
    variants: &[V],
    mut work: impl FnMut(V) -> T,
) -> Comparison<V> {
    let run = |k: usize| drop(std::hint::black_box(work(variants[k])));
    let measured = rounds::measure(seconds, variants.len(), run);
    Comparison {
        ways: variants.to_vec(),
        seconds: measured.seconds,
        left_out: measured.left_out,
        disturbed: measured.disturbed,
    }
}

/// Ways to do the same work, each with a name. [`Compare::run`] compares them.
///
/// # Examples
///
/// ```
/// use std::hint::black_box;
/// use speedup_notebook::measure::compare::Compare;
///
/// let n = 10_000_u64;
/// let result = Compare::seconds(0.1)
///     .way("loop", || (0..black_box(n)).sum::<u64>())
///     .way("formula", || black_box(n) * (n - 1) / 2)
///     .run();
/// assert_eq!(result.ways(), ["loop", "formula"]);
/// println!("{}", result.speed_ups()[1]);
/// ```
pub struct Compare<'a> {
    seconds: f64,
    names: Vec<String>,
    work: Vec<Box<dyn FnMut() + 'a>>,
}

impl<'a> Compare<'a> {
    /// A comparison without any ways yet; see [`compare`] for the `seconds`.
    ///
    /// # Examples
    ///
    /// ```
    /// let result = speedup_notebook::measure::compare::Compare::seconds(0.5).run();
    /// assert!(result.ways().is_empty());
    /// ```
    pub fn seconds(seconds: f64) -> Self {
        Self {
            seconds,
            names: Vec::new(),
            work: Vec::new(),
        }
    }

    /// Adds a way to do the work. The first one is the reference of all speed-ups.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::measure::compare::Compare;
    /// let one = Compare::seconds(0.01).way("one way", || 6 * 7).run();
    /// assert_eq!(one.speed_ups()[0].value, 1.0);
    /// ```
    #[must_use]
    pub fn way<T>(mut self, name: &str, mut work: impl FnMut() -> T + 'a) -> Self {
        self.names.push(name.to_owned());
        let work = move || drop(std::hint::black_box(work()));
        self.work.push(Box::new(work));
        self
    }

    /// Runs all ways in rounds.
    ///
    /// # Panics
    ///
    /// Only if the work does.
    ///
    /// # Examples
    ///
    /// See [`Compare`].
    pub fn run(mut self) -> Comparison<String> {
        let indices: Vec<usize> = (0..self.work.len()).collect();
        let measured = compare(self.seconds, &indices, |k| self.work[k]());
        Comparison {
            ways: self.names,
            seconds: measured.seconds,
            left_out: measured.left_out,
            disturbed: measured.disturbed,
        }
    }
}

impl<V> Comparison<V> {
    /// The ways, in the order in which they were given.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::measure::compare::compare;
    /// assert_eq!(compare(0.01, &['a', 'b'], |_| ()).ways(), ['a', 'b']);
    /// ```
    pub fn ways(&self) -> &[V] {
        &self.ways
    }

    /// The number of rounds that count, and of those that do not, because other programs took part of
    /// the processors.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::measure::compare::compare;
    /// assert!(compare(0.01, &[1, 2], |_| ()).rounds().0 >= 6);
    /// ```
    pub fn rounds(&self) -> (usize, usize) {
        (self.seconds.first().map_or(0, Vec::len), self.left_out)
    }

    /// Whether other programs took part of the processors in so many rounds that these count too.
    /// The intervals are then not reliable.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::measure::compare::compare;
    /// let reliable = !compare(0.01, &[1, 2], |_| ()).is_disturbed();
    /// ```
    pub fn is_disturbed(&self) -> bool {
        self.disturbed
    }

    /// The median time of each way in seconds per call.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::measure::compare::compare;
    /// assert!(compare(0.01, &[1, 2], |_| ()).times()[0].value >= 0.0);
    /// ```
    pub fn times(&self) -> Vec<Interval> {
        let interval = |times: &Vec<f64>| Interval::of_median(times).unwrap_or(UNKNOWN);
        self.seconds.iter().map(interval).collect()
    }

    /// The speed-up of each way over the first: the median of the ratios of times within a round.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::measure::compare::compare;
    /// let gains = compare(0.05, &[200_000, 100], |n| (0..n).map(|k: u64| k ^ 7).sum::<u64>()).speed_ups();
    /// assert_eq!(gains[1].verdict(), "faster");
    /// ```
    pub fn speed_ups(&self) -> Vec<Interval> {
        self.speed_ups_over(0)
    }

    /// The speed-up of each way over the way with this index; empty if there is no such way.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::measure::compare::compare;
    /// let result = compare(0.01, &[1, 2, 3], |_| ());
    /// assert_eq!((result.speed_ups_over(2).len(), result.speed_ups_over(3).len()), (3, 0));
    /// ```
    pub fn speed_ups_over(&self, reference: usize) -> Vec<Interval> {
        let Some(reference) = self.seconds.get(reference) else {
            return Vec::new();
        };
        let speed_up = |times: &Vec<f64>| {
            let ratios: Vec<f64> = ratios(reference, times).collect();
            Interval::of_median(&ratios).unwrap_or(UNKNOWN)
        };
        self.seconds.iter().map(speed_up).collect()
    }

    /// What the result rests on, as a sentence: rounds that count, and rounds that do not.
    pub(crate) fn basis(&self) -> String {
        let (counted, left_out) = self.rounds();
        let mut words = format!("{counted} rounds, 95 % intervals");
        if self.disturbed {
            words += "; other programs ran: too disturbed to count on";
        } else if left_out > 0 {
            words += &format!("; {left_out} more, in which other programs ran, do not count");
        }
        words
    }
}

impl<V: Display> Comparison<V> {
    /// The names of the ways.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::measure::compare::compare;
    /// assert_eq!(compare(0.01, &[1, 2], |_| ()).names(), ["1", "2"]);
    /// ```
    pub fn names(&self) -> Vec<String> {
        self.ways.iter().map(V::to_string).collect()
    }
}

/// An interval that is not known, as the work took no time that the clock can tell.
const UNKNOWN: Interval = Interval {
    value: f64::NAN,
    low: f64::NAN,
    high: f64::NAN,
};

/// How many times as fast as the reference, round by round.
fn ratios<'a>(reference: &'a [f64], times: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
    reference.iter().zip(times).map(|(slow, fast)| slow / fast)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(seconds: Vec<Vec<f64>>) -> Comparison<usize> {
        Comparison {
            ways: (0..seconds.len()).collect(),
            seconds,
            left_out: 0,
            disturbed: false,
        }
    }

    #[test]
    fn a_speed_up_is_the_median_of_ratios_and_not_the_ratio_of_medians() {
        // A machine that becomes slower: in each round the second way takes half the time.
        let first: Vec<f64> = (1..=9).map(f64::from).collect();
        let second = first.iter().map(|time| time / 2.0).collect();
        let gain = of(vec![first, second]).speed_ups()[1];
        assert_eq!((gain.value, gain.low, gain.high), (2.0, 2.0, 2.0));
    }

    #[test]
    fn what_does_not_count_is_said() {
        let mut result = of(vec![vec![1.0; 7]]);
        assert_eq!(result.basis(), "7 rounds, 95 % intervals");
        result.left_out = 2;
        assert_eq!(
            result.basis(),
            "7 rounds, 95 % intervals; 2 more, in which other programs ran, do not count"
        );
        result.disturbed = true;
        assert!(result.basis().ends_with("too disturbed to count on"));
    }

    #[test]
    fn time_that_the_clock_cannot_tell_has_no_verdict_in_numbers() {
        let result = of(vec![vec![0.0; 6], vec![0.0; 6]]);
        assert!(result.speed_ups()[1].value.is_nan());
        assert_eq!(result.speed_ups()[1].verdict(), "no difference to be seen");
    }
}
