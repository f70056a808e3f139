//! Inputs at random to every public function: it returns what a plain loop computes, or refuses the input with an
//! error that names the value and what is allowed. It never panics, unless its documentation says so, and never hangs.

mod support;

use std::num::NonZeroUsize;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rand::Rng;

use speedup::error::{check_count, check_finite, check_nonzero, check_parameter};
use speedup::kernels::median::median;
use speedup::kernels::wealth::{Population, Rule};
use speedup::kernels::{grid, map, matmul, nelder_mead, pi, polynomial, squares, wealth};
use speedup::memory::budget::{check_bytes, check_fits, installed};
use speedup::parallel::affinity;
use speedup::random::stream_lanes::StreamLanes;
use speedup::{Error, Streams, Threads};
use support::{CASES, holds, number, same, size, too_large, whole};

/// One thread or a few.
fn threads() -> impl Strategy<Value = Threads> {
    select(vec![0, 1, 2, 3, 8]).prop_map(|n| Threads::new(n).unwrap_or(Threads::Sequential))
}

fn streams() -> impl Strategy<Value = Streams> {
    any::<u64>().prop_map(Streams::new)
}

/// A range between two sizes, also one that ends before it begins.
fn range() -> impl Strategy<Value = Range<usize>> {
    (size(), size()).prop_map(|(start, end)| start..end)
}

/// Checks that an error is one of a value, and that its message has the value and what is allowed.
fn names_the_value<T>(outcome: Result<T, Error>) {
    let message = match outcome.err() {
        Some(error @ (Error::Count { .. } | Error::Parameter { .. })) => error.to_string(),
        Some(Error::Memory {
            bytes, installed, ..
        }) => {
            return assert!(bytes > u128::from(installed));
        }
        other => panic!("{other:?}"),
    };
    let (value, allowed) = message.split_once(" is not allowed, use ").unwrap();
    assert!(value.contains(": ") && !allowed.is_empty(), "{message}");
}

#[test]
fn checks_allow_what_is_in_the_range_and_name_the_rest() {
    let inputs = (any::<usize>(), any::<u64>(), any::<u64>(), number());
    holds(CASES, inputs, |(value, min, max, x)| {
        let inside = (min..=max).contains(&(value as u64));
        let count = check_count("count", value, min, max);
        let text = format!("count: {value} is not allowed, use {min}");
        assert_eq!(count.is_ok(), inside);
        assert!(inside || count.unwrap_err().to_string().starts_with(&text));
        let nonzero = check_nonzero("count", value, max as usize);
        assert_eq!(nonzero.is_ok(), value > 0 && value as u64 <= max);
        let parameter = check_parameter("x", x, "numbers above 1", |x| x > 1.0);
        assert_eq!(parameter.is_ok(), x.is_finite() && x > 1.0);
        assert_eq!(check_finite("x", x).is_ok(), x.is_finite());
    });
}

#[test]
fn what_fits_in_memory_is_told() {
    let counts = prop_oneof![any::<u128>(), 0..u128::from(installed()) / 4];
    holds(CASES, (counts, any::<u64>()), |(count, free)| {
        let bytes = count.saturating_mul(8);
        let fits = check_fits::<f64>("values", count).is_ok();
        assert!(!fits || bytes <= u128::from(installed()));
        assert!(fits || bytes >= u128::from(installed() / 64));
        assert_eq!(check_fits::<()>("values", count), Ok(()));
        let most = free.min(installed());
        assert_eq!(
            check_bytes("values", bytes, free).is_ok(),
            bytes <= u128::from(most)
        );
    });
}

#[test]
fn any_number_of_threads_works_or_is_refused() {
    let inputs = (prop_oneof![0..12_usize, any::<usize>()], any::<usize>());
    holds(CASES, inputs, |(n, limit)| {
        match Threads::new(n) {
            Ok(threads) if n <= 12 => {
                assert_eq!(threads.install(rayon::current_num_threads), Ok(n));
            }
            Ok(threads) => assert!(threads.count() == n && n <= Threads::MAX),
            refused => names_the_value(refused),
        }
        Threads::limit_all(NonZeroUsize::new(limit));
        let ladder = Threads::ladder();
        Threads::limit_all(None);
        let most = if limit == 0 { Threads::MAX } else { limit };
        assert!(ladder.iter().all(|threads| threads.count() <= most));
        assert!(ladder.is_sorted_by_key(|threads| threads.count()));
    });
}

