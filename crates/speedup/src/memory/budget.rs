//! A check before work starts: whether its memory fits in this machine.

use std::sync::OnceLock;

use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use crate::Error;

/// The memory of this machine, of the container it runs in, or up to the limit of this process (`ulimit -v`), in bytes.
///
/// `u64::MAX` if the system does not tell. The system is asked once, at the first call.
///
/// # Examples
///
/// ```
/// assert!(speedup::memory::budget::installed() > 1 << 20);
/// ```
pub fn installed() -> u64 {
    static INSTALLED: OnceLock<u64> = OnceLock::new();
    // Miri, which runs tests of unsafe code, does not tell.
    if cfg!(miri) {
        return u64::MAX;
    }
    *INSTALLED.get_or_init(|| {
        let kind = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
        let of_machine = System::new_with_specifics(kind).map_or(u64::MAX, |system| {
            let limit = system.cgroup_limits().map(|limits| limits.total_memory);
            let limit = limit.filter(|bytes| *bytes > 0).unwrap_or(u64::MAX);
            system.total_memory().min(limit)
        });
        of_machine.min(limit_of_process())
    })
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

/// Checks that `count` values of type `T` fit in this machine's memory.
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
    let installed = installed();
    if bytes <= u128::from(installed) {
        Ok(())
    } else {
        Err(Error::Memory {
            what,
            bytes,
            installed,
        })
    }
}
