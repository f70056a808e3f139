//! The memory and the cores of the ranks that share a node.

use mpi::topology::SimpleCommunicator;
use mpi::traits::*;
use speedup::memory::budget::{self, free};
use speedup::parallel::affinity;
use speedup::{Error, Threads};

use crate::collective::total;

/// Checks that what the ranks of each node need fits in its memory together. A collective of each node.
///
/// # Errors
///
/// [`Error::Memory`] on the ranks of a node where it does not.
pub fn check_memory(
    node: &SimpleCommunicator,
    what: &'static str,
    bytes: u64,
) -> Result<(), Error> {
    // Before any rank can take its part of it.
    let free = free();
    budget::check_bytes(what, u128::from(total(node, bytes)), free)
}

/// The cores of a node, one bit each.
type CoreSet = [u64; 64];

/// The cores that a rank may use, and the ranks of its node that may use one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cores {
    /// The number of cores that this rank may use.
    pub allowed: usize,
    /// The number of ranks that share them, at least 1.
    pub sharing: usize,
}

impl Cores {
    /// Finds out which ranks of the node share cores. A collective of each node.
    pub fn of_rank(node: &SimpleCommunicator) -> Self {
        let mut own: CoreSet = [0; 64];
        for core in affinity::allowed().unwrap_or_default() {
            if let Some(word) = own.get_mut(core / 64) {
                *word |= 1 << (core % 64);
            }
        }
        let mut all: Vec<u64> = vec![0; own.len() * node.size() as usize];
        node.all_gather_into(&own[..], &mut all[..]);
        Self::from_sets(&own, all.as_chunks().0)
    }

    fn from_sets(own: &CoreSet, all: &[CoreSet]) -> Self {
        let shares = |other: &&CoreSet| own.iter().zip(*other).any(|(a, b)| a & b != 0);
        match own.iter().map(|word| word.count_ones() as usize).sum() {
            // The system does not say which cores, but it knows their number.
            0 => Self {
                allowed: Threads::all().count(),
                sharing: all.len().max(1),
            },
            allowed => Self {
                allowed,
                sharing: all.iter().filter(shares).count().max(1),
            },
        }
    }

    /// The threads of a rank for which none are asked: its cores, divided by the ranks that share them.
    ///
    /// Never more than [`Threads::all`], which knows the limits of a container. If `RAYON_NUM_THREADS` holds a
    /// number, that is taken.
    pub fn threads(&self) -> usize {
        let all = Threads::all().count();
        match std::env::var_os("RAYON_NUM_THREADS") {
            Some(_) => all,
            None => (all.min(self.allowed) / self.sharing).max(1),
        }
    }

    /// What to say if the ranks that share this rank's cores have more threads than these are.
    pub fn warning(&self, threads: usize) -> Option<String> {
        let Self { allowed, sharing } = *self;
        let all = threads * sharing;
        let advice = match sharing {
            1 => &format!(
                "if mpirun bound the rank, start with --map-by slot:PE={threads} (Open MPI), \
                 -bind-to core:{threads} (MPICH) or --bind-to none"
            ),
            _ => "fewer will be as fast",
        };
        (all > allowed).then(|| {
            format!(
                "{all} threads (ranks: {sharing}, threads of each: {threads}) share the cores of \
                 rank 0, which are {allowed}; {advice}"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(cores: &[usize]) -> CoreSet {
        let mut set = [0; 64];
        cores
            .iter()
            .for_each(|core| set[core / 64] |= 1 << (core % 64));
        set
    }

    #[test]
    fn ranks_that_are_not_bound_share_all_cores() {
        let all = set(&[0, 1, 2, 3, 64, 65, 66, 67]);
        let cores = Cores::from_sets(&all, &[all; 4]);
        assert_eq!((cores.allowed, cores.sharing), (8, 4));
        assert_eq!(cores.warning(2), None);
        let warning = cores.warning(3).unwrap();
        assert!(warning.starts_with("12 threads (ranks: 4, threads of each: 3)"));
    }

    #[test]
    fn bound_ranks_have_cores_of_their_own() {
        let (first, second) = (set(&[0]), set(&[1]));
        let cores = Cores::from_sets(&first, &[first, second]);
        assert_eq!((cores.allowed, cores.sharing), (1, 1));
        assert_eq!((cores.threads(), cores.warning(1)), (1, None));
        assert!(cores.warning(2).unwrap().contains("--map-by slot:PE=2"));
    }

    #[test]
    fn without_a_report_of_cores_all_ranks_share_them() {
        let none = set(&[]);
        let cores = Cores::from_sets(&none, &[none; 3]);
        assert_eq!((cores.allowed, cores.sharing), (Threads::all().count(), 3));
    }
}
