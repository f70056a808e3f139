//! A deadlock: each rank waits for a message of its neighbour before it sends its own, so nobody sends.
//!
//! It never ends by itself. Start it with a time limit: `timeout 5 mpirun -n 2 target/debug/examples/deadlock`.

use speedup_mpi::mpi::{self, traits::*};

fn main() {
    let universe = mpi::initialize().expect("MPI starts once");
    let world = universe.world();
    let (rank, ranks) = (world.rank(), world.size());
    let (left, right) = ((rank + ranks - 1) % ranks, (rank + 1) % ranks);

    println!("rank {rank} waits for a message of rank {left}");
    let (message, _) = world.process_at_rank(left).receive::<i32>();
    // Never reached. To mend it, send first here and there, or use `mpi::point_to_point::send_receive`.
    world.process_at_rank(right).send(&rank);
    println!("rank {rank} got {message}");
}
