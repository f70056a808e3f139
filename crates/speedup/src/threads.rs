//! How many threads a kernel may use.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::check_positive;
use crate::{Error, affinity, course};

/// How many threads a kernel may use: one loop on the caller's thread, or a pool of rayon's.
///
/// More threads than cores is allowed, as the handouts do it.
///
/// # Examples
///
/// ```
/// use speedup::Threads;
///
/// let four = Threads::new(4)?;
/// assert_eq!(four.count(), 4);
/// assert_eq!(Threads::Sequential.count(), 1);
/// assert!(Threads::new(0).is_err());
/// assert!(Threads::new(-3).is_err());
/// assert!(Threads::new(1_000_000_000).is_err());
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Threads {
    /// One plain loop, no pool.
    Sequential,
    /// A pool of so many threads.
    Pool(NonZeroUsize),
}

/// Pools by their numbers of threads, the one used last at the end.
static POOLS: Mutex<Vec<(usize, Arc<ThreadPool>)>> = Mutex::new(Vec::new());

impl Threads {
    /// The largest number of threads that is taken seriously.
    pub const MAX: usize = 4096;
    const MOST: NonZeroUsize = NonZeroUsize::new(Self::MAX).unwrap();

    /// A pool of `n` threads.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] unless `n` is 1 to [`Threads::MAX`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::Threads;
    /// assert_eq!(Threads::new(2)?.to_string(), "2 threads");
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn new(n: i64) -> Result<Self, Error> {
        check_positive("threads", n, Self::MAX).map(Self::Pool)
    }

    /// One thread for each core the operating system lets this process use.
    ///
    /// A course may set a limit, which then holds here: see [`course`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::Threads;
    /// assert!(Threads::all().count() >= 1);
    /// ```
    pub fn all() -> Self {
        let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self::Pool(cores.min(course::current().threads.unwrap_or(Self::MOST)))
    }

    /// The counts 1, 2, 4, … up to twice the number of cores, for a speed-up chart.
    ///
    /// The number of cores is among them even if it is not a power of two. A limit set by
    /// a [`course`] ends the ladder.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::Threads;
    /// let ladder = Threads::ladder();
    /// assert_eq!(ladder[0].count(), 1);
    /// assert!(ladder.contains(&Threads::all()));
    /// ```
    pub fn ladder() -> Vec<Self> {
        let most = course::current().threads.unwrap_or(Self::MOST);
        let counts = ladder_counts(Self::all().count(), most.get());
        let counts = counts.into_iter().filter_map(NonZeroUsize::new);
        counts.map(Self::Pool).collect()
    }

    /// The number of threads that work.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::Threads;
    /// assert_eq!(Threads::new(8)?.count(), 8);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn count(self) -> usize {
        match self {
            Self::Sequential => 1,
            Self::Pool(n) => n.get(),
        }
    }

    /// Runs `work` so that rayon's parallel iterators in it use just these threads.
    ///
    /// A pool is made at the first use of its count and kept; those not used for longest give back their
    /// threads when there are many. [`Threads::Sequential`] gives
    /// the iterators a pool of one. Where there is a thread for each core, each stays on
    /// its own (on Linux): some systems put two threads that have just woken up on one core.
    ///
    /// # Errors
    ///
    /// [`Error::System`] if the operating system does not give the threads.
    ///
    /// # Examples
    ///
    /// ```
    /// use rayon::prelude::*;
    /// use speedup::Threads;
    ///
    /// let sum = Threads::new(3)?.install(|| (0..1000_u64).into_par_iter().sum::<u64>())?;
    /// assert_eq!(sum, 499_500);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn install<T: Send>(self, work: impl FnOnce() -> T + Send) -> Result<T, Error> {
        let pool = self.pool()?;
        Ok(pool.install(work))
    }

    /// The pool of so many threads, made at its first use.
    pub(crate) fn pool(self) -> Result<Arc<ThreadPool>, Error> {
        let count = self.count();
        let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = pools.iter().position(|(threads, _)| *threads == count) {
            let pool = Arc::clone(&pools[at].1);
            pools[at..].rotate_left(1);
            return Ok(pool);
        }
        let pool = ThreadPoolBuilder::new()
            .num_threads(count)
            .start_handler(move |thread| {
                // Where that is refused the system chooses.
                let _ = affinity::place(thread, count);
            })
            .build();
        let pool = Arc::new(pool.map_err(|error| Error::System {
            what: "thread pool",
            problem: error.to_string(),
        })?);
        pools.push((count, Arc::clone(&pool)));
        // Enough for a speed-up chart: a pool of n and one of n - 1 for each n, up to twice the cores.
        let most = 8 * Self::all().count() + 64;
        while pools.len() > 1 && pools.iter().map(|(threads, _)| threads).sum::<usize>() > most {
            pools.remove(0);
        }
        Ok(pool)
    }
}

