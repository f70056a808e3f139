//! Independent, seeded streams of random numbers.
//!
//! **The scheme.** One seed keys the ChaCha cipher with 8 rounds; a stream is that
//! cipher's output under a 64-bit stream number. Streams of one seed are disjoint
//! by construction and 2⁷⁰ bytes long each. A kernel gives every *task* its own stream,
//! by the task's number (household i draws from stream i), never every thread:
//! which thread runs a task then makes no difference, and results have the same
//! bits for any number of threads. There is no global generator.
//!
//! Source: D. J. Bernstein, "ChaCha, a variant of Salsa20", 2008; J. K. Salmon et
//! al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

/// A family of 2⁶⁴ independent streams of random numbers, fixed by its seed.
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
    /// The family of streams that belongs to `seed`.
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

    /// Stream number `number`, from its start.
    ///
    /// # Examples
    ///
    /// ```
    /// use rand::RngExt;
    /// # use speedup::Streams;
    /// let die = Streams::new(7).stream(3).random_range(1..=6);
    /// assert!((1..=6).contains(&die));
    /// ```
    pub fn stream(&self, number: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(number);
        rng
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

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
        let draws: Vec<f64> = (0..n).map(|i| streams.stream(i).random()).collect();
        let mean = draws.iter().sum::<f64>() / n as f64;
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64;
        assert!(
            (mean - 0.5).abs() < 5.0 / (12.0 * n as f64).sqrt(),
            "{mean}"
        );
        assert!((variance - 1.0 / 12.0).abs() < 0.002, "{variance}");
    }
}
