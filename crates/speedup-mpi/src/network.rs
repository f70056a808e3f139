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

/// Batches of which the median counts.
const BATCHES: usize = 7;

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
    let seconds = batches(bytes, || round_trip(&mut buffer)) / 2.0;
    Transfer { bytes, seconds }
}

fn all_reduce(world: &SimpleCommunicator, bytes: usize) -> Transfer {
    let own = vec![1_u64; bytes / 8];
    let mut sums = own.clone();
    world.barrier();
    let seconds = batches(bytes, || {
        world.all_reduce_into(&own[..], &mut sums[..], SystemOperation::sum());
    });
    Transfer { bytes, seconds }
}

/// The time of one call: the median of several batches, after one that does not count. Larger buffers get fewer
/// calls.
fn batches(bytes: usize, mut call: impl FnMut()) -> f64 {
    let calls = ((1 << 24) / bytes).clamp(4, 500);
    let mut times = [0.0; BATCHES];
    for batch in 0..=BATCHES {
        let began = Instant::now();
        (0..calls).for_each(|_| call());
        if let Some(time) = times.get_mut(batch.wrapping_sub(1)) {
            *time = began.elapsed().as_secs_f64() / calls as f64;
        }
    }
    times.sort_by(f64::total_cmp);
    times[BATCHES / 2]
}
