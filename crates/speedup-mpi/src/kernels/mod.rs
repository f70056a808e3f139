//! The kernels of the helper crate as jobs for many ranks.
//!
//! | job | item | value of a block | result |
//! | --- | --- | --- | --- |
//! | [`Wealth`] | household | wealth of each household | exact median |
//! | [`Pi`] | chunk of points | points outside the circle | π from the sum of whole numbers |
//! | [`GridMax`] | row of the grid | maximum | maximum |
//! | [`PolyGrid`] | cubic | sum of all its values | mean, from a sum in the order of the blocks |

mod grid_max;
mod pi;
mod poly_grid;
mod wealth;

use std::ops::Range;

use mpi::topology::SimpleCommunicator;
use speedup::{Error, Threads};

pub use grid_max::GridMax;
pub use pi::Pi;
pub use poly_grid::PolyGrid;
pub use wealth::Wealth;

use crate::blocks::Blocks;
use crate::collective::Cost;

/// A job: items in blocks, what a block yields, and how the ranks' values become one.
pub trait Kernel: Sync {
    /// The name of the job, as on the command line.
    fn name(&self) -> &'static str;

    /// All parameters that the result depends on, in one line. A checkpoint belongs to jobs with the same line.
    fn parameters(&self) -> String;

    /// How the items are cut.
    fn blocks(&self) -> Blocks;

    /// Computes the record of the block with these items. Called by several threads at a time.
    ///
    /// # Errors
    ///
    /// Those of the kernel.
    fn compute(&self, items: Range<u64>, record: &mut [f64], threads: Threads)
    -> Result<(), Error>;

    /// Makes one value of all ranks' values, the same on every rank. A collective.
    ///
    /// # Errors
    ///
    /// [`Error::NotFinite`], on every rank, if the value is not finite.
    fn reduce(
        &self,
        world: &SimpleCommunicator,
        values: Vec<f64>,
        threads: Threads,
    ) -> Result<Reduced, Error>;
}

/// The value of a job.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reduced {
    /// The value.
    pub value: f64,
    /// What the selection took, if the value is a median.
    pub selection: Option<Cost>,
}

impl From<f64> for Reduced {
    fn from(value: f64) -> Self {
        let selection = None;
        Self { value, selection }
    }
}
