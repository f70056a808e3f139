//! The kernels of the handouts over the ranks of an MPI job: `mpirun -n 4 speedup-mpi wealth --households 1000000`.
#![forbid(unsafe_code)]

mod cli;
mod report;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use speedup_mpi::mpi::traits::*;
use speedup_mpi::mpi::{self, Threading};

fn main() -> ExitCode {
    let Some((universe, provided)) = mpi::initialize_with_threading(Threading::Funneled) else {
        eprintln!("speedup-mpi: MPI is initialised already");
        return ExitCode::FAILURE;
    };
    let world = universe.world();
    if provided < Threading::Funneled {
        if world.rank() == 0 {
            eprintln!("speedup-mpi: this MPI allows no threads beside the one that calls it");
        }
        return ExitCode::FAILURE;
    }
    match catch_unwind(AssertUnwindSafe(|| cli::run(&world))) {
        // MPI is finalised at the end of this function, on all ranks.
        Ok(code) => code,
        // The other ranks would wait for this one.
        Err(_) => world.abort(1),
    }
}
