//! The inputs of each workload, and the value of each result.

use anyhow::Result;
use nalgebra::DMatrix;
use num_complex::Complex64;
use rayon::prelude::*;
use speedup::kernels::matmul::IntMatrix;
use speedup::kernels::wealth::{Population, Rule};
use speedup::kernels::{grid, map, matmul, nelder_mead, pi, polynomial, squares, wealth};
use speedup::{Streams, Threads};
use speedup_linalg::{Matrix, eigenvalues_across};

use crate::inputs::{normals, splitmix64, uniforms};
use crate::workload::{Run, Sample, Scale, timed};

/// The value is the sum of all coordinates of the minimisers.
pub fn nelder_mead_batch(threads: Threads, scale: Scale) -> Result<Run> {
    let mut draws = uniforms(1);
    let target = |_| std::array::from_fn(|_| draws.next().unwrap_or_default());
    let targets: Vec<[f64; 3]> = (0..scale.side(1000, 1)).map(target).collect();
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

/// LAPACK's result for the inputs of this crate.
pub const EIGENVALUES: f64 = 421_600.592_882_5;

/// The value is the sum of the moduli of all eigenvalues.
pub fn eigenvalues(threads: Threads, scale: Scale) -> Result<Run> {
    let matrices = normal_matrices(scale.side(20, 1), 1000);
    Ok(Box::new(move || {
        let work = || eigenvalues_across(&matrices, threads);
        timed(work, |found| found.iter().flatten().map(|z| z.norm()).sum())
    }))
}

/// The same with nalgebra, which takes minutes for that: one matrix per thread counts for all.
///
/// The value is ours if nalgebra's eigenvalues of these matrices are, else NaN.
pub fn eigenvalues_of_nalgebra(threads: Threads, _: Scale) -> Result<Run> {
    let part = threads.count();
    let matrices = normal_matrices(part, 1000);
    let sum_of_moduli =
        |found: &[Vec<Complex64>]| -> f64 { found.iter().flatten().map(|z| z.norm()).sum() };
    let ours = sum_of_moduli(&eigenvalues_across(&matrices, threads)?);
    let theirs: Vec<DMatrix<f64>> = matrices.iter().map(DMatrix::from).collect();
    let one = |m: &DMatrix<f64>| m.complex_eigenvalues().as_slice().to_vec();
    Ok(Box::new(move || {
        let work = || threads.install(|| theirs.par_iter().map(one).collect::<Vec<_>>());
        let sample = timed(work, |found| {
            match (sum_of_moduli(found) - ours).abs() < 1e-6 * ours {
                true => EIGENVALUES,
                false => f64::NAN,
            }
        })?;
        let seconds = sample.seconds * 20.0 / part as f64;
        Ok(Sample { seconds, ..sample })
    }))
}

fn normal_matrices(count: usize, size: usize) -> Vec<Matrix> {
    let matrix = |number| {
        let mut entries = normals(number as u64);
        Matrix::from_fn(size, size, |_, _| entries.next().unwrap_or_default())
    };
    (0..count).map(matrix).collect()
}

/// The value is the maximum.
pub fn grid_max(threads: Threads, scale: Scale) -> Result<Run> {
    let points = grid::linspace(-3.0, 3.0, scale.side(5000, 2))?;
    Ok(Box::new(move || {
        timed(|| grid::maximum_parallel(&points, threads), |max| *max)
    }))
}

/// The value is the median.
pub fn wealth_median(threads: Threads, scale: Scale) -> Result<Run> {
    Ok(Box::new(move || {
        let (rule, mut people) = (Rule::lecture(), Population::lecture());
        people.households = scale.side(people.households, 1);
        let streams = Streams::new(1);
        let work = || wealth::long_run_median_parallel(&rule, people, streams, threads);
        timed(work, |median| *median)
    }))
}

/// The value is the estimate.
pub fn pi_points(threads: Threads, scale: Scale) -> Result<Run> {
    let points = scale.side(100_000_000, 1) as u64;
    Ok(Box::new(move || {
        let work = || pi::estimate_parallel(points, Streams::new(1), threads);
        timed(work, |estimate| *estimate)
    }))
}

/// The value is a sum over all entries, each with a weight that depends on its place.
pub fn int_matmul(threads: Threads, scale: Scale) -> Result<Run> {
    let n = scale.side(1000, 3);
    let mut entries = splitmix64(1).map(|bits| (bits % 10) as i64);
    let mut matrix = || IntMatrix::new(n, n, entries.by_ref().take(n * n).collect());
    let (a, b) = (matrix()?, matrix()?);
    Ok(Box::new(move || {
        let work = || matmul::product_parallel(&a, &b, threads);
        timed(work, |product| {
            let weighed = |(p, entry): (usize, &i64)| {
                let weight = 1 + (31 * (p / n) + 17 * (p % n)) % 64;
                entry * weight as i64
            };
            let sum: i64 = product.values().iter().enumerate().map(weighed).sum();
            sum as f64
        })
    }))
}

/// The value is a sum over all values, each with a weight that depends on its row.
pub fn poly_grid(threads: Threads, scale: Scale) -> Result<Run> {
    let axis = grid::linspace(0.0, 1.0, 10)?;
    let (grid, x) = (
        polynomial::parameter_grid(&axis)?,
        grid::linspace(-2.0, 2.0, 50)?,
    );
    let rows = scale.side(grid.len(), 1);
    let parameters: Vec<[f64; 4]> = grid.into_iter().cycle().take(rows).collect();
    Ok(Box::new(move || {
        let work = || polynomial::poly_grid_parallel(&parameters, &x, threads);
        timed(work, |rows| {
            let row = |(i, row): (usize, &[f64])| (1 + i % 10) as f64 * row.iter().sum::<f64>();
            rows.chunks_exact(50).enumerate().map(row).sum()
        })
    }))
}

/// The value is the sum of all sums.
///
/// A loop over rayon's items, which is no kernel. As in C and Numba, additions are not checked for overflow.
pub fn silly_sums(threads: Threads, scale: Scale) -> Result<Run> {
    let count = scale.side(10_000, 1) as u64;
    let sum = |i: u64| (0..i).fold(0, |sum: u64, j| sum.wrapping_add(j));
    Ok(Box::new(move || {
        let work = || threads.install(|| (0..count).into_par_iter().map(sum).collect::<Vec<_>>());
        timed(work, |sums| sums.iter().sum::<u64>() as f64)
    }))
}

/// The value is the sum.
pub fn map_double(threads: Threads, scale: Scale) -> Result<Run> {
    let values: Vec<i64> = (0..scale.side(2_000_000, 1) as i64).collect();
    Ok(Box::new(move || {
        let work = || map::double_parallel(&values, threads);
        timed(work, |doubled| doubled.iter().sum::<i64>() as f64)
    }))
}

/// The value is the sum of the entries, plus 1000 times one of them.
pub fn fill_new(threads: Threads, scale: Scale) -> Result<Run> {
    let n = scale.side(5000, 2);
    Ok(Box::new(move || {
        timed(|| squares::fill_parallel(n, threads), |m| check(m, n))
    }))
}

/// The value is that of [`fill_new`].
pub fn fill_old(threads: Threads, scale: Scale) -> Result<Run> {
    // Numbers other than 0, so that the pages are there before the first run.
    let n = scale.side(5000, 2);
    let mut m = vec![1.0; n * n];
    Ok(Box::new(move || {
        let sample = timed(|| squares::fill_into_parallel(&mut m, n, threads), |()| 0.0)?;
        let value = check(&m, n);
        Ok(Sample { value, ..sample })
    }))
}

fn check(m: &[f64], n: usize) -> f64 {
    m.iter().sum::<f64>() + 1e3 * m[17 * n + n - 1]
}
