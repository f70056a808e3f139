//! How many threads a kernel may use, and on which cores they run.

pub mod affinity;
pub mod threads;
