//! Jobs, and damaged messages, at random: results as in this process, or errors; a worker never hangs and never dies of
//! a message. See the same test of the crate `speedup`.

#[path = "../../speedup/tests/support/mod.rs"]
mod support;

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use speedup::Error;
use speedup_process::jobs::{Crash, Cubic, NelderMead};
use speedup_process::protocol::version;
use speedup_process::{Job, Traffic, WorkerError, Workers};
use support::{CASES, holds, number};

const PROGRAM: &str = env!("CARGO_BIN_EXE_speedup-worker");

/// A frame: the length of its content, and the content.
fn frame(content: &[u8]) -> Vec<u8> {
    [&(content.len() as u64).to_le_bytes(), content].concat()
}

/// The content of a message with one job: x³ + 2 at 1 and 2.
fn message() -> Vec<u8> {
    let numbers = |numbers: &[f64]| {
        numbers
            .iter()
            .flat_map(|x| x.to_le_bytes())
            .collect::<Vec<u8>>()
    };
    let coefficients = numbers(&[1.0, 0.0, 0.0, 2.0]);
    [
        b"\x05cubic\x01".as_slice(),
        &coefficients,
        b"\x02",
        &numbers(&[1.0, 2.0]),
    ]
    .concat()
}

/// The content of the reply: 3 and 10.
fn reply() -> Vec<u8> {
    [
        b"\0\x01\0\x02".as_slice(),
        &3_f64.to_le_bytes(),
        &10_f64.to_le_bytes(),
    ]
    .concat()
}

/// What can happen to bytes on their way.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Cut(usize),
    Flip(usize, u8),
}

impl Damage {
    fn of(self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        match self {
            Self::Cut(at) => bytes.truncate(at),
            Self::Flip(at, bit) => bytes[at] ^= 1 << bit,
        }
        bytes
    }
}

fn damage(length: usize) -> impl Strategy<Value = Damage> {
    let flip = (0..length, 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit));
    prop_oneof![(0..length).prop_map(Damage::Cut), flip]
}

/// A worker, and the messages between it and this test; killed with it.
struct Raw(Child);

impl Raw {
    fn start() -> Self {
        let mut command = Command::new(PROGRAM);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut raw = Self(child.unwrap());
        assert_eq!(raw.read(), version().as_bytes());
        raw
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0.stdin.as_mut().unwrap().write_all(bytes).unwrap();
    }

