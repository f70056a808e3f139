//! Chunks of tasks, whose size adapts to the time that they take.

use std::ops::Range;

/// A chunk that took fewer seconds is too short.
const MIN_SECONDS: f64 = 0.2;
/// A chunk that took more seconds is too long.
const MAX_SECONDS: f64 = 2.0;

/// The tasks 0 to `n` − 1 that no thread has taken yet, and the size of the next chunk.
pub struct Chunks {
    n: usize,
    threads: usize,
    /// The first task of the next chunk.
    next: usize,
    /// Tasks in a chunk, a power of two.
    size: usize,
}

impl Chunks {
    /// All tasks, in chunks of one.
    pub fn new(n: usize, threads: usize) -> Self {
        Self {
            n,
            threads,
            next: 0,
            size: 1,
        }
    }

    /// Takes the next chunk; `None` if no task is left.
    pub fn take(&mut self) -> Option<Range<usize>> {
        let left = self.n - self.next;
        let start = self.next;
        self.next += self.size.min(self.largest());
        (left > 0).then_some(start..self.next)
    }

    /// The largest chunk for the tasks that are left: an equal share of half of them.
    fn largest(&self) -> usize {
        (self.n - self.next).div_ceil(2 * self.threads)
    }

    /// Adapts the size to the seconds that a chunk of `len` tasks took. Returns what the chunk was,
    /// `short` or `long`, and the new size, or `None` if the size stays.
    pub fn adapt(&mut self, len: usize, seconds: f64) -> Option<(&'static str, usize)> {
        // A chunk of another size was taken before the last change, or near the end.
        if len != self.size || self.next == self.n {
            return None;
        }
        let (size, was) = match seconds {
            s if s < MIN_SECONDS && self.size < self.largest() => (self.size * 2, "short"),
            s if s > MAX_SECONDS && self.size > 1 => (self.size / 2, "long"),
            _ => return None,
        };
        self.size = size;
        Some((was, size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sizes of all chunks, one after another, of tasks that take `seconds` each.
    fn sizes(n: usize, threads: usize, seconds: f64) -> Vec<usize> {
        let mut chunks = Chunks::new(n, threads);
        let next = || {
            let len = chunks.take()?.len();
            chunks.adapt(len, seconds * len as f64);
            Some(len)
        };
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn chunks_of_short_tasks_double_until_they_are_long_enough() {
        let sizes = sizes(100_000, 4, 1e-3);
        assert_eq!(sizes[..8], [1, 2, 4, 8, 16, 32, 64, 128]);
        assert_eq!(sizes.iter().max(), Some(&256));
    }

    #[test]
    fn chunks_shrink_when_tasks_turn_out_long() {
        let mut chunks = Chunks::new(100_000, 2);
        let mut sizes = Vec::new();
        for seconds in [0.1, 0.1, 0.1, 3.0, 3.0, 3.0, 3.0] {
            let len = chunks.take().unwrap().len();
            chunks.adapt(len, seconds);
            sizes.push(len);
        }
        assert_eq!(sizes, [1, 2, 4, 8, 4, 2, 1]);
        // The time of a chunk that was taken before the last change changes nothing.
        assert_eq!(chunks.adapt(8, 0.1), None);
    }

    #[test]
    fn the_last_chunks_are_small() {
        let sizes = sizes(10_000, 4, 1e-6);
        assert_eq!(sizes.iter().sum::<usize>(), 10_000);
        assert_eq!(sizes.last(), Some(&1));
        // No chunk is more than an eighth of what was left when it was taken.
        let mut left = 10_000_usize;
        for size in sizes {
            assert!(size <= left.div_ceil(8));
            left -= size;
        }
    }
}
