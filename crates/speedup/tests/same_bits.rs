//! The promises on bits, for every kernel and every instruction set.
//!
//! With 1 to 256 threads a parallel function returns exactly what it returns with `Threads::Sequential`. That
//! result is compared with the serial function, within the bound that the documentation of the crate states.

use std::process::Command;

use speedup::kernels::wealth::{Population, Rule};
use speedup::kernels::{grid, map, matmul, nelder_mead, pi, polynomial, schedule, squares, wealth};
use speedup::simd::Isa;
use speedup::{Error, Streams, Threads};

/// How far a parallel result may be from the serial one.
#[derive(Clone, Copy)]
enum Bound {
    Equal,
    /// Units in the last place.
    Ulps(u64),
    Absolute(f64),
    Relative(f64),
}

impl Bound {
    fn allows(self, serial: u64, parallel: u64) -> bool {
        let (a, b) = (f64::from_bits(serial), f64::from_bits(parallel));
        match self {
            Self::Equal => serial == parallel,
            Self::Ulps(most) => a.signum() == b.signum() && serial.abs_diff(parallel) <= most,
            Self::Absolute(most) => (a - b).abs() <= most,
            Self::Relative(most) => (b / a - 1.0).abs() <= most,
        }
    }
}

/// A result as bits, for given threads; the serial function's without.
type Run = Box<dyn Fn(Option<Threads>) -> Result<Vec<u64>, Error>>;

struct Case {
    name: String,
    bound: Bound,
    run: Run,
}

