//! Processor affinity: the cores that a thread may run on.
//!
//! The operating system moves threads between cores. On Linux a thread can be restricted to some cores, and the
//! threads and processes that it starts inherit the restriction. Threads that exist already, such as
//! those of the pools of [`crate::Threads`], do not. A pool with one thread per core pins each thread to its
//! own core.

use std::cell::Cell;
use std::io;
use std::num::NonZeroUsize;
use std::thread;

use crate::Error;
use crate::error::check_count;
use crate::parallel::threads;

/// The numbers of the cores that the calling thread may run on, in ascending order.
///
/// # Errors
///
/// [`Error::System`] if the operating system does not report them; only Linux does.
///
/// # Examples
///
/// ```
/// # if cfg!(target_os = "linux") {
/// let cores = speedup::parallel::affinity::allowed()?;
/// assert!(!cores.is_empty() && cores.is_sorted());
/// # }
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn allowed() -> Result<Vec<usize>, Error> {
    system::allowed()
}

/// Runs `block` in a new thread that may run on `cores` only, and waits for it.
///
/// The affinity of the calling thread does not change.
///
/// # Errors
///
/// [`Error::Count`] if `cores` is empty; [`Error::Core`] for a core that the calling thread may not use;
/// [`Error::System`] if the operating system refuses.
///
/// # Panics
///
/// Only if `block` does.
///
/// # Examples
///
/// ```
/// use speedup::parallel::affinity::{allowed, on_cores};
///
/// # if cfg!(target_os = "linux") {
/// let first = allowed()?[0];
/// assert_eq!(on_cores(&[first], || allowed())??, [first]);
/// assert!(on_cores(&[], || ()).is_err());
/// assert!(on_cores(&[100_000], || ()).is_err());
/// # }
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn on_cores<T: Send>(cores: &[usize], block: impl FnOnce() -> T + Send) -> Result<T, Error> {
    check_count("cores", cores.len(), 1, u64::MAX)?;
    let allowed = allowed()?;
    if let Some(&core) = cores.iter().find(|core| !allowed.contains(core)) {
        return Err(Error::Core { core, allowed });
    }
    let level = threads::level();
    thread::scope(|scope| {
        let thread = thread::Builder::new().spawn_scoped(scope, || {
            threads::set_level(level);
            system::restrict(cores)?;
            Ok(block())
        });
        let thread = thread.map_err(refused)?;
        thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

thread_local! {
    /// Whether the calling thread belongs to a pool that pins it to one core.
    static PINNED: Cell<bool> = const { Cell::new(false) };
}

/// Pins thread `thread` of a pool of `threads` to its core, if the pool has one thread per core of this process.
///
/// Otherwise the thread may use all cores of the process.
pub(crate) fn pin_pool_thread(thread: usize, threads: usize) -> Result<(), Error> {
    let cores = system::of_process()?;
    if cores.len() == threads {
        system::restrict(&cores[thread..=thread])?;
        PINNED.set(true);
        Ok(())
    } else {
        system::restrict(&cores)
    }
}

/// The number of cores that the calling thread may use, or would if its pool had not pinned it.
pub(crate) fn available_cores() -> NonZeroUsize {
    let available = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    if !PINNED.get() {
        return available();
    }
    match in_new_thread(available) {
        Ok(Ok(cores)) => cores,
        _ => available(),
    }
}

/// Runs `block` so that threads and processes that it starts do not inherit the pinning of a pool's thread.
///
/// A new thread or process inherits the cores of the thread that starts it. In a pool's thread that is pinned to one
/// core, `block` therefore runs in another thread, which may use all cores. In any other thread it runs
/// directly, so that cores chosen by [`on_cores`] are inherited.
///
/// # Panics
///
/// If `block` does, or if the operating system gives no thread.
///
/// # Examples
///
/// ```
/// use speedup::Threads;
/// use speedup::parallel::affinity;
///
/// # if cfg!(target_os = "linux") {
/// let all = affinity::allowed()?;
/// let inside = Threads::all().install(|| affinity::with_all_cores(affinity::allowed))??;
/// assert_eq!(inside, all);
/// # }
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn with_all_cores<T: Send>(block: impl FnOnce() -> T + Send) -> T {
    if !PINNED.get() {
        return block();
    }
    let result = in_new_thread(block).expect("the system starts a thread");
    result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Runs `block` in a new thread that may use all cores of this process.
fn in_new_thread<T: Send>(block: impl FnOnce() -> T + Send) -> io::Result<thread::Result<T>> {
    let level = threads::level();
    thread::scope(|scope| {
        let work = || {
            threads::set_level(level);
            let _ = system::of_process().and_then(|cores| system::restrict(&cores));
            block()
        };
        Ok(thread::Builder::new().spawn_scoped(scope, work)?.join())
    })
}

fn refused(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::system("processor affinity", cause)
}

#[cfg(target_os = "linux")]
mod system {
    use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
    use nix::unistd::Pid;

    use super::{Error, refused};

    /// Process 0 stands for the calling thread.
    const THIS_THREAD: Pid = Pid::from_raw(0);

    pub fn allowed() -> Result<Vec<usize>, Error> {
        cores_of(THIS_THREAD)
    }

    /// The cores of the first thread of the process.
    pub fn of_process() -> Result<Vec<usize>, Error> {
        cores_of(Pid::this())
    }

    fn cores_of(thread: Pid) -> Result<Vec<usize>, Error> {
        let set = sched_getaffinity(thread).map_err(refused)?;
        Ok((0..CpuSet::count())
            .filter(|&core| set.is_set(core) == Ok(true))
            .collect())
    }

    pub fn restrict(cores: &[usize]) -> Result<(), Error> {
        let mut set = CpuSet::new();
        cores
            .iter()
            .try_for_each(|&core| set.set(core))
            .map_err(refused)?;
        sched_setaffinity(THIS_THREAD, &set).map_err(refused)
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::{Error, refused};

    const MISSING: &str = "only Linux lets a program choose cores";

    pub fn allowed() -> Result<Vec<usize>, Error> {
        Err(refused(MISSING))
    }

    pub fn of_process() -> Result<Vec<usize>, Error> {
        Err(refused(MISSING))
    }

    pub fn restrict(_: &[usize]) -> Result<(), Error> {
        Err(refused(MISSING))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_caller_stays_as_it_is_and_children_inherit() {
        let before = allowed().unwrap();
        for &core in &before {
            let inside = on_cores(&[core], || {
                thread::spawn(|| allowed().unwrap()).join().unwrap()
            });
            assert_eq!(inside.unwrap(), [core]);
        }
        assert_eq!(allowed().unwrap(), before);
        assert_eq!(on_cores(&before, allowed).unwrap().unwrap(), before);
    }

    #[test]
    fn bad_cores_are_named() {
        let none = on_cores(&[], || ()).unwrap_err();
        assert!(none.to_string().starts_with("cores: 0 is not allowed"));
        let message = on_cores(&[usize::MAX], || ()).unwrap_err().to_string();
        assert!(
            message.starts_with(&format!("core {} is not allowed", usize::MAX)),
            "{message}"
        );
    }

    #[test]
    #[should_panic(expected = "of the block")]
    fn a_panic_of_the_block_comes_through() {
        let cores = allowed().unwrap();
        let _ = on_cores(&cores, || panic!("of the block"));
    }
}
