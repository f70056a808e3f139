//! The number of threads that a kernel uses, and the thread pools.

use std::cell::Cell;
use std::env;
use std::fmt;
use std::num::NonZeroUsize;
use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::thread;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::Error;
use crate::error::check_nonzero;
use crate::parallel::affinity;

/// The number of threads that a kernel uses.
///
/// There may be more threads than cores.
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
/// assert!(Threads::new(1_000_000_000).is_err());
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Threads {
    /// One thread. A kernel works as with `Threads::new(1)?`, and there is no error to handle.
    Sequential,
    /// A pool with this number of threads, made by [`Threads::new`].
    #[non_exhaustive]
    Pool(NonZeroUsize),
}

/// The largest number of threads that [`Threads::all`] and [`Threads::ladder`] give.
static LIMIT: AtomicUsize = AtomicUsize::new(Threads::MAX);

/// The number of threads that the user of the program asks for.
static ASKED_FOR: LazyLock<Option<NonZeroUsize>> =
    LazyLock::new(|| asked_for(&env::var("RAYON_NUM_THREADS").ok()?));

fn asked_for(variable: &str) -> Option<NonZeroUsize> {
    let number: NonZeroUsize = variable.trim().parse().ok()?;
    (number.get() <= Threads::MAX).then_some(number)
}

/// The number of threads of a pool, and its level.
type Key = (usize, usize);

/// The pools, the least recently used first.
static POOLS: Mutex<Vec<(Key, Arc<ThreadPool>)>> = Mutex::new(Vec::new());

// A thread that waits for another pool must not take up tasks of its own pool meanwhile: each could wait again, one
// inside another, until the stack is full. But then a pool that waits for itself, by way of another one, would wait
// for ever. So pools have levels: a thread waits only for pools of a higher level than its own.
thread_local! {
    /// The number of threads of the pool that the calling thread belongs to; 0 if it belongs to none.
    static OWN: Cell<usize> = const { Cell::new(0) };

    /// The level of the pools that the calling thread uses: 0 outside of all pools, one more inside of each.
    static LEVEL: Cell<usize> = const { Cell::new(0) };
}

/// The level of the pools that the calling thread uses, for a thread that it starts and waits for.
pub(super) fn level() -> usize {
    LEVEL.get()
}

/// Makes the calling thread, which is new, use pools of this level.
pub(super) fn set_level(level: usize) {
    LEVEL.set(level);
}

impl Threads {
    /// The largest number of threads that is allowed.
    pub const MAX: usize = 4096;

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
    pub fn new(n: usize) -> Result<Self, Error> {
        check_nonzero("threads", n, Self::MAX).map(Self::Pool)
    }

    /// One thread per core that the calling thread may use, but no more than [`Threads::limit_all`] allows.
    ///
    /// If the environment variable `RAYON_NUM_THREADS` holds a number from 1 to [`Threads::MAX`], that number
    /// stands in place of the cores. rayon's own pool follows the same variable.
    ///
    /// A pool's thread that is pinned to one core counts as one that may use all cores of the process.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::Threads;
    /// assert!(Threads::all().count() >= 1);
    /// ```
    pub fn all() -> Self {
        let cores = ASKED_FOR.unwrap_or_else(affinity::available_cores);
        Self::Pool(cores.min(Self::limit()))
    }

