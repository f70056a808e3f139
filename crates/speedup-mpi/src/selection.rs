//! Exact selection among values that are spread over ranks: the middle values, without gathering them.
//!
//! Each rank counts its keys in 2¹¹ bins by their highest bits; an all-reduce adds the counters, which shows the
//! bin of the middle values; each rank drops its values outside of that bin, in place. The next round does the same
//! with the next 11 bits. After 6 rounds all 64 bits are known. So a rank holds no more than its own values and 16
//! KiB of counters, and a job of any size takes at most 6 all-reduces of 16 KiB and one of 16 bytes.
//!
//! Other exact selections choose a pivot in each round, as that of Saukas and Song ("A note on parallel selection
//! on coarse-grained multicomputers", Algorithmica 24, 1999), who take a weighted median of the ranks' medians.
//! Their rounds grow with the number of ranks, and each needs every rank's median. Bins by bits need no pivots,
//! have a fixed number of rounds whatever the values are, and only add integers, in any order: the same bits from
//! any number of ranks.
//!
//! This module does not call MPI. [`crate::collective::select_median`] does the sums.

use rayon::prelude::*;

use crate::key::{key, value};

/// Bits of the key that a round decides.
const BITS: u32 = 11;

/// The number of counters that are added in each round.
pub const BINS: usize = 1 << BITS;

/// What one rank knows in the search for the middle values: its candidates, and the bits decided so far.
///
/// Call [`Selection::counters`], add the counters of all ranks, hand the sums to [`Selection::narrow`], and so on
/// until that returns a [`Step`] other than [`Step::Count`].
#[derive(Debug)]
pub struct Selection {
    candidates: Vec<f64>,
    /// Lowest bits of the key that are not decided yet.
    open: u32,
    /// The decided bits of the candidates' keys.
    prefix: u64,
    /// The places of the two middle values among the candidates of all ranks; equal if their number is odd.
    places: (u64, u64),
}

/// What the ranks do next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// Add the next counters.
    Count,
    /// Find the largest of [`Edges::below`] and the smallest of [`Edges::above`]: these are the keys of the middle
    /// values.
    Edges(Edges),
    /// The median is known.
    Done(f64),
}

/// The keys of one rank that are nearest to the gap between the two middle values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edges {
    /// The largest key below the gap, or 0.
    pub below: u64,
    /// The smallest key above the gap, or the largest `u64`.
    pub above: u64,
}

impl Edges {
    /// The median: the mean of the two middle values, once the edges are those of all ranks.
    pub fn median(self) -> f64 {
        f64::midpoint(value(self.below), value(self.above))
    }
}

impl Selection {
    /// Begins the search: `values` are those of this rank, without NaN, and `count` those of all ranks, at least 1.
    pub fn new(values: Vec<f64>, count: u64) -> Self {
        let count = count.max(1);
        Self {
            candidates: values,
            open: u64::BITS,
            prefix: 0,
            places: ((count - 1) / 2, count / 2),
        }
    }

    /// How far the bits of this round are from the right end of a key.
    fn shift(&self) -> u32 {
        self.open.saturating_sub(BITS)
    }

    /// The number of this rank's candidates in each bin. Runs in the threads of the pool that it is called in.
    pub fn counters(&self) -> Vec<u64> {
        let shift = self.shift();
        let count = |mut counters: Vec<u64>, part: &[f64]| {
            for &candidate in part {
                counters[(key(candidate) >> shift) as usize % BINS] += 1;
            }
            counters
        };
        let add = |mut sums: Vec<u64>, counters: Vec<u64>| {
            sums.iter_mut().zip(counters).for_each(|(a, b)| *a += b);
            sums
        };
        let parts = self.candidates.par_chunks(1 << 18);
        let none = || vec![0; BINS];
        let mut counters = parts.fold(none, count).reduce(none, add);
        if self.shift() == 0 {
            // In the last round fewer bits are open; the bits above them are the same in all keys.
            let mask = (1 << self.open) - 1;
            let mut last = none();
            for (bin, counter) in counters.drain(..).enumerate() {
                last[bin & mask] += counter;
            }
            return last;
        }
        counters
    }