#[test]
fn cores_that_there_are_not_are_refused() {
    let allowed = affinity::allowed().unwrap();
    let inputs = vec(prop_oneof![0..4_usize, any::<usize>()], 0..4);
    holds(CASES, inputs, |cores| {
        let there = cores.iter().all(|core| allowed.contains(core));
        match affinity::on_cores(&cores, || 7) {
            Ok(seven) => assert!(seven == 7 && there && !cores.is_empty()),
            Err(Error::Core { core, .. }) => assert!(!allowed.contains(&core)),
            refused => names_the_value(refused),
        }
    });
}

/// The plain loop is NumPy's: steps from the lower end, or shares of the distance where the step is 0. Here shares are also
/// taken where the step is below the smallest normal number: by NumPy's steps the points would not rise.
#[test]
fn linspace_is_numpys() {
    holds(CASES, (number(), number(), size()), |(low, high, n)| {
        let points = match grid::linspace(low, high, n) {
            Ok(points) => points,
            refused => {
                assert!(!low.is_finite() || !high.is_finite() || !(2..1 << 40).contains(&n));
                return names_the_value(refused);
            }
        };
        assert_eq!(points.len(), n);
        let (last, distance) = ((n - 1) as f64, high - low);
        let ends = low.min(high)..=low.max(high);
        for (k, point) in points.iter().enumerate() {
            let plain = match distance / last {
                _ if k == n - 1 => high,
                step if step.abs() < f64::MIN_POSITIVE => k as f64 / last * distance + low,
                step => k as f64 * step + low,
            };
            assert!(
                same(*point, plain) || distance.is_infinite(),
                "{k}: {point}"
            );
            assert!(distance.is_finite() || ends.contains(point), "{k}: {point}");
        }
    });
}

#[test]
fn the_maximum_of_a_grid_is_that_of_a_plain_loop() {
    let coordinate = prop_oneof![3 => -30.0..30.0, 1 => number()];
    let inputs = (vec(coordinate, 0..50), range(), threads());
    holds(CASES, inputs, |(points, rows, threads)| {
        let plain = |rows: &[f64]| {
            let f = |x: f64, y: f64| (x * x + y * y).cos() / (1.0 + (x * x + y * y));
            let values = rows.iter().flat_map(|y| points.iter().map(|x| f(*x, *y)));
            values.fold(f64::NEG_INFINITY, f64::max)
        };
        let near = |a: f64, b: f64| same(a, b) || (a - b).abs() <= f64::max(1e-15 * b.abs(), 1e-24);
        let serial = grid::maximum(&points);
        let parallel = grid::maximum_parallel(&points, threads);
        let part = grid::maximum_of_rows_parallel(&points, rows.clone(), threads);
        let allowed = |x: &f64| x.abs() <= 9e153;
        if points.is_empty() || !points.iter().all(allowed) {
            return [serial, parallel, part]
                .into_iter()
                .for_each(names_the_value);
        }
        let expected = plain(&points);
        assert!(same(serial.unwrap(), expected));
        assert!(near(parallel.unwrap(), expected));
        match part {
            Ok(part) => assert!(near(part, plain(points.get(rows).unwrap_or_default()))),
            refused => {
                assert!(rows.end > points.len());
                names_the_value(refused);
            }
        }
    });
}

