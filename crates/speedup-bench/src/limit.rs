//! What bounds each kernel: bytes over the measured bandwidth, or cycles over the measured clock.

use crate::measurement::Measurement;

/// The bound of one workload.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// So many bytes must move, at the rate of a measure of [`crate::machine`].
    Bytes {
        /// Bytes in one run.
        bytes: f64,
        /// The measure that tells how fast.
        measure: &'static str,
        /// What the bytes are.
        why: &'static str,
    },
    /// So many elements, at so many cycles each on each core.
    Cycles {
        /// Elements in one run.
        elements: f64,
        /// Cycles an element, from the count of instructions.
        each: f64,
        /// Where the count is from.
        why: &'static str,
    },
}

/// The bound of a workload's row.
///
/// # Examples
///
/// ```
/// use speedup_bench::limit::{Limit, of};
///
/// assert!(matches!(of("map_double", "speedup"), Some(Limit::Bytes { .. })));
/// assert!(of("map_double", "nobody's").is_none());
/// ```
pub fn of(workload: &str, implementation: &str) -> Option<Limit> {
    let cycles = |elements, each, why| Limit::Cycles {
        elements,
        each,
        why,
    };
    let bytes = |bytes, measure, why| Limit::Bytes {
        bytes,
        measure,
        why,
    };
    Some(match (workload, implementation) {
        // Vector instructions were counted in the kernels' loops, compiled for AVX-512 (8 doubles each). Of
        // products, alone or fused with an addition, Zen 4 begins one a cycle, of other operations two.
        ("nelder_mead", "speedup") => cycles(
            126_350.0,
            109.0 / 2.0 / 8.0,
            "iterations, 109 operations for 8 of them",
        ),
        // 10 n³ operations (Golub and Van Loan, "Matrix Computations", 7.5.6), of which
        // a processor with AVX-512 does 16 a cycle.
        ("eigenvalues", "speedup") => cycles(
            20.0 * 10e9,
            1.0 / 16.0,
            "floating-point operations, 10 n³ for each matrix",
        ),
        ("grid_max", "speedup") => cycles(25e6, 13.0 / 8.0, "points, 13 products for 8 of them"),
        ("wealth", "speedup") => cycles(
            50e6,
            55.0 / 8.0,
            "steps of a household, 55 products for 8 of them",
        ),
        ("pi", "speedup") => cycles(
            100e6,
            20.0 / 2.0 / 8.0,
            "points, 20 operations for 8 of them",
        ),
        ("int_matmul", "speedup") => cycles(
            1e9,
            1.0 / 64.0,
            "products of two entries, 64 bytes in one instruction",
        ),
        ("poly_grid", "speedup") => bytes(4e6, "fill-4MB", "4 MB written, in the cache"),
        ("map_double", "speedup") => bytes(
            32e6,
            "copy-32MB",
            "16 MB read and 16 MB written, in the last cache if it is that large",
        ),
        ("fill_squares", "speedup-new") => bytes(
            400e6,
            "fill-200MB",
            "200 MB cleared by the system, then written",
        ),
        ("fill_squares", "speedup-old") => bytes(200e6, "fill-200MB", "200 MB written"),
        _ => return None,
    })
}

impl Limit {
    /// The shortest time, in seconds, for so many threads; nothing if something was not measured.
    ///
    /// # Formula
    ///
    /// bytes / rate, or elements × cycles / (clock × threads).
    pub fn seconds(&self, machine: &[Measurement], threads: usize) -> Option<f64> {
        let rate = |measure: &str, threads: usize| {
            let same = |m: &&Measurement| {
                m.build == "machine" && m.implementation == measure && m.threads == threads
            };
            machine.iter().find(same).map(|m| m.value)
        };
        match *self {
            Self::Bytes { bytes, measure, .. } => Some(bytes / rate(measure, threads)?),
            Self::Cycles { elements, each, .. } => {
                Some(elements * each / (rate("clock", 1)? * threads as f64))
            }
        }
    }

    /// The bound in words.
    pub fn words(&self) -> String {
        match self {
            Self::Bytes { why, .. } => format!("memory: {why}"),
            Self::Cycles { each, why, .. } => {
                let each = speedup::timing::significant(*each, 3);
                format!("{each} cycles each: {why}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::WORKLOADS;

    fn rate(measure: &str, threads: usize, value: f64) -> Measurement {
        Measurement {
            workload: "machine".to_owned(),
            implementation: measure.to_owned(),
            build: "machine".to_owned(),
            threads,
            median_s: 1.0,
            min_s: 1.0,
            repeats: 5,
            value,
        }
    }

    #[test]
    fn every_workload_has_a_limit() {
        for workload in &WORKLOADS {
            assert!(of(workload.name, workload.implementation).is_some());
        }
    }

    #[test]
    fn bytes_are_divided_by_the_rate_and_cycles_by_the_clock() {
        let machine = [rate("fill-200MB", 2, 20e9), rate("clock", 1, 4e9)];
        let fill = of("fill_squares", "speedup-old").unwrap();
        assert_eq!(fill.seconds(&machine, 2), Some(0.01));
        assert_eq!(fill.seconds(&machine, 1), None);
        let cycles = Limit::Cycles {
            elements: 8e9,
            each: 0.5,
            why: "",
        };
        assert_eq!(cycles.seconds(&machine, 2), Some(0.5));
    }
}
