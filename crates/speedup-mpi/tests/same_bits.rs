//! Each job has the bits of the one-process function, for 1 to 4 ranks with 1 and 2 threads.

mod common;

use common::{alone, bits, json};
use speedup::kernels::wealth::{Population, Rule, long_run_median_parallel};
use speedup::kernels::{grid, pi, polynomial};
use speedup::{Streams, Threads};

fn check(args: &[&str], expected: f64) {
    let _alone = alone();
    for ranks in 1..=4 {
        for threads in ["1", "2"] {
            let line = json(ranks, &[args, &["--threads", threads]].concat());
            assert_eq!(
                bits(&line),
                expected.to_bits(),
                "{args:?}, {ranks} ranks, {threads} threads: {line}"
            );
            assert_eq!(line["ranks"], ranks);
            assert_eq!(line["per_rank"].as_array().unwrap().len(), ranks);
            assert!(line["peak_rss_bytes"].as_u64().unwrap() > 1 << 20);
            assert!(line["seconds"].as_f64().unwrap() > 0.0);
        }
    }
}

fn two() -> Threads {
    Threads::new(2).unwrap()
}

#[test]
fn wealth() {
    // An odd and an even number of households, and fewer blocks than ranks.
    for households in [1, 100, 3_000, 3_001] {
        let people = Population {
            households,
            periods: 20,
            w0: 2.5,
        };
        let expected = long_run_median_parallel(&Rule::lecture(), people, Streams::new(7), two());
        let households = households.to_string();
        let args = [
            "wealth",
            "--households",
            &households,
            "--periods",
            "20",
            "--w0",
            "2.5",
            "--seed",
            "7",
        ];
        check(&args, expected.unwrap());
    }
}

#[test]
fn pi_from_points() {
    let points = 200 * pi::CHUNK + 17;
    let expected = pi::estimate_parallel(points, Streams::new(3), two()).unwrap();
    check(
        &["pi", "--points", &points.to_string(), "--seed", "3"],
        expected,
    );
}

#[test]
fn maximum_over_a_grid() {
    let points = grid::linspace(-2.5, 3.0, 333).unwrap();
    let expected = grid::maximum_parallel(&points, two()).unwrap();
    check(
        &["grid-max", "--points-per-side", "333", "--low", "-2.5"],
        expected,
    );
}

#[test]
fn mean_of_cubics() {
    // The documented order: blocks of 2¹⁸ values, eight sums side by side in each.
    let axis = grid::linspace(0.0, 1.0, 12).unwrap();
    let x = grid::linspace(-2.0, 2.0, 50).unwrap();
    let parameters = polynomial::parameter_grid(&axis).unwrap();
    let mut sum = 0.0;
    for rows in parameters.chunks((1 << 18) / 50) {
        let mut sums = [0.0; 8];
        let values = polynomial::poly_grid_parallel(rows, &x, two()).unwrap();
        for (k, value) in values.iter().enumerate() {
            sums[k % 8] += value;
        }
        sum += sums.iter().sum::<f64>();
    }
    let expected = sum / (parameters.len() * x.len()) as f64;
    check(&["poly-grid", "--axis", "12", "--points", "50"], expected);
}