    /// Drops the candidates that are not in the middle values' bin, by the sums of all ranks' counters.
    pub fn narrow(&mut self, sums: &[u64]) -> Step {
        let (lower, upper) = self.places;
        let (low_bin, before) = bin_of(sums, lower);
        let (high_bin, _) = bin_of(sums, upper);
        let shift = self.shift();
        let key_of = |bin: usize| self.prefix | (bin as u64) << shift;
        if low_bin != high_bin {
            // `lower` is the last of its bin and `upper` the first of a later one, with nothing between.
            let gap = key_of(high_bin);
            let keys = || self.candidates.iter().map(|&candidate| key(candidate));
            return Step::Edges(Edges {
                below: keys().filter(|key| *key < gap).max().unwrap_or(0),
                above: keys().filter(|key| *key >= gap).min().unwrap_or(u64::MAX),
            });
        }
        self.prefix = key_of(low_bin);
        self.open = shift;
        self.places = (lower - before, upper - before);
        if shift == 0 {
            let middle = value(self.prefix);
            // As the mean of two equal values: the smallest number halved and doubled is itself.
            return Step::Done(middle);
        }
        let prefix = self.prefix >> shift;
        self.candidates
            .retain(|&candidate| key(candidate) >> shift == prefix);
        Step::Count
    }
}

/// The bin that holds the value at `place` in ascending order, and the number of values in the bins before it.
fn bin_of(sums: &[u64], place: u64) -> (usize, u64) {
    let mut before = 0;
    for (bin, &count) in sums.iter().enumerate() {
        if place < before + count {
            return (bin, before);
        }
        before += count;
    }
    (sums.len().saturating_sub(1), before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share;
    use speedup::Streams;
    use speedup::kernels::median::median;

    /// The median by ranks that are simulated one after another, and the number of rounds.
    fn by_ranks(values: &[f64], ranks: i32) -> (f64, u32) {
        let part = |rank| {
            let own = share(values.len() as u64, rank, ranks);
            values[own.start as usize..own.end as usize].to_vec()
        };
        let mut all: Vec<Selection> = (0..ranks)
            .map(|rank| Selection::new(part(rank), values.len() as u64))
            .collect();
        for round in 1.. {
            let mut sums = vec![0; BINS];
            for counters in all.iter().map(Selection::counters) {
                sums.iter_mut().zip(counters).for_each(|(a, b)| *a += b);
            }
            let steps: Vec<Step> = all.iter_mut().map(|one| one.narrow(&sums)).collect();
            let edges = steps.iter().filter_map(|step| match step {
                Step::Edges(edges) => Some(*edges),
                _ => None,
            });
            let join = |a: Edges, b: Edges| Edges {
                below: a.below.max(b.below),
                above: a.above.min(b.above),
            };
            if let Some(edges) = edges.reduce(join) {
                return (edges.median(), round);
            }
            if let Step::Done(median) = steps[0] {
                assert!(steps.iter().all(|step| *step == steps[0]));
                return (median, round);
            }
        }
        unreachable!()
    }

    fn check(values: &[f64]) {
        let expected = median(&mut values.to_vec()).unwrap();
        for ranks in [1, 2, 3, 7] {
            let (found, rounds) = by_ranks(values, ranks);
            assert_eq!(found.to_bits(), expected.to_bits(), "{values:?}");
            assert!(rounds <= 6);
        }
    }

    #[test]
    fn agrees_with_the_median_of_one_process() {
        use rand::{Rng, RngExt};
        let mut rng = Streams::new(3).stream(0);
        for count in (1..40).chain([1_000, 1_001, 70_000]) {
            let uniform: Vec<f64> = (0..count).map(|_| rng.random::<f64>() - 0.5).collect();
            check(&uniform);
            let few: Vec<f64> = (0..count).map(|_| f64::from(rng.next_u32() % 5)).collect();
            check(&few);
            // Any bits at all, which reaches all exponents and both signs.
            let bits: Vec<f64> = (0..count)
                .map(|_| f64::from_bits(rng.next_u64()))
                .filter(|value| !value.is_nan())
                .collect();
            if !bits.is_empty() {
                check(&bits);
            }
        }
    }

    #[test]
    fn neighbours_zeros_and_infinities() {
        let next = f64::from_bits(1.0_f64.to_bits() + 1);
        check(&[1.0, next]);
        check(&[-0.0, 0.0]);
        check(&[0.0, -0.0, -0.0, 0.0]);
        check(&[f64::MAX, f64::MAX]);
        check(&[1.0, f64::INFINITY]);
        check(&[5e-324, 5e-324]);
        check(&[f64::NEG_INFINITY; 9]);
        let (edges, _) = by_ranks(&[f64::NEG_INFINITY, f64::INFINITY], 2);
        assert!(edges.is_nan());
    }
}
