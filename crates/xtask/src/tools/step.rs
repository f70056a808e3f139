//! Numbered, timed steps.

use anyhow::Result;
use std::time::{Duration, Instant};

/// How a step ended, with what it made.
pub enum Outcome<T> {
    /// The work was done.
    Done(T),
    /// Nothing had to be done.
    UpToDate(T),
}

impl Outcome<()> {
    /// Of work that tells whether it changed something.
    pub fn of(changed: bool) -> Outcome<()> {
        match changed {
            true => Outcome::Done(()),
            false => Outcome::UpToDate(()),
        }
    }
}

/// Counts the steps of one command and prints each: `[2/6] what it does ...`.
pub struct Steps {
    total: usize,
    current: usize,
}

impl Steps {
    /// Steps numbered from 1 to `total`.
    pub fn new(total: usize) -> Steps {
        Steps { total, current: 0 }
    }

    /// There are some more, as has turned out.
    pub fn expect(&mut self, more: usize) {
        self.total += more;
    }

    /// Runs one step and prints how long it took, or that it was up to date.
    pub fn run<T>(&mut self, what: &str, work: impl FnOnce() -> Result<Outcome<T>>) -> Result<T> {
        self.announce(what);
        let start = Instant::now();
        match work()? {
            Outcome::Done(value) => {
                println!("      done in {}", seconds(start.elapsed()));
                Ok(value)
            }
            Outcome::UpToDate(value) => {
                println!("      up to date");
                Ok(value)
            }
        }
    }

    /// Prints the next step's line; for a step whose own last line must stay last.
    pub fn announce(&mut self, what: &str) {
        self.current += 1;
        println!("[{}/{}] {what} ...", self.current, self.total);
    }
}

/// A duration as a person reads it.
pub fn seconds(duration: Duration) -> String {
    let total = duration.as_secs_f64();
    if total < 60.0 {
        format!("{total:.1} s")
    } else {
        let whole = total.round();
        format!("{} min {} s", (whole / 60.0).floor(), whole % 60.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(seconds(Duration::from_millis(1234)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(427)), "7 min 7 s");
        assert_eq!(seconds(Duration::from_millis(119_900)), "2 min 0 s");
    }
}
