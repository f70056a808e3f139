//! The maximum of a function over a grid, over many ranks.

use std::ops::Range;

use mpi::topology::SimpleCommunicator;
use speedup::error::check_finite;
use speedup::kernels::grid::{linspace, maximum_of_rows_parallel};
use speedup::{Error, Threads};

use super::{Kernel, Reduced};
use crate::blocks::{Blocks, Record};
use crate::collective::maximum;

/// Rows of a block.
const UNIT: u64 = 64;

/// The maximum of [`maximum_parallel`](speedup::kernels::grid::maximum_parallel) over evenly spaced points.
#[derive(Clone, Debug)]
pub struct GridMax {
    points: Vec<f64>,
}

impl GridMax {
    /// The job for a square grid of `n` × `n` points from `low` to `high`.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] if `n` is below 2; [`Error::Parameter`] if an end is not finite or beyond 9e153;
    /// [`Error::Memory`] if the points of one side do not fit in memory.
    pub fn new(low: f64, high: f64, n: usize) -> Result<Self, Error> {
        let points = linspace(low, high, n)?;
        // The points are checked before the work starts.
        maximum_of_rows_parallel(&points, 0..0, Threads::Sequential)?;
        Ok(Self { points })
    }
}

impl Kernel for GridMax {
    fn name(&self) -> &'static str {
        "grid-max"
    }

    fn parameters(&self) -> String {
        let ends = (self.points.first(), self.points.last());
        format!("points-per-side={} ends={ends:?}", self.points.len())
    }

    fn blocks(&self) -> Blocks {
        Blocks::new(self.points.len() as u64, UNIT, Record::PerBlock)
    }

    fn compute(
        &self,
        items: Range<u64>,
        record: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        let rows = items.start as usize..items.end as usize;
        record.fill(maximum_of_rows_parallel(&self.points, rows, threads)?);
        Ok(())
    }

    fn reduce(
        &self,
        world: &SimpleCommunicator,
        values: Vec<f64>,
        _: Threads,
    ) -> Result<Reduced, Error> {
        let own = values.into_iter().fold(f64::NEG_INFINITY, f64::max);
        let value = check_finite("maximum over the grid", maximum(world, own))?;
        Ok(value.into())
    }
}
