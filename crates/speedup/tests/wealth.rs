//! Tests of the long-run median against a reference that is not a simulation.

use speedup::Error;
use speedup::Streams;
use speedup::Threads;
use speedup::kernels::median::median;
use speedup::kernels::wealth::{
    Population, Rule, last_wealth_parallel, long_run_median, long_run_median_parallel, path,
};

/// The number of cells of the grid of log wealth, and its ends.
const CELLS: usize = 700;
const LOW: f64 = -5.0;
const HIGH: f64 = 7.0;

/// The median of the stationary distribution of wealth and the density there, by iteration on a grid.
///
/// In each iteration the mass in a cell of log wealth moves to the cells of the next period. The normal
/// distribution function of log income and a midpoint rule over returns give the probabilities.
fn stationary_median_and_density() -> (f64, f64) {
    let width = (HIGH - LOW) / CELLS as f64;
    let cdf = |x: f64| 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2);
    let returns: Vec<(f64, f64)> = (-20..=20)
        .map(|k| f64::from(k) * 0.2)
        .map(|z| (1.1 * (0.1 * z).exp(), (-0.5 * z * z).exp()))
        .collect();
    let total: f64 = returns.iter().map(|(_, weight)| weight).sum();
    // below[from][to]: probability that wealth from the middle of cell `from` ends below edge `to`.
    let edge = |to: usize| (LOW + width * to as f64).exp();
    let below: Vec<Vec<f64>> = (0..CELLS)
        .map(|from| {
            let w = (LOW + width * (from as f64 + 0.5)).exp();
            let one = |x: f64, r: f64| if x > r { cdf((x - r).ln()) } else { 0.0 };
            let at = |to| {
                let x = edge(to);
                returns
                    .iter()
                    .map(|(r, weight)| weight * one(x, r * 0.3 * w))
                    .sum::<f64>()
                    / total
            };
            (0..=CELLS).map(at).collect()
        })
        .collect();
    let mut mass = vec![1.0 / CELLS as f64; CELLS];
    for _ in 0..60 {
        let mut next = vec![0.0; CELLS];
        for (row, m) in below.iter().zip(&mass) {
            for (cell, pair) in next.iter_mut().zip(row.windows(2)) {
                *cell += m * (pair[1] - pair[0]);
            }
        }
        mass = next;
    }
    let mut sum = 0.0;
    for (cell, m) in mass.iter().enumerate() {
        if sum + m >= 0.5 {
            let log_median = LOW + width * (cell as f64 + (0.5 - sum) / m);
            return (log_median.exp(), m / width / log_median.exp());
        }
        sum += m;
    }
    unreachable!("the masses sum to one")
}

#[test]
fn the_reference_is_the_known_truth() {
    let (median, _) = stationary_median_and_density();
    assert!((median - 1.83524).abs() < 5e-4, "{median}");
}

#[test]
fn the_simulated_median_is_within_its_standard_error_of_the_reference() {
    let (median, density) = stationary_median_and_density();
    let threads = Threads::all();
    for (seed, w0) in [(1, 1.0), (2, 1.0), (3, 200.0)] {
        let people = Population {
            households: 40_000,
            periods: 60,
            w0,
        };
        let error = 1.0 / (2.0 * density * (people.households as f64).sqrt());
        let (rule, streams) = (Rule::lecture(), Streams::new(seed));
        let found = long_run_median_parallel(&rule, people, streams, threads).unwrap();
        assert!(
            (found - median).abs() < 4.0 * error,
            "seed {seed}: {found}, {median} ± {error}"
        );
    }
}

/// For large volatilities the parallel function does the serial function's arithmetic.
#[test]
fn large_volatilities_are_simulated_too() {
    let people = Population {
        households: 300,
        periods: 3,
        w0: 1.0,
    };
    let rule = Rule::new(0.1, 0.3, 0.1, 120.0).unwrap();
    let streams = Streams::new(6);
    let kernel = long_run_median_parallel(&rule, people, streams, Threads::all()).unwrap();
    assert_eq!(kernel, long_run_median(&rule, people, streams).unwrap());
}

