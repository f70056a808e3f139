//! What `cargo xtask bench` does: the kernels measured, alone or in turns with peers.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, bail};
use kernel::files;
use speedup::Threads;
use speedup_notebook::measure::format::format_duration;

use crate::builds::BUILDS;
use crate::machine;
use crate::measurement::Measurement;
use crate::peers;
use crate::publish;
use crate::report;
use crate::turns::{self, Rounds};
use crate::workload::Scale;
use crate::workloads::{self, WORKLOADS};

/// The folder of the results, and of the peers' environment and programs.
const FOLDER: &str = "target/bench";

/// The measurements in that folder, one per line.
const RESULTS: &str = "results.jsonl";

/// What to measure, and how.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Only this workload.
    pub only: Option<String>,
    /// Fewer runs and less work: under a minute without peers, once all is built.
    pub quick: bool,
    /// In turns with the programs in Python and C.
    pub peers: bool,
    /// Measure nothing, and write the report of the last measurements again.
    pub report: bool,
    /// The Python from which the environment of the peers is made.
    pub python: Option<PathBuf>,
}

impl Request {
    /// Whether the results are not those of a full run of all workloads.
    fn is_partial(&self) -> bool {
        self.quick || self.only.is_some()
    }

    fn workloads(&self) -> Result<Vec<&'static str>> {
        let names = workloads::names();
        match &self.only {
            None => Ok(names),
            Some(only) => match names.iter().find(|name| *name == only) {
                Some(name) => Ok(vec![name]),
                None => bail!("no workload {only}; there are {}", names.join(", ")),
            },
        }
    }

    fn rounds(&self) -> Rounds {
        match (self.peers, self.quick) {
            (true, false) => Rounds::PEERS,
            (true, true) => Rounds::PEERS_QUICK,
            (false, false) => Rounds::ALONE,
            (false, true) => Rounds::ALONE_QUICK,
        }
    }
}

/// Measures, prints a table, and writes `target/bench/results.jsonl`.
///
/// The current folder must be the checkout.
///
/// # Errors
///
/// The first build or program that fails, or that gives another value than the expected one.
pub fn run(request: &Request) -> Result<()> {
    let start = Instant::now();
    let folder = Path::new(FOLDER);
    let results = folder.join(RESULTS);
    if request.report {
        publish::check_complete(&results)?;
        return publish::publish(&results, false);
    }
    let measurements = measure(request, folder)?;
    let lines: Result<String> = measurements.iter().map(Measurement::line).collect();
    files::write(&results, lines?.as_bytes())?;
    println!("\n{}", report::measurements(&measurements));
    if request.quick {
        println!("{}", quick_words(request.peers));
    }
    println!(
        "{} measurements in {}, after {}",
        measurements.len(),
        results.display(),
        format_duration(start.elapsed().as_secs_f64())
    );
    if request.peers {
        publish::publish(&results, request.is_partial())?;
    }
    Ok(())
}

fn measure(request: &Request, folder: &Path) -> Result<Vec<Measurement>> {
    let mut names = request.workloads()?;
    let scale = match request.quick && !request.peers {
        true => Scale::Quick,
        false => Scale::Full,
    };
    if request.peers {
        names.insert(0, machine::NAME);
    }
    let preparations = BUILDS.len() + 2 * usize::from(request.peers);
    let mut steps = Steps::new(preparations + names.len());
    let mut entries = Vec::new();
    for build in BUILDS {
        let what = format!("Our kernels, built as {}", build.words);
        let program = steps.run(&what, || build.make())?;
        entries.extend(peers::ours(build, &program, scale));
        if build.name == "release" {
            entries.extend(peers::of_machine(&program));
        }
    }
    if request.peers {
        let c = folder.join("c");
        steps.run("Programs in C", || peers::compile_c(&c))?;
        entries.extend(peers::of_c(&c));
        let base = request.python.as_deref().unwrap_or(Path::new("python3"));
        let python = steps.run("Python packages of the peers", || {
            peers::make_venv(base, &folder.join("venv"))
        })?;
        entries.extend(peers::of_python(&python)?);
    }
    let threads = thread_counts();
    let mut all = Vec::new();
    for name in names {
        let here: Vec<_> = entries.iter().filter(|e| e.workload == name).collect();
        let what = format!("{name}: {} implementations in turns", here.len());
        all.extend(steps.run(&what, || turns::take(&here, &threads, request.rounds()))?);
    }
    Ok(all)
}

/// 1, 2, 4, … up to the number of cores.
fn thread_counts() -> Vec<usize> {
    let cores = Threads::all().count();
    let ladder = Threads::ladder().into_iter().map(Threads::count);
    ladder.filter(|&count| count <= cores).collect()
}

/// What `--quick` leaves out.
fn quick_words(peers: bool) -> String {
    if peers {
        return "--quick: one run of each that counts, after one to warm up".to_owned();
    }
    let less = WORKLOADS.iter().filter_map(|w| {
        let quick = w.quick?;
        Some(format!("; {}: {quick} in place of {}", w.name, w.work))
    });
    format!("--quick: fewer runs{}", less.collect::<String>())
}

/// Numbered, timed steps: `[2/6] what it does ...`.
struct Steps {
    total: usize,
    current: usize,
}

impl Steps {
    fn new(total: usize) -> Self {
        Self { total, current: 0 }
    }

    fn run<T>(&mut self, what: impl Display, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.current += 1;
        println!("[{}/{}] {what} ...", self.current, self.total);
        let start = Instant::now();
        let done = work()?;
        println!(
            "      done in {}",
            format_duration(start.elapsed().as_secs_f64())
        );
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_double_up_to_the_number_of_cores() {
        let counts = thread_counts();
        assert_eq!(counts[0], 1);
        assert_eq!(counts.last(), Some(&Threads::all().count()));
        assert!(counts.is_sorted_by(|a, b| a < b && *b <= 2 * a));
    }

    #[test]
    fn only_one_workload_when_it_is_named() {
        let request = |only: &str| Request {
            only: Some(only.to_owned()),
            ..Request::default()
        };
        assert_eq!(request("pi").workloads().unwrap(), ["pi"]);
        let error = request("e").workloads().unwrap_err().to_string();
        assert!(error.starts_with("no workload e; there are nelder_mead, "));
    }
}
