//! Cubics over a grid of coefficients, over many ranks.

use std::ops::Range;

use mpi::topology::SimpleCommunicator;
use speedup::error::{check_count, check_finite};
use speedup::kernels::grid::linspace;
use speedup::kernels::polynomial::{parameter_rows, poly_grid_parallel};
use speedup::{Error, Threads};

use super::{Kernel, Reduced};
use crate::blocks::{Blocks, Record};
use crate::collective::sum_in_order;

/// Values of a block, 2 MiB, if a cubic has fewer points.
const VALUES: u64 = 1 << 18;

/// The mean of all values of [`poly_grid_parallel`]: `axis` coefficients from 0 to 1 on each of four axes, and
/// `points` points from −2 to 2.
///
/// The sum has a fixed order: within a block eight sums side by side, then these eight, then the blocks one after
/// another.
#[derive(Clone, Debug)]
pub struct PolyGrid {
    axis: Vec<f64>,
    x: Vec<f64>,
}

impl PolyGrid {
    /// The job for this number of coefficients on an axis, and of points.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] unless `axis` is 2 to 65,535 and `points` 2 or more; [`Error::Memory`] if the points do not
    /// fit in memory.
    pub fn new(axis: usize, points: usize) -> Result<Self, Error> {
        check_count("values on an axis", axis, 2, u64::from(u16::MAX))?;
        check_count("points", points, 2, 1 << 32)?;
        Ok(Self {
            axis: linspace(0.0, 1.0, axis)?,
            x: linspace(-2.0, 2.0, points)?,
        })
    }

    fn rows(&self) -> u64 {
        (self.axis.len() as u64).pow(4)
    }
}

impl Kernel for PolyGrid {
    fn name(&self) -> &'static str {
        "poly-grid"
    }

    fn parameters(&self) -> String {
        format!("axis={} points={}", self.axis.len(), self.x.len())
    }

    fn blocks(&self) -> Blocks {
        let unit = VALUES / self.x.len() as u64;
        Blocks::new(self.rows(), unit, Record::PerBlock)
    }

    fn compute(
        &self,
        items: Range<u64>,
        record: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        let most = (VALUES / self.x.len() as u64).max(1);
        let mut sums = [0.0; LANES];
        // A job with very many rows has large blocks, which would need much memory at once.
        for start in items.clone().step_by(most as usize) {
            let rows = parameter_rows(&self.axis, start..items.end.min(start + most))?;
            add_to(&mut sums, &poly_grid_parallel(&rows, &self.x, threads)?);
        }
        record.fill(sums.iter().sum());
        Ok(())
    }

    fn reduce(
        &self,
        world: &SimpleCommunicator,
        values: Vec<f64>,
        _: Threads,
    ) -> Result<Reduced, Error> {
        let count = self.rows() as f64 * self.x.len() as f64;
        let mean = sum_in_order(world, &values) / count;
        Ok(check_finite("mean of the values", mean)?.into())
    }
}

/// Sums side by side: a processor adds them as one vector.
const LANES: usize = 8;

fn add_to(sums: &mut [f64; LANES], values: &[f64]) {
    let (groups, rest) = values.as_chunks::<LANES>();
    for group in groups {
        for (sum, value) in sums.iter_mut().zip(group) {
            *sum += value;
        }
    }
    for (sum, value) in sums.iter_mut().zip(rest) {
        *sum += value;
    }
}
