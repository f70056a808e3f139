//! Runs in turns: of each round, one run of every implementation.

use super::line::Program;
use super::measurement::{Measurement, median, shortest};
use anyhow::{Result, bail};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// Longest time for one run; the first one of a Python program compiles as well.
const LIMIT: Duration = Duration::from_secs(300);
/// Threads of the program before may still spin in wait of work for this long.
const PAUSE: Duration = Duration::from_millis(30);
/// Short runs are repeated within a turn for this long …
const TURN: Duration = Duration::from_millis(40);
/// … but not more often.
const MOST: usize = 20;

/// The value that all implementations must agree on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// The value …
    pub value: f64,
    /// … to within this.
    pub tolerance: f64,
}

/// One implementation of a workload.
pub struct Entry {
    /// The kernel.
    pub workload: String,
    /// Whose implementation of it.
    pub implementation: String,
    /// `notebook`, `release`, `python`, `c` or `machine`.
    pub build: String,
    /// What it must give, and to within what; nothing for measures of the machine.
    pub expected: Option<Expected>,
    /// The program for so many threads.
    pub command: Box<dyn Fn(usize) -> Command>,
}

struct Player<'a> {
    entry: &'a Entry,
    threads: usize,
    program: Program,
    times: Vec<f64>,
    value: f64,
}

/// Starts all entries at all numbers of threads and runs them round after round.
///
/// The first round is for warming up and does not count. In each later one a short run
/// is repeated, and its turn counts as the median of the repeats.
pub fn take(
    entries: &[&Entry],
    threads: &[usize],
    rounds: usize,
    quick: bool,
) -> Result<Vec<Measurement>> {
    let mut players = Vec::new();
    for entry in entries {
        for &threads in threads {
            let name = format!(
                "{} {} ({threads} threads)",
                entry.build, entry.implementation
            );
            players.push(Player {
                entry,
                threads,
                program: Program::start(&name, &mut (entry.command)(threads))?,
                times: Vec::new(),
                value: f64::NAN,
            });
        }
    }
    for round in 0..rounds {
        for player in &mut players {
            thread::sleep(PAUSE);
            let start = Instant::now();
            let mut times = Vec::new();
            loop {
                let sample = player.program.run(LIMIT)?;
                check(player.entry, sample.value)?;
                // Of a rate that was measured, the best; other values are the same every time.
                player.value = player.value.max(sample.value);
                times.push(sample.seconds);
                if quick || start.elapsed() >= TURN || times.len() == MOST {
                    break;
                }
            }
            if round > 0 {
                player.times.push(median(&times));
            }
        }
    }
    Ok(players.iter().map(measured).collect())
}

fn check(entry: &Entry, found: f64) -> Result<()> {
    let Some(Expected { value, tolerance }) = entry.expected else {
        return Ok(());
    };
    if found.is_finite() && (found - value).abs() <= tolerance {
        return Ok(());
    }
    let (workload, build, name) = (&entry.workload, &entry.build, &entry.implementation);
    bail!("{workload}: {build} {name} gives {found} in place of {value} (± {tolerance})")
}

fn measured(player: &Player) -> Measurement {
    Measurement {
        workload: player.entry.workload.clone(),
        implementation: player.entry.implementation.clone(),
        build: player.entry.build.clone(),
        threads: player.threads,
        median_s: median(&player.times),
        min_s: shortest(&player.times),
        repeats: player.times.len(),
        value: player.value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, script: &'static str) -> Entry {
        Entry {
            workload: "w".to_owned(),
            implementation: name.to_owned(),
            build: "c".to_owned(),
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
        let found = take(&[&peer], &[1, 2], 4, true).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[1].threads, found[1].median_s), (2, 2.0));
        assert_eq!((found[1].repeats, found[1].value), (3, 5.0));
    }

    #[test]
    fn all_take_turns() {
        // Each answers with how often it was asked; in turns, no one is ahead.
        let script = "n=0; while read l; do n=$((n+1)); echo $n 1; done";
        let (a, b) = (entry("a", script), entry("b", script));
        let found = take(&[&a, &b], &[1], 3, true).unwrap();
        assert!(found.iter().all(|m| m.median_s == 2.5 && m.min_s == 2.0));
    }

    #[test]
    fn a_wrong_value_is_named() {
        let mut peer = entry("fast", "n=3; while read l; do echo 1 $n; n=nan; done");
        peer.expected = Some(Expected {
            value: 3.0,
            tolerance: 0.5,
        });
        assert!(take(&[&peer], &[1], 1, true).is_ok());
        let error = take(&[&peer], &[1], 2, true).unwrap_err().to_string();
        assert_eq!(error, "w: c fast gives NaN in place of 3 (± 0.5)");
    }

    #[test]
    fn who_fails_is_named() {
        let peer = entry("numba", "read l; exit 1");
        let error = take(&[&peer], &[2], 2, true).unwrap_err().to_string();
        assert!(error.contains("c numba (2 threads) ended"), "{error}");
    }
}
