//! The table of all workloads, at the sizes of the handouts.

use speedup::matmul::IntMatrix;
use speedup::wealth::{Population, Rule};
use speedup::{Streams, Threads};
use speedup::{grid, map, matmul, nelder_mead, pi, polynomial, squares, wealth};
use speedup_linalg::{Matrix, eigenvalues_across};

use crate::inputs::{normals, splitmix64, uniforms};
use crate::workload::{Failure, Run, Scale, Workload, timed};

/// All workloads, in the order in which they are shown.
pub const WORKLOADS: [Workload; 10] = [
    Workload {
        name: "nelder_mead",
        implementation: "speedup",
        work: "1000 problems of 3 variables",
        quick: None,
        prepare: nelder_mead_batch,
    },
    Workload {
        name: "eigenvalues",
        implementation: "speedup",
        work: "20 matrices 1000 × 1000",
        quick: Some("4 matrices 300 × 300"),
        prepare: eigenvalues,
    },
    Workload {
        name: "grid_max",
        implementation: "speedup",
        work: "25,000,000 points",
        quick: None,
        prepare: grid_max,
    },
    Workload {
        name: "wealth",
        implementation: "speedup",
        work: "50,000 households × 1,000 periods",
        quick: None,
        prepare: wealth_median,
    },
    Workload {
        name: "pi",
        implementation: "speedup",
        work: "100,000,000 points",
        quick: None,
        prepare: pi_points,
    },
    Workload {
        name: "int_matmul",
        implementation: "speedup",
        work: "1000 × 1000 times 1000 × 1000",
        quick: None,
        prepare: int_matmul,
    },
    Workload {
        name: "poly_grid",
        implementation: "speedup",
        work: "10,000 × 50 values",
        quick: None,
        prepare: poly_grid,
    },
    Workload {
        name: "map_double",
        implementation: "speedup",
        work: "2,000,000 integers",
        quick: None,
        prepare: map_double,
    },
    Workload {
        name: "fill_squares",
        implementation: "speedup-new",
        work: "5000 × 5000 doubles, new memory",
        quick: None,
        prepare: fill_new,
    },
    Workload {
        name: "fill_squares",
        implementation: "speedup-old",
        work: "5000 × 5000 doubles, old memory",
        quick: None,
        prepare: fill_old,
    },
];

/// The workload of this name and implementation, if there is one.
///
/// # Examples
///
/// ```
/// assert!(speedup_bench::table::find("pi", "speedup").is_some());
/// assert!(speedup_bench::table::find("pi", "abacus").is_none());
/// ```
pub fn find(name: &str, implementation: &str) -> Option<&'static Workload> {
    let same = |w: &&Workload| w.name == name && w.implementation == implementation;
    WORKLOADS.iter().find(same)
}

/// The value is the sum of all coordinates of the minimisers.
fn nelder_mead_batch(threads: Threads, _: Scale) -> Result<Run, Failure> {
    let mut draws = uniforms(1);
    let target = |_| std::array::from_fn(|_| draws.next().unwrap_or_default());
    let targets: Vec<[f64; 3]> = (0..1000).map(target).collect();
    Ok(Box::new(move || {
        let work = || nelder_mead::solve_all_parallel(&targets, threads);
        timed(work, |found| {
            if !found.iter().all(|minimum| minimum.converged) {
                return f64::NAN;
            }
            found.iter().flat_map(|minimum| minimum.x).sum()
        })
    }))
}

/// The value is the sum of the moduli of all eigenvalues.
fn eigenvalues(threads: Threads, scale: Scale) -> Result<Run, Failure> {
    let (count, size) = match scale {
        Scale::Full => (20, 1000),
        Scale::Quick => (4, 300),
    };
    let matrix = |number| {
        let mut entries = normals(number);
        Matrix::from_fn(size, size, |_, _| entries.next().unwrap_or_default())
    };
    let matrices: Vec<Matrix> = (0..count).map(matrix).collect();
    Ok(Box::new(move || {
        let work = || eigenvalues_across(&matrices, threads);
        timed(work, |found| found.iter().flatten().map(|z| z.norm()).sum())
    }))
}

/// The value is the maximum.
fn grid_max(threads: Threads, _: Scale) -> Result<Run, Failure> {
    let points = grid::linspace(-3.0, 3.0, 5000)?;
    Ok(Box::new(move || {
        timed(|| grid::maximum_parallel(&points, threads), |max| *max)
    }))
}

