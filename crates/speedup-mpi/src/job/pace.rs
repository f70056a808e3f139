//! How many blocks a step of a rank takes.

use std::time::Duration;

/// The time that a step should take.
const STEP: Duration = Duration::from_millis(200);

/// The number of blocks of the next step, from the time of the step before.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use speedup_mpi::job::pace::Pace;
///
/// let mut pace = Pace::new(4);
/// assert_eq!(pace.blocks(), 4);
/// pace.note(4, Duration::from_millis(100));
/// assert_eq!(pace.blocks(), 8);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    least: u64,
    blocks: u64,
}

impl Pace {
    /// Begins with one block for each thread, which is also the least that a step takes.
    pub fn new(threads: usize) -> Self {
        let least = threads.max(1) as u64;
        let blocks = least;
        Self { least, blocks }
    }

    /// The number of blocks of the next step.
    pub fn blocks(&self) -> u64 {
        self.blocks
    }

    /// Notes how long a step took. The next one is at most four times as long.
    pub fn note(&mut self, blocks: u64, time: Duration) {
        let ratio = STEP.as_secs_f64() / time.as_secs_f64().max(1e-6);
        let next = (blocks as f64 * ratio.min(4.0)) as u64;
        self.blocks = next.max(self.least);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_grow_slowly_and_never_vanish() {
        let mut pace = Pace::new(2);
        pace.note(2, Duration::ZERO);
        assert_eq!(pace.blocks(), 8);
        pace.note(8, Duration::from_secs(60));
        assert_eq!(pace.blocks(), 2);
        pace.note(u64::MAX, Duration::ZERO);
        assert_eq!(pace.blocks(), u64::MAX);
        assert_eq!(Pace::new(0).blocks(), 1);
    }
}
