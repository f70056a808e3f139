//! A check before work starts: whether its memory fits in this machine.

use std::sync::OnceLock;

use sysinfo::{
    MemoryRefreshKind, ProcessRefreshKind, ProcessesToUpdate, RefreshKind, System, get_current_pid,
};

use crate::Error;

/// What is smaller than this part of the memory is not compared with what is free, which takes 0.2 ms to find out.
const SMALL_PART: u64 = 64;

/// The memory of this machine, or what this process may have of it, in bytes.
///
/// A process may have less in a container or another control group (cgroup), and with a limit of its own (`ulimit -v`).
/// `u64::MAX` if the system does not tell. The system is asked once, at the first call.
///
/// # Examples
///
/// ```
/// assert!(speedup::memory::budget::installed() > 1 << 20);
/// ```
pub fn installed() -> u64 {
    static INSTALLED: OnceLock<u64> = OnceLock::new();
    *INSTALLED.get_or_init(|| Memory::now().installed)
}

/// The memory that this process can still have, in bytes: what other programs use is not free.
///
/// `u64::MAX` if the system does not tell.
///
/// # Examples
///
/// ```
/// use speedup::memory::budget::{free, installed};
///
/// assert!(free() > 1 << 20);
/// println!("{} of {} MiB are free", free() >> 20, installed() >> 20);
/// ```
pub fn free() -> u64 {
    Memory::now().free
}

/// The memory of this process, in bytes.
struct Memory {
    installed: u64,
    free: u64,
}

impl Memory {
    const UNKNOWN: Self = Self {
        installed: u64::MAX,
        free: u64::MAX,
    };

    /// Asks the system.
    fn now() -> Self {
        // Miri, which runs tests of unsafe code, does not tell.
        if cfg!(miri) {
            return Self::UNKNOWN;
        }
        let kind = RefreshKind::nothing().with_memory(MemoryRefreshKind::everything());
        let Ok(mut system) = System::new_with_specifics(kind) else {
            return Self::UNKNOWN;
        };
        let mut memory = Self {
            installed: system.total_memory(),
            free: system.available_memory().saturating_add(system.free_swap()),
        };
        let Ok(own) = get_current_pid() else {
            return memory;
        };
        let kind = ProcessRefreshKind::nothing().with_memory();
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&[own]), false, kind);
        let Some(process) = system.process(own) else {
            return memory;
        };
        if let Some(group) = process.cgroup_limits() {
            // Files that the system keeps in memory count as used, but make room.
            memory.limit(group.total_memory, group.rss);
        }
        memory.limit(limit_of_process(), process.virtual_memory());
        memory
    }

    /// Applies a limit, of which a part is used.
    fn limit(&mut self, limit: u64, used: u64) {
        self.installed = self.installed.min(limit);
        self.free = self.free.min(limit.saturating_sub(used));
    }
}

/// The bytes that this process may have in all; `u64::MAX` without a limit.
#[cfg(target_os = "linux")]
fn limit_of_process() -> u64 {
    use nix::sys::resource::{Resource, getrlimit};
    getrlimit(Resource::RLIMIT_AS).map_or(u64::MAX, |(now, _)| now)
}

#[cfg(not(target_os = "linux"))]
fn limit_of_process() -> u64 {
    u64::MAX
}

/// Checks that `count` values of type `T` fit in the memory that is free.
///
/// # Errors
///
/// [`Error::Memory`] if they do not.
///
/// # Examples
///
/// ```
/// use speedup::memory::budget::check_fits;
///
/// assert!(check_fits::<f64>("wealth", 1_000).is_ok());
/// assert!(check_fits::<f64>("wealth", u128::MAX / 16).is_err());
/// ```
pub fn check_fits<T>(what: &'static str, count: u128) -> Result<(), Error> {
    let bytes = count.saturating_mul(size_of::<T>() as u128);
    if bytes < u128::from(installed() / SMALL_PART) {
        return Ok(());
    }
    check_bytes(what, bytes, free())
}

/// Checks that bytes fit in those that are free.
///
/// # Errors
///
/// [`Error::Memory`] if they do not.
///
/// # Examples
///
/// ```
/// use speedup::memory::budget::check_bytes;
///
/// assert!(check_bytes("wealth", 8_000, 8_000).is_ok());
/// assert!(check_bytes("wealth", 8_001, 8_000).is_err());
/// ```
pub fn check_bytes(what: &'static str, bytes: u128, free: u64) -> Result<(), Error> {
    let installed = installed();
    if bytes <= u128::from(free.min(installed)) {
        Ok(())
    } else {
        Err(Error::Memory {
            what,
            bytes,
            free,
            installed,
        })
    }
}
