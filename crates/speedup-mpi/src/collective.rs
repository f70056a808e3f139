//! Collectives whose results have the same bits for any number of ranks.
//!
//! As with all collectives of MPI, every rank of the communicator must call the function.

use mpi::collective::SystemOperation;
use mpi::traits::*;
use speedup::Threads;

use crate::key;
use crate::selection::{Edges, Selection, Step};

/// The tag of this module's messages.
const TAG: i32 = 29_001;

/// The sum of all values in the order of the ranks, on every rank: the bits of one loop over all values.
///
/// A sum of doubles depends on the order of its terms, so an all-reduce gives other bits for other numbers of
/// ranks. Here rank 0 adds its values to 0, hands the sum to rank 1, which adds its values, and so on; the last
/// rank broadcasts the sum. No rank gets the values of another. It takes as many messages one after another as
/// there are ranks: sum each block of many values first, see [`Blocks`](crate::blocks::Blocks).
///
/// # Examples
///
/// ```no_run
/// use speedup_mpi::mpi::traits::*;
///
/// let universe = speedup_mpi::mpi::initialize().unwrap();
/// let world = universe.world();
/// let sum = speedup_mpi::sum_in_order(&world, &[f64::from(world.rank())]);
/// ```
pub fn sum_in_order<C: Communicator>(comm: &C, values: &[f64]) -> f64 {
    let (rank, last) = (comm.rank(), comm.size() - 1);
    let before = match rank {
        0 => 0.0,
        _ => {
            let previous = comm.process_at_rank(rank - 1);
            previous.receive_with_tag::<f64>(TAG).0
        }
    };
    let mut sum = values.iter().fold(before, |sum, value| sum + value);
    if rank < last {
        comm.process_at_rank(rank + 1).send_with_tag(&sum, TAG);
    }
    comm.process_at_rank(last).broadcast_into(&mut sum);
    sum
}

/// The element-wise all-reduce of a list that has the same length on every rank.
///
/// The function of MPI takes buffers of any types and lengths; here both buffers have the same.
pub fn all_reduce<C: Communicator, T: Equivalence + Clone>(
    comm: &C,
    own: &[T],
    operation: SystemOperation,
) -> Vec<T> {
    let mut all = own.to_vec();
    comm.all_reduce_into(own, &mut all[..], operation);
    all
}

/// The sum of a whole number over the ranks, on every rank. It wraps around above 2⁶⁴ − 1.
pub fn total<C: Communicator>(comm: &C, count: u64) -> u64 {
    all_reduce(comm, &[count], SystemOperation::sum())[0]
}

/// The largest value over the ranks, on every rank, in the order of [`f64::total_cmp`].
pub fn maximum<C: Communicator>(comm: &C, value: f64) -> f64 {
    key::value(all_reduce(comm, &[key::key(value)], SystemOperation::max())[0])
}

/// The median of all ranks' values, on every rank, without gathering them; `None` if there are no values.
///
/// **Same bits** as [`speedup::kernels::median::median`] of all values in one process: the middle value, the mean
/// of the two middle values, or NaN if a value is NaN. [`crate::selection`] explains how.
///
/// # Examples
///
/// ```no_run
/// use speedup_mpi::mpi::traits::*;
///
/// let universe = speedup_mpi::mpi::initialize().unwrap();
/// let world = universe.world();
/// let median = speedup_mpi::median(&world, vec![f64::from(world.rank())]);
/// ```
pub fn median<C: Communicator>(comm: &C, values: Vec<f64>) -> Option<f64> {
    select_median(comm, values, Threads::Sequential).0
}

/// What an exact selection took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// All-reduces of the counters: at most 6.
    pub rounds: u32,
    /// Bytes that each rank handed to all-reduces.
    pub bytes: u64,
}

/// The [`median`] with its cost; each rank counts its values by `threads`.
pub fn select_median<C: Communicator>(
    comm: &C,
    values: Vec<f64>,
    threads: Threads,
) -> (Option<f64>, Cost) {
    let mut cost = Cost::default();
    let nans = values.iter().filter(|value| value.is_nan()).count();
    let sums = added(comm, &[values.len() as u64, nans as u64], &mut cost);
    match sums[..] {
        [0, _] => return (None, cost),
        [_, 0] => {}
        _ => return (Some(f64::NAN), cost),
    }
    let mut selection = Selection::new(values, sums[0]);
    loop {
        // Without threads of its own the rank counts in rayon's.
        let counted = threads.install(|| selection.counters());
        let counters = counted.unwrap_or_else(|_| selection.counters());
        let sums = added(comm, &counters, &mut cost);
        cost.rounds += 1;
        match selection.narrow(&sums) {
            Step::Count => {}
            Step::Done(median) => return (Some(median), cost),
            Step::Edges(own) => {
                // The smallest key is the largest of the inverted ones.
                let own = [own.below, !own.above];
                let all = all_reduce(comm, &own, SystemOperation::max());
                cost.bytes += 16;
                let [below, above] = [all[0], !all[1]];
                return (Some(Edges { below, above }.median()), cost);
            }
        }
    }
}

fn added<C: Communicator>(comm: &C, counters: &[u64], cost: &mut Cost) -> Vec<u64> {
    cost.bytes += 8 * counters.len() as u64;
    all_reduce(comm, counters, SystemOperation::sum())
}