/// 1, 2, 4, … up to twice the cores, with the cores themselves, but none above `most`.
fn ladder_counts(cores: usize, most: usize) -> Vec<usize> {
    let mut counts: Vec<usize> = std::iter::successors(Some(1_usize), |n| Some(n * 2))
        .take_while(|n| *n <= (2 * cores).min(most))
        .chain([cores])
        .collect();
    counts.sort_unstable();
    counts.dedup();
    counts
}

impl fmt::Display for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count() {
            1 => write!(f, "1 thread"),
            n => write!(f, "{n} threads"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pool_has_the_size_asked_for() {
        for n in [1, 2, 7] {
            let seen = Threads::new(n)
                .unwrap()
                .install(rayon::current_num_threads)
                .unwrap();
            assert_eq!(seen as i64, n);
        }
        assert_eq!(
            Threads::Sequential.install(rayon::current_num_threads),
            Ok(1)
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn each_thread_has_a_core_of_its_own_or_all_have_all() {
        let all = affinity::allowed().unwrap();
        let seen = |n: usize| {
            let threads = Threads::new(n as i64).unwrap();
            let seen = threads.pool().unwrap().broadcast(|_| affinity::allowed());
            seen.into_iter().map(Result::unwrap).collect::<Vec<_>>()
        };
        let own: Vec<Vec<usize>> = all.iter().map(|&core| vec![core]).collect();
        // Also a pool that is made inside another one.
        let pool = Threads::new(all.len() as i64).unwrap();
        let inside = pool.install(|| seen(all.len() + 3)).unwrap();
        assert_eq!(inside, vec![all.clone(); all.len() + 3]);
        assert_eq!(seen(all.len()), own);
    }

    #[test]
    fn pools_that_are_not_used_give_back_their_threads() {
        for n in (10..=200).step_by(10) {
            let count = Threads::new(n).unwrap().install(rayon::current_num_threads);
            assert_eq!(count, Ok(n as usize));
        }
        let pools = POOLS.lock().unwrap();
        let kept: usize = pools.iter().map(|(threads, _)| threads).sum();
        assert!(
            kept <= 200 + 8 * Threads::all().count() + 64,
            "{kept} threads"
        );
    }

    #[test]
    fn bad_counts_are_named() {
        for bad in [0, -1, i64::MIN, 4097, i64::MAX] {
            let message = Threads::new(bad).unwrap_err().to_string();
            assert!(message.contains(&bad.to_string()) && message.contains("1 to 4096"));
        }
    }

    #[test]
    fn a_limit_ends_the_ladder() {
        assert_eq!(ladder_counts(3, 4096), [1, 2, 3, 4]);
        assert_eq!(ladder_counts(3, 3), [1, 2, 3]);
        assert_eq!(ladder_counts(1, 1), [1]);
    }

    #[test]
    fn the_ladder_rises_to_twice_the_cores() {
        let ladder: Vec<usize> = Threads::ladder().into_iter().map(Threads::count).collect();
        assert!(ladder.is_sorted());
        assert!(ladder.contains(&Threads::all().count()));
        assert!(ladder.last().unwrap() <= &(2 * Threads::all().count()));
    }
}
