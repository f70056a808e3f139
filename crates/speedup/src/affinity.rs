//! Processor affinity: which cores a thread may run on.
//!
//! The operating system moves threads between cores as it sees fit. On Linux a
//! thread can be told to stay on some of them; threads and processes that it starts
//! inherit that. Threads that exist already, such as the pools that [`crate::Threads`]
//! keeps, are not affected: where such a pool has a thread for each core, each stays on its own.

use std::cell::Cell;

use crate::Error;
use crate::error::check_count;

/// The cores that this thread may run on, in ascending order.
///
/// # Errors
///
/// [`Error::System`] if the operating system does not tell (only Linux does).
///
/// # Examples
///
/// ```
/// # if cfg!(target_os = "linux") {
/// let cores = speedup::affinity::allowed()?;
/// assert!(!cores.is_empty() && cores.is_sorted());
/// # }
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn allowed() -> Result<Vec<usize>, Error> {
    system::allowed()
}

/// Runs a block in a new thread that may run on these cores only.
///
/// The calling thread stays as it is, so there is nothing to restore afterwards.
///
/// # Errors
///
/// [`Error::Count`] for no cores; [`Error::Core`] for one that this thread may not use;
/// [`Error::System`] if the operating system refuses.
///
/// # Panics
///
/// Only if the block does.
///
/// # Examples
///
/// ```
/// use speedup::affinity::{allowed, on_cores};
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
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().spawn_scoped(scope, || {
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
    /// Whether this is a thread of a pool, with a core of its own.
    static HAS_ITS_CORE: Cell<bool> = const { Cell::new(false) };
}

/// Gives a thread of a pool its core, if the pool has a thread for each core of this process, else all of them.
pub(crate) fn place(thread: usize, threads: usize) -> Result<(), Error> {
    let cores = system::of_process()?;
    if cores.len() == threads {
        system::restrict(&cores[thread..=thread])?;
        HAS_ITS_CORE.set(true);
        Ok(())
    } else {
        system::restrict(&cores)
    }
}

/// Runs a block that starts threads or processes, which inherit the cores of the thread that starts them.
///
/// Called in a thread of a pool that has a core of its own, the block runs in a new thread that may use
/// all cores of the process. Elsewhere it just runs, so that cores chosen by [`on_cores`] are inherited.
///
/// # Panics
///
/// Only if the block does, or if the operating system gives no thread.
///
/// # Examples
///
/// ```
/// use speedup::{Threads, affinity};
///
/// # if cfg!(target_os = "linux") {
/// let all = affinity::allowed()?;
/// let inside = Threads::all().install(|| affinity::with_all_cores(affinity::allowed))??;
/// assert_eq!(inside, all);
/// # }
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn with_all_cores<T: Send>(block: impl FnOnce() -> T + Send) -> T {
    if !HAS_ITS_CORE.get() {
        return block();
    }
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let _ = system::of_process().and_then(|cores| system::restrict(&cores));
            block()
        });
        let result = thread.join();
        result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn refused(problem: impl ToString) -> Error {
    Error::System {
        what: "processor affinity",
        problem: problem.to_string(),
    }
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

    /// The cores of the process's first thread.
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

    const MISSING: &str = "this operating system has no such thing";

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
                std::thread::spawn(|| allowed().unwrap()).join().unwrap()
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
            message.starts_with(&format!("core {}: ", usize::MAX)),
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
