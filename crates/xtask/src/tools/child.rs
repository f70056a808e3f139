//! Child processes: quiet with a heartbeat, or with their output shown.

use super::step::seconds;
use crate::files;
use anyhow::{Context, Result, bail};
use kernel::programs::program_name;
pub use kernel::programs::{output, run_in_terminal};
use rustix::process::{Pid, Signal, kill_process};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The longest time without a line on the screen.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// How many lines of a failed child's hidden output are shown.
const TAIL: usize = 60;

/// The children that are running.
static RUNNING: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// Asks the children that are running to end. None is started any more, because the caller ends this program.
pub fn end_all() {
    let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    for &child in &*running {
        // It may just have ended.
        let _ = kill_process(child, Signal::TERM);
    }
    // The lock stays: a child that is waited for has no number that another process could get.
    std::mem::forget(running);
}

/// Which output of a child goes to the screen at once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// None; a heartbeat line repeats the last line.
    Nothing,
    /// What it prints to its standard output.
    Stdout,
}

/// What becomes of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Shown,
    Hidden,
    /// Meant for this program.
    Ours,
}

/// Runs `command` to its end, all output also in the file `log`.
///
/// While nothing is printed, a heartbeat line every 10 seconds shows the last
/// line of output and the time. On failure the hidden lines' tail is the error.
pub fn run(command: &mut Command, log: &Path, show: Show) -> Result<()> {
    let stdout = match show {
        Show::Nothing => Line::Hidden,
        Show::Stdout => Line::Shown,
    };
    follow(command, log, stdout).map(drop)
}

/// The same for a program that talks to this one: returns the lines of its standard output.
pub fn run_reading(command: &mut Command, log: &Path) -> Result<Vec<String>> {
    follow(command, log, Line::Ours)
}

fn follow(command: &mut Command, log: &Path, stdout: Line) -> Result<Vec<String>> {
    let name = program_name(command);
    if let Some(parent) = log.parent() {
        files::make_folder(parent)?;
    }
    let mut log_file =
        File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {name}"))?;
    let pid = Pid::from_child(&child);
    running(|all| all.push(pid));
    let (sender, lines) = mpsc::channel();
    if let Some(out) = child.stdout.take() {
        forward(out, stdout, sender.clone());
    }
    if let Some(err) = child.stderr.take() {
        forward(err, Line::Hidden, sender);
    }
    let start = Instant::now();
    let mut last_shown = start;
    let mut last_line = String::from("still running");
    let mut tail = VecDeque::new();
    let mut ours = Vec::new();
    loop {
        let wait = HEARTBEAT.saturating_sub(last_shown.elapsed());
        match lines.recv_timeout(wait) {
            Ok((kind, line)) => {
                writeln!(log_file, "{line}").context("cannot write a log")?;
                match kind {
                    Line::Ours => {
                        ours.push(line);
                        continue;
                    }
                    Line::Shown => {
                        println!("{line}");
                        last_shown = Instant::now();
                    }
                    Line::Hidden => {
                        tail.push_back(line.clone());
                        if tail.len() > TAIL {
                            tail.pop_front();
                        }
                    }
                }
                if !line.trim().is_empty() {
                    last_line = line.trim().chars().take(100).collect();
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if last_shown.elapsed() >= HEARTBEAT {
            println!(
                "      {:>4.0} s: {last_line}",
                start.elapsed().as_secs_f64()
            );
            last_shown = Instant::now();
        }
    }
    running(|all| all.retain(|&other| other != pid));
    let status = child
        .wait()
        .with_context(|| format!("cannot wait for {name}"))?;
    if !status.success() {
        let tail: Vec<String> = tail.into();
        bail!(
            "{name} failed after {} ({status}):\n{}",
            seconds(start.elapsed()),
            tail.join("\n")
        );
    }
    Ok(ours)
}

fn running(change: impl FnOnce(&mut Vec<Pid>)) {
    change(&mut RUNNING.lock().unwrap_or_else(PoisonError::into_inner));
}

fn forward(stream: impl Read + Send + 'static, kind: Line, to: Sender<(Line, String)>) {
    thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n') {
            let Ok(line) = line else { break };
            let text = String::from_utf8_lossy(&line);
            // Of progress drawn over itself, the last state.
            let text = text.trim_end_matches('\r').rsplit('\r').next();
            if to
                .send((kind, text.unwrap_or_default().to_owned()))
                .is_err()
            {
                break;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;

    #[test]
    fn a_failed_child_shows_the_end_of_its_output() {
        let folder = TestFolder::new("child");
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2; exit 3"]);
        let log = folder.0.join("log");
        let error = run(&mut command, &log, Show::Nothing).unwrap_err();
        assert!(error.to_string().contains("two"), "{error}");
        let text = std::fs::read_to_string(log).unwrap();
        assert!(text.contains("one") && text.contains("two"), "{text}");
    }

    #[test]
    fn a_program_can_talk_to_this_one() {
        let folder = TestFolder::new("child-reading");
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2; echo three"]);
        let lines = run_reading(&mut command, &folder.0.join("log")).unwrap();
        assert_eq!(lines, ["one", "three"]);
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = output(&mut Command::new("/nowhere/no-such-program")).unwrap_err();
        assert!(error.to_string().contains("no-such-program"), "{error}");
    }
}
