//! The first cell of a notebook: settings, panics, and the machine behind the figures.

use std::fmt;
use std::path::Path;

use crate::display::table::Table;
use crate::jupyter;
use crate::measure::hardware;
use crate::notebook::limits::{self, Course};
use crate::notebook::panic_report;

/// The compiler, the crates, the machine and the course behind a notebook's figures.
///
/// # Examples
///
/// ```
/// let machine = speedup_notebook::notebook::machine();
/// assert!(machine.threads >= 1);
/// assert!(machine.to_string().contains("rayon"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Machine {
    /// The compiler's name and version.
    pub compiler: &'static str,
    /// The crates that the helper crates use, with their versions.
    pub crates: &'static str,
    /// The processor's name; empty if the system does not report it.
    pub processor: String,
    /// Physical cores; `None` if the system does not report them.
    pub cores: Option<usize>,
    /// Threads that can run at the same time, whatever the limits of the course.
    pub threads: usize,
    /// Memory in bytes, of this machine or of the container.
    pub memory: u64,
    /// The limits of the course.
    pub course: Course,
}

/// Reads the compiler, the crates, the machine and the course.
///
/// # Examples
///
/// ```
/// println!("{}", speedup_notebook::notebook::machine());
/// ```
pub fn machine() -> Machine {
    let kind = sysinfo::CpuRefreshKind::nothing();
    let kind = sysinfo::RefreshKind::nothing().with_cpu(kind);
    let processor = sysinfo::System::new_with_specifics(kind)
        .ok()
        .and_then(|system| {
            system
                .cpus()
                .first()
                .map(|cpu| cpu.brand().trim().to_owned())
        })
        .unwrap_or_default();
    Machine {
        compiler: env!("SPEEDUP_RUSTC"),
        crates: env!("SPEEDUP_CRATES"),
        processor,
        cores: hardware::cores(),
        threads: hardware::usable(),
        memory: speedup::memory::budget::installed(),
        course: limits::current(),
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, (name, value)) in self.parts().iter().enumerate() {
            let words: Vec<&str> = value.split_inclusive(", ").collect();
            // Four crates per line.
            let lines = words
                .chunks(4)
                .map(|line| line.concat().trim_end().to_owned());
            let value = lines.collect::<Vec<_>>().join("\n           ");
            let before = if k == 0 { "" } else { "\n" };
            write!(f, "{before}{name:<10} {value}")?;
        }
        Ok(())
    }
}

impl Machine {
    /// Shows the table as a notebook cell's result.
    ///
    /// # Examples
    ///
    /// ```
    /// speedup_notebook::notebook::machine().evcxr_display();
    /// ```
    pub fn evcxr_display(&self) {
        let mut table = Table::new("Behind the figures of this notebook", ["part", "here"]);
        for (name, value) in self.parts() {
            table = table.row([&name, &value]);
        }
        jupyter::show("text/html", &table.html());
        jupyter::show("text/plain", &self.to_string());
    }

    fn parts(&self) -> Vec<(&'static str, String)> {
        let unknown = || "unknown".to_owned();
        let gib = self.memory as f64 / f64::from(1 << 30);
        let mut parts = vec![
            ("compiler", self.compiler.to_owned()),
            ("crates", self.crates.to_owned()),
            ("processor", self.processor.clone()),
            ("cores", self.cores.map_or_else(unknown, |n| n.to_string())),
            ("threads", format!("{} at the same time", self.threads)),
            ("memory", format!("{gib:.0} GiB")),
        ];
        if self.course != Course::DEFAULT {
            parts.push(("course", format!("{} ({})", self.course, limits::FILE)));
        }
        parts
    }
}

/// Reads `course.toml` from the notebook's folder, and makes a panic visible in any evcxr kernel.
///
/// The kernel of this repository reports a panic as an error. Other evcxr kernels report a cell
/// that panicked as a success. There, after this call, a panic prints its message and the line of
/// the cell. Then
/// - in a JupyterLab session the kernel goes on, and variables survive;
/// - in a run by nbconvert or nbclient the process ends. The kernel reports that as an error, so
///   that the run stops.
///
/// # Panics
///
/// If `course.toml` cannot be read or has a value that is not allowed, see
/// [`Course::of_folder`](limits::Course::of_folder).
///
/// # Examples
///
/// ```
/// speedup_notebook::notebook::set_up();
/// ```
pub fn set_up() {
    if std::env::var_os(REPORTS_FAILURES).is_none() {
        let attended = jupyter::attended();
        std::panic::set_hook(Box::new(move |info| {
            eprintln!("{}", panic_report::describe(info));
            if !attended {
                std::process::exit(101);
            }
        }));
    }
    match Course::of_folder(Path::new(".")) {
        Ok(course) => limits::set(course),
        Err(error) => panic!("{error}"),
    }
}

/// The variable that the kernel of this repository sets. It reports panics itself.
const REPORTS_FAILURES: &str = "EVCXR_REPORTS_FAILURES";

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroUsize;

    #[test]
    fn the_limit_of_a_course_is_not_taken_for_the_machine_s_number() {
        let hardware = hardware::read();
        let threads = machine().threads;
        limits::set(Course {
            threads: NonZeroUsize::new(1),
            size: 0.5,
            seconds: 0.5,
        });
        let (limited, limited_hardware) = (machine(), hardware::read());
        let all = speedup::Threads::all().count();
        limits::set(Course::DEFAULT);
        assert_eq!(all, 1);
        assert_eq!((limited.threads, limited_hardware), (threads, hardware));
        let text = limited.to_string();
        assert!(
            text.contains("at most 1 thread, sizes × 0.5, seconds × 0.5 (course.toml)"),
            "{text}"
        );
    }
}