    /// The next frame that is no heartbeat.
    fn read(&mut self) -> Vec<u8> {
        let output = self.0.stdout.as_mut().unwrap();
        loop {
            let mut head = [0; 8];
            output.read_exact(&mut head).unwrap();
            let mut content = vec![0; u64::from_le_bytes(head) as usize];
            output.read_exact(&mut content).unwrap();
            if !content.is_empty() {
                return content;
            }
        }
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One worker reads all of them, and a right one after each.
#[test]
fn a_worker_answers_damaged_messages_with_a_reason() {
    let worker = std::cell::RefCell::new(Raw::start());
    holds(CASES, damage(message().len()), |damage| {
        let mut worker = worker.borrow_mut();
        worker.write(&frame(&damage.of(&message())));
        let answer = worker.read();
        match (answer.split_first().unwrap(), damage) {
            ((1, reason), _) => {
                let reason = std::str::from_utf8(reason).unwrap();
                let known = [
                    "the worker cannot read it, ",
                    "the worker has no job named ",
                ];
                assert!(
                    known.iter().any(|known| reason.starts_with(known)),
                    "{reason}"
                );
            }
            // Another number is a right message too.
            ((0, _), Damage::Flip(..)) => {}
            other => panic!("{other:?}"),
        }
        worker.write(&frame(&message()));
        assert_eq!(worker.read(), reply());
    });
}

/// 100 cases: each starts a worker.
#[test]
fn a_worker_ends_when_a_frame_is_cut_or_its_length_is_wrong() {
    let whole = frame(&message());
    // The version of the worker comes first, and the bits of its length are in the first bytes.
    let head = (0..8_usize, 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit));
    let damage = prop_oneof![head, damage(whole.len())];
    holds(100, damage, |damage| {
        let mut worker = Raw::start();
        worker.write(&damage.of(&whole));
        drop(worker.0.stdin.take());
        assert!(worker.0.wait().unwrap().success());
    });
}

/// A program that is a worker by its version, and replies with the bytes in a file; removed with it.
struct Fake(PathBuf);

impl Fake {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("damaged-replies-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("version"), frame(version().as_bytes())).unwrap();
        // The shell writes it: a file that this process holds open cannot be started.
        let script = r#"#!/bin/sh\ncd "${0%%/*}"; cat version; head -c 1 >/dev/null; cat reply; exec cat >/dev/null\n"#;
        let mut shell = Command::new("sh");
        shell.args(["-c", r#"printf "$1" >"$0" && chmod +x "$0""#]);
        let written = shell
            .arg(folder.join("worker"))
            .arg(script)
            .status()
            .unwrap();
        assert!(written.success());
        Self(folder)
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// 100 cases: each starts a program, and waits for what does not come.
#[test]
fn damaged_replies_are_errors_or_other_numbers() {
    let fake = Fake::new();
    let job = Cubic {
        coefficients: [1.0, 0.0, 0.0, 2.0],
        x: vec![1.0, 2.0],
    };
    let whole = frame(&reply());
    holds(100, damage(whole.len()), |damage| {
        std::fs::write(fake.0.join("reply"), damage.of(&whole)).unwrap();
        let mut workers = Workers::start_program(fake.0.join("worker"), 1).unwrap();
        workers.set_time_limit(Duration::from_millis(20));
        match (workers.apply(&job), damage) {
            // The numbers fill the reply but for 12 bytes. A pipe does not change bytes, so there is no checksum.
            (Ok(values), Damage::Flip(12.., _)) => assert_eq!(values.len(), 2),
            (
                Err(
                    WorkerError::Message { .. }
                    | WorkerError::TimedOut { .. }
                    | WorkerError::Died { .. },
                ),
                _,
            ) => {}
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn jobs_with_any_numbers_have_the_results_of_this_process() {
    let cubic = (
        [number(), number(), number(), number()],
        vec(number(), 0..9),
    );
    let cubic = cubic.prop_map(|(coefficients, x)| Cubic { coefficients, x });
    let workers = std::cell::RefCell::new(Workers::start_program(PROGRAM, 2).unwrap());
    let chunk = prop_oneof![0..6_usize, any::<usize>()];
    holds(CASES, (vec(cubic, 0..6), chunk), |(jobs, chunk)| {
        let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<u64>>();
        match workers.borrow_mut().map(&jobs, chunk) {
            Ok(results) => {
                let results = results.iter().map(|result| bits(result.as_ref().unwrap()));
                assert!(results.eq(jobs.iter().map(|job| bits(&job.run().unwrap()))));
            }
            Err(Error::Count { value, min: 1, .. }) => assert_eq!((value, chunk), (0, 0)),
            other => panic!("{other:?}"),
        }
    });
    assert_eq!(workers.borrow().replaced(), 0);
}

#[test]
fn searches_for_any_target_have_the_results_of_this_process() {
    let workers = std::cell::RefCell::new(Workers::start_program(PROGRAM, 1).unwrap());
    holds(CASES, [number(), number(), number()], |target| {
        let job = NelderMead { target };
        match (workers.borrow_mut().apply(&job), job.run()) {
            (Ok(there), Ok(here)) => assert_eq!(there.map(f64::to_bits), here.map(f64::to_bits)),
            (Err(WorkerError::Failed { problem }), Err(here)) => {
                assert_eq!(problem, here.to_string());
                assert!(problem.contains("is not allowed, use finite numbers"));
            }
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn numbers_of_workers_that_are_not_allowed_are_refused() {
    let count = prop_oneof![Just(0), 257..=usize::MAX];
    holds(CASES, count, |n| {
        let message = Workers::start_program(PROGRAM, n).unwrap_err().to_string();
        assert_eq!(
            message,
            format!("workers: {n} is not allowed, use 1 to 256")
        );
    });
}

/// 30 cases: a worker that was too late is replaced.
#[test]
fn any_time_limit_is_kept() {
    let limit = prop_oneof![Just(Duration::ZERO), Just(Duration::MAX), any::<Duration>()];
    let workers = std::cell::RefCell::new(Workers::start_program(PROGRAM, 1).unwrap());
    holds(30, limit, |limit| {
        let mut workers = workers.borrow_mut();
        workers.set_time_limit(limit);
        match workers.apply(&Crash::no()) {
            Ok(fine) => assert_eq!(fine, "fine"),
            Err(error) => assert_eq!(error, WorkerError::TimedOut { limit }),
        }
    });
}

#[test]
fn counts_of_traffic_can_be_as_large_as_they_like() {
    let traffic = || {
        (any::<u64>(), any::<u64>(), any::<u64>()).prop_map(
            |(messages, bytes_sent, bytes_received)| Traffic {
                messages,
                bytes_sent,
                bytes_received,
            },
        )
    };
    holds(CASES, (traffic(), traffic()), |(a, b)| {
        let (sum, difference) = (a + b, a - b);
        assert_eq!(sum.messages, a.messages.saturating_add(b.messages));
        assert_eq!(
            difference.bytes_sent,
            a.bytes_sent.saturating_sub(b.bytes_sent)
        );
        let digits = |text: String| text.replace(',', "");
        assert!(digits(a.to_string()).starts_with(&a.messages.to_string()));
    });
}
