//! Independent, seeded streams of random numbers.
//!
//! **The scheme.** A stream is the generator xoroshiro128, started from its own state. The state of stream n consists of
//! the numbers 2n and 2n + 1 of the sequence SplitMix64, which starts at a hash of the seed. The sequence has 2⁶⁴
//! numbers. From n = 2⁶³ on the state therefore consists of the numbers 2n + 1 and 2n + 2, counted from the start again.
//! All streams of a seed have different states.
//!
//! Two seeds are two places of the same sequence. With a million streams each, the probability that they have a
//! stream in common is below 10⁻¹². The generator has 2¹²⁸ − 1 states. The probability that two of a million
//! streams of 2⁴⁰ numbers overlap is below 10⁻¹⁴.
//!
//! A kernel gives a stream to each *task*, never to a thread: household i draws from stream i. So the result does not
//! depend on which thread runs a task, and it has the same bits for any number of threads. There is no global
//! generator.
//!
//! The generator has two output functions. [`Streams::stream`] uses "++", which is good for every purpose.
//! [`Streams::floats`] uses "+", which is faster and made for doubles: its lowest four bits are weaker, and a uniform double
//! uses the highest 53. The vector kernels draw from the second.
//!
//! Sources: D. Blackman and S. Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47, 2021;
//! G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.

use std::convert::Infallible;

use rand::{SeedableRng, TryRng};
use rand_xoshiro::{Xoroshiro128Plus, Xoroshiro128PlusPlus};

/// A family of 2⁶⁴ independent streams of random numbers, one per `u64`, fixed by its seed.
///
/// # Examples
///
/// ```
/// use rand::RngExt;
/// use speedup::Streams;
///
/// let streams = Streams::new(42);
/// let first: f64 = streams.stream(0).random();
/// let again: f64 = streams.stream(0).random();
/// let other: f64 = streams.stream(1).random();
/// assert_eq!(first, again);
/// assert_ne!(first, other);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    seed: u64,
}

impl Streams {
    /// The family of streams with this seed.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::Streams;
    /// assert_ne!(Streams::new(1), Streams::new(2));
    /// ```
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// Stream `number` from its start, for every purpose.
    ///
    /// # Examples
    ///
    /// ```
    /// use rand::RngExt;
    /// # use speedup::Streams;
    /// let die = Streams::new(7).stream(3).random_range(1..=6);
    /// assert!((1..=6).contains(&die));
    /// ```
    pub fn stream(&self, number: u64) -> Stream {
        Stream(Xoroshiro128PlusPlus::from_seed(self.bytes(number)))
    }

    /// Stream `number` from its start, for doubles. The vector kernels draw from these streams.
    ///
    /// # Examples
    ///
    /// ```
    /// use rand::RngExt;
    /// # use speedup::Streams;
    /// let share: f64 = Streams::new(7).floats(3).random();
    /// assert!((0.0..1.0).contains(&share));
    /// ```
    pub fn floats(&self, number: u64) -> FloatStream {
        FloatStream(Xoroshiro128Plus::from_seed(self.bytes(number)))
    }

    /// The two words of the state in which a stream starts.
    pub(crate) fn state(&self, number: u64) -> [u64; 2] {
        let start = mix(self.seed.wrapping_add(GOLDEN));
        [1, 2].map(|word| {
            // The place 2n + word; from n = 2⁶³ on the highest bit comes back as the lowest.
            let place = number.rotate_left(1).wrapping_add(word);
            mix(start.wrapping_add(GOLDEN.wrapping_mul(place)))
        })
    }

    fn bytes(&self, number: u64) -> [u8; 16] {
        let mut bytes = [0; 16];
        for (bytes, word) in bytes.chunks_exact_mut(8).zip(self.state(number)) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }
}

/// One stream, for every purpose: a generator for the functions of the crate `rand`.
///
/// # Examples
///
/// ```
/// use rand::seq::SliceRandom;
/// use speedup::Streams;
///
/// let mut cards: Vec<u32> = (0..52).collect();
/// cards.shuffle(&mut Streams::new(7).stream(0));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream(Xoroshiro128PlusPlus);

/// One stream, for doubles: a generator for the functions of the crate `rand`.
///
/// # Examples
///
/// ```
/// use rand::Rng;
/// use speedup::Streams;
///
/// let mut stream = Streams::new(7).floats(0);
/// assert_ne!(stream.next_u64(), stream.next_u64());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FloatStream(Xoroshiro128Plus);

// Types of this crate, because a cell of a notebook can name only types of crates that it lists.
macro_rules! generator {
    ($name:ident) => {
        impl TryRng for $name {
            type Error = Infallible;

            #[inline]
            fn try_next_u32(&mut self) -> Result<u32, Infallible> {
                self.0.try_next_u32()
            }

            #[inline]
            fn try_next_u64(&mut self) -> Result<u64, Infallible> {
                self.0.try_next_u64()
            }

            #[inline]
            fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
                self.0.try_fill_bytes(bytes)
            }
        }
    };
}
generator!(Stream);
generator!(FloatStream);

/// The increment of SplitMix64: 2⁶⁴ divided by the golden ratio.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The output function of SplitMix64. Different `z` give different values.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, RngExt};
    use rand_xoshiro::SplitMix64;

    /// The states are numbers of SplitMix64 as the crate `rand_xoshiro` has it.
    #[test]
    fn states_are_consecutive_numbers_of_splitmix() {
        let seed = 77;
        let start = SplitMix64::seed_from_u64(seed).next_u64();
        let mut splitmix = SplitMix64::seed_from_u64(start);
        for number in 0..100 {
            let state = [splitmix.next_u64(), splitmix.next_u64()];
            assert_eq!(Streams::new(seed).state(number), state);
        }
    }

    #[test]
    fn different_numbers_have_different_streams() {
        let streams = Streams::new(1);
        let half = 1 << 63;
        let numbers = [0, 1, 2, half - 1, half, half + 1, u64::MAX - 1, u64::MAX];
        let states: std::collections::BTreeSet<_> = numbers
            .iter()
            .map(|&number| streams.state(number))
            .collect();
        assert_eq!(states.len(), numbers.len());
    }

    /// Pairs from neighbouring streams are uncorrelated: |r| < 5/√n.
    #[test]
    fn neighbouring_streams_are_uncorrelated() {
        let n = 100_000_u64;
        let streams = Streams::new(1);
        let draw = |number: u64| streams.stream(number).random::<f64>() - 0.5;
        let sum: f64 = (0..n).map(|i| draw(i) * draw(i + 1)).sum();
        let correlation = sum / n as f64 * 12.0;
        assert!(correlation.abs() < 5.0 / (n as f64).sqrt(), "{correlation}");
    }

    #[test]
    fn first_draws_over_streams_have_the_moments_of_a_uniform() {
        let n = 100_000_u64;
        let streams = Streams::new(2);
        let draws: Vec<f64> = (0..n).map(|i| streams.floats(i).random()).collect();
        let mean = draws.iter().sum::<f64>() / n as f64;
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64;
        assert!(
            (mean - 0.5).abs() < 5.0 / (12.0 * n as f64).sqrt(),
            "{mean}"
        );
        assert!((variance - 1.0 / 12.0).abs() < 0.002, "{variance}");
    }
}
