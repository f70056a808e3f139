//! The rates of this machine from which limits are computed, measured in the same run as the kernels.
//!
//! `peers/c/machine.c` measures them like a workload, under the name `machine`, compiled for each level. The
//! value is in units per second, and the best one of all runs counts.

/// The workload and the build of these measures in the results, and the program's name.
pub const NAME: &str = "machine";

/// The measures, each with its unit per 10⁻⁹ seconds. The page of the benchmarks explains them.
pub const MEASURES: [(&str, &str); 9] = [
    ("clock", "GHz"),
    ("products", "G/s"),
    ("operations", "G/s"),
    ("divisions", "G/s"),
    ("short-products", "G/s"),
    ("write-4MB", "GB/s"),
    ("write-200MB", "GB/s"),
    ("new-200MB", "GB/s"),
    ("copy-16MB", "GB/s"),
];
