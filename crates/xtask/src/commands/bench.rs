//! `cargo xtask bench`: builds the program of the crate `speedup-bench`, and becomes it.

use crate::handouts::{self, Request, Run};
use crate::setup::python_env;
use crate::tools::child::{self, Show};
use crate::tools::paths::Paths;
use crate::tools::step::Steps;
use crate::tools::{jupyter_env, notebook, toolchain};
use crate::{files, setup};
use anyhow::{Context, Result};
use clap::Args;
use clap::builder::PossibleValuesParser;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

/// The names of the workloads, one per line, in the order in which they are shown.
const WORKLOADS: &str = include_str!("../../../speedup-bench/workloads.txt");

/// How often notebooks are run: once with nothing kept, then with all kept.
const RUNS: usize = 3;

#[derive(Args)]
pub struct BenchArgs {
    /// Only this workload, such as `wealth`; may be given several times
    #[arg(long, value_name = "WORKLOAD", value_parser = PossibleValuesParser::new(WORKLOADS.lines()))]
    only: Vec<String>,
    /// At this instruction set: `baseline`, `avx2` or `avx512`; may be given several times [default: all that the
    /// processor has]
    #[arg(long, value_name = "NAME")]
    level: Vec<String>,
    /// Fewer runs and less work: without peers under a minute, once all is built
    #[arg(long)]
    quick: bool,
    /// In turns with programs in Python and C; writes the tables of ratios and their chart
    #[arg(long)]
    peers: bool,
    /// Only the notebooks: start, first chart and Run All. Deletes the compiled cells that are kept, and runs all notebooks
    /// three times
    #[arg(long, conflicts_with_all = ["only", "level", "quick", "peers"])]
    notebooks: bool,
    /// Measure nothing: write tables and chart again from the results in the repository
    #[arg(long, conflicts_with_all = ["only", "level", "quick", "peers", "notebooks"])]
    report: bool,
}

/// Builds the benchmark and runs it in place of this program.
pub fn run(paths: &Paths, args: &BenchArgs) -> Result<()> {
    // A folder of its own: cargo links a dynamic library in another way when it builds the whole workspace, and would
    // take that library from a folder in which both are built.
    let target = paths.target.join("bench/build");
    let mut build = Command::new(toolchain::cargo());
    jupyter_env::without_cargo(&mut build, paths);
    build
        .args(["build", "--release", "--package", "speedup-bench"])
        .args(["--bin", "speedup-bench"])
        .current_dir(&paths.root)
        .env("CARGO_TARGET_DIR", &target)
        .env_remove("RUSTFLAGS");
    child::run(&mut build, &paths.log("bench"), Show::Nothing)?;
    let mut bench = Command::new(target.join("release/speedup-bench"));
    jupyter_env::without_cargo(&mut bench, paths);
    bench
        .current_dir(&paths.root)
        .env("CARGO", toolchain::cargo());
    for (option, values) in [("--only", &args.only), ("--level", &args.level)] {
        bench.args(values.iter().flat_map(|value| [option, value]));
    }
    if args.peers {
        bench
            .args(["--peers", "--python"])
            .arg(python_env::base_python()?);
    }
    if args.notebooks {
        bench.arg("--notebooks").arg(notebooks(paths)?);
    }
    for (option, is_given) in [("--quick", args.quick), ("--report", args.report)] {
        bench.args(is_given.then_some(option));
    }
    // Only an error comes back.
    Err(bench.exec()).context("cannot run the benchmark")
}

/// Runs all notebooks several times, the first time with no compiled cell kept; gives the file of the times.
fn notebooks(paths: &Paths) -> Result<PathBuf> {
    let folder = paths.target.join("bench");
    let request = Request::pages(folder.join("handouts"));
    let notebooks = notebook::find(&request.notebooks, paths)?;
    let mut steps = Steps::new(setup::STEPS + RUNS * handouts::STEPS);
    let python = setup::run(paths, &mut steps, false, &handouts::needs(false))?;
    files::remove(&paths.layout().kept())?;
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        Run::begin(paths, &request, &notebooks)?.finish(&mut steps, &python)?;
        let times = request.out.join(handouts::TIMINGS);
        let text = fs::read_to_string(&times);
        runs.push(text.with_context(|| format!("cannot read {}", times.display()))?);
    }
    let file = folder.join("notebooks.json");
    files::write(&file, format!("[{}]", runs.join(",")).as_bytes())?;
    Ok(file)
}
