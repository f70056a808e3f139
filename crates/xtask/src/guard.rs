//! Stays beside a running kernel, so that nothing of it outlives its Jupyter server or itself.
//!
//! A server that is killed, or whose terminal is closed, does not end its kernels, and a kernel
//! that is killed does not end the cell that it runs. A kernel that fails at its start is started again:
//! while it starts the server asks it again and again, and it fails when it answers a question too late.

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, getpgrp, getpid, kill_process, kill_process_group};
use std::os::unix::process::{ExitStatusExt, parent_id};
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// How often the server is looked for.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a start takes at most, whatever else the machine does.
const START: Duration = Duration::from_secs(30);
/// How often a kernel is started at most.
const STARTS: usize = 3;

/// Runs the kernel until it, or the server that started this process, ends.
pub fn run(command: &mut Command) -> Result<i32> {
    for _ in 1..STARTS {
        let start = Instant::now();
        let status = run_once(command)?;
        let failed = status.code().is_some_and(|code| code != 0);
        if !failed || start.elapsed() > START {
            return Ok(status.code().unwrap_or(1));
        }
        eprintln!("warning: the kernel failed at its start, and is started again");
    }
    Ok(run_once(command)?.code().unwrap_or(1))
}

fn run_once(command: &mut Command) -> Result<ExitStatus> {
    let server = parent_id();
    let name = command.get_program().to_string_lossy().into_owned();
    let mut kernel = command
        .spawn()
        .with_context(|| format!("cannot start {name}"))?;
    let pid = Pid::from_child(&kernel);
    let running = Arc::new(());
    let watched = Arc::downgrade(&running);
    thread::spawn(move || {
        while parent_id() == server {
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
    Ok(status)
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
    use crate::files::TestFolder;

    /// Runs a shell script as the kernel; gives its status and how often it was started.
    fn status_and_starts(name: &str, script: &str) -> (i32, usize) {
        let folder = TestFolder::new(name);
        let mut command = Command::new("sh");
        command.args(["-c", &format!("echo >> starts; {script}")]);
        let status = run(command.current_dir(&folder.0)).unwrap();
        let starts = std::fs::read(folder.0.join("starts")).unwrap();
        (status, starts.len())
    }

    #[test]
    fn a_kernel_that_fails_at_its_start_is_started_again() {
        let fails_once = "test $(wc -l < starts) = 2";
        assert_eq!(status_and_starts("guard-once", fails_once), (0, 2));
        assert_eq!(status_and_starts("guard-always", "exit 7"), (7, STARTS));
        assert_eq!(status_and_starts("guard-never", "exit 0"), (0, 1));
    }
}
