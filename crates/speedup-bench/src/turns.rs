//! Runs in turns: of each round, one run of every implementation.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::level::Level;
use crate::measurement::{Measurement, median_of};
use crate::process::Process;
use crate::workload::Expected;

/// Longest time for one run; the first one of a Python program compiles as well.
const LIMIT: Duration = Duration::from_secs(300);
/// The wait before a turn, in which threads of the last program may still spin.
const PAUSE: Duration = Duration::from_millis(30);
/// The most runs per turn.
const MOST_RUNS: usize = 20;

/// The number of rounds, and the length of a turn.
#[derive(Clone, Copy, Debug)]
pub struct Rounds {
    /// The number of rounds. The first one is for warming up and does not count.
    pub count: usize,
    /// The time for which a short run is repeated within a turn.
    pub turn: Duration,
}

impl Rounds {
    /// Our kernels alone: ten times each.
    pub const ALONE: Rounds = Rounds::new(11, 40);
    /// Our kernels alone, with fewer runs.
    pub const ALONE_QUICK: Rounds = Rounds::new(4, 40);
    /// With peers: six times each, the fewest for which a ratio has an interval.
    pub const PEERS: Rounds = Rounds::new(7, 40);
    /// With peers: one turn of each that counts.
    pub const PEERS_QUICK: Rounds = Rounds::new(2, 40);

    /// A number of rounds, with turns of that many milliseconds.
    const fn new(count: usize, milliseconds: u64) -> Self {
        Rounds {
            count,
            turn: Duration::from_millis(milliseconds),
        }
    }
}

/// One implementation of a workload.
pub struct Entry {
    /// The kernel.
    pub workload: String,
    /// The name of the implementation.
    pub implementation: String,
    /// `notebook`, `release`, `python`, `c` or `machine`.
    pub build: String,
    /// The instruction set; `None` if the program chooses it.
    pub level: Option<Level>,
    /// The amount of work in times that of the handouts.
    pub scale: f64,
    /// The value that it must give; `None` for no check.
    pub expected: Option<Expected>,
    /// The program for that number of threads.
    pub command: Box<dyn Fn(usize) -> Command>,
}

struct Player<'a> {
    entry: &'a Entry,
    threads: usize,
    process: Process,
    times: Vec<f64>,
    value: f64,
}

/// Starts all entries at all numbers of threads and runs them round after round.
///
/// A short run is repeated within its turn, and the median of these repeats is one time.
///
/// # Errors
///
/// The first program that fails, hangs or gives another value than the expected one.
pub fn take(entries: &[&Entry], threads: &[usize], rounds: Rounds) -> Result<Vec<Measurement>> {
    let mut players = Vec::new();
    for entry in entries {
        for &threads in threads {
            let level = entry
                .level
                .map_or(String::new(), |level| format!(", {level}"));
            let name = format!(
                "{} {} ({threads} threads{level})",
                entry.build, entry.implementation
            );
            players.push(Player {
                entry,
                threads,
                process: Process::start(&name, &mut (entry.command)(threads))?,
                times: Vec::new(),
                value: f64::NAN,
            });
        }
    }
    for round in 0..rounds.count {
        for player in &mut players {
            thread::sleep(PAUSE);
            let start = Instant::now();
            let mut times = Vec::new();
            loop {
                let sample = player.process.run(LIMIT)?;
                check(player.entry, sample.value)?;
                // Rates of the machine differ per run, and the best one is taken.
                player.value = player.value.max(sample.value);
                times.push(sample.seconds);
                if start.elapsed() >= rounds.turn || times.len() == MOST_RUNS {
                    break;
                }
            }
            if round > 0 {
                player.times.push(median_of(&times));
            }
        }
    }
    Ok(players.iter().map(measured).collect())
}

fn check(entry: &Entry, value: f64) -> Result<()> {
    let (workload, build, name) = (&entry.workload, &entry.build, &entry.implementation);
    entry.expected.map_or(Ok(()), |expected| {
        expected
            .check(value)
            .with_context(|| format!("{workload}: {build} {name}"))
    })
}

fn measured(player: &Player) -> Measurement {
    Measurement {
        workload: player.entry.workload.clone(),
        implementation: player.entry.implementation.clone(),
        build: player.entry.build.clone(),
        level: player.entry.level,
        scale: Some(player.entry.scale).filter(|scale| *scale != 1.0),
        peak_bytes: player.process.peak_bytes(),
        threads: player.threads,
        median_s: median_of(&player.times),
        min_s: player.times.iter().copied().fold(f64::INFINITY, f64::min),
        repeats: player.times.len(),
        times_s: player.times.clone(),
        value: player.value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn rounds(count: usize) -> Rounds {
        Rounds::new(count, 0)
    }

    fn entry(name: &str, script: &'static str) -> Entry {
        Entry {
            workload: "w".to_owned(),
            implementation: name.to_owned(),
            build: "c".to_owned(),
            level: Some(Level::Avx2),
            scale: 1.0,
            expected: None,
            command: Box::new(move |threads| {
                let mut command = Command::new("sh");
                command.args(["-c", script, "peer", &threads.to_string()]);
                command
            }),
        }
    }

    #[test]
    fn the_first_round_does_not_count() {
        let peer = entry("p", "t=9; while read l; do echo $t 5; t=$1; done");
        let found = take(&[&peer], &[1, 2], rounds(4)).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[1].threads, found[1].median_s), (2, 2.0));
        assert_eq!((found[1].repeats, found[1].value), (3, 5.0));
        assert_eq!(found[1].times_s, [2.0; 3]);
    }

    #[test]
    fn all_take_turns() {
        // Each answers with how often it was asked; in turns, no one is ahead.
        let script = "n=0; while read l; do n=$((n+1)); echo $n 1; done";
        let (a, b) = (entry("a", script), entry("b", script));
        let found = take(&[&a, &b], &[1], rounds(3)).unwrap();
        assert!(found.iter().all(|m| m.median_s == 2.5 && m.min_s == 2.0));
    }

    #[test]
    fn a_wrong_value_is_named() {
        let mut peer = entry("fast", "n=3; while read l; do echo 1 $n; n=nan; done");
        peer.expected = Some(Expected {
            value: 3.0,
            tolerance: 0.5,
        });
        assert!(take(&[&peer], &[1], rounds(1)).is_ok());
        let error = take(&[&peer], &[1], rounds(2)).unwrap_err();
        let error = format!("{error:#}");
        assert_eq!(error, "w: c fast: the value NaN is not 3 (± 0.5)");
    }

    #[test]
    fn who_fails_is_named() {
        let peer = entry("numba", "read l; exit 1");
        let error = take(&[&peer], &[2], rounds(2)).unwrap_err().to_string();
        assert!(error.contains("c numba (2 threads, avx2) ended"), "{error}");
    }
}
