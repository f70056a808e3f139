//! Kernels in lanes against their scalar definition, for every instruction set of this processor, each in a process of
//! its own, because the variable that names it is read once.
//!
//! Each kernel gets 20,000 numbers, or 20 times the number in the variable `PROPTEST_CASES`.

#[path = "support/numbers.rs"]
mod numbers;
mod support;

use std::process::Command;

use numbers::{inputs, inputs_each};
use rand::RngExt;
use speedup::kernels::matmul::IntMatrix;
use speedup::kernels::wealth::{Population, Rule};
use speedup::kernels::{grid, map, matmul, nelder_mead, pi, polynomial, squares, wealth};
use speedup::random::streams::Stream;
use speedup::simd::Isa;
use speedup::{Error, Streams, Threads};
use support::same;

fn threads() -> Threads {
    Threads::new(2).unwrap()
}

fn rng(number: u64) -> Stream {
    Streams::new(20).stream(number)
}

/// Lists of up to 100 numbers and one long list: each is doubled, or the first number that does not fit is named.
fn doubles() {
    let mut rng = rng(0);
    let mut left = inputs_each();
    while left > 0 {
        let length = if left == inputs_each() {
            left / 2
        } else {
            rng.random_range(1..=100)
        };
        let shift = [1, 2, 40][rng.random_range(0..3)];
        let mut values: Vec<i64> = (0..length).map(|_| rng.random::<i64>() >> shift).collect();
        if rng.random_range(0..3) == 0 {
            let ends = [
                i64::MIN,
                i64::MAX,
                i64::MIN / 2,
                i64::MAX / 2,
                i64::MIN / 2 - 1,
                i64::MAX / 2 + 1,
            ];
            values[rng.random_range(0..length)] = ends[rng.random_range(0..6)];
        }
        let expected: Option<Vec<i64>> = values.iter().map(|x| x.checked_mul(2)).collect();
        let mut old = vec![7; length];
        let into = map::double_into_parallel(&values, &mut old, threads());
        match map::double_parallel(&values, threads()) {
            Ok(doubled) => assert_eq!(Some(doubled), expected),
            Err(Error::Overflow { place, .. }) => {
                let first = values.iter().position(|x| x.checked_mul(2).is_none());
                assert_eq!(Some(place), first.map(|k| format!("value {k}")));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(into.is_ok(), expected.is_some());
        assert!(expected.is_none_or(|expected| old == expected));
        left = left.saturating_sub(length);
    }
}

/// Coefficients and points of every kind, infinite and NaN too.
fn polynomials() {
    let (numbers, x) = (inputs(21, 10.0), inputs(22, 2.0));
    let (rows, _) = numbers.as_chunks::<4>();
    // As in a parameter grid, neighbours differ in the last coefficient only, or in all.
    let rows: Vec<[f64; 4]> = rows
        .iter()
        .flat_map(|row| [*row, [row[0], row[1], row[2], 0.5]])
        .collect();
    let points = 37;
    for (rows, x) in rows.chunks(41).zip(x.chunks_exact(points).cycle()) {
        let found = polynomial::poly_grid_parallel(rows, x, threads()).unwrap();
        let expected = rows
            .iter()
            .flat_map(|row| x.iter().map(|x| polynomial::value(*row, *x)));
        for (k, (found, expected)) in found.iter().zip(expected).enumerate() {
            let (row, x) = (rows[k / points], x[k % points]);
            assert!(
                same(*found, expected),
                "{row:?} at {x:e}: {found:e} {expected:e}"
            );
        }
    }
}

fn squares_of_places() {
    let n = inputs_each().isqrt();
    let place = |k: usize| (k / n * (k / n) + k % n * (k % n)) as f64;
    let expected: Vec<f64> = (0..n * n).map(place).collect();
    let mut old = vec![f64::NAN; n * n];
    squares::fill_into_parallel(&mut old, n, threads()).unwrap();
    assert!(old == expected && squares::fill_parallel(n, threads()).unwrap() == expected);
}

/// Entries of each size for which there is a loop of its own, at random and at the ends of the range.
fn products() {
    let mut rng = rng(3);
    let ranges: [(i64, i64); 8] = [
        (0, 255),
        (-128, 127),
        (-300, 300),
        (i16::MIN.into(), i16::MAX.into()),
        (-4_000, 4_000),
        (-(1 << 21), 1 << 21),
        (-(1 << 31), 1 << 31),
        (-(1 << 40), 1 << 40),
    ];
    let mut left = inputs_each();
    while left > 0 {
        let [n, m, p] = [(); 3].map(|()| rng.random_range(1..50_usize));
        let range = ranges[rng.random_range(0..8)];
        let other = ranges[rng.random_range(0..4)];
        let mut draw = |rows, columns, (low, high)| {
            let values = (0..rows * columns).map(|_| match rng.random_range(0..4) {
                0 => [low, high, 0, 1][rng.random_range(0..4)],
                _ => rng.random_range(low..=high),
            });
            IntMatrix::new(rows, columns, values.collect()).unwrap()
        };
        let (a, b) = (draw(n, m, range), draw(m, p, other));
        let found = matmul::product_parallel(&a, &b, threads()).unwrap();
        for i in 0..n {
            for j in 0..p {
                let exact: i128 = (0..m)
                    .map(|k| i128::from(a.row(i)[k]) * i128::from(b.row(k)[j]))
                    .sum();
                assert_eq!(i128::from(found.row(i)[j]), exact, "{range:?} {other:?}");
            }
        }
        left = left.saturating_sub(n * p);
    }
}

fn points_of_pi() {
    for (seed, points) in (0..).zip([1, inputs_each() as u64, 64 * pi::CHUNK + 17]) {
        let streams = Streams::new(seed);
        let found = pi::estimate_parallel(points, streams, threads());
        assert_eq!(found, pi::estimate(points, streams));
    }
}

/// Grids of 32 to 60 points a side, of every size up to where lanes are not used.
fn maxima_of_grids() {
    let mut rng = rng(5);
    let mut left = inputs_each();
    while left > 0 {
        let (n, size) = (
            rng.random_range(32..60_usize),
            10_f64.powf(rng.random_range(-160.0..1.4)),
        );
        let points: Vec<f64> = (0..n).map(|_| size * rng.random_range(-1.0..1.0)).collect();
        let (found, expected) = (
            grid::maximum_parallel(&points, threads()).unwrap(),
            grid::maximum(&points).unwrap(),
        );
        let units = found.to_bits().abs_diff(expected.to_bits());
        assert!(
            units <= 4 || expected.abs() < 1e-9 && (found - expected).abs() <= 1e-24,
            "{points:?}: {found:e} {expected:e}"
        );
        left = left.saturating_sub(n * n);
    }
}

/// Targets of every size, up to those whose search overflows. A search takes about 100 evaluations.
fn searches() {
    let mut rng = rng(6);
    let count = inputs_each() / 100;
    let target = |_| {
        let size =
            10_f64.powf(rng.random_range(-320.0..308.0) / [1.0, 100.0][rng.random_range(0..2)]);
        [(); 3].map(|()| size * rng.random_range(-1.0..1.0))
    };
    let mut targets: Vec<[f64; 3]> = (0..count).map(target).collect();
    targets.extend([[0.0; 3], [-0.0, 5e-324, 1e308], [f64::MAX, f64::MIN, 1.0]]);
    let found = nelder_mead::solve_all_parallel(&targets, threads()).unwrap();
    for (target, found) in targets.iter().zip(found) {
        let alone = nelder_mead::solve(*target).unwrap();
        let is_same =
            found.x.iter().zip(alone.x).all(|(a, b)| same(*a, b)) && same(found.f, alone.f);
        let counts = |m: &nelder_mead::Minimum<3>| (m.iterations, m.evaluations, m.converged);
        assert!(
            is_same && counts(&found) == counts(&alone),
            "{target:?}: {found:?} {alone:?}"
        );
    }
}

/// Households under any rule: within the bound of the documentation of the wealth that the rule gives step by step.
fn households() {
    let mut rng = rng(7);
    let mut left = inputs_each();
    while left > 0 {
        let (households, periods) = (rng.random_range(1..200), rng.random_range(1..60));
        let volatility = [0.1, 1.0, 3.0][rng.random_range(0..3)];
        let mut draw = |low: f64, high: f64| rng.random_range(low..high);
        let (v1, v2) = (draw(0.0, volatility), draw(0.0, volatility));
        let rule = Rule::new(draw(-0.9, 0.5), draw(0.0, 1.0), v1, v2).unwrap();
        let (w0, streams) = (draw(0.0, 9.0), Streams::new(left as u64));
        let people = Population {
            households,
            periods,
            w0,
        };
        let mut found = vec![0.0; households];
        wealth::last_wealth_parallel(&rule, people, streams, 0, &mut found, threads()).unwrap();
        let bound = periods as f64 * (1.0 + 10.0 * v1.max(v2)) * 1e-15;
        for (household, found) in (0..).zip(found) {
            let mut draws = streams.floats(household);
            let expected = (0..periods).fold(w0, |w, _| rule.next(w, &mut draws));
            assert!(
                (found / expected - 1.0).abs() <= bound,
                "{rule:?}: {found} {expected}"
            );
        }
        left = left.saturating_sub(households * periods);
    }
}

/// All kernels with the instruction set that the variable names. The other test starts it.
#[test]
fn kernels_agree_with_their_scalar_definitions() {
    let isa = Isa::chosen().unwrap();
    doubles();
    polynomials();
    squares_of_places();
    products();
    points_of_pi();
    maxima_of_grids();
    searches();
    households();
    println!("{isa}: 8 kernels, {} numbers each", inputs_each());
}

#[test]
fn kernels_agree_with_every_isa() {
    for isa in Isa::available() {
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "kernels_agree_with_their_scalar_definitions",
                "--nocapture",
            ])
            .env(Isa::VARIABLE, isa.to_string())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        let is_fine = output.status.success() && text.contains(&format!("{isa}: 8 kernels"));
        assert!(is_fine, "{isa}: {text}{errors}");
        println!(
            "{}",
            text.lines()
                .find(|line| line.contains("8 kernels"))
                .unwrap()
        );
    }
}
