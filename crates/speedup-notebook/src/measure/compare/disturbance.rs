//! How much of the processors other programs and the host took, from `/proc`.

use std::collections::HashMap;
use std::fs;
use std::iter;
use std::process;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use speedup::prelude::affinity;

use crate::measure::cpu_ticks::{self, Ticks};

/// Ticks per second of the times in `/proc`.
const TICKS: f64 = 100.0;
/// The largest share of the processors that others may take in rounds that count.
const ALLOWED: f64 = 0.05;
/// The number of ticks by which the two counts may differ without any other program.
const UNCERTAIN: f64 = 3.0;

/// A point in time, with the ticks used until then.
pub struct Mark {
    time: Instant,
    /// The processors that this program may use.
    cores: Vec<usize>,
    /// Ticks of all programs on these processors, and of the host.
    all: Option<f64>,
    processes: HashMap<u32, Process>,
    /// How often threads of this program went to sleep.
    sleeps: f64,
}

impl Mark {
    pub fn now() -> Self {
        let cores = affinity::allowed().unwrap_or_default();
        let usage = getrusage(UsageWho::RUSAGE_SELF);
        Self {
            time: Instant::now(),
            all: cpu_ticks::read().and_then(|all| busy(&all, &cores)),
            cores,
            processes: processes(),
            sleeps: usage.map_or(0.0, |usage| usage.voluntary_context_switches() as f64),
        }
    }

    pub fn elapsed(&self) -> Duration {
        self.time.elapsed()
    }

    /// Whether others took more than a twentieth of the processors since then. If the system does
    /// not report the load, nobody did.
    ///
    /// Others are the processes in `/proc`, and what else made the processors busy: processes that a
    /// container hides, and the host.
    pub fn was_disturbed(&self) -> bool {
        let now = Self::now();
        let elapsed = (now.time - self.time).as_secs_f64() * TICKS * now.cores.len().max(1) as f64;
        let (mut own, mut seen) = (0.0, 0.0);
        for (id, process) in &now.processes {
            let before = self.processes.get(id).map_or(0.0, |before| before.ticks);
            let ticks = (process.ticks - before).max(0.0);
            if is_own(*id, &now.processes) {
                own += ticks;
            } else if now.cores.contains(&process.cpu) {
                seen += ticks;
            }
        }
        let unseen = match (self.all, now.all) {
            (Some(before), Some(after)) => {
                // The system counts a whole tick for what runs at its end. A thread that sleeps
                // and wakes may be counted too often or too rarely, each time by one tick.
                let sampling = (now.sleeps - self.sleeps).min(own).min(elapsed - own);
                after - before - own - sampling.max(0.0)
            }
            _ => 0.0,
        };
        seen.max(unseen) > (ALLOWED * elapsed).max(UNCERTAIN)
    }
}

/// A process as `/proc` has it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Process {
    parent: u32,
    /// User and system ticks, with those of its children that have ended.
    ticks: f64,
    /// The processor on which it ran last.
    cpu: usize,
}

/// The ticks in which these processors were busy, or in which the host had taken them away.
fn busy(all: &[Ticks], cores: &[usize]) -> Option<f64> {
    let ours = all.iter().filter(|ticks| cores.contains(&ticks.cpu));
    let busy: Vec<f64> = ours.map(|ticks| ticks.busy).collect();
    (busy.len() == cores.len()).then(|| busy.iter().sum())
}

/// All processes by their numbers; none if the system has no `/proc`.
fn processes() -> HashMap<u32, Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let found = ids.filter_map(|id: u32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        Some((id, parse(&stat)?))
    });
    found.collect()
}

/// Whether a process is this one, or was started by this one or by one that it started.
fn is_own(id: u32, processes: &HashMap<u32, Process>) -> bool {
    let parent = |id: &u32| processes.get(id).map(|process| process.parent);
    // No line of parents is that long. Numbers that were given anew could make a circle.
    let mut line = iter::successors(Some(id), parent).take(1000);
    line.any(|id| id == process::id())
}

/// The process of a file `/proc/<number>/stat`.
fn parse(stat: &str) -> Option<Process> {
    // The name of the program, in parentheses, may contain blanks.
    let (_, after) = stat.rsplit_once(')')?;
    let words: Vec<&str> = after.split_whitespace().collect();
    let ticks = words.get(11..15)?.iter().map(|word| word.parse::<f64>());
    Some(Process {
        parent: words.get(1)?.parse().ok()?,
        ticks: ticks.sum::<Result<f64, _>>().ok()?,
        cpu: words.get(36)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_ticks_are_those_of_the_processors_that_may_be_used() {
        let ticks = |cpu, busy| Ticks {
            cpu,
            busy,
            all: 1e4,
        };
        let all = [ticks(0, 140.0), ticks(1, 243.0), ticks(12, 9.0)];
        assert_eq!(busy(&all, &[0]), Some(140.0));
        assert_eq!(busy(&all, &[0, 1]), Some(383.0));
        assert_eq!(busy(&all, &[0, 7]), None);
    }

    #[test]
    fn a_process_counts_with_its_children_that_have_ended() {
        let rest = "0 ".repeat(21);
        let stat = format!("7 (a (b) c) S 1 7 7 0 -1 4194560 9 9 0 0 10 20 3 4 {rest}3 0");
        let process = Process {
            parent: 1,
            ticks: 37.0,
            cpu: 3,
        };
        assert_eq!(parse(&stat), Some(process));
        assert_eq!(parse("7 (a) S 1"), None);
    }

    #[test]
    fn a_process_belongs_to_those_that_started_it() {
        let own = process::id();
        let with = |parent| Process {
            parent,
            ticks: 0.0,
            cpu: 0,
        };
        let all = [(1, 0), (own, 1), (9_000_001, own), (9_000_002, 9_000_001)];
        let mut all: HashMap<u32, Process> = all
            .into_iter()
            .map(|(id, parent)| (id, with(parent)))
            .collect();
        all.insert(9_000_003, with(1));
        all.insert(9_000_004, with(9_000_004));
        let ours = |id: u32| is_own(id, &all);
        assert!(ours(own) && ours(9_000_001) && ours(9_000_002));
        assert!(!ours(1) && !ours(9_000_003) && !ours(9_000_004) && !ours(9_000_005));
    }

    #[test]
    fn own_work_is_counted_as_own() {
        let own = || processes().get(&process::id()).map_or(0.0, |own| own.ticks);
        let before = own();
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(120) {
            std::hint::black_box(before);
        }
        let own = own() - before;
        // Nothing if the system has no /proc.
        assert!(own == 0.0 || (2.0..60.0).contains(&own), "{own}");
    }
}