/// 300 cases: some draw 100,000 points four times.
#[test]
fn estimates_of_pi_are_those_of_a_plain_loop() {
    let most = 6 * pi::CHUNK;
    let points = prop_oneof![8 => 0..most, 1 => (1_u64 << 53) + 1..=u64::MAX];
    let inputs = (points, (0..9_u64, 0..9_u64), streams(), threads());
    holds(300, inputs, |(points, (start, end), streams, threads)| {
        let outside = |chunks: Range<u64>| {
            let draws = chunks.flat_map(|chunk| {
                let mut rng = streams.floats(chunk);
                let count = pi::CHUNK.min(points - chunk * pi::CHUNK);
                (0..count).map(move |_| rng.next_u64())
            });
            let far = |draw: &u64| {
                let (x, y) = (u128::from(draw >> 33), u128::from(draw & 0x7fff_ffff));
                x * x + y * y >= 1 << 62
            };
            draws.filter(far).count() as u64
        };
        let serial = pi::estimate(points, streams);
        let parallel = pi::estimate_parallel(points, streams, threads);
        let part = pi::outside_parallel(points, start..end, streams, threads);
        if !(1..=1 << 53).contains(&points) {
            names_the_value(part);
            return [serial, parallel].into_iter().for_each(names_the_value);
        }
        let expected = 4.0 * (points - outside(0..pi::chunks(points))) as f64 / points as f64;
        assert_eq!((serial, parallel), (Ok(expected), Ok(expected)));
        match part {
            Ok(part) => assert_eq!(part, outside(start..end)),
            refused => {
                assert!(end > pi::chunks(points));
                names_the_value(refused);
            }
        }
    });
}

#[test]
fn any_count_of_points_outside_gives_an_estimate_or_is_refused() {
    holds(
        CASES,
        (any::<u64>(), any::<u64>(), 0..60_u32),
        |(a, b, shift)| {
            let (points, outside) = (a >> shift, b >> shift);
            assert_eq!(
                pi::chunks(points),
                points / pi::CHUNK + u64::from(points % pi::CHUNK > 0)
            );
            match pi::from_outside(points, outside) {
                Ok(estimate) => assert!((0.0..=4.0).contains(&estimate) && points >= outside),
                refused => {
                    assert!(points == 0 || points > 1 << 53 || outside > points);
                    names_the_value(refused);
                }
            }
        },
    );
}

#[test]
fn lists_are_doubled_or_the_number_that_does_not_fit_is_named() {
    let inputs = (vec(whole(), 0..100), 0..100_usize, threads());
    holds(CASES, inputs, |(values, length, threads)| {
        let plain: Option<Vec<i64>> = values.iter().map(|value| value.checked_mul(2)).collect();
        let mut doubled = vec![7; length];
        let into = map::double_into_parallel(&values, &mut doubled, threads);
        for outcome in [map::double(&values), map::double_parallel(&values, threads)] {
            match (outcome, &plain) {
                (Ok(doubled), Some(plain)) => assert_eq!(&doubled, plain),
                (Err(Error::Overflow { place, .. }), None) => {
                    let bad = values
                        .iter()
                        .position(|value| value.checked_mul(2).is_none());
                    assert_eq!(place, format!("value {}", bad.unwrap()));
                }
                other => panic!("{other:?}"),
            }
        }
        match into {
            Ok(()) => assert_eq!(Some(doubled), plain),
            Err(Error::Overflow { .. }) => assert_eq!(plain, None),
            refused => {
                assert_ne!(length, values.len());
                names_the_value(refused);
            }
        }
    });
}

#[test]
fn squares_are_those_of_a_plain_loop() {
    let small = || 0..40_usize;
    let inputs = (prop_oneof![small(), size()], 0..1_700_usize, threads());
    holds(CASES, inputs, |(n, length, threads)| {
        let mut old = vec![
            f64::NAN;
            if n < 40 && length < 1_000 {
                n * n
            } else {
                length
            }
        ];
        let into = squares::fill_into_parallel(&mut old, n, threads);
        let outcomes = [squares::fill(n), squares::fill_parallel(n, threads)];
        if n == 0 || n > 1 << 26 {
            names_the_value(into);
            return outcomes.into_iter().for_each(names_the_value);
        }
        let plain: Vec<f64> = (0..n * n)
            .map(|k| ((k / n).pow(2) + (k % n).pow(2)) as f64)
            .collect();
        outcomes
            .iter()
            .for_each(|matrix| assert_eq!(matrix.as_ref(), Ok(&plain)));
        match into {
            Ok(()) => assert_eq!(old, plain),
            refused => {
                assert_ne!(old.len(), n * n);
                names_the_value(refused);
            }
        }
        let mut row = vec![f64::NAN; n];
        squares::fill_row(n - 1, &mut row);
        assert_eq!(row, plain[n * (n - 1)..]);
    });
}

