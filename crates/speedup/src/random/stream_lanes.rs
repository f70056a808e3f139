//! Neighbouring streams of random bits side by side, one per lane.

use crate::Streams;

/// `L` neighbouring streams, one per lane: lane i is stream `first + i`.
///
/// Each lane gives the numbers of [`Streams::floats`] for its stream. The states start at a cache line, so that no vector of
/// them lies in two.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub struct StreamLanes<const L: usize> {
    s0: [u64; L],
    s1: [u64; L],
}

impl<const L: usize> StreamLanes<L> {
    /// The streams `first` to `first + L - 1`, from their starts.
    pub fn new(streams: Streams, first: u64) -> Self {
        let (mut s0, mut s1) = ([0; L], [0; L]);
        for lane in 0..L {
            [s0[lane], s1[lane]] = streams.state(first.wrapping_add(lane as u64));
        }
        Self { s0, s1 }
    }

    /// The next 64 bits of the stream in `lane`.
    ///
    /// # Panics
    ///
    /// If `lane` is not below `L`.
    #[inline(always)]
    pub fn next(&mut self, lane: usize) -> u64 {
        let (s0, s1) = (self.s0[lane], self.s1[lane]);
        let x = s0 ^ s1;
        self.s0[lane] = s0.rotate_left(24) ^ x ^ (x << 16);
        self.s1[lane] = x.rotate_left(37);
        s0.wrapping_add(s1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn each_lane_is_its_stream() {
        let streams = Streams::new(5);
        let mut lanes = StreamLanes::<7>::new(streams, 40);
        let mut single: Vec<_> = (40..47).map(|number| streams.floats(number)).collect();
        for _ in 0..1_000 {
            for (lane, single) in single.iter_mut().enumerate() {
                assert_eq!(lanes.next(lane), single.next_u64());
            }
        }
    }
}
