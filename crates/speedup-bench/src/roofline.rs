//! The roofline of a kernel: the time that memory bandwidth or the processor's arithmetic allows.
//!
//! Source: S. Williams, A. Waterman, D. Patterson, "Roofline: an insightful visual performance
//! model for multicore architectures", Communications of the ACM 52 (2009).

use speedup_notebook::measure::format::significant;

use crate::level::Level;

/// What limits one workload.
///
/// Every rate is a measure of [`crate::machine`], from the same run and at the same level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Roofline {
    /// The work is this number of elements of 8 bytes, as many of them in a vector as doubles.
    pub elements: f64,
    /// An element in words.
    pub element: &'static str,
    /// Kinds of operations, all at the same time.
    pub operations: &'static [Operations],
    /// Memory traffic, one part after the other: bytes, and the measure of their bandwidth.
    pub traffic: &'static [(f64, &'static str)],
}

/// Vector instructions of one kind: the measure of their throughput, and how many of them a vector of elements takes
/// at each of [`Level::ALL`].
pub type Operations = (&'static str, [f64; 3]);

/// The longest of the times that a roofline allows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// The time in seconds.
    pub seconds: f64,
    /// The measure that gives it.
    pub measure: &'static str,
}

impl Roofline {
    /// The shortest time at a level, for a number of threads; `None` if a rate is missing.
    ///
    /// `rate` gives a measure of the machine for a number of threads, in units per second.
    ///
    /// # Formula
    ///
    /// The longest of elements / lanes × count / throughput for each kind of operation, and of the sum of bytes / bandwidth.
    pub fn limit(
        &self,
        rate: impl Fn(&str, usize) -> Option<f64>,
        level: Level,
        threads: usize,
    ) -> Option<Limit> {
        let mut limits = Vec::new();
        for &(measure, count) in self.operations {
            let instructions = self.elements / level.lanes() * count[level as usize];
            let seconds = instructions / rate(measure, threads)?;
            limits.push(Limit { seconds, measure });
        }
        let mut seconds = 0.0;
        for &(bytes, measure) in self.traffic {
            seconds += bytes / rate(measure, threads)?;
            limits.push(Limit { seconds, measure });
        }
        limits
            .into_iter()
            .max_by(|a, b| a.seconds.total_cmp(&b.seconds))
    }

    /// The largest part of the traffic in bytes.
    pub fn bytes(&self) -> f64 {
        self.traffic
            .iter()
            .map(|(bytes, _)| *bytes)
            .fold(0.0, f64::max)
    }

    /// The limit in words; a dash if none was counted.
    pub fn words(&self) -> String {
        let mut parts = Vec::new();
        for (bytes, measure) in self.traffic {
            parts.push(format!("{} MB at `{measure}`", significant(bytes / 1e6, 3)));
        }
        for (measure, count) in self.operations {
            let counts = count.map(|count| significant(count, 3)).join(", ");
            parts.push(format!(
                "{counts} `{measure}` for a vector of {}",
                self.element
            ));
        }
        match parts.is_empty() {
            true => "–".to_owned(),
            false => parts.join("; "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(measure: &str, threads: usize) -> Option<f64> {
        match (measure, threads) {
            ("fill", 2) => Some(20e9),
            ("new", 2) => Some(10e9),
            ("products", _) => Some(4e9 * threads as f64),
            _ => None,
        }
    }

    const PRODUCTS: &[Operations] = &[("products", [3.0, 2.0, 1.0])];
    const ROOFLINE: Roofline = Roofline {
        elements: 8e9,
        element: "points",
        operations: PRODUCTS,
        traffic: &[],
    };

    #[test]
    fn operations_are_counted_for_the_level_in_use() {
        let seconds = |level, threads| ROOFLINE.limit(rate, level, threads).unwrap().seconds;
        assert_eq!(seconds(Level::Avx512, 1), 0.25);
        assert_eq!(seconds(Level::Avx512, 2), 0.125);
        assert_eq!(seconds(Level::Avx2, 1), 1.0);
        assert_eq!(seconds(Level::Baseline, 1), 3.0);
    }

    #[test]
    fn traffic_adds_up_and_the_longest_time_counts() {
        let with = |traffic| Roofline {
            traffic,
            ..ROOFLINE
        };
        let slow = with(&[(10e9, "new"), (10e9, "fill")]);
        let limit = slow.limit(rate, Level::Avx512, 2).unwrap();
        assert_eq!((limit.seconds, limit.measure), (1.5, "fill"));
        let quick = with(&[(10e6, "fill")]);
        let limit = quick.limit(rate, Level::Avx512, 2).unwrap();
        assert_eq!(limit.measure, "products");
        assert!(quick.limit(rate, Level::Avx512, 1).is_none());
        assert_eq!(
            slow.words(),
            "10000 MB at `new`; 10000 MB at `fill`; 3, 2, 1 `products` for a vector of points"
        );
    }
}
