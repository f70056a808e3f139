//! What messages cost: latency and bandwidth between two ranks, and the time of an all-reduce.
//!
//! A model of a job's time needs these numbers: a message of n bytes takes about `latency + n / bandwidth`.

use std::time::Instant;

use mpi::collective::SystemOperation;
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;
use serde::Serialize;
use speedup::error::check_count;

use crate::job::work::wait_for_all;

/// Bytes of the messages of the ping-pong.
const MESSAGES: [usize; 6] = [8, 1 << 10, 1 << 14, 1 << 16, 1 << 20, 1 << 22];

/// Bytes of the all-reduces; 16 KiB are the counters of the selection of a median.
const REDUCED: [usize; 4] = [8, 1 << 10, 1 << 14, 1 << 20];

/// Batches of which the median counts, about how long each takes, and the most calls of one.
const BATCHES: usize = 7;
const BATCH_SECONDS: f64 = 0.02;
const MOST_CALLS: f64 = 100.0;

/// The calls that come first, on new connections, by how much a batch may be longer than the one before, and how many
/// batches do not count.
const FIRST_CALLS: u32 = 4;
const GROWTH: f64 = 4.0;
const UNCOUNTED: usize = 4;

/// The costs of messages as measured.
#[derive(Clone, Debug, Serialize)]
pub struct Network {
    /// The number of ranks.
    pub ranks: i32,
    /// The host of rank 0; the other measurements are between ranks 0 and 1, wherever these run.
    pub host: String,
    /// Microseconds of a message of 8 bytes, one way.
    pub latency_us: f64,
    /// Megabytes (10⁶ bytes) a second of the largest message.
    pub bandwidth_mb_s: f64,
    /// Messages between ranks 0 and 1: half of a round trip.
    pub ping_pong: Vec<Transfer>,
    /// All-reduces (sums of whole numbers) over all ranks.
    pub all_reduce: Vec<Transfer>,
}

/// The time of one size.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Transfer {
    /// Bytes of the message, or of each rank's buffer.
    pub bytes: usize,
    /// Seconds that one took, the median of several batches.
    pub seconds: f64,
}

/// Measures messages between ranks 0 and 1, and all-reduces over all ranks. A collective.
///
/// # Errors
///
/// [`speedup::Error::Count`], on every rank, if there is only one rank.
pub fn measure(world: &SimpleCommunicator) -> Result<Network, speedup::Error> {
    check_count("ranks", world.size() as usize, 2, u64::MAX)?;
    let ping_pong: Vec<Transfer> = MESSAGES
        .iter()
        .map(|&bytes| {
            wait_for_all(world);
            ping_pong(world, bytes)
        })
        .collect();
    let all_reduce = REDUCED.iter().map(|&bytes| all_reduce(world, bytes));
    let all_reduce = all_reduce.collect();
    let (first, last) = (ping_pong[0], ping_pong[ping_pong.len() - 1]);
    Ok(Network {
        ranks: world.size(),
        host: mpi::environment::processor_name().unwrap_or_default(),
        latency_us: first.seconds * 1e6,
        bandwidth_mb_s: last.bytes as f64 / last.seconds / 1e6,
        ping_pong,
        all_reduce,
    })
}

fn ping_pong(world: &SimpleCommunicator, bytes: usize) -> Transfer {
    let mut buffer = vec![0_u8; bytes];
    let rank = world.rank();
    let round_trip = |buffer: &mut [u8]| match rank {
        0 => {
            world.process_at_rank(1).send(&buffer[..]);
            world.process_at_rank(1).receive_into(buffer);
        }
        1 => {
            world.process_at_rank(0).receive_into(buffer);
            world.process_at_rank(0).send(&buffer[..]);
        }
        _ => {}
    };
    let seconds = batches(world, || round_trip(&mut buffer)) / 2.0;
    Transfer { bytes, seconds }
}

fn all_reduce(world: &SimpleCommunicator, bytes: usize) -> Transfer {
    let own = vec![1_u64; bytes / 8];
    let mut sums = own.clone();
    world.barrier();
    let seconds = batches(world, || {
        world.all_reduce_into(&own[..], &mut sums[..], SystemOperation::sum());
    });
    Transfer { bytes, seconds }
}

/// The time of one call: the median of several batches. All ranks make as many calls, by the time that the batch before
/// took on rank 0: where other programs compete for the processors, a call can suddenly take a thousand times as long.
fn batches(world: &SimpleCommunicator, mut call: impl FnMut()) -> f64 {
    let mut calls = FIRST_CALLS;
    let mut times = [0.0; UNCOUNTED + BATCHES].map(|_| {
        let began = Instant::now();
        (0..calls).for_each(|_| call());
        let mut seconds = began.elapsed().as_secs_f64() / f64::from(calls);
        world.process_at_rank(0).broadcast_into(&mut seconds);
        calls = next_calls(calls, seconds);
        seconds
    });
    let counted = &mut times[UNCOUNTED..];
    counted.sort_by(f64::total_cmp);
    counted[BATCHES / 2]
}

/// The calls of the next batch, from the calls of this one and the seconds per call.
fn next_calls(calls: u32, seconds: f64) -> u32 {
    let most = MOST_CALLS.min(f64::from(calls) * GROWTH);
    (BATCH_SECONDS / seconds).clamp(1.0, most) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seconds of all batches, and the calls of the last.
    fn all_batches(seconds: impl Fn(usize) -> f64) -> (f64, u32) {
        let mut calls = FIRST_CALLS;
        let times = (0..UNCOUNTED + BATCHES).map(|k| {
            let all = f64::from(calls) * seconds(k);
            calls = next_calls(calls, seconds(k));
            all
        });
        (times.sum(), calls)
    }

    #[test]
    fn a_batch_of_short_calls_is_as_long_as_it_may_be() {
        assert_eq!(all_batches(|_| 1e-6).1, MOST_CALLS as u32);
        assert_eq!(all_batches(|_| 0.0).1, MOST_CALLS as u32);
        assert_eq!(all_batches(|_| 1e-3).1, 20);
    }

    #[test]
    fn calls_that_become_slow_take_long_once_and_not_in_each_batch() {
        for change in 0..UNCOUNTED + BATCHES {
            let (seconds, calls) = all_batches(|k| if k < change { 1e-6 } else { 0.01 });
            assert!(
                seconds < MOST_CALLS * 0.01 + 0.5,
                "from batch {change}: {seconds} s"
            );
            assert_eq!(calls, 2, "from batch {change}");
        }
    }
}
