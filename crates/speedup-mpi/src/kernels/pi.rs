//! π by Monte Carlo over many ranks.

use std::ops::Range;

use mpi::topology::SimpleCommunicator;
use speedup::kernels::pi::{chunks, from_outside, outside_parallel};
use speedup::{Error, Streams, Threads};

use super::{Kernel, Reduced};
use crate::blocks::{Blocks, Record};
use crate::collective::total;

/// Chunks of a block, about a million points.
const UNIT: u64 = 64;

/// The estimate of [`estimate_parallel`](speedup::kernels::pi::estimate_parallel).
#[derive(Clone, Copy, Debug)]
pub struct Pi {
    points: u64,
    seed: u64,
}

impl Pi {
    /// The job for this number of points and this seed.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] unless `points` is 1 to 2⁵³.
    pub fn new(points: u64, seed: u64) -> Result<Self, Error> {
        from_outside(points, 0)?;
        Ok(Self { points, seed })
    }
}

impl Kernel for Pi {
    fn name(&self) -> &'static str {
        "pi"
    }

    fn parameters(&self) -> String {
        format!("points={} seed={}", self.points, self.seed)
    }

    fn blocks(&self) -> Blocks {
        Blocks::new(chunks(self.points), UNIT, Record::PerBlock)
    }

    fn compute(
        &self,
        items: Range<u64>,
        record: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        let outside = outside_parallel(self.points, items, Streams::new(self.seed), threads)?;
        // Exact, because there are no more than 2⁵³ points.
        record.fill(outside as f64);
        Ok(())
    }

    fn reduce(
        &self,
        world: &SimpleCommunicator,
        values: Vec<f64>,
        _: Threads,
    ) -> Result<Reduced, Error> {
        let own = values.into_iter().map(|outside| outside as u64).sum();
        Ok(from_outside(self.points, total(world, own))?.into())
    }
}