#[test]
fn cubics_are_those_of_a_plain_loop() {
    let four = [number(), number(), number(), number()];
    let inputs = (vec(four, 0..9), vec(number(), 0..9), threads());
    holds(CASES, inputs, |(parameters, x, threads)| {
        let plain = parameters.iter().flat_map(|[a, b, c, d]| {
            let value = move |x: &f64| (((a * x) + b) * x + c) * x + d;
            x.iter().map(value)
        });
        let plain: Vec<f64> = plain.collect();
        let one_by_one = parameters
            .iter()
            .flat_map(|row| polynomial::values(*row, &x));
        for values in [
            one_by_one.collect(),
            polynomial::poly_grid(&parameters, &x).unwrap(),
            polynomial::poly_grid_parallel(&parameters, &x, threads).unwrap(),
        ] {
            assert_eq!(values.len(), plain.len());
            assert!(values.iter().zip(&plain).all(|(a, b)| same(*a, *b)));
        }
    });
}

#[test]
fn the_values_of_more_cubics_than_fit_in_memory_are_refused() {
    let (parameters, x) = (vec![[1.0; 4]; 3_000_000], vec![1.0; 3_000_000]);
    names_the_value(polynomial::poly_grid(&parameters, &x));
}

#[test]
fn parameter_grids_are_those_of_plain_loops() {
    let row = prop_oneof![4 => 0..700_u64, 1 => any::<u64>()];
    let inputs = (vec(number(), 0..5), row.clone(), row);
    holds(CASES, inputs, |(axis, start, end)| {
        let all = axis.iter().flat_map(|a| axis.iter().map(move |b| (*a, *b)));
        let all = all
            .clone()
            .flat_map(|(a, b)| all.clone().map(move |(c, d)| [a, b, c, d]));
        let all: Vec<[f64; 4]> = all.collect();
        let bits = |rows: &[[f64; 4]]| -> Vec<u64> {
            rows.as_flattened().iter().map(|x| x.to_bits()).collect()
        };
        match polynomial::parameter_grid(&axis) {
            Ok(grid) => assert_eq!(bits(&grid), bits(&all)),
            refused => {
                assert!(axis.is_empty());
                names_the_value(refused);
            }
        }
        match polynomial::parameter_rows(&axis, start..end) {
            Ok(rows) => {
                let expected = all.get(start as usize..end as usize).unwrap_or_default();
                assert_eq!(bits(&rows), bits(expected));
            }
            refused => {
                assert!(end > all.len() as u64 || axis.is_empty());
                names_the_value(refused);
            }
        }
    });
}

#[test]
fn parameter_grids_that_do_not_fit_in_memory_are_refused() {
    for length in [2_000, 65_535, 65_536, 1_000_000] {
        let axis = vec![1.0; length];
        names_the_value(polynomial::parameter_grid(&axis));
        names_the_value(polynomial::parameter_rows(&axis, 0..1 << 43));
    }
}

#[test]
fn matrices_of_any_size_are_made_or_refused() {
    let inputs = (
        size(),
        size(),
        whole(),
        whole(),
        (vec(whole(), 0..9), streams()),
    );
    holds(
        CASES,
        inputs,
        |(rows, columns, low, high, (values, streams))| {
            let count = rows.checked_mul(columns);
            match matmul::IntMatrix::new(rows, columns, values.clone()) {
                Ok(matrix) => {
                    assert_eq!((matrix.rows(), matrix.columns()), (rows, columns));
                    assert_eq!((count, matrix.values()), (Some(values.len()), &values[..]));
                }
                refused => {
                    assert_ne!(count, Some(values.len()));
                    names_the_value(refused);
                }
            }
            match matmul::IntMatrix::random(rows, columns, low, high, streams, 0) {
                Ok(matrix) => {
                    assert_eq!(count, Some(matrix.values().len()));
                    assert!(
                        matrix
                            .values()
                            .iter()
                            .all(|value| (low..=high).contains(value))
                    );
                }
                refused => {
                    assert!(low > high || count.is_none_or(|count| count > 1 << 40));
                    names_the_value(refused);
                }
            }
        },
    );
}