fn case(
    name: impl ToString,
    bound: Bound,
    run: impl Fn(Option<Threads>) -> Result<Vec<u64>, Error> + 'static,
) -> Case {
    Case {
        name: name.to_string(),
        bound,
        run: Box::new(run),
    }
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

fn whole(values: &[i64]) -> Vec<u64> {
    values.iter().map(|value| value.cast_unsigned()).collect()
}

fn minima<const N: usize>(found: &[nelder_mead::Minimum<N>]) -> Vec<u64> {
    let one = |m: &nelder_mead::Minimum<N>| {
        let counts = [m.iterations as u64, m.evaluations as u64];
        let [iterations, evaluations] = counts;
        let rest = [m.f.to_bits(), iterations, evaluations, m.converged.into()];
        [bits(&m.x), rest.to_vec()].concat()
    };
    found.iter().flat_map(one).collect()
}

/// Every kernel of the crate that has a parallel twin.
fn cases() -> Vec<Case> {
    let mut cases = vec![
        case("pi::estimate", Bound::Equal, |threads| {
            let (points, streams) = (40 * pi::CHUNK + 17, Streams::new(9));
            let estimate = match threads {
                None => pi::estimate(points, streams),
                Some(threads) => pi::estimate_parallel(points, streams, threads),
            };
            Ok(bits(&[estimate?]))
        }),
        case("map::double", Bound::Equal, |threads| {
            let values: Vec<i64> = (-70_000..200_123).map(|k| k * k * k).collect();
            let doubled = match threads {
                None => map::double(&values),
                Some(threads) => map::double_parallel(&values, threads),
            };
            Ok(whole(&doubled?))
        }),
        case("map::double_into_parallel", Bound::Equal, |threads| {
            let values: Vec<i64> = (-70_000..200_123).map(|k| k * k * k).collect();
            let mut doubled = vec![7; values.len()];
            match threads {
                None => doubled = map::double(&values)?,
                Some(threads) => map::double_into_parallel(&values, &mut doubled, threads)?,
            }
            Ok(whole(&doubled))
        }),
        case("squares::fill", Bound::Equal, |threads| {
            let matrix = match threads {
                None => squares::fill(1_001),
                Some(threads) => squares::fill_parallel(1_001, threads),
            };
            Ok(bits(&matrix?))
        }),
        case("squares::fill_into_parallel", Bound::Equal, |threads| {
            let mut matrix = vec![f64::NAN; 1_001 * 1_001];
            match threads {
                None => matrix = squares::fill(1_001)?,
                Some(threads) => squares::fill_into_parallel(&mut matrix, 1_001, threads)?,
            }
            Ok(bits(&matrix))
        }),
        case("polynomial::poly_grid", Bound::Equal, |threads| {
            let parameters = polynomial::parameter_grid(&[0.1, 0.7, -0.3, 0.9])?;
            let x = grid::linspace(-2.0, 2.0, 501)?;
            let values = match threads {
                None => polynomial::poly_grid(&parameters, &x),
                Some(threads) => polynomial::poly_grid_parallel(&parameters, &x, threads),
            };
            Ok(bits(&values?))
        }),
        case("schedule::simulate_all", Bound::Equal, |threads| {
            let leaves = (0..300).map(|k| f64::from(k % 17)).collect();
            let (split, steal) = (0.1, 0.7);
            let job = schedule::Job::new(leaves, schedule::Costs { split, steal })?;
            let streams = Streams::new(5);
            let runs = match threads {
                None => schedule::simulate_all(&job, 12, 50, streams),
                Some(threads) => schedule::simulate_all_parallel(&job, 12, 50, streams, threads),
            };
            let seconds: Vec<f64> = runs?.iter().map(|run| run.seconds).collect();
            Ok(bits(&seconds))
        }),
        case(
            "nelder_mead::solve_all, 3 dimensions",
            Bound::Equal,
            |threads| {
                let targets: Vec<[f64; 3]> = (0..300).map(target).collect();
                let found = match threads {
                    None => nelder_mead::solve_all(&targets),
                    Some(threads) => nelder_mead::solve_all_parallel(&targets, threads),
                };
                Ok(minima(&found?))
            },
        ),
        case(
            "nelder_mead::solve_all, 2 dimensions",
            Bound::Equal,
            |threads| {
                let targets: Vec<[f64; 2]> = (0..300).map(target).collect();
                let found = match threads {
                    None => nelder_mead::solve_all(&targets),
                    Some(threads) => nelder_mead::solve_all_parallel(&targets, threads),
                };
                Ok(minima(&found?))
            },
        ),
    ];
    // Bytes, f32, f64, sums of 64 bits, sums of more.
    for largest in [9, 1_000, 1 << 20, i64::from(i32::MAX), i64::MAX / 2_000] {
        let name = format!("matmul::product, entries up to {largest}");
        cases.push(case(name, Bound::Equal, move |threads| {
            let random = |rows, columns, most, number| {
                matmul::IntMatrix::random(rows, columns, 0, most, Streams::new(5), number)
            };
            let (a, b) = (random(65, 100, largest, 0)?, random(100, 70, 9, 1)?);
            let product = match threads {
                None => matmul::product(&a, &b),
                Some(threads) => matmul::product_parallel(&a, &b, threads),
            };
            Ok(whole(product?.values()))
        }));
    }
    // The last grid surrounds a zero of the cosine. Its maximum is below 1e-9.
    let zero = (std::f64::consts::FRAC_PI_2 / 2.0).sqrt();
    for (low, high, n, bound) in [
        (-3.0, 3.0, 500, Bound::Ulps(4)),
        (-2.9, 3.0, 333, Bound::Ulps(4)),
        (-2.9, 3.0, 7, Bound::Ulps(4)),
        (-22.0, 22.0, 401, Bound::Ulps(4)),
        (1.0, 1.6, 300, Bound::Ulps(4)),
        (2.5, 2.6, 300, Bound::Ulps(4)),
        (-90.0, 90.0, 100, Bound::Equal),
        (zero, zero + 1e-13, 50, Bound::Absolute(1e-24)),
    ] {
        let name = format!("grid::maximum, {n} points from {low} to {high}");
        cases.push(case(name, bound, move |threads| {
            let points = grid::linspace(low, high, n)?;
            let maximum = match threads {
                None => grid::maximum(&points),
                Some(threads) => grid::maximum_parallel(&points, threads),
            };
            Ok(bits(&[maximum?]))
        }));
    }
    for (r, s, v1, v2, periods, bound) in [
        (0.1, 0.3, 0.1, 1.0, 1_000, Bound::Relative(1e-13)),
        (0.1, 0.3, 0.1, 120.0, 3, Bound::Equal),
        wealth_case(0.02, 0.9, 0.3, 2.0, 300),
        wealth_case(0.1, 1.0, 0.05, 1.0, 500),
        wealth_case(0.0, 0.9, 3.0, 20.0, 10),
        wealth_case(-0.5, 0.0, 0.0, 50.0, 5),
    ] {
        let name = format!("wealth::long_run_median, r {r}, s {s}, v1 {v1}, v2 {v2}");
        cases.push(case(name, bound, move |threads| {
            let (rule, streams) = (Rule::new(r, s, v1, v2)?, Streams::new(5));
            let people = Population {
                households: 101,
                periods,
                w0: 1.0,
            };
            let median = match threads {
                None => wealth::long_run_median(&rule, people, streams),
                Some(threads) => wealth::long_run_median_parallel(&rule, people, streams, threads),
            };
            Ok(bits(&[median?]))
        }));
    }
    cases
}

fn target<const N: usize>(k: u32) -> [f64; N] {
    std::array::from_fn(|axis| (f64::from(k) * (1.0 + axis as f64)).sin())
}

/// The bound of the documentation of `long_run_median_parallel` for any rule.
fn wealth_case(
    r: f64,
    s: f64,
    v1: f64,
    v2: f64,
    periods: usize,
) -> (f64, f64, f64, f64, usize, Bound) {
    let bound = periods as f64 * (1.0 + 10.0 * v1.max(v2)) * 1e-15;
    (r, s, v1, v2, periods, Bound::Relative(bound))
}

#[test]
fn bits_are_as_documented() {
    // All numbers of threads with one instruction set, to save time.
    let counts: &[usize] = match std::env::var_os(Isa::VARIABLE) {
        Some(_) => &[1, 2, 3, 8],
        None => &[1, 2, 3, 5, 8, 64, 256],
    };
    for Case { name, bound, run } in cases() {
        let serial = run(None).unwrap();
        let sequential = run(Some(Threads::Sequential)).unwrap();
        assert_eq!(serial.len(), sequential.len());
        for (k, (&a, &b)) in serial.iter().zip(&sequential).enumerate() {
            let (x, y) = (f64::from_bits(a), f64::from_bits(b));
            assert!(bound.allows(a, b), "{name}, value {k}: {x:e}, {y:e}");
        }
        for n in counts {
            let parallel = run(Some(Threads::new(*n).unwrap())).unwrap();
            assert!(parallel == sequential, "{name}: {n} threads");
        }
    }
}

/// The variable is read once per process, so each instruction set has a process of its own.
#[test]
fn bits_are_as_documented_with_every_isa() {
    for isa in Isa::available() {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "bits_are_as_documented"])
            .env(Isa::VARIABLE, isa.to_string())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{isa}: {text}");
        assert!(text.contains("1 passed"), "{isa}: {text}");
    }
}