/// The value is the median.
fn wealth_median(threads: Threads, _: Scale) -> Result<Run, Failure> {
    Ok(Box::new(move || {
        let (rule, people) = (Rule::lecture(), Population::lecture());
        let streams = Streams::new(1);
        let work = || wealth::long_run_median_parallel(&rule, people, streams, threads);
        timed(work, |median| *median)
    }))
}

/// The value is the estimate.
fn pi_points(threads: Threads, _: Scale) -> Result<Run, Failure> {
    Ok(Box::new(move || {
        let work = || pi::estimate_parallel(100_000_000, Streams::new(1), threads);
        timed(work, |estimate| *estimate)
    }))
}

/// The value is a sum over all entries, each with a weight by its place.
fn int_matmul(threads: Threads, _: Scale) -> Result<Run, Failure> {
    const N: usize = 1000;
    let mut entries = splitmix64(1).map(|bits| (bits % 10) as i64);
    let mut matrix = || IntMatrix::new(N, N, entries.by_ref().take(N * N).collect());
    let (a, b) = (matrix()?, matrix()?);
    Ok(Box::new(move || {
        let work = || matmul::product_parallel(&a, &b, threads);
        timed(work, |product| {
            let weighed = |(p, entry): (usize, &i64)| {
                let weight = 1 + (31 * (p / N) + 17 * (p % N)) % 64;
                entry * weight as i64
            };
            let sum: i64 = product.values().iter().enumerate().map(weighed).sum();
            sum as f64
        })
    }))
}

/// The value is a sum over all values, each with a weight by its row.
fn poly_grid(threads: Threads, _: Scale) -> Result<Run, Failure> {
    let axis = grid::linspace(0.0, 1.0, 10)?;
    let (parameters, x) = (
        polynomial::parameter_grid(&axis)?,
        grid::linspace(-2.0, 2.0, 50)?,
    );
    Ok(Box::new(move || {
        let work = || polynomial::poly_grid_parallel(&parameters, &x, threads);
        timed(work, |rows| {
            let row = |(i, row): (usize, &[f64])| (1 + i % 10) as f64 * row.iter().sum::<f64>();
            rows.chunks_exact(50).enumerate().map(row).sum()
        })
    }))
}

/// The value is the sum.
fn map_double(threads: Threads, _: Scale) -> Result<Run, Failure> {
    let values: Vec<i64> = (0..2_000_000).collect();
    Ok(Box::new(move || {
        let work = || map::double_parallel(&values, threads);
        timed(work, |doubled| doubled.iter().sum::<i64>() as f64)
    }))
}

/// The value is the sum, and one entry a thousand times.
fn fill_new(threads: Threads, _: Scale) -> Result<Run, Failure> {
    Ok(Box::new(move || {
        timed(|| squares::fill_parallel(5000, threads), |m| check(m))
    }))
}

/// The value is the same.
fn fill_old(threads: Threads, _: Scale) -> Result<Run, Failure> {
    // Numbers other than 0, so that the pages are there before the first run.
    let mut m = vec![1.0; 5000 * 5000];
    Ok(Box::new(move || {
        let sample = timed(
            || squares::fill_into_parallel(&mut m, 5000, threads),
            |()| 0.0,
        )?;
        let value = check(&m);
        Ok(crate::workload::Sample { value, ..sample })
    }))
}

fn check(m: &[f64]) -> f64 {
    m.iter().sum::<f64>() + 1e3 * m[17 * 5000 + 4999]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target;

    #[test]
    fn every_workload_gives_the_value_that_is_expected() {
        for workload in &WORKLOADS {
            // In a build without optimisation only those that take no time.
            if ["nelder_mead", "map_double", "poly_grid"].contains(&workload.name) {
                let mut run = (workload.prepare)(Threads::Sequential, Scale::Quick).unwrap();
                let value = run().unwrap().value;
                target::of(workload.name, workload.implementation)
                    .unwrap()
                    .check(value)
                    .unwrap();
            }
        }
    }

    #[test]
    fn names_are_those_of_the_targets_and_no_two_are_equal() {
        for (k, workload) in WORKLOADS.iter().enumerate() {
            assert!(target::of(workload.name, workload.implementation).is_some());
            let found = find(workload.name, workload.implementation).unwrap();
            assert!(std::ptr::eq(found, &WORKLOADS[k]) || found.work == workload.work);
        }
    }
}