#[test]
fn rows_and_blocks_of_a_matrix_are_its_rows() {
    let inputs = (0..6_usize, 0..6_usize, range(), size());
    holds(CASES, inputs, |(rows, columns, block, row)| {
        let values: Vec<i64> = (0..(rows * columns) as i64).collect();
        let matrix = matmul::IntMatrix::new(rows, columns, values.clone()).unwrap();
        let plain = |row: usize| &values[row * columns..(row + 1) * columns];
        let found = catch_unwind(AssertUnwindSafe(|| matrix.row(row)));
        assert_eq!(found.ok(), (row < rows).then(|| plain(row)));
        match matrix.block(block.clone()) {
            Ok(part) => {
                assert_eq!((part.rows(), part.columns()), (block.len(), columns));
                let expected: Vec<i64> = block.flat_map(plain).copied().collect();
                assert_eq!(part.values(), expected);
            }
            refused => {
                assert!(block.end > rows || block.start > block.end);
                names_the_value(refused);
            }
        }
    });
}

#[test]
fn blocks_of_rows_cover_all_rows_once() {
    let rows = prop_oneof![size(), any::<usize>()];
    holds(
        CASES,
        (rows, size()),
        |(rows, blocks)| match matmul::row_blocks(rows, blocks) {
            Ok(ranges) => {
                let ends = ranges.iter().map(|range| range.end);
                let starts = std::iter::once(0).chain(ends);
                assert!(
                    ranges
                        .iter()
                        .map(|range| range.start)
                        .eq(starts.take(blocks))
                );
                assert_eq!(
                    (ranges.len(), ranges.last().map(|last| last.end)),
                    (blocks, Some(rows))
                );
                let lengths = || ranges.iter().map(ExactSizeIterator::len);
                assert!(lengths().max().unwrap() - lengths().min().unwrap() <= 1);
            }
            refused => {
                assert!(blocks == 0 || blocks > 1 << 40);
                names_the_value(refused);
            }
        },
    );
}

#[test]
fn stacks_have_the_rows_of_their_blocks() {
    let shape = (prop_oneof![4 => 0..4_usize, 1 => too_large()], 0..3_usize);
    holds(CASES, vec(shape, 0..5), |shapes| {
        let blocks = shapes.iter().map(|&(rows, columns)| {
            // A matrix without columns can have any number of rows.
            let rows = if columns == 0 { rows } else { rows % 4 };
            matmul::IntMatrix::new(rows, columns, vec![rows as i64; rows * columns]).unwrap()
        });
        let blocks: Vec<matmul::IntMatrix> = blocks.collect();
        let rows = blocks
            .iter()
            .try_fold(0_usize, |sum, block| sum.checked_add(block.rows()));
        match matmul::IntMatrix::stack(&blocks) {
            Ok(stack) => {
                assert_eq!(Some(stack.rows()), rows);
                let values = blocks.iter().flat_map(|block| block.values());
                assert!(stack.values().iter().eq(values));
            }
            Err(Error::Shape { .. }) => {
                let equal = blocks
                    .windows(2)
                    .all(|two| two[0].columns() == two[1].columns());
                assert!(!equal || rows.is_none());
            }
            other => panic!("{other:?}"),
        }
    });
}

/// A sum of products, if it fits in 64 bits. The sum is exact modulo 2¹²⁸, and about right as a double.
fn sum_of_products<'a>(pairs: impl Iterator<Item = (&'a i64, &'a i64)>) -> Option<i64> {
    let (mut exact, mut about) = (0_i128, 0.0);
    for (&x, &y) in pairs {
        exact = exact.wrapping_add(i128::from(x) * i128::from(y));
        about += x as f64 * y as f64;
    }
    let small = f64::abs(about) < 2_f64.powi(120);
    small.then(|| exact.try_into().ok()).flatten()
}

