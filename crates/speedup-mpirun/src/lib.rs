//! Starts MPI programs from a notebook, and reads their reports.
//!
//! | module | concept |
//! | --- | --- |
//! | [`mpi`] | the MPI of this machine, and the programs that it starts |
//! | [`program`] | a program that stands in a cell, compiled against the crate `speedup-mpi` |
//! | [`report`] | what the program `speedup-mpi` says of a job, and of the network |
//! | [`run`] | what a program printed, and how it ended |
//!
//! This crate is not linked with MPI. It starts `mpirun`, always with a time limit: a program whose ranks wait for each
//! other for ever is killed, with all its ranks.
//!
//! ```no_run
//! use speedup_mpirun::Mpi;
//!
//! let mpi = Mpi::find()?;
//! let report = mpi.run(2, "wealth --households 100000 --threads 1")?;
//! println!("{} by {} ranks in {} s", report.value, report.ranks, report.seconds);
//!
//! let hello = mpi.program("hello", r#"
//!     use speedup_mpi::mpi::{self, traits::*};
//!
//!     fn main() {
//!         let universe = mpi::initialize().unwrap();
//!         println!("rank {}", universe.world().rank());
//!     }
//! "#)?;
//! println!("{}", hello.run(4)?);
//! # Ok::<(), speedup::Error>(())
//! ```

#![forbid(unsafe_code)]

#[cfg(not(unix))]
compile_error!("speedup-mpirun runs on Linux and macOS; on Windows use it inside WSL");

#[cfg(any(fuzzing, test))]
pub mod fuzz;
pub mod mpi;
pub mod program;
#[cfg(test)]
mod properties;
pub mod report;
pub mod run;

pub use mpi::Mpi;
pub use program::Program;
pub use report::{Network, Report};
pub use run::{End, Run};
