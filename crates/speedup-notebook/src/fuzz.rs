//! Targets of fuzzing: the limits of a course, and what Linux says of the processor. `tests/fuzz` gives them inputs
//! without end; here are some.

use crate::measure::cpu_ticks;
use crate::notebook::limits::{Course, FACTORS, FILE};
use speedup::Threads;

#[cfg(test)]
#[path = "../../speedup/tests/support/mod.rs"]
mod support;

/// A course: refused with the line that is wrong, or limits that are allowed and come back when they are written again.
pub fn course(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Course::parse(FILE, &text) {
        Ok(course) => {
            assert!(course.threads.is_none_or(|n| n.get() <= Threads::MAX));
            assert!(FACTORS.contains(&course.size) && FACTORS.contains(&course.seconds));
            assert_eq!(Course::parse(FILE, &written(&course)), Ok(course));
        }
        Err(error) => {
            let message = error.to_string();
            let rest = message.strip_prefix("course.toml, line ").unwrap();
            let line: usize = rest.split_once(':').unwrap().0.parse().unwrap();
            assert!((1..=text.matches('\n').count() + 1).contains(&line));
        }
    }
    for ticks in cpu_ticks::parse(&text) {
        let line = format!("cpu{} {} 0 0 0 0 0 0 0", ticks.cpu, ticks.all);
        assert_eq!(cpu_ticks::parse(&line).len(), 1);
    }
}

fn written(course: &Course) -> String {
    let threads = course.threads.map(|n| format!("threads = {n}\n"));
    let (size, seconds) = (course.size, course.seconds);
    threads.unwrap_or_default() + &format!("size = {size:?}\nseconds = {seconds:?}\n")
}

/// Right texts to begin with.
pub fn courses() -> Vec<Vec<u8>> {
    let texts = [
        "threads = 2\nsize = 0.1 # laptops\nseconds = 0.5\n",
        "\u{feff}\"threads\" = 0b11\r\n'size' = 1_0.0",
        "cpu  9 9 9 9 9 9 9 9 9 9\ncpu12 100 10 20 5000 300 1 2 7 50 0\nintr 5\n",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn courses_near_right_ones() {
        support::survives(2_000, courses(), course);
    }
}