#[test]
fn products_of_matrices_are_those_of_plain_loops() {
    let entry = prop_oneof![
        whole().boxed(),
        (-128..=127_i64).boxed(),
        (0..=255_i64).boxed()
    ];
    let entries = (
        vec(entry.clone(), 100),
        vec(prop_oneof![-9..=9_i64, entry], 100),
    );
    let inputs = (
        (0..10_usize, 0..10_usize, 0..10_usize),
        0..40_usize,
        entries,
        threads(),
    );
    holds(
        CASES,
        inputs,
        |((n, m, p), inner, (left, right), threads)| {
            // In one of four cases the sizes do not fit.
            let inner = if inner < 10 { inner } else { m };
            let matrix = |rows: usize, columns: usize, values: &[i64]| {
                matmul::IntMatrix::new(rows, columns, values[..rows * columns].to_vec()).unwrap()
            };
            let (a, b) = (matrix(n, m, &left), matrix(inner, p, &right));
            let entries = (0..n).flat_map(|i| (0..p).map(move |j| (i, j)));
            let column = |j: usize| b.values().iter().skip(j).step_by(p);
            let plain: Option<Vec<i64>> = match inner == m {
                true => entries
                    .map(|(i, j)| sum_of_products(a.row(i).iter().zip(column(j))))
                    .collect(),
                false => None,
            };
            for outcome in [
                matmul::product(&a, &b),
                matmul::product_parallel(&a, &b, threads),
            ] {
                match outcome {
                    Ok(product) => {
                        assert_eq!((product.rows(), product.columns()), (n, p));
                        assert_eq!(Some(product.values()), plain.as_deref());
                    }
                    Err(Error::Overflow { .. }) => assert!(inner == m && plain.is_none()),
                    Err(Error::Shape { .. }) => assert_ne!(inner, m),
                    other => panic!("{other:?}"),
                }
            }
        },
    );
}

#[test]
fn products_that_do_not_fit_in_memory_are_refused() {
    holds(CASES, (too_large(), too_large()), |(rows, columns)| {
        let empty = |rows, columns| matmul::IntMatrix::new(rows, columns, Vec::new()).unwrap();
        names_the_value(matmul::product(&empty(rows, 0), &empty(0, columns)));
    });
}

/// The bits of a result of a search.
fn bits<const N: usize>(found: &nelder_mead::Minimum<N>) -> ([u64; N], u64, usize, usize, bool) {
    let (iterations, evaluations) = (found.iterations, found.evaluations);
    (
        found.x.map(f64::to_bits),
        found.f.to_bits(),
        iterations,
        evaluations,
        found.converged,
    )
}

fn searches_end<const N: usize>(kind: u8, start: [f64; N]) {
    let f = |x: &[f64; N]| match kind {
        0 => x.iter().map(|x| x * x).sum(),
        1 => -x.iter().sum::<f64>(),
        2 => f64::NAN,
        3 => f64::INFINITY,
        4 => f64::NEG_INFINITY,
        5 => x.iter().map(|x| x.sqrt()).sum(),
        6 => 1e308 * x[0],
        _ => (1e3 * x[0]).sin() / x[0],
    };
    match nelder_mead::minimize(f, start) {
        Ok(found) => {
            // The start simplex is evaluated as a whole.
            let most = (200 * N).max(N + 1);
            assert!(found.iterations <= most && found.evaluations <= most);
            assert!(same(found.f, f(&found.x)));
            assert!(!found.converged || found.f.is_finite(), "{found:?}");
        }
        refused => {
            assert!(start.iter().any(|x| !(1.05 * x).is_finite()));
            names_the_value(refused);
        }
    }
}

#[test]
fn searches_for_a_minimum_end_whatever_the_function() {
    let start = [number(), number(), number()];
    holds(CASES, (0..8_u8, start), |(kind, [x, y, z])| {
        searches_end(kind, [x]);
        searches_end(kind, [x, y]);
        searches_end(kind, [x, y, z]);
    });
}

