//! A program that answers `SECONDS VALUE` for each line `run`.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use kernel::settings;

use crate::workload::Sample;

/// The most characters of a program's error output that are shown.
const KEPT: usize = 2_000;

/// A program that waits for its turn. It is ended when this value is dropped.
pub struct Process {
    name: String,
    child: Child,
    input: Option<ChildStdin>,
    answers: Receiver<String>,
    errors: Receiver<String>,
}

impl Process {
    /// Starts the program, on huge pages as a notebook's kernel.
    ///
    /// # Errors
    ///
    /// If it cannot be started.
    pub fn start(name: &str, command: &mut Command) -> Result<Process> {
        command.envs(settings::huge_pages(env::var("GLIBC_TUNABLES").ok()));
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let (to_answers, answers) = mpsc::channel();
        let (to_errors, errors) = mpsc::channel();
        if let Some(out) = child.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(out).lines().map_while(Result::ok) {
                    if to_answers.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        if let Some(mut err) = child.stderr.take() {
            thread::spawn(move || {
                let mut bytes = Vec::new();
                let _ = err.read_to_end(&mut bytes);
                let _ = to_errors.send(String::from_utf8_lossy(&bytes).into_owned());
            });
        }
        Ok(Process {
            name: name.to_owned(),
            input: child.stdin.take(),
            child,
            answers,
            errors,
        })
    }

    /// Asks for one run, and waits for the answer no longer than `limit`.
    ///
    /// # Errors
    ///
    /// If the program ends, answers nothing in time, or answers something else.
    pub fn run(&mut self, limit: Duration) -> Result<Sample> {
        let name = self.name.clone();
        let asked = self.input.as_mut().map(|input| {
            input.write_all(b"run\n")?;
            input.flush()
        });
        if !matches!(asked, Some(Ok(()))) {
            return self.died();
        }
        match self.answers.recv_timeout(limit) {
            Ok(answer) => parse(&answer)
                .with_context(|| format!("{name} answered `{answer}` in place of SECONDS VALUE")),
            Err(RecvTimeoutError::Timeout) => {
                let seconds = limit.as_secs_f64();
                bail!("{name} gave no answer within {seconds} s")
            }
            Err(RecvTimeoutError::Disconnected) => self.died(),
        }
    }

    /// The most memory that the program has had so far, where the system tells it.
    pub fn peak_bytes(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        Some(1024 * line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?)
    }

    fn died<T>(&mut self) -> Result<T> {
        let name = &self.name;
        let _ = self.child.kill();
        let status = self
            .child
            .wait()
            .with_context(|| format!("cannot wait for {name}"))?;
        let errors = self.errors.recv_timeout(Duration::from_secs(1));
        let errors = errors.unwrap_or_default();
        let from = errors
            .char_indices()
            .rev()
            .nth(KEPT)
            .map_or(0, |(at, _)| at);
        bail!("{name} ended ({status}): {}", errors[from..].trim())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The end of its input lets the program end its own children. After 2 s it is killed.
        drop(self.input.take());
        for _ in 0..100 {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn parse(answer: &str) -> Option<Sample> {
    let (seconds, value) = answer.split_once(' ')?;
    let (seconds, value) = (seconds.parse().ok()?, value.trim().parse().ok()?);
    (seconds >= 0.0).then_some(Sample { seconds, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);

    fn shell(script: &str) -> Process {
        Process::start("a peer", Command::new("sh").args(["-c", script])).unwrap()
    }

    fn error(script: &str, limit: Duration) -> String {
        let error = shell(script).run(limit).unwrap_err();
        format!("{error:#}")
    }

    #[test]
    fn each_run_has_an_answer() {
        let mut peer = shell("while read line; do echo 0.25 $line | sed s/run/7/; done");
        let sample = Sample {
            seconds: 0.25,
            value: 7.0,
        };
        assert_eq!(peer.run(LIMIT).unwrap(), sample);
        assert_eq!(peer.run(LIMIT).unwrap(), sample);
        let peak = peer.peak_bytes();
        assert!(peak.is_some_and(|bytes| bytes > 100_000) || !cfg!(target_os = "linux"));
    }

    #[test]
    fn a_peer_that_dies_is_named_with_its_last_words() {
        let died = error("read line; echo no memory >&2; exit 3", LIMIT);
        assert!(
            died.contains("a peer ended") && died.contains("no memory"),
            "{died}"
        );
    }

    #[test]
    fn a_peer_that_hangs_is_named() {
        let hangs = error("read line; exec sleep 60", Duration::from_millis(200));
        assert!(
            hangs.contains("a peer gave no answer within 0.2 s"),
            "{hangs}"
        );
    }

    #[test]
    fn an_answer_of_another_form_is_shown() {
        for answer in ["hello", "1.0", "-1 2", "1 x"] {
            let odd = error(&format!("read line; echo {answer}; sleep 1"), LIMIT);
            assert!(
                odd.contains(&format!("a peer answered `{answer}`")),
                "{odd}"
            );
        }
    }
}
