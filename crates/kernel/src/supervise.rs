//! Stays beside a running kernel, so that nothing of it outlives its Jupyter server or itself.
//!
//! A server that is killed, or whose terminal is closed, does not end its kernels, and a kernel
//! that is killed does not end the cell that it runs.

use anyhow::{Context, Result};
use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, getpgrp, getpid, kill_process, kill_process_group, test_kill_process,
};
use std::env;
use std::os::unix::process::{ExitStatusExt, parent_id};
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// How often the server is looked for.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs the kernel until it, or the server that started this process, ends; gives its exit status.
pub fn run(command: &mut Command) -> Result<i32> {
    let server = parent_id();
    let named = env::var("JPY_PARENT_PID").ok().and_then(|id| pid(&id));
    let name = command.get_program().to_string_lossy().into_owned();
    let mut kernel = command
        .spawn()
        .with_context(|| format!("cannot start {name}"))?;
    let pid = Pid::from_child(&kernel);
    let running = Arc::new(());
    let watched = Arc::downgrade(&running);
    thread::spawn(move || {
        while parent_id() == server && named.is_none_or(exists) {
            thread::sleep(PAUSE);
            if watched.strong_count() == 0 {
                return;
            }
        }
        end_all(pid);
    });
    let status = kernel.wait().context("cannot wait for the kernel")?;
    drop(running);
    if status.signal().is_some() {
        end_all(pid);
    }
    wake_all();
    if !status.success() {
        eprintln!("the kernel has ended: {status}");
    }
    Ok(status.code().unwrap_or(1))
}

/// The process of this number.
fn pid(number: &str) -> Option<Pid> {
    number.parse().ok().and_then(Pid::from_raw)
}

/// Whether a process is there. A server may have ended before this program could see that it was its parent; Jupyter
/// names it in a variable.
fn exists(process: Pid) -> bool {
    test_kill_process(process) != Err(Errno::SRCH)
}

/// Lets stopped processes go on, such as workers of a cell that somebody stopped: they end by themselves when the
/// cell's process has, but notice it only when they run.
fn wake_all() {
    if getpgrp() == getpid() {
        // There is at least this process.
        let _ = kill_process_group(getpid(), Signal::CONT);
    }
}

/// Kills the kernel and all that it started, this process as well when it is the group's first:
/// that is how Jupyter starts kernels.
fn end_all(kernel: Pid) {
    // What cannot be killed is gone.
    let _ = match getpgrp() == getpid() {
        true => kill_process_group(getpid(), Signal::KILL),
        false => kill_process(kernel, Signal::KILL),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_has_ended_is_told_from_one_that_runs() {
        let mut ended = Command::new("true").spawn().unwrap();
        ended.wait().unwrap();
        assert!(!exists(Pid::from_child(&ended)) && exists(getpid()));
        assert!(pid("12").is_some() && pid("0").is_none() && pid("x").is_none());
    }

    #[test]
    fn the_kernel_s_status_is_given_back() {
        let status = |script: &str| run(Command::new("sh").args(["-c", script])).unwrap();
        assert_eq!(status("exit 0"), 0);
        assert_eq!(status("exit 7"), 7);
    }
}
