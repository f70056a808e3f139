//! Helper crate of the speed-up handouts: parallel kernels, honest timing, charts.
//!
//! | module | concept |
//! | --- | --- |
//! | [`threads`] | how many threads a kernel may use |
//! | [`streams`] | independent, seeded streams of random numbers |
//! | [`timing`] | a block timed once, as IPython's `%%time` does |
//! | [`repeat`] | a block timed many times, as `%timeit` does |
//! | [`load`] | how busy each core is while a block runs |
//! | [`timeline`] | which worker ran which task, and when |
//! | [`hardware`] | this machine's cores, hardware threads and caches |
//! | [`law`] | speed-up, efficiency, serial fraction, Amdahl's law, Gustafson's law |
//! | [`normals`] | standard normal random numbers in pairs |
//! | [`grid`] | maximum of a function over a square grid |
//! | [`wealth`] | a household's wealth over time and its long-run median |
//! | [`nelder_mead`] | minimum of a function of several variables |
//! | [`pi`] | π by Monte Carlo |
//! | [`squares`] | the matrix i² + j², filled row by row |
//! | [`meter`] | how far long work is, and how long it will still take |
//! | [`progress`] | many tasks in chunks, with a report while they run |
//! | [`map`] | 2k for every k of a list |
//! | [`matmul`] | exact products of matrices of whole numbers |
//! | [`polynomial`] | a cubic over a grid of its coefficients |
//! | [`median`] | the median as NumPy defines it |
//! | [`affinity`] | which cores a thread may run on |
//! | [`simd`] | kernels compiled for each set of vector instructions |
//! | [`memory`] | refusing work that does not fit in memory |
//! | [`chart`] | charts as values that a notebook cell ends with |
//! | [`table`] | tables as values that a notebook cell ends with |
//! | [`notebook`] | what a notebook checks and sets up in its first cell |
//! | [`course`] | the most threads and the sizes of problems, for all machines of a course |
//! | [`exercise`] | what a check cell says of a student's answer |
//! | [`error`] | the one error type |
//!
//! Every kernel comes as a serial function and, under the same name with
//! `_parallel`, as one that takes [`Threads`]. Both return **the same bits**,
//! for any number of threads.
//!
//! ```
//! use speedup::prelude::*;
//!
//! let threads = Threads::new(2)?;
//! let serial = pi::estimate(100_000, Streams::new(1))?;
//! let parallel = pi::estimate_parallel(100_000, Streams::new(1), threads)?;
//! assert_eq!(serial.to_bits(), parallel.to_bits());
//! # Ok::<(), speedup::Error>(())
//! ```

#![deny(unsafe_code)]

pub mod affinity;
pub mod chart;
pub mod course;
pub mod error;
mod escape;
pub mod exercise;
pub mod grid;
pub mod hardware;
pub mod law;
pub mod load;
pub mod map;
pub mod matmul;
pub mod median;
pub mod memory;
pub mod meter;
pub mod nelder_mead;
pub mod normals;
pub mod notebook;
mod pages;
mod panics;
pub mod pi;
pub mod polynomial;
pub mod prelude;
pub mod progress;
pub mod repeat;
mod room;
mod share;
pub mod simd;
pub mod squares;
pub mod streams;
pub mod table;
pub mod threads;
pub mod timeline;
pub mod timing;
pub mod wealth;

pub use error::Error;
pub use streams::Streams;
pub use threads::Threads;
