//! The inputs of each workload, and the value of each result.

use anyhow::Result;
use speedup::kernels::matmul::IntMatrix;
use speedup::kernels::wealth::{Population, Rule};
use speedup::kernels::{grid, map, matmul, nelder_mead, pi, polynomial, squares, wealth};
use speedup::{Streams, Threads};
use speedup_linalg::{Matrix, eigenvalues_across};

use crate::inputs::{normals, splitmix64, uniforms};
use crate::workload::{Run, Sample, Scale, timed};

/// The value is the sum of all coordinates of the minimisers.
pub fn nelder_mead_batch(threads: Threads, _: Scale) -> Result<Run> {
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
pub fn eigenvalues(threads: Threads, scale: Scale) -> Result<Run> {
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
pub fn grid_max(threads: Threads, _: Scale) -> Result<Run> {
    let points = grid::linspace(-3.0, 3.0, 5000)?;
    Ok(Box::new(move || {
        timed(|| grid::maximum_parallel(&points, threads), |max| *max)
    }))
}

/// The value is the median.
pub fn wealth_median(threads: Threads, _: Scale) -> Result<Run> {
    Ok(Box::new(move || {
        let (rule, people) = (Rule::lecture(), Population::lecture());
        let streams = Streams::new(1);
        let work = || wealth::long_run_median_parallel(&rule, people, streams, threads);
        timed(work, |median| *median)
    }))
}

/// The value is the estimate.
pub fn pi_points(threads: Threads, _: Scale) -> Result<Run> {
    Ok(Box::new(move || {
        let work = || pi::estimate_parallel(100_000_000, Streams::new(1), threads);
        timed(work, |estimate| *estimate)
    }))
}

/// The value is a sum over all entries, each with a weight that depends on its place.
pub fn int_matmul(threads: Threads, _: Scale) -> Result<Run> {
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

/// The value is a sum over all values, each with a weight that depends on its row.
pub fn poly_grid(threads: Threads, _: Scale) -> Result<Run> {
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
pub fn map_double(threads: Threads, _: Scale) -> Result<Run> {
    let values: Vec<i64> = (0..2_000_000).collect();
    Ok(Box::new(move || {
        let work = || map::double_parallel(&values, threads);
        timed(work, |doubled| doubled.iter().sum::<i64>() as f64)
    }))
}

/// The value is the sum of the entries, plus 1000 times one of them.
pub fn fill_new(threads: Threads, _: Scale) -> Result<Run> {
    Ok(Box::new(move || {
        timed(|| squares::fill_parallel(5000, threads), |m| check(m))
    }))
}

/// The value is that of [`fill_new`].
pub fn fill_old(threads: Threads, _: Scale) -> Result<Run> {
    // Numbers other than 0, so that the pages are there before the first run.
    let mut m = vec![1.0; 5000 * 5000];
    Ok(Box::new(move || {
        let sample = timed(
            || squares::fill_into_parallel(&mut m, 5000, threads),
            |()| 0.0,
        )?;
        let value = check(&m);
        Ok(Sample { value, ..sample })
    }))
}

fn check(m: &[f64]) -> f64 {
    m.iter().sum::<f64>() + 1e3 * m[17 * 5000 + 4999]
}
