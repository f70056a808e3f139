//! Items handed out to threads that are awake already: the shortest way to a second thread.
//!
//! A thread that waits for work sleeps, and to wake it takes the system longer than some whole kernels take. So the
//! caller's thread works too, from the first moment on; the others come to it, and stay awake a little
//! while afterwards in case there is more to do. OpenMP's threads do the same, for longer.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rayon::Yield;

use crate::{Error, Threads};

/// How long a thread without work stays awake.
const STAY_AWAKE: Duration = Duration::from_millis(2);

thread_local! {
    static STAYS_AWAKE: Cell<bool> = const { Cell::new(false) };
}

impl Threads {
    /// Makes all `items`, then hands them out to the threads, the next one to whichever is free; the
    /// caller's thread is one of them. There must be room for all items in memory.
    ///
    /// Half of the threads begin at the front, half at the back, so that two threads seldom work on neighbouring
    /// parts of the memory, and each mostly on those of the last time. Which thread gets which item differs from run
    /// to run all the same.
    ///
    /// # Errors
    ///
    /// [`Error::System`] if the operating system does not give the threads.
    ///
    /// # Panics
    ///
    /// Only if `work` or the iterator does.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup::Threads;
    ///
    /// let mut squares = [0; 10];
    /// Threads::new(3)?.share(squares.chunks_mut(4).enumerate(), |(chunk, squares)| {
    ///     for (k, square) in squares.iter_mut().enumerate() {
    ///         *square = (4 * chunk + k).pow(2);
    ///     }
    /// })?;
    /// assert_eq!(squares[9], 81);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn share<I: IntoIterator<Item: Send>>(
        self,
        items: I,
        work: impl Fn(I::Item) + Sync,
    ) -> Result<(), Error> {
        // All items are made first, so that no code of the caller's runs while the lock is held.
        let items = Mutex::new(items.into_iter().collect::<Vec<_>>().into_iter());
        let take = |from_front: bool| {
            let mut items = items.lock().unwrap_or_else(PoisonError::into_inner);
            if from_front {
                items.next()
            } else {
                items.next_back()
            }
        };
        let run = |thread: usize| {
            while let Some(item) = take(thread.is_multiple_of(2)) {
                work(item);
            }
        };
        let others = self.count() - 1;
        if others == 0 {
            run(0);
            return Ok(());
        }
        let busy = AtomicUsize::new(others);
        Threads::new(others as i64)?
            .pool()?
            .in_place_scope(|scope| {
                for thread in 1..=others {
                    let (run, busy) = (&run, &busy);
                    scope.spawn(move |_| {
                        run(thread);
                        busy.fetch_sub(1, Ordering::Relaxed);
                        rayon::spawn(stay_awake);
                    });
                }
                run(0);
                // The end of the scope waits for the others anyhow, but asleep.
                wait_awake(|| {
                    // In a thread of the same pool, which may have the others' work in its own queue.
                    rayon::yield_now();
                    busy.load(Ordering::Relaxed) == 0
                });
            });
        Ok(())
    }
}

/// Looks for the pool's next job for a while before the thread goes to sleep.
fn stay_awake() {
    if STAYS_AWAKE.replace(true) {
        return; // called from the loop below
    }
    while wait_awake(|| rayon::yield_now() == Some(Yield::Executed)) {}
    STAYS_AWAKE.set(false);
}

/// Asks again and again, for no longer than [`STAY_AWAKE`]; whether it happened.
fn wait_awake(happened: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < STAY_AWAKE {
        if happened() {
            return true;
        }
        thread::yield_now();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_item_is_handed_out_once() {
        for n in [1, 2, 3, 8] {
            let threads = Threads::new(n).unwrap();
            for items in [0, 1, 7, 1_000] {
                let seen = Mutex::new(Vec::new());
                let note = |item| seen.lock().unwrap().push(item);
                threads.share(0..items, note).unwrap();
                let mut seen = seen.into_inner().unwrap();
                seen.sort_unstable();
                assert!(seen.into_iter().eq(0..items));
            }
        }
    }

    #[test]
    fn no_more_threads_than_asked_for() {
        for n in [1, 2, 3] {
            let seen = Mutex::new(HashSet::new());
            let note = |_| {
                thread::sleep(Duration::from_micros(100));
                seen.lock().unwrap().insert(thread::current().id());
            };
            Threads::new(n).unwrap().share(0..100, note).unwrap();
            let seen = seen.into_inner().unwrap();
            assert!(seen.contains(&thread::current().id()) && seen.len() as i64 <= n);
        }
    }

    #[test]
    fn items_that_use_a_pool_themselves_are_handed_out() {
        use rayon::prelude::*;
        let sum = AtomicUsize::new(0);
        let items = (0..50).map(|k| (0..k).into_par_iter().sum::<usize>());
        let threads = Threads::new(3).unwrap();
        let add = |item| {
            sum.fetch_add(item, Ordering::Relaxed);
        };
        threads
            .install(|| threads.share(items, add))
            .unwrap()
            .unwrap();
        assert_eq!(
            sum.into_inner(),
            (0..50_usize).map(|k| k * k.saturating_sub(1) / 2).sum()
        );
    }

    /// Ten thousand calls would fill the stack if each kept the thread in a loop of its own.
    #[test]
    fn threads_that_stay_awake_work_again_and_again() {
        let sum = AtomicUsize::new(0);
        let add = |k| {
            sum.fetch_add(k, Ordering::Relaxed);
        };
        for _ in 0..10_000 {
            Threads::new(3).unwrap().share(0..4, add).unwrap();
        }
        assert_eq!(sum.into_inner(), 60_000);
    }

    #[test]
    fn a_panic_comes_back_to_the_caller() {
        for bad in [0, 9] {
            let panics = || {
                let work = |k| assert!(k != bad, "item {bad}");
                Threads::new(2).unwrap().share(0..10, work)
            };
            assert!(std::panic::catch_unwind(panics).is_err());
        }
        assert_eq!(Threads::new(2).unwrap().share(0..10, |_| ()), Ok(()));
    }
}
