//! What `cargo xtask bench` does: the kernels measured, alone or in turns with peers.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, bail};
use kernel::files;
use speedup::Threads;
use speedup_notebook::measure::format::format_duration;
use speedup_process::program;

use crate::builds::BUILDS;
use crate::level::Level;
use crate::machine;
use crate::measurement::Measurement;
use crate::notebook_times::{self, NotebookTimes};
use crate::peers;
use crate::publish::{self, Extent};
use crate::report;
use crate::results::{Head, Results};
use crate::turns::{self, Rounds};
use crate::workload::{QUICK, Scale};
use crate::workloads::{self, WORKLOADS};

/// The folder of the results, and of the peers' environment and programs.
const FOLDER: &str = "target/bench";

/// The measurements in that folder, one per line.
const RESULTS: &str = "results.jsonl";

/// Work in times that of the handouts: with these and 1 it grows over four powers of ten.
const SCALES: [f64; 4] = [0.001, 0.01, 0.1, 10.0];

/// What to measure, and how.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Only these workloads; all if empty.
    pub only: Vec<String>,
    /// At these levels; at all that the processor has if empty.
    pub levels: Vec<Level>,
    /// Fewer runs and less work: under a minute without peers, once all is built.
    pub quick: bool,
    /// In turns with the programs in Python and C.
    pub peers: bool,
    /// Measure nothing, and write the report of the results in the repository again.
    pub report: bool,
    /// Measure nothing, and take these times of the notebooks into the repository.
    pub notebooks: Option<PathBuf>,
    /// The Python from which the environment of the peers is made.
    pub python: Option<PathBuf>,
}

impl Request {
    fn extent(&self) -> Extent {
        match (self.quick, self.only.is_empty()) {
            (true, _) => Extent::Quick,
            (false, true) => Extent::Full,
            (false, false) => Extent::Some,
        }
    }

    fn workloads(&self) -> Result<Vec<&'static str>> {
        let mut names = workloads::names();
        if let Some(no) = self
            .only
            .iter()
            .find(|only| !names.contains(&only.as_str()))
        {
            bail!("no workload {no}; there are {}", names.join(", "));
        }
        names.retain(|name| self.only.is_empty() || self.only.iter().any(|only| only == name));
        Ok(names)
    }

    fn levels(&self) -> Vec<Level> {
        let mut levels = Level::available();
        levels.retain(|level| self.levels.is_empty() || self.levels.contains(level));
        levels
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
    if let Some(path) = &request.notebooks {
        NotebookTimes::measured(path)?.keep(Path::new(notebook_times::FOLDER))?;
    }
    if request.report || request.notebooks.is_some() {
        return publish::pages();
    }
    let head = Head::of_today()?;
    let measurements = measure(request, folder)?;
    let measured = Results { head, measurements };
    files::write(&results, measured.text()?.as_bytes())?;
    println!("\n{}", report::measurements(&measured));
    if request.quick {
        println!("{}", quick_words(request.peers));
    }
    println!(
        "{} measurements in {}, after {}",
        measured.measurements.len(),
        results.display(),
        format_duration(start.elapsed().as_secs_f64())
    );
    if request.peers {
        publish::publish(&measured, request.extent())?;
    }
    Ok(())
}

fn measure(request: &Request, folder: &Path) -> Result<Vec<Measurement>> {
    let mut names = request.workloads()?;
    let is_short = request.quick && !request.peers;
    if request.peers {
        names.insert(0, machine::NAME);
    }
    let levels = request.levels();
    // What takes the widest level in any case is not measured at others.
    let widest = Level::available().pop();
    let is_widest = |level: Option<Level>| level.is_none() || level == widest;
    let counts = |name: &str, level| is_widest(level) || !workloads::always_widest(name);
    names.retain(|name| levels.iter().any(|&level| counts(name, Some(level))));
    let preparations = BUILDS.len() + 1 + 2 * usize::from(request.peers);
    let mut steps = Steps::new(preparations + names.len());
    let (mut entries, mut growing) = (Vec::new(), Vec::new());
    for build in BUILDS {
        let what = format!("Our kernels, built as {}", build.words);
        let program = steps.run(&what, || build.make())?;
        let ours = |workload, level, scale| peers::ours(workload, build, &program, level, scale);
        for workload in &WORKLOADS {
            let scale = if is_short && workload.is_long {
                QUICK
            } else {
                Scale::FULL
            };
            entries.extend(levels.iter().map(|&level| ours(workload, level, scale)));
        }
        if request.peers && build.name == "release" {
            entries.extend(peers::in_rust(&program));
            for workload in WORKLOADS
                .iter()
                .filter(|workload| !workload.is_long && !request.quick)
            {
                let level = levels[levels.len() - 1];
                growing.extend(SCALES.map(|scale| ours(workload, level, Scale(scale))));
            }
        }
    }
    steps.run("Worker program", || Ok(program::find()?))?;
    if request.peers {
        let c = folder.join("c");
        steps.run("Programs in C", || {
            levels
                .iter()
                .try_for_each(|&level| peers::compile_c(&c, level))
        })?;
        for &level in &levels {
            entries.extend(peers::of_c(&c, level));
        }
        let base = request.python.as_deref().unwrap_or(Path::new("python3"));
        let python = steps.run("Python packages of the peers", || {
            peers::make_venv(base, &folder.join("venv"))
        })?;
        entries.extend(peers::of_python(&python)?);
    }
    entries.retain(|entry| counts(&entry.workload, entry.level));
    let threads = thread_counts();
    let mut all = Vec::new();
    for name in names {
        let here: Vec<_> = entries.iter().filter(|e| e.workload == name).collect();
        let growing: Vec<_> = growing.iter().filter(|e| e.workload == name).collect();
        let what = format!("{name}: {} implementations in turns", here.len());
        all.extend(steps.run(&what, || {
            let mut found = turns::take(&here, &threads, request.rounds())?;
            let most = &threads[threads.len() - 1..];
            found.extend(turns::take(&growing, most, request.rounds())?);
            Ok(found)
        })?);
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
        return "--quick: one turn of each that counts, after one to warm up".to_owned();
    }
    let less = WORKLOADS.iter().filter(|w| w.is_long);
    let less = less.map(|w| format!("; {}: {} of {}", w.name, QUICK.0, w.work));
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
    fn only_the_workloads_that_are_named() {
        let request = |only: &str| Request {
            only: vec![only.to_owned(), "wealth".to_owned()],
            ..Request::default()
        };
        assert_eq!(request("pi").workloads().unwrap(), ["wealth", "pi"]);
        let all = Request::default();
        assert_eq!(all.workloads().unwrap(), workloads::names());
        let error = request("e").workloads().unwrap_err().to_string();
        assert!(error.starts_with("no workload e; there are nelder_mead, "));
    }

    #[test]
    fn every_level_of_the_processor_unless_some_are_named() {
        let request = |levels: &[Level]| Request {
            levels: levels.to_vec(),
            ..Request::default()
        };
        assert_eq!(request(&[]).levels(), Level::available());
        assert_eq!(request(&[Level::Baseline]).levels(), [Level::Baseline]);
    }
}
