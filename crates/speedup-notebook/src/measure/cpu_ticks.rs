//! How long each CPU was busy since the system started, from Linux's `/proc/stat`.

use std::fs;

/// The ticks of 10 ms of one CPU (hardware thread).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ticks {
    /// The system's number of the CPU.
    pub cpu: usize,
    /// Ticks in which it was busy, or in which the host of a virtual machine had taken it away.
    pub busy: f64,
    /// All ticks.
    pub all: f64,
}

/// The ticks of all CPUs; `None` if the system does not report them.
pub(crate) fn read() -> Option<Vec<Ticks>> {
    let all = parse(&fs::read_to_string("/proc/stat").ok()?);
    (!all.is_empty()).then_some(all)
}

pub(crate) fn parse(stat: &str) -> Vec<Ticks> {
    stat.lines().filter_map(line).collect()
}

fn line(line: &str) -> Option<Ticks> {
    let mut words = line.split_whitespace();
    let cpu = words.next()?.strip_prefix("cpu")?.parse().ok()?;
    // user, nice, system, idle, iowait, irq, softirq, steal; the ticks of guests are part of user.
    let ticks: Vec<f64> = words.take(8).map_while(|word| word.parse().ok()).collect();
    let all: f64 = ticks.iter().sum();
    let idle: f64 = ticks.iter().skip(3).take(2).sum();
    (ticks.len() == 8).then_some(Ticks {
        cpu,
        busy: all - idle,
        all,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cpu_has_a_line() {
        let stat = "cpu  9 9 9 9 9 9 9 9 9 9\n\
                    cpu0 100 10 20 5000 300 1 2 7 50 0\n\
                    cpu12 1 1 1 1 1 1 1 1 1 1\n\
                    intr 5\n\
                    cpu3 1 2\n";
        let ticks = |cpu, busy, all| Ticks { cpu, busy, all };
        assert_eq!(parse(stat), [ticks(0, 140.0, 5440.0), ticks(12, 6.0, 8.0)]);
        assert_eq!(parse(""), []);
    }
}
