//! Our time divided by that of the fastest Python, the source's own way and C.

use speedup_notebook::measure::compare::Interval;

use crate::level::Level;
use crate::machine;
use crate::measurement::Measurement;
use crate::results::Results;
use crate::roofline::Limit;
use crate::workload::{Wanted, Workload};
use crate::workloads::WORKLOADS;

/// Peers that are in the results, but not counted as Python's best, each with the reason.
///
/// `blas-single` counts: it is exact below 2²⁴, as all sums of the workload are.
pub const NOT_COUNTED: [(&str, &str); 2] = [
    ("jax-single", "it works in single precision"),
    ("nalgebra", "it is in Rust, too"),
];

/// The largest ratio of a median to the shortest time at which the median is steady.
pub const STEADY: f64 = 1.5;

/// The best of some peers.
#[derive(Clone, Debug, PartialEq)]
pub struct Best {
    /// Its name.
    pub implementation: String,
    /// Its median, in seconds.
    pub seconds: f64,
    /// Its times, one for each round.
    pub times: Vec<f64>,
    /// Whether the median is near the shortest time, as on a machine without other work.
    pub steady: bool,
}

/// One row of the table: a workload at one number of threads.
#[derive(Clone, Debug)]
pub struct Row {
    /// The workload.
    pub workload: &'static Workload,
    /// The number of threads.
    pub threads: usize,
    /// The ratios that are wanted at the level of the row.
    pub wanted: Wanted,
    /// Our median from a build like the notebook's, in seconds.
    pub notebook: f64,
    /// The times of which this is the median, one for each round.
    pub times: Vec<f64>,
    /// Whether this median is steady.
    pub steady: bool,
    /// Our median in release, in seconds.
    pub release: Option<f64>,
    /// The fastest Python.
    pub python: Option<Best>,
    /// The source's own way.
    pub handout: Option<Best>,
    /// The fastest C.
    pub c: Option<Best>,
    /// The time that the roofline allows.
    pub limit: Option<Limit>,
}

impl Row {
    /// Our time divided by a peer's.
    pub fn over(&self, peer: Option<&Best>) -> Option<f64> {
        Some(self.notebook / peer?.seconds)
    }

    /// A peer's time divided by ours: the median over the rounds, with its 95 % confidence interval.
    ///
    /// Older results have no times of rounds. They give the ratio of the medians, without an interval.
    pub fn times_ours(&self, peer: Option<&Best>) -> Option<Interval> {
        let peer = peer?;
        let rounds = peer.times.iter().zip(&self.times);
        let ratios: Vec<f64> = rounds.map(|(theirs, ours)| theirs / ours).collect();
        Interval::of_median(&ratios).or_else(|| Some((1.0 / self.over(Some(peer))?).into()))
    }

    /// Whether our time and those of the peers are steady. Otherwise the ratios mean little.
    pub fn is_steady(&self) -> bool {
        let peers = [&self.python, &self.handout, &self.c];
        self.steady && peers.into_iter().flatten().all(|peer| peer.steady)
    }

    /// The part of the limit's speed that is reached: at most 1 if the limit is right.
    pub fn share(&self) -> Option<f64> {
        Some(self.limit?.seconds / self.notebook)
    }

    /// Whether each wanted ratio that was measured is met; `None` if none was.
    pub fn met(&self) -> Option<bool> {
        let pairs = [
            (self.wanted.python, &self.python),
            (self.wanted.handout, &self.handout),
            (self.wanted.c, &self.c),
        ];
        let checks = pairs
            .into_iter()
            .filter_map(|(wanted, peer)| Some(self.over(peer.as_ref())? <= wanted?));
        checks.reduce(|a, b| a && b)
    }
}

/// All rows that our own measurements at a level allow, by number of threads and then by workload.
pub fn rows(results: &Results, level: Level) -> Vec<Row> {
    let measurements = &results.at(level).measurements;
    let mut counts: Vec<usize> = measurements.iter().map(|m| m.threads).collect();
    counts.sort_unstable();
    counts.dedup();
    let row = |(threads, workload)| row(measurements, workload, level, threads);
    counts
        .into_iter()
        .flat_map(|threads| WORKLOADS.iter().map(move |workload| (threads, workload)))
        .filter_map(row)
        .collect()
}

