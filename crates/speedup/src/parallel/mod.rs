//! How many threads a kernel may use, and on which cores they run.
//!
//! A *core* is here what the operating system counts as a CPU. If a core of the processor runs two hardware threads,
//! each of them counts.
//!
//! | module | holds |
//! | --- | --- |
//! | [`threads`] | [`Threads`](threads::Threads), the number of threads, and the pools |
//! | [`affinity`] | the cores that a thread may use, and how to pin it to one |

pub mod affinity;
pub mod threads;
