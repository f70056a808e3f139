//! The memory and the cores of the ranks that share a node.

use mpi::topology::SimpleCommunicator;
use mpi::traits::*;
use speedup::memory::budget::installed;
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
    let bytes = u128::from(total(node, bytes));
    let installed = installed();
    match bytes <= u128::from(installed) {
        true => Ok(()),
        false => Err(Error::Memory {
            what,
            bytes,
            installed,
        }),
    }
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
    /// The number of cores that all ranks of the node may use together.
    pub of_node: usize,
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
        let mut union: CoreSet = [0; 64];
        for other in all {
            union.iter_mut().zip(other).for_each(|(a, b)| *a |= b);
        }
        let shares = |other: &&CoreSet| own.iter().zip(*other).any(|(a, b)| a & b != 0);
        let count = |set: &CoreSet| set.iter().map(|word| word.count_ones() as usize).sum();
        let allowed: usize = count(own);
        Self {
            // Where the system does not report cores, it still gives their number.
            allowed: if allowed == 0 {
                Threads::all().count()
            } else {
                allowed
            },
            sharing: match allowed {
                0 => all.len(),
                _ => all.iter().filter(shares).count(),
            }
            .max(1),
            of_node: count(&union),
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

    /// What to say if `threads` are more than the cores that the rank may use, or than its part of them.
    pub fn warning(&self, threads: usize) -> Option<String> {
        let Self {
            allowed,
            sharing,
            of_node,
        } = *self;
        if threads * sharing <= allowed {
            return None;
        }
        let cores = if allowed == 1 {
            "1 core"
        } else {
            &format!("{allowed} cores")
        };
        let advice = match sharing {
            1 if of_node > allowed || allowed == 1 => format!(
                "; mpirun bound it: start with --map-by slot:PE={threads} (Open MPI), \
                 -bind-to core:{threads} (MPICH) or --bind-to none"
            ),
            _ => String::from("; fewer threads or ranks will be as fast"),
        };
        let who = match sharing {
            1 => String::from("a rank with"),
            _ => format!("{sharing} ranks with"),
        };
        let plural = if threads == 1 { "" } else { "s" };
        Some(format!(
            "{who} {threads} thread{plural} may use {cores}{advice}"
        ))
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
        assert_eq!((cores.allowed, cores.sharing, cores.of_node), (8, 4, 8));
        assert_eq!(cores.warning(2), None);
        assert!(
            cores
                .warning(3)
                .unwrap()
                .starts_with("4 ranks with 3 threads may use 8 cores")
        );
    }

    #[test]
    fn bound_ranks_have_cores_of_their_own() {
        let (first, second) = (set(&[0]), set(&[1]));
        let cores = Cores::from_sets(&first, &[first, second]);
        assert_eq!((cores.allowed, cores.sharing, cores.of_node), (1, 1, 2));
        assert_eq!((cores.threads(), cores.warning(1)), (1, None));
        assert!(cores.warning(2).unwrap().contains("--map-by slot:PE=2"));
    }
}
