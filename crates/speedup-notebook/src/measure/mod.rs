//! Times, speed-up and scaling laws, load of each CPU, this machine's hardware.
//!
//! | module | concept |
//! | --- | --- |
//! | [`timing`] | the time of one run, as IPython's `%%time` prints it |
//! | [`timeit`] | the time of many runs, as `%timeit` prints it |
//! | [`compare`] | several ways to do the same work, compared with confidence intervals |
//! | [`mod@format`] | durations and numbers as text |
//! | [`scaling_laws`] | speed-up, efficiency, serial fraction, Amdahl's law, Gustafson's law |
//! | [`load`] | the load of each CPU while a closure runs |
//! | [`timeline`] | which worker ran which task, and when |
//! | [`hardware`] | this machine's cores, hardware threads and caches |
//! | [`progress_meter`] | the number of steps done, and an estimate of the time left |

pub mod compare;
pub(crate) mod cpu_ticks;
mod cpu_time;
pub mod format;
pub mod hardware;
pub mod load;
pub mod progress_meter;
pub mod scaling_laws;
pub mod timeit;
pub mod timeline;
pub mod timing;