fn searches_are_those_of_one_by_one<const N: usize>(targets: &[[f64; N]], threads: Threads) {
    let one_by_one: Result<Vec<_>, Error> =
        targets.iter().map(|t| nelder_mead::solve(*t)).collect();
    for all in [
        nelder_mead::solve_all(targets),
        nelder_mead::solve_all_parallel(targets, threads),
    ] {
        match (all, &one_by_one) {
            (Ok(all), Ok(one_by_one)) => {
                assert!(all.iter().map(bits).eq(one_by_one.iter().map(bits)));
                for (found, target) in all.iter().zip(targets) {
                    let distance = found.x.iter().zip(target).map(|(x, t)| (x - t) * (x - t));
                    assert!(same(found.f, distance.sum()));
                }
            }
            (Err(error), Err(_)) => {
                assert!(targets.as_flattened().iter().any(|t| !t.is_finite()));
                names_the_value::<()>(Err(error));
            }
            other => panic!("{other:?}"),
        }
    }
}

/// 300 cases: each searches up to 24 times.
#[test]
fn searches_side_by_side_are_those_of_one_by_one() {
    // Most lists have no number that is refused.
    let coordinate = prop_oneof![40 => -3.0..3.0, 4 => support::finite(), 1 => number()];
    let target = [coordinate.clone(), coordinate.clone(), coordinate];
    holds(300, (vec(target, 0..4), threads()), |(targets, threads)| {
        searches_are_those_of_one_by_one(&targets, threads);
        let flat = |[x, y, _]: &[f64; 3]| [*x, *y];
        let flat: Vec<[f64; 2]> = targets.iter().map(flat).collect();
        searches_are_those_of_one_by_one(&flat, threads);
    });
}

fn rule() -> impl Strategy<Value = [f64; 4]> {
    // Most rules are allowed.
    let parameter = |everyday: Range<f64>| prop_oneof![15 => everyday, 1 => number()];
    let volatility = || prop_oneof![6 => 0.0..2.0, 1 => 0.0..60.0, 1 => number()];
    [
        parameter(-0.9..0.5).boxed(),
        parameter(0.0..1.0).boxed(),
        volatility().boxed(),
        volatility().boxed(),
    ]
}

#[test]
fn rules_outside_their_ranges_are_refused() {
    holds(CASES, rule(), |[r, s, v1, v2]| {
        let finite = [r, s, v1, v2].iter().all(|x| x.is_finite());
        let allowed = finite && r > -1.0 && (0.0..=1.0).contains(&s) && v1 >= 0.0 && v2 >= 0.0;
        match Rule::new(r, s, v1, v2) {
            Ok(rule) => assert!(allowed && rule.savings() == s),
            refused => {
                assert!(!allowed);
                names_the_value(refused);
            }
        }
    });
}

#[test]
fn wealth_is_that_of_a_plain_loop() {
    let people = (
        size(),
        0..12_usize,
        prop_oneof![4 => 0.0..10.0, 1 => number()],
    );
    let inputs = (rule(), people, (size(), 0..90_usize), streams(), threads());
    holds(
        CASES,
        inputs,
        |([r, s, v1, v2], people, (first, length), streams, threads)| {
            let Ok(rule) = Rule::new(r, s, v1, v2) else {
                return;
            };
            let (households, periods, w0) = people;
            let people = Population {
                households,
                periods,
                w0,
            };
            let allowed = households > 0 && w0.is_finite() && w0 >= 0.0;
            let wealth = |household: usize| {
                let mut rng = streams.floats(household as u64);
                (0..periods).fold(w0, |w, _| rule.next(w, &mut rng))
            };
            let bound = periods as f64 * (1.0 + 10.0 * v1.max(v2)) * 1e-15;
            let near = |a: f64, b: f64| same(a, b) || (a / b - 1.0).abs() <= bound;

            let mut last = vec![7.0; length];
            match wealth::last_wealth_parallel(&rule, people, streams, first, &mut last, threads) {
                Ok(()) => {
                    assert!(allowed && length <= households.saturating_sub(first));
                    for (k, found) in last.iter().enumerate() {
                        let plain = wealth(first + k);
                        assert!(near(*found, plain) || !found.is_finite() || !plain.is_finite());
                    }
                }
                refused => {
                    assert!(!allowed || length > households.saturating_sub(first));
                    names_the_value(refused);
                }
            }

            let serial = wealth::long_run_median(&rule, people, streams);
            let parallel = wealth::long_run_median_parallel(&rule, people, streams, threads);
            if !allowed || households > 1 << 40 {
                return [serial, parallel].into_iter().for_each(names_the_value);
            }
            let mut plain: Vec<f64> = (0..households).map(wealth).collect();
            let finite = plain.iter().all(|wealth| wealth.is_finite());
            match serial {
                Ok(serial) => assert!(finite && same(serial, median(&mut plain).unwrap())),
                Err(Error::NotFinite { .. }) => assert!(!finite),
                other => panic!("{other:?}"),
            }
            match (serial, parallel) {
                (Ok(serial), Ok(parallel)) => {
                    assert!(near(parallel, serial), "{parallel} {serial}")
                }
                // One of them may have met a number that is too large.
                (Err(Error::NotFinite { .. }), _) | (_, Err(Error::NotFinite { .. })) => {}
                other => panic!("{other:?}"),
            }
        },
    );
}

