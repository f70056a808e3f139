//! The benchmark: our kernels measured, alone or in turns with programs in Python and C.
//!
//! `cargo xtask bench` builds the program of this crate and runs it. The modules, each of which
//! uses only those below it:
//!
//! | module | concept |
//! | --- | --- |
//! | [`run`] | the steps of a whole run |
//! | [`publish`] | the results in the repository: pages, charts, raw lines |
//! | [`notebook_times`] | how long the notebooks take |
//! | [`report`] | the ratios as tables and as a chart |
//! | [`ratio`] | our time divided by that of the fastest Python, the source's own way and C |
//! | [`peers`] | the programs that take turns: ours, those in C, those in Python |
//! | [`turns`] | runs in turns, so that all sides of a ratio ran at the same time |
//! | [`process`] | a program that answers `SECONDS VALUE` for each line `run` |
//! | [`builds`] | our two builds |
//! | [`results`], [`measurement`] | measurements with the processor and the day, as lines of JSON |
//! | [`machine`] | the rates of this machine from which limits are computed |
//! | [`workloads`] | the list of workloads, at the sizes of the handouts |
//! | [`prepare`], [`prepare_around`] | the inputs and values of the kernels, and of what surrounds them |
//! | [`inputs`] | numbers that are the same in every language |
//! | [`workload`], [`roofline`] | a workload, and the hardware's limit for it |
//! | [`level`] | the instruction sets at which all this is measured |
#![forbid(unsafe_code)]

pub mod builds;
#[cfg(any(fuzzing, test))]
pub mod fuzz;
pub mod inputs;
pub mod level;
pub mod machine;
pub mod measurement;
pub mod notebook_times;
pub mod peers;
pub mod prepare;
pub mod prepare_around;
pub mod process;
pub mod publish;
pub mod ratio;
pub mod report;
pub mod results;
pub mod roofline;
pub mod run;
pub mod turns;
pub mod workload;
pub mod workloads;
