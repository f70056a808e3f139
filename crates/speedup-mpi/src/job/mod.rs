//! A job over the ranks of a communicator: prepared, worked on, and reduced to one value.
//!
//! | module | holds |
//! | --- | --- |
//! | [`prepare`] | the checks before the work, and the blocks of a checkpoint |
//! | [`mod@work`] | the steps of one rank |
//! | `outbox` | the messages of a rank to rank 0 |
//! | [`watch`] | rank 0's knowledge of all blocks: progress, checkpoints, failures |
//! | [`pace`] | how many blocks a step takes |
//! | [`outcome`] | the value, and which rank did what |
//!
//! Ranks do not wait for one another while they work. After each step of about 0.2 s a rank sends rank 0 a short
//! message. Rank 0, which works as well, reads the messages between its steps. Only the main thread of a rank calls
//! MPI (`MPI_THREAD_FUNNELED`).

mod outbox;
pub mod outcome;
pub mod pace;
pub mod prepare;
pub mod watch;
pub mod work;

pub use outcome::{Outcome, RankReport};
pub use prepare::{CheckpointOptions, Job};