/// The last households that there can be have numbers next to the largest.
#[test]
fn the_last_households_of_all_have_wealth_too() {
    holds(
        300,
        (rule(), 0..70_usize, 0..3_usize, threads()),
        |([r, s, v1, v2], before, more, threads)| {
            let Ok(rule) = Rule::new(r, s, v1, v2) else {
                return;
            };
            let people = Population {
                households: usize::MAX,
                periods: 2,
                w0: 1.0,
            };
            // All households that there are from the first on, one less, or one more.
            let length = (before + more).saturating_sub(1);
            let (first, mut last) = (usize::MAX - before, vec![0.0; length]);
            let streams = Streams::new(1);
            let done =
                wealth::last_wealth_parallel(&rule, people, streams, first, &mut last, threads);
            assert_eq!(done.is_ok(), length <= before);
        },
    );
}

#[test]
fn paths_are_those_of_a_plain_loop() {
    let w0 = prop_oneof![4 => 0.0..10.0, 1 => number()];
    holds(
        CASES,
        (rule(), w0, size(), streams()),
        |([r, s, v1, v2], w0, length, streams)| {
            let Ok(rule) = Rule::new(r, s, v1, v2) else {
                return;
            };
            match wealth::path(&rule, w0, length, &mut streams.stream(0)) {
                Ok(path) => {
                    assert_eq!((path.len(), path[0]), (length, w0));
                    let mut rng = streams.stream(0);
                    let next = |pair: &[f64]| same(rule.next(pair[0], &mut rng), pair[1]);
                    assert!(path.windows(2).all(next));
                    assert!(path.iter().all(|wealth| wealth.is_finite()));
                }
                Err(Error::NotFinite { value, .. }) => assert!(!value.is_finite()),
                refused => {
                    let allowed = w0.is_finite() && w0 >= 0.0;
                    assert!(!allowed || length == 0 || length > 1 << 40);
                    names_the_value(refused);
                }
            }
        },
    );
}

#[test]
fn the_median_is_the_middle_of_the_sorted_numbers() {
    holds(CASES, vec(number(), 0..40), |values| {
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let found = median(&mut values.clone());
        let Some(found) = found else {
            return assert!(values.is_empty());
        };
        if values.iter().any(|value| value.is_nan()) {
            return assert!(found.is_nan());
        }
        let (lower, upper) = (sorted[(values.len() - 1) / 2], sorted[values.len() / 2]);
        // Half of each first, as the sum may be too large, unless the halves lose bits.
        let half = match lower.abs().max(upper.abs()) < 1.0 {
            true => (lower + upper) / 2.0,
            false => lower / 2.0 + upper / 2.0,
        };
        assert!(same(
            found,
            if lower == upper && found != 0.0 {
                lower
            } else {
                half
            }
        ));
    });
}

#[test]
fn streams_of_any_number_are_those_of_their_lanes() {
    holds(CASES, (streams(), any::<u64>()), |(streams, number)| {
        let mut lanes = StreamLanes::<5>::new(streams, number);
        for lane in 0..5 {
            let mut alone = streams.floats(number.wrapping_add(lane as u64));
            assert_eq!(lanes.next(lane), alone.next_u64());
        }
        assert_eq!(streams.stream(number), streams.stream(number));
    });
}
