//! Processor time, as the operating system counts it.

use std::time::Duration;

/// User and system time of this process so far, of all its threads together.
///
/// `None` where it cannot be told, as on Windows.
#[cfg(unix)]
pub fn of_process() -> Option<[Duration; 2]> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::{TimeVal, TimeValLike};
    let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
    let duration =
        |time: TimeVal| Duration::from_micros(time.num_microseconds().try_into().unwrap_or(0));
    Some([usage.user_time(), usage.system_time()].map(duration))
}

#[cfg(not(unix))]
pub fn of_process() -> Option<[Duration; 2]> {
    None
}
