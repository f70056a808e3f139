//! What a notebook checks and sets up in its first cell, and how values reach the page.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use crate::course::{self, Course};
use crate::panics;
use crate::table::Table;

/// The compiler, the crates and the machine behind a notebook's figures.
///
/// # Examples
///
/// ```
/// let machine = speedup::notebook::machine();
/// assert!(machine.threads >= 1);
/// assert!(machine.to_string().contains("rayon"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Machine {
    /// What the compiler calls itself.
    pub compiler: &'static str,
    /// The crates that the helper crate is built on, with their versions.
    pub crates: &'static str,
    /// What the processor calls itself; empty if the system does not say.
    pub processor: String,
    /// Physical cores, if the system says.
    pub cores: Option<usize>,
    /// Threads that can run at the same time.
    pub threads: usize,
    /// Memory in bytes.
    pub memory: u64,
    /// What holds on all machines of the course.
    pub course: Course,
}

/// Reads off the compiler, the crates and the machine.
///
/// # Examples
///
/// ```
/// println!("{}", speedup::notebook::machine());
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
        cores: sysinfo::System::physical_core_count().ok(),
        threads: crate::hardware::usable(),
        memory: crate::memory::installed(),
        course: course::current(),
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, (name, value)) in self.parts().iter().enumerate() {
            let words: Vec<&str> = value.split_inclusive(", ").collect();
            // Four crates a line.
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
    /// speedup::notebook::machine().evcxr_display();
    /// ```
    pub fn evcxr_display(&self) {
        let mut table = Table::new("Behind the figures of this notebook", ["part", "here"]);
        for (name, value) in self.parts() {
            table = table.row([&name, &value]);
        }
        show("text/html", &table.html());
        show("text/plain", &self.to_string());
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
            parts.push(("course", format!("{} ({})", self.course, course::FILE)));
        }
        parts
    }
}

/// Reads `course.toml` from the notebook's folder, and makes a panic visible in any evcxr kernel.
///
/// The kernel of this repository reports a panic as an error. Any other evcxr kernel reports a cell
/// that panicked as a success. There, after this call, a panic prints its message and the line of the cell, and then
/// - in a JupyterLab session, where somebody is reading, the kernel goes on and variables survive;
/// - in a run by nbconvert or nbclient, where nobody is, the cell's process ends,
///   which the kernel reports as an error, so that the run stops.
///
/// # Panics
///
/// If `course.toml` is there and says something that is not allowed.
///
/// # Examples
///
/// ```
/// speedup::notebook::set_up();
/// ```
pub fn set_up() {
    if std::env::var_os(REPORTS_FAILURES).is_none() {
        let attended = attended();
        std::panic::set_hook(Box::new(move |info| {
            eprintln!("{}", panics::describe(info));
            if !attended {
                std::process::exit(101);
            }
        }));
    }
    match Course::of_folder(Path::new(".")) {
        Ok(course) => course::set(course),
        Err(error) => panic!("{error}"),
    }
}

/// Set by the kernel of this repository, which reports panics itself.
const REPORTS_FAILURES: &str = "EVCXR_REPORTS_FAILURES";

/// Whether somebody is reading: `JPY_SESSION_NAME` is set by Jupyter's server for its kernels.
pub(crate) fn attended() -> bool {
    std::env::var_os("JPY_SESSION_NAME").is_some()
}

/// Hands a cell's result of one MIME type to the kernel.
///
/// # Examples
///
/// ```
/// speedup::notebook::show("text/plain", "42");
/// ```
pub fn show(mime: &str, content: &str) {
    let text = format!("EVCXR_BEGIN_CONTENT {mime}\n{content}\nEVCXR_END_CONTENT\n");
    // Nobody is left to tell if the kernel no longer reads.
    let _ = io::stdout().lock().write_all(text.as_bytes());
}
