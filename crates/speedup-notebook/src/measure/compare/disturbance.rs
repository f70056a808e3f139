//! How much of the processors other programs and the host took, from `/proc`.

use std::fs;
use std::time::{Duration, Instant};

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
    /// Ticks of all programs on the processors that this program may use, and of the host.
    all: Option<f64>,
    /// Ticks of this program and of the processes that it has started.
    own: f64,
}

impl Mark {
    pub fn now() -> Self {
        Self {
            time: Instant::now(),
            all: cpu_ticks::read().and_then(|all| busy(&all, &affinity::allowed().ok()?)),
            own: own_ticks(),
        }
    }

    pub fn elapsed(&self) -> Duration {
        self.time.elapsed()
    }

    /// Whether others took more than a twentieth of the processors since then. If the system does
    /// not report the load, nobody did.
    pub fn was_disturbed(&self) -> bool {
        let now = Self::now();
        let (Some(before), Some(after)) = (self.all, now.all) else {
            return false;
        };
        let cores = affinity::allowed().map_or(1, |cores| cores.len());
        let elapsed = (now.time - self.time).as_secs_f64() * TICKS * cores as f64;
        let others = (after - before) - (now.own - self.own);
        others > (ALLOWED * elapsed).max(UNCERTAIN)
    }
}

/// The ticks in which these processors were busy, or in which the host had taken them away.
fn busy(all: &[Ticks], cores: &[usize]) -> Option<f64> {
    let ours = all.iter().filter(|ticks| cores.contains(&ticks.cpu));
    let busy: Vec<f64> = ours.map(|ticks| ticks.busy).collect();
    (busy.len() == cores.len()).then(|| busy.iter().sum())
}

/// The ticks of this process and of all processes below it.
fn own_ticks() -> f64 {
    let mut ticks = 0.0;
    let mut left = vec!["self".to_owned()];
    while let Some(process) = left.pop() {
        ticks += fs::read_to_string(format!("/proc/{process}/stat"))
            .ok()
            .and_then(|stat| process_ticks(&stat))
            .unwrap_or(0.0);
        let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else {
            continue;
        };
        for thread in threads.flatten() {
            if let Ok(children) = fs::read_to_string(thread.path().join("children")) {
                left.extend(children.split_whitespace().map(str::to_owned));
            }
        }
    }
    ticks
}

/// User and system ticks of a process, with those of its children that have ended.
fn process_ticks(stat: &str) -> Option<f64> {
    // The name of the program, in parentheses, may contain blanks.
    let (_, after) = stat.rsplit_once(')')?;
    let numbers = after.split_whitespace().skip(11).take(4);
    let ticks: Vec<f64> = numbers.map_while(|word| word.parse().ok()).collect();
    (ticks.len() == 4).then(|| ticks.iter().sum())
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
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194560 100 200 0 0 10 20 3 4 20 0 1 0 100 0";
        assert_eq!(process_ticks(stat), Some(37.0));
        assert_eq!(process_ticks("7 (a) S 1"), None);
    }

    #[test]
    fn own_work_is_no_disturbance_of_its_own_process() {
        let before = own_ticks();
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(120) {
            std::hint::black_box(before);
        }
        let own = own_ticks() - before;
        // Nothing if the system has no /proc.
        assert!(own == 0.0 || (2.0..60.0).contains(&own), "{own}");
    }
}
