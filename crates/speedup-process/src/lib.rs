//! Worker processes: jobs are sent to other programs and their results come back, all through pipes.
//!
//! | module | concept |
//! | --- | --- |
//! | [`workers`] | a pool of worker processes: one call at a time, or many jobs in chunks |
//! | [`job`] | what a worker can be asked to do, and how it is known by name |
//! | [`jobs`] | the jobs there are |
//! | [`traffic`] | how many messages and bytes went to and fro |
//! | [`error`] | what can go wrong with a job; the other jobs keep their results |
//! | [`protocol`] | the messages: frames of bytes, and a check that both sides are of one build |
//! | [`program`] | where the worker program is, and how it is built if there is none |
//!
//! Python's `multiprocessing` sends a function by its name, and the other side
//! imports it. Compiled code has no such names, so here **both sides contain the
//! jobs**, and a message says by a string which of them is meant. Programs for
//! clusters (MPI) work in the same way: all processes run one program.
//!
//! # Adding a job
//!
//! One file in `src/jobs/` with a type that implements [`Job`], and one line in
//! [`jobs::registry`].
//!
//! ```
//! use speedup_process::Workers;
//! use speedup_process::jobs::Cubic;
//!
//! let jobs: Vec<Cubic> = (0..10)
//!     .map(|k| Cubic { coefficients: [0.0, 1.0, 0.0, f64::from(k)], x: vec![1.0, 2.0, 3.0] })
//!     .collect();
//! let mut workers = Workers::start(2)?;
//! let results = workers.map(&jobs, 5)?; // two messages of five jobs each
//! assert_eq!(results[7], Ok(vec![8.0, 11.0, 16.0])); // x² + 7
//! assert_eq!(workers.traffic().messages, 2);
//! # Ok::<(), speedup::Error>(())
//! ```

#![forbid(unsafe_code)]

pub mod error;
pub mod job;
pub mod jobs;
mod pipe;
pub mod program;
pub mod protocol;
mod serve;
pub mod traffic;
mod worker;
pub mod workers;

pub use error::WorkerError;
pub use job::{Job, Registry};
pub use serve::serve;
pub use traffic::Traffic;
pub use workers::Workers;
