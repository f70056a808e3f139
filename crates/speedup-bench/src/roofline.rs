//! The roofline of a kernel: the time that memory bandwidth or the processor's clock allows.
//!
//! Source: S. Williams, A. Waterman, D. Patterson, "Roofline: an insightful visual performance
//! model for multicore architectures", Communications of the ACM 52 (2009).

use speedup_notebook::measure::format::significant;

/// What limits one workload.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Roofline {
    /// Memory traffic at a measured bandwidth.
    Memory {
        /// Bytes per run.
        bytes: f64,
        /// The measure of [`crate::machine`] that gives the bandwidth.
        measure: &'static str,
        /// The traffic in words.
        traffic: &'static str,
    },
    /// Arithmetic at the measured clock.
    Arithmetic {
        /// Elements per run.
        elements: f64,
        /// Cycles per element on one core, from a count of instructions.
        cycles: f64,
        /// The count in words.
        count: &'static str,
    },
}

impl Roofline {
    /// A limit by memory traffic.
    pub const fn memory(bytes: f64, measure: &'static str, traffic: &'static str) -> Self {
        Self::Memory {
            bytes,
            measure,
            traffic,
        }
    }

    /// A limit by arithmetic.
    pub const fn arithmetic(elements: f64, cycles: f64, count: &'static str) -> Self {
        Self::Arithmetic {
            elements,
            cycles,
            count,
        }
    }

    /// The shortest time in seconds for a number of threads; `None` if a rate is missing.
    ///
    /// `rate` gives a measure of the machine for a number of threads, in units per second.
    ///
    /// # Formula
    ///
    /// bytes / bandwidth, or elements × cycles / (clock × threads).
    pub fn seconds(
        &self,
        rate: impl Fn(&str, usize) -> Option<f64>,
        threads: usize,
    ) -> Option<f64> {
        match *self {
            Self::Memory { bytes, measure, .. } => Some(bytes / rate(measure, threads)?),
            Self::Arithmetic {
                elements, cycles, ..
            } => Some(elements * cycles / (rate("clock", 1)? * threads as f64)),
        }
    }

    /// `memory` or `arithmetic`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Memory { .. } => "memory",
            Self::Arithmetic { .. } => "arithmetic",
        }
    }

    /// The limit in words.
    pub fn words(&self) -> String {
        match self {
            Self::Memory { traffic, .. } => format!("memory: {traffic}"),
            Self::Arithmetic { cycles, count, .. } => {
                format!("{} cycles each: {count}", significant(*cycles, 3))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_divided_by_the_bandwidth_and_cycles_by_the_clock() {
        let rate = |measure: &str, threads: usize| match (measure, threads) {
            ("fill-200MB", 2) => Some(20e9),
            ("clock", 1) => Some(4e9),
            _ => None,
        };
        let memory = Roofline::memory(200e6, "fill-200MB", "");
        assert_eq!(memory.seconds(rate, 2), Some(0.01));
        assert_eq!(memory.seconds(rate, 1), None);
        let arithmetic = Roofline::arithmetic(8e9, 0.5, "");
        assert_eq!(arithmetic.seconds(rate, 2), Some(0.5));
    }
}