    /// The counts 1, 2, 4, … up to twice the number of cores, in ascending order, for a speed-up chart.
    ///
    /// The number of cores is among them even if it is not a power of two. No count is above the limit of
    /// [`Threads::limit_all`].
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
        let limit = Self::limit();
        let counts = ladder_counts(Self::all().count(), limit.get());
        let counts = counts.into_iter().filter_map(NonZeroUsize::new);
        counts.map(Self::Pool).collect()
    }

    /// Sets the largest number of threads that [`Threads::all`] and [`Threads::ladder`] give from now on.
    ///
    /// `None`, or a larger number, stands for [`Threads::MAX`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::Threads;
    /// Threads::limit_all(std::num::NonZeroUsize::new(1));
    /// assert_eq!(Threads::all().count(), 1);
    /// Threads::limit_all(None);
    /// ```
    pub fn limit_all(most: Option<NonZeroUsize>) {
        LIMIT.store(
            most.map_or(Self::MAX, |most| most.get().min(Self::MAX)),
            Relaxed,
        );
    }

    fn limit() -> NonZeroUsize {
        NonZeroUsize::new(LIMIT.load(Relaxed)).unwrap_or(NonZeroUsize::MIN)
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

    /// Runs `work` so that rayon's parallel iterators in it use exactly these threads.
    ///
    /// A pool is made when its number of threads is used first, and kept. When many are kept, the least recently used
    /// ones end. [`Threads::Sequential`] gives the iterators a pool of one thread. On Linux, a pool with one
    /// thread per core pins each thread to its own core.
    ///
    /// Calls may be nested. A thread of a pool with this number of threads runs `work` itself. A thread of any other pool
    /// waits while a further pool runs `work`.
    ///
    /// # Errors
    ///
    /// [`Error::System`] if the operating system does not give the threads.
    ///
    /// # Panics
    ///
    /// Only if `work` does.
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
        if OWN.get() == self.count() {
            return Ok(work());
        }
        let pool = self.pool()?;
        if rayon::current_thread_index().is_none() {
            return Ok(pool.install(work));
        }
        // rayon's own waiting, in a thread of a pool, takes up other tasks. In a thread of no pool it does not.
        thread::scope(|scope| {
            let thread = thread::Builder::new().spawn_scoped(scope, || pool.install(work));
            let thread = thread.map_err(|error| Error::system("thread pool", error))?;
            let result = thread.join();
            Ok(result.unwrap_or_else(|panic| panic::resume_unwind(panic)))
        })
    }

    /// The pool with this number of threads that the calling thread may wait for.
    fn pool(self) -> Result<Arc<ThreadPool>, Error> {
        let (count, level) = (self.count(), LEVEL.get());
        // A thread of a pool that is not one of these.
        let foreign = OWN.get() == 0 && rayon::current_thread_index().is_some();
        let level = level + usize::from(foreign);
        let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = pools.iter().position(|(key, _)| *key == (count, level)) {
            let pool = Arc::clone(&pools[at].1);
            pools[at..].rotate_left(1);
            return Ok(pool);
        }
        let pool = ThreadPoolBuilder::new()
            .num_threads(count)
            .start_handler(move |thread| {
                OWN.set(count);
                LEVEL.set(level + 1);
                // If the system refuses, it chooses the cores itself.
                let _ = affinity::pin_pool_thread(thread, count);
            })
            .build();
        let pool = Arc::new(pool.map_err(|error| Error::system("thread pool", error))?);
        pools.push(((count, level), Arc::clone(&pool)));
        // Enough for a speed-up chart, which uses each number of [`Threads::ladder`].
        let most = 8 * Self::all().count() + 64;
        while pools.len() > 1 && pools.iter().map(|(key, _)| key.0).sum::<usize>() > most {
            pools.remove(0);
        }
        Ok(pool)
    }
}

/// The numbers 1, 2, 4, … up to twice `cores`, and `cores` itself, without those above `most`.
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
            assert_eq!(seen, n);
        }
        assert_eq!(
            Threads::Sequential.install(rayon::current_num_threads),
            Ok(1)
        );
    }

    #[test]
    fn all_threads_are_as_many_inside_a_pool() {
        for threads in [Threads::all(), Threads::Sequential] {
            assert_eq!(threads.install(Threads::all), Ok(Threads::all()));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn each_thread_has_a_core_of_its_own_or_all_have_all() {
        let all = affinity::allowed().unwrap();
        let seen = |n: usize| {
            let threads = Threads::new(n).unwrap();
            let seen = threads.pool().unwrap().broadcast(|_| affinity::allowed());
            seen.into_iter().map(Result::unwrap).collect::<Vec<_>>()
        };
        let own: Vec<Vec<usize>> = all.iter().map(|&core| vec![core]).collect();
        // Also a pool that is made inside another one.
        let pool = Threads::new(all.len()).unwrap();
        let inside = pool.install(|| seen(all.len() + 3)).unwrap();
        assert_eq!(inside, vec![all.clone(); all.len() + 3]);
        assert_eq!(seen(all.len()), own);
    }

    #[test]
    fn pools_that_are_not_used_give_back_their_threads() {
        for n in (10..=200).step_by(10) {
            let count = Threads::new(n).unwrap().install(rayon::current_num_threads);
            assert_eq!(count, Ok(n));
        }
        let pools = POOLS.lock().unwrap();
        let kept: usize = pools.iter().map(|(key, _)| key.0).sum();
        assert!(
            kept <= 200 + 8 * Threads::all().count() + 64,
            "{kept} threads"
        );
    }

    #[test]
    fn the_user_may_ask_for_a_number_of_threads() {
        assert_eq!(asked_for("16"), NonZeroUsize::new(16));
        for other in ["", "0", "-1", "many", "4097"] {
            assert_eq!(asked_for(other), None, "{other}");
        }
    }

    #[test]
    fn bad_counts_are_named() {
        for bad in [0, 4097, usize::MAX] {
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
