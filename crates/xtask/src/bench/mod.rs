//! `cargo xtask bench`: the kernels measured, alone or in turns with peers.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`builds`] | the two builds, and the harness run from each |
//! | [`harness`] | reading what the harness wrote |
//! | [`peers`] | setting up the Python and C programs |
//! | [`line`] | a program that speaks the protocol of lines |
//! | [`turns`] | runs in turns, so that ratios are of one run |
//! | [`measurement`] | a measurement, as one line of JSON |
//! | [`report`] | the table on the screen, the ratios and the chart in the repository |

mod builds;
mod harness;
mod line;
mod measurement;
mod peers;
mod report;
mod turns;

use crate::files;
use crate::tools::paths::Paths;
use crate::tools::step;
use crate::tools::step::{Outcome, Steps};
use anyhow::{Result, bail};
use measurement::Measurement;
use std::path::PathBuf;
use std::thread;
use std::time::Instant;

/// The workloads, in the order in which they are shown.
pub const WORKLOADS: [&str; 9] = [
    "nelder_mead",
    "eigenvalues",
    "grid_max",
    "wealth",
    "pi",
    "int_matmul",
    "poly_grid",
    "map_double",
    "fill_squares",
];

/// What to measure, and how.
pub struct Request {
    /// Only this workload.
    pub only: Option<String>,
    /// Fewer runs and less work, in under a minute once all is built.
    pub quick: bool,
    /// In turns with the programs in Python and C.
    pub peers: bool,
    /// Nothing: only the report, from the last measurements.
    pub report: bool,
}

impl Request {
    fn workloads(&self) -> Vec<&'static str> {
        let wanted = |name: &&str| self.only.as_ref().is_none_or(|only| only == name);
        WORKLOADS.into_iter().filter(wanted).collect()
    }
}

/// Where the results go.
struct Places {
    /// All of it, and the Python environment and programs of the peers.
    folder: PathBuf,
    /// One measurement a line.
    results: PathBuf,
}

/// Measures, prints a table, and writes `target/bench/results.jsonl`.
pub fn run(paths: &Paths, request: &Request) -> Result<()> {
    if request.workloads().is_empty() {
        bail!("no such workload; there are {}", WORKLOADS.join(", "));
    }
    let start = Instant::now();
    let folder = paths.target.join("bench");
    let places = Places {
        results: folder.join("results.jsonl"),
        folder,
    };
    if request.report {
        report::check_complete(&places.results)?;
        return report::publish(paths, request, &places.results);
    }
    let measurements = if request.peers {
        with_peers(paths, request, &places)?
    } else {
        alone(paths, request, &places)?
    };
    let text: String = measurements.iter().map(Measurement::line).collect();
    files::write(&places.results, text.as_bytes())?;
    println!("\n{}", report::table(&measurements));
    if request.quick {
        println!("{}", report::QUICK[usize::from(request.peers)]);
    }
    println!(
        "{} measurements in {}, after {}",
        measurements.len(),
        paths.show(&places.results),
        step::seconds(start.elapsed())
    );
    if request.peers {
        report::publish(paths, request, &places.results)?;
    }
    Ok(())
}

/// Our kernels under the harness.
fn alone(paths: &Paths, request: &Request, places: &Places) -> Result<Vec<Measurement>> {
    let mut steps = Steps::new(2 * builds::BUILDS.len());
    let mut all = Vec::new();
    for build in builds::BUILDS {
        steps.run(&format!("Harness, built as {}", build.words), || {
            builds::build_harness(paths, build).map(Outcome::Done)
        })?;
        let found = steps.run(&format!("Kernels, {} build", build.name), || {
            builds::run_harness(paths, request, places, build, &threads()).map(Outcome::Done)
        })?;
        all.extend(found);
    }
    Ok(all)
}

/// Our kernels and all peers in turns.
fn with_peers(paths: &Paths, request: &Request, places: &Places) -> Result<Vec<Measurement>> {
    let workloads = request.workloads();
    let mut steps = Steps::new(builds::BUILDS.len() + 3 + workloads.len());
    let mut ours = Vec::new();
    for build in builds::BUILDS {
        let program = steps.run(&format!("Runner, built as {}", build.words), || {
            builds::build_runner(paths, build).map(Outcome::Done)
        })?;
        ours.push((build, program));
    }
    let python = steps.run("Python packages of the peers", || {
        peers::python(paths, &places.folder)
    })?;
    let c = steps.run("Programs in C", || {
        peers::c(paths, &places.folder).map(Outcome::Done)
    })?;
    let mut entries = peers::ours(&ours)?;
    entries.extend(peers::of_c(&c));
    entries.extend(peers::of_python(paths, &python)?);
    peers::expect_the_same(&mut entries);
    let rounds = if request.quick { 2 } else { 6 };
    let mut all = Vec::new();
    for workload in ["machine"].into_iter().chain(workloads) {
        let here: Vec<_> = entries.iter().filter(|e| e.workload == workload).collect();
        let what = format!("{workload}: {} implementations in turns", here.len());
        all.extend(steps.run(&what, || {
            turns::take(&here, &threads(), rounds, request.quick).map(Outcome::Done)
        })?);
    }
    Ok(all)
}

/// 1, 2, 4, … up to the machine's.
fn threads() -> Vec<usize> {
    let most = thread::available_parallelism().map_or(1, usize::from);
    up_to(most)
}

fn up_to(most: usize) -> Vec<usize> {
    let powers = std::iter::successors(Some(1), |n| Some(n * 2));
    let mut counts: Vec<usize> = powers.take_while(|n| *n < most).collect();
    counts.push(most);
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_double_up_to_the_machine_s() {
        assert_eq!(up_to(1), [1]);
        assert_eq!(up_to(2), [1, 2]);
        assert_eq!(up_to(6), [1, 2, 4, 6]);
        assert_eq!(up_to(8), [1, 2, 4, 8]);
    }

    #[test]
    fn only_one_workload_when_it_is_named() {
        let request = |only: &str| Request {
            only: Some(only.to_owned()),
            quick: false,
            peers: false,
            report: false,
        };
        assert_eq!(request("pi").workloads(), ["pi"]);
        assert!(request("e").workloads().is_empty());
    }
}