#[test]
fn wealth_that_overflows_is_an_error() {
    let people = Population {
        households: 100,
        periods: 100,
        w0: 1.0,
    };
    let rule = Rule::new(0.1, 0.3, 400.0, 400.0).unwrap();
    let streams = Streams::new(6);
    let serial = long_run_median(&rule, people, streams).unwrap_err();
    assert!(
        matches!(
            serial,
            Error::NotFinite {
                what: "median wealth",
                ..
            }
        ),
        "{serial}"
    );
    let kernel = long_run_median_parallel(&rule, people, streams, Threads::all());
    assert!(matches!(kernel, Err(Error::NotFinite { .. })), "{kernel:?}");
    let path = path(&rule, 1.0, 100, &mut streams.stream(0));
    assert!(matches!(path, Err(Error::NotFinite { .. })), "{path:?}");
}

/// The wealth of some households is infinite only because products are taken in an unlucky order.
#[test]
fn a_median_whose_place_is_not_known_is_an_error() {
    let people = Population {
        households: 97,
        periods: 2,
        w0: 6.1,
    };
    let (rule, streams) = (Rule::new(1e154, 0.39, 1.65, 0.0).unwrap(), Streams::new(4));
    for median in [
        long_run_median(&rule, people, streams),
        long_run_median_parallel(&rule, people, streams, Threads::Sequential),
    ] {
        assert!(matches!(median, Err(Error::NotFinite { .. })), "{median:?}");
    }
}

#[test]
fn bad_inputs_are_named() {
    let (rule, streams) = (Rule::lecture(), Streams::new(1));
    let people = Population {
        households: 10,
        periods: 10,
        w0: 1.0,
    };
    let run = |people| long_run_median(&rule, people, streams);
    let none = run(Population {
        households: 0,
        ..people
    })
    .unwrap_err();
    assert!(
        none.to_string()
            .starts_with("households: 0 is not allowed, use 1 or more")
    );
    let nan = run(Population {
        w0: f64::NAN,
        ..people
    })
    .unwrap_err();
    assert!(matches!(
        nan,
        Error::Parameter {
            what: "initial wealth w0",
            ..
        }
    ));
    let many = run(Population {
        households: usize::MAX,
        ..people
    })
    .unwrap_err();
    assert!(matches!(many, Error::Memory { .. }));
    for bad in [
        Rule::new(f64::NAN, 0.3, 0.1, 1.0),
        Rule::new(-1.0, 0.3, 0.1, 1.0),
        Rule::new(0.1, 1.5, 0.1, 1.0),
        Rule::new(0.1, 0.3, -0.1, 1.0),
        Rule::new(0.1, 0.3, 0.1, f64::INFINITY),
    ] {
        assert!(matches!(bad, Err(Error::Parameter { .. })));
    }
}

#[test]
fn ranges_of_households_have_the_bits_of_the_whole() {
    let people = Population {
        households: 1_001,
        periods: 30,
        w0: 2.0,
    };
    let (streams, threads) = (Streams::new(5), Threads::new(2).unwrap());
    // The second rule's exponents are too large for the lanes.
    for rule in [Rule::lecture(), Rule::new(0.1, 0.3, 0.1, 60.0).unwrap()] {
        let wealth = |first: usize, count: usize| {
            let mut last = vec![0.0; count];
            let range = last_wealth_parallel(&rule, people, streams, first, &mut last, threads);
            range.map(|()| last)
        };
        let mut all = wealth(0, 1_001).unwrap();
        for first in [0, 1, 64, 937, 1_001] {
            let rest = wealth(first, 1_001 - first).unwrap();
            assert_eq!(rest, all[first..], "from household {first}");
        }
        let expected = long_run_median_parallel(&rule, people, streams, threads);
        assert_eq!(median(&mut all), expected.ok());
        assert!(matches!(wealth(1_000, 2), Err(Error::Count { .. })));
    }
}
