//! Worker processes, which receive jobs and return their results through pipes.
//!
//! | module | concept |
//! | --- | --- |
//! | [`workers`] | a pool of worker processes: one job at a time, or many jobs in chunks |
//! | [`job`] | the trait of a job, and the registry that finds jobs by name |
//! | [`jobs`] | the jobs that the worker program can run |
//! | [`traffic`] | counts of messages and bytes |
//! | [`error`] | why a job has no result |
//! | [`protocol`] | the messages between a program and its workers |
//! | [`program`] | finds the worker program, or builds it |
//!
//! Python's `multiprocessing` sends the name of a function, and the worker imports the
//! function by that name. Compiled code cannot do this, so here **both programs contain
//! all jobs**, and a message holds the name of the job. Programs for clusters (MPI) work
//! in the same way: all processes run one program.
//! On Windows this crate compiles, but starts no worker: the error says so.
//! The job [`jobs::Argmin`] needs a library that only the worker program contains.
//!
//! # Adding a job
//!
//! One file `x.rs` in `src/jobs/` with a type `X` that implements [`Job`], and three lines in
//! `src/jobs/mod.rs`: `mod x;`, `pub use x::X;` and, in [`jobs::registry`], `.with::<X>()`.
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
#[cfg(any(fuzzing, test))]
pub mod fuzz;
pub mod job;
pub mod jobs;
#[cfg_attr(not(unix), path = "no_pipe.rs")]
mod pipe;
pub mod program;
pub mod protocol;
mod serve;
mod slot;
pub mod traffic;
mod worker;
pub mod workers;

pub use error::WorkerError;
pub use job::{Job, Registry};
pub use serve::serve;
pub use traffic::Traffic;
pub use workers::Workers;