fn row(
    all: &[Measurement],
    workload: &'static Workload,
    level: Level,
    threads: usize,
) -> Option<Row> {
    let of_row: Vec<&Measurement> = all
        .iter()
        .filter(|m| m.threads == threads && m.scale.is_none())
        .filter(|m| workload.has(&m.workload, &m.implementation))
        .collect();
    let steady = |m: &Measurement| m.median_s <= STEADY * m.min_s;
    let ours = |build: &str| {
        let mut found = of_row.iter();
        found.find(|m| m.build == build && m.implementation == workload.implementation)
    };
    let best = |build: &str, counted: &dyn Fn(&str) -> bool| {
        let peers = of_row.iter().filter(|m| m.build == build);
        peers
            .filter(|m| counted(&m.implementation))
            .min_by(|a, b| a.median_s.total_cmp(&b.median_s))
            .map(|m| Best {
                implementation: m.implementation.clone(),
                seconds: m.median_s,
                times: m.times_s.clone(),
                steady: steady(m),
            })
    };
    let rate = |measure: &str, threads: usize| {
        let mut of_machine = all.iter().filter(|m| m.build == machine::NAME);
        let found = of_machine.find(|m| m.implementation == measure && m.threads == threads);
        found.map(|m| m.value)
    };
    let notebook = ours("notebook")?;
    Some(Row {
        workload,
        threads,
        wanted: workload.wanted_at(level),
        notebook: notebook.median_s,
        times: notebook.times_s.clone(),
        steady: steady(notebook),
        release: ours("release").map(|m| m.median_s),
        python: best("python", &|name| {
            NOT_COUNTED.iter().all(|(not, _)| *not != name)
        }),
        handout: best("python", &|name| name.contains("handout")),
        c: best("c", &|_| true),
        limit: workload.roofline.limit(rate, level, threads),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::planted;

    #[test]
    fn the_best_of_those_that_count() {
        let rows = rows(&planted(), Level::Avx2);
        let wealth = &rows[0];
        assert_eq!(wealth.workload.name, "wealth");
        assert_eq!(
            wealth.python.as_ref().unwrap().implementation,
            "numpy-threads"
        );
        assert_eq!(wealth.over(wealth.handout.as_ref()), Some(0.05 / 1.5));
        assert_eq!(wealth.over(wealth.c.as_ref()), Some(0.5));
        assert_eq!(wealth.met(), Some(true));
    }

    #[test]
    fn a_ratio_is_taken_within_rounds() {
        let mut all = planted();
        all.measurements[0].times_s = vec![0.1, 0.2, 0.1, 0.2, 0.1, 0.2];
        all.measurements[5].times_s = vec![0.2, 0.4, 0.2, 0.4, 0.2, 0.5];
        let row = &rows(&all, Level::Avx2)[0];
        let ratio = row.times_ours(row.c.as_ref()).unwrap();
        assert_eq!((ratio.value, ratio.low, ratio.high), (2.0, 2.0, 2.5));
        all.measurements[0].times_s.clear();
        let row = &rows(&all, Level::Avx2)[0];
        let ratio = row.times_ours(row.c.as_ref()).unwrap();
        assert_eq!((ratio.value, ratio.low, ratio.high), (2.0, 2.0, 2.0));
        assert_eq!(row.times_ours(None), None);
    }

    #[test]
    fn new_and_old_memory_are_not_mixed() {
        let rows = rows(&planted(), Level::Avx2);
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[1].c.as_ref().unwrap().seconds, 0.01);
        assert_eq!(rows[2].c.as_ref().unwrap().seconds, 0.004);
        assert_eq!(rows[2].met(), Some(false));
        assert_eq!(rows[2].limit.unwrap().seconds, 0.004);
        assert_eq!(rows[2].share(), Some(0.5));
    }

    #[test]
    fn a_median_far_from_the_shortest_time_is_told() {
        let mut all = planted();
        assert!(rows(&all, Level::Avx2)[0].is_steady());
        let c = &mut all.measurements[5];
        c.min_s = 0.5 * c.median_s;
        assert!(!rows(&all, Level::Avx2)[0].is_steady());
        assert!(rows(&all, Level::Avx2)[1].is_steady());
    }

    #[test]
    fn threads_without_a_measurement_of_ours_have_no_row() {
        assert!(
            rows(&planted(), Level::Avx2)
                .iter()
                .all(|row| row.threads == 2)
        );
    }

    #[test]
    fn the_levels_are_not_mixed_and_share_what_has_none() {
        let rows = rows(&planted(), Level::Avx512);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].notebook, 0.03);
        assert_eq!(rows[0].c, None);
        assert_eq!(rows[0].over(rows[0].python.as_ref()), Some(0.03 / 0.6));
    }
}
