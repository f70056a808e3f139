//! A loop over random items, spread over the ranks of an MPI job: the same bits for any number of ranks.

use rand::RngExt;
use speedup::Streams;
use speedup_mpi::mpi::{self, traits::*};
use speedup_mpi::{median, share, sum_in_order};

fn main() {
    let universe = mpi::initialize().expect("MPI starts once");
    let world = universe.world();

    // Who owns which items: a contiguous range for each rank.
    let mine = share(1_000_000, world.rank(), world.size());

    // The loop. Item i draws from stream i, whichever rank has it.
    let streams = Streams::new(42);
    let item = |i| {
        let mut rng = streams.stream(i);
        (0..10).fold(0.0, |x, _| 0.9 * x + rng.random::<f64>())
    };
    let values: Vec<f64> = mine.map(item).collect();

    // Collectives, which every rank calls.
    let mean = sum_in_order(&world, &values) / 1e6;
    let middle = median(&world, values);
    if world.rank() == 0 {
        println!("mean {mean:?}, median {middle:?}");
    }
}
