//! What `cargo xtask bench` measures, and how its result is shown.
//!
//! | module | concept |
//! | --- | --- |
//! | [`workload`] | one run of a kernel: seconds, and a value that is checked |
//! | [`table`] | the table of all workloads, at the sizes of the handouts |
//! | [`inputs`] | input numbers that are the same in every language |
//! | [`machine`] | this machine's clock and memory bandwidth |
//! | [`limit`] | what bounds each kernel |
//! | [`target`] | the ratios that are wanted, and how near the values of a workload must be |
//! | [`measurement`] | a measurement, as one line of JSON |
//! | [`ratio`] | ours against the fastest Python, the handout's own way and C |
//! | [`report`] | the ratios as a table in Markdown and as a chart |
//!
//! The table has two users: the harness in `benches/kernels.rs`, and the program
//! `speedup-bench`, which speaks a protocol of lines so that it can take turns with
//! programs in other languages.
#![forbid(unsafe_code)]

pub mod inputs;
pub mod limit;
pub mod machine;
pub mod measurement;
pub mod ratio;
pub mod report;
pub mod table;
pub mod target;
pub mod workload;
