//! Whether the processors of all ranks compute the same bits.
//!
//! AVX2, AVX-512 and NEON give the same bits, SSE2 gives others, and the system's cosine may differ between
//! systems. A cluster can have nodes of several kinds. So each rank computes a small probe with the kernels
//! themselves.

use mpi::topology::SimpleCommunicator;
use mpi::traits::*;
use speedup::kernels::grid::{linspace, maximum, maximum_parallel};
use speedup::kernels::wealth::{Population, Rule, last_wealth_parallel};
use speedup::simd::Isa;
use speedup::{Streams, Threads};

use super::agree::{agree, broadcast_bytes};
use crate::checksum::checksum;
use crate::collective::total;
use crate::error::Error;

/// A checksum of what the kernels compute on this processor.
///
/// # Errors
///
/// [`speedup::Error::Isa`] if `SPEEDUP_ISA` names a set that the processor does not have.
pub fn probe() -> Result<u64, speedup::Error> {
    let people = Population {
        households: 256,
        periods: 50,
        w0: 1.0,
    };
    let (rule, streams, one) = (Rule::lecture(), Streams::new(1), Threads::Sequential);
    let mut values = vec![0.0; 256];
    last_wealth_parallel(&rule, people, streams, 0, &mut values, one)?;
    for k in 1..=32 {
        let (near, far) = (0.1 * f64::from(k), 10.0 * f64::from(k));
        values.push(maximum_parallel(&linspace(near, 3.0 + near, 32)?, one)?);
        values.push(maximum(&linspace(far, far + 1.0, 2)?)?);
    }
    let bytes: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    Ok(checksum(&bytes))
}

/// The [`probe`] of all ranks, if it is the same. A collective.
///
/// # Errors
///
/// [`Error::OtherBits`] with the ranks that differ from rank 0.
pub fn check(world: &SimpleCommunicator) -> Result<u64, Error> {
    let named = || Ok((probe()?, Isa::chosen()?));
    let (own, isa) = agree(world, named().map_err(Error::Kernel))?;
    let mut expected = own;
    world.process_at_rank(0).broadcast_into(&mut expected);
    if total(world, (own != expected).into()) == 0 {
        return Ok(own);
    }
    // Seldom, so each rank in turn says what it has.
    let mut others = Vec::new();
    let host = mpi::environment::processor_name().unwrap_or_default();
    for rank in 0..world.size() {
        let what = match own == expected && rank > 0 {
            true => String::new(),
            false => format!("{isa} ({host})"),
        };
        let what = broadcast_bytes(world, rank, what.into_bytes());
        if !what.is_empty() {
            others.push((rank, String::from_utf8_lossy(&what).into_owned()));
        }
    }
    let ranks = world.size() as usize;
    Err(Error::OtherBits { ranks, others })
}
