//! The kernels of the handouts over the ranks of an MPI job, and the pieces to spread a loop of your own.
//!
//! MPI (Message Passing Interface) starts one program many times, on one or many computers. Each copy is a *rank*
//! and has its own memory; a *communicator* is a group of ranks that exchange messages; a *collective* is a
//! function that every rank of a communicator calls. Inside a rank, threads share its memory: the work is *hybrid*.
//!
//! The program `speedup-mpi` is started by `mpirun` or `srun`:
//!
//! ```text
//! mpirun -n 4 speedup-mpi wealth --households 1000000 --periods 1000 --threads 2 --seed 42
//! ```
//!
//! # A loop of your own
//!
//! Three questions decide whether a loop gives the same bits on any number of ranks:
//!
//! - **Who owns which items?** [`share()`] gives each rank a contiguous range.
//! - **Where do random numbers come from?** From the item: item i draws from stream i of
//!   [`speedup::Streams`], whichever rank has it.
//! - **In which order are results combined?** Sums of doubles depend on the order: [`sum_in_order`] has the bits of
//!   one loop. [`median`] is exact, and no rank sees another's values. Whole numbers and maxima have no order:
//!   MPI's all-reduce is right for them.
//!
//! The whole program (`examples/own_loop.rs`), started as `mpirun -n 4 target/debug/examples/own_loop`:
//!
//! ```no_run
#![doc = include_str!("../examples/own_loop.rs")]
//! ```
//!
//! A loop that runs for hours gets progress, checkpoints and a report of its ranks as a [`Kernel`](kernels::Kernel)
//! in a [`Job`](job::Job); `kernels/pi.rs` is a short model.
//!
//! What does not work is shown by `examples/deadlock.rs`: a receive that nobody sends waits for ever.
//!
//! # Same bits
//!
//! The jobs of the program return the bits of the helper crate's `_parallel` function, for any number of ranks and
//! threads. Their items are cut into [`blocks`] by their number only; counts are added as whole numbers; sums have the
//! order of the blocks; the median is [selected](selection) exactly. Ranks whose processors would give other bits
//! are refused before the work starts ([`cluster::bits`]).
//!
//! # Modules
//!
//! | module | holds |
//! | --- | --- |
//! | [`mod@share`] | who owns which items |
//! | [`collective`] | sums in order, maxima, the exact median |
//! | [`kernels`] | the jobs of the program |
//! | [`job`] | the work of a rank, progress, failures |
//! | [`checkpoint`] | what is done so far, on disk |
//! | [`cluster`] | what the ranks agree upon before they work |
//! | [`network`] | latency and bandwidth between ranks |
//! | [`blocks`], [`selection`], [`key`], [`message`], [`mod@checksum`] | parts of these that need no MPI |
//! | [`error`] | why a job does not begin, or cannot go on |

#![forbid(unsafe_code)]

#[cfg(not(unix))]
compile_error!("speedup-mpi runs on Linux and macOS; on Windows use it inside WSL");

pub mod blocks;
pub mod checkpoint;
pub mod checksum;
pub mod cluster;
pub mod collective;
pub mod error;
pub mod job;
pub mod kernels;
pub mod key;
pub mod message;
pub mod network;
pub mod selection;
pub mod share;

pub use mpi;

pub use collective::{median, sum_in_order};
pub use error::Error;
pub use share::share;
