//! The long-run median wealth over many ranks.

use std::ops::Range;

use mpi::topology::SimpleCommunicator;
use speedup::error::{check_count, check_finite, check_parameter};
use speedup::kernels::wealth::{Population, Rule, last_wealth_parallel};
use speedup::{Error, Streams, Threads};

use super::{Kernel, Reduced};
use crate::blocks::{Blocks, Record};
use crate::collective::select_median;

/// Households in the lanes of one vector loop.
const UNIT: u64 = 64;

/// The median of [`long_run_median_parallel`](speedup::kernels::wealth::long_run_median_parallel), with the
/// lecture's rule. A rank holds the wealth of its households, 8 bytes each.
#[derive(Clone, Copy, Debug)]
pub struct Wealth {
    people: Population,
    seed: u64,
}

impl Wealth {
    /// The job for these households and this seed.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] if there are no households; [`Error::Parameter`] if the initial wealth is negative or not
    /// finite.
    pub fn new(people: Population, seed: u64) -> Result<Self, Error> {
        check_count("households", people.households, 1, 1 << 53)?;
        check_parameter("initial wealth w0", people.w0, "0 or more", |w| w >= 0.0)?;
        Ok(Self { people, seed })
    }
}

impl Kernel for Wealth {
    fn name(&self) -> &'static str {
        "wealth"
    }

    fn parameters(&self) -> String {
        let Population {
            households,
            periods,
            w0,
        } = self.people;
        let seed = self.seed;
        format!("households={households} periods={periods} w0={w0:?} seed={seed}")
    }

    fn blocks(&self) -> Blocks {
        Blocks::new(self.people.households as u64, UNIT, Record::PerItem)
    }

    fn compute(
        &self,
        items: Range<u64>,
        record: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        let (rule, streams) = (Rule::lecture(), Streams::new(self.seed));
        let first = items.start as usize;
        last_wealth_parallel(&rule, self.people, streams, first, record, threads)
    }

    fn reduce(
        &self,
        world: &SimpleCommunicator,
        values: Vec<f64>,
        threads: Threads,
    ) -> Result<Reduced, Error> {
        let (median, cost) = select_median(world, values, threads);
        let value = check_finite("median wealth", median.unwrap_or(f64::NAN))?;
        let selection = Some(cost);
        Ok(Reduced { value, selection })
    }
}
