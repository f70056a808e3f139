//! The program that takes turns: `speedup-bench WORKLOAD IMPLEMENTATION THREADS`.
//!
//! For each line `run` on its standard input it does the work once and answers
//! `SECONDS VALUE`. It ends with its input. Other uses:
//!
//! - `speedup-bench list`: what there is, a line `WORKLOAD IMPLEMENTATION VALUE TOLERANCE` for
//!   each, the last two being what every implementation of the workload must give;
//! - `speedup-bench report RESULTS.jsonl RATIOS.md CHART.svg`: the table, a shorter one
//!   beside it (`short.md`), and the chart.
#![forbid(unsafe_code)]

use std::io::{BufRead, Write};
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

use speedup::Threads;
use speedup_bench::workload::{Failure, Run, Scale};
use speedup_bench::{machine, measurement, report, table, target};

const USAGE: &str = "usage: speedup-bench WORKLOAD IMPLEMENTATION THREADS | list | \
                     report RESULTS RATIOS CHART";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["list"] => list(),
        ["report", results, ratios, chart] => write_report(results, ratios, chart),
        [workload, implementation, threads] => {
            prepare(workload, implementation, threads).and_then(serve)
        }
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn list() -> Result<(), Failure> {
    for workload in &table::WORKLOADS {
        let (name, implementation) = (workload.name, workload.implementation);
        let target = target::of(name, implementation).ok_or("a workload without a target")?;
        let (value, tolerance) = (target.value, target.tolerance);
        println!("{name} {implementation} {value:?} {tolerance:?}");
    }
    for (measure, _) in machine::MEASURES {
        println!("machine {measure}");
    }
    Ok(())
}

fn prepare(workload: &str, implementation: &str, threads: &str) -> Result<Run, Failure> {
    let threads = Threads::new(threads.parse()?)?;
    if workload == "machine" {
        return machine::prepare(implementation, threads)
            .ok_or_else(|| format!("no measure {implementation}").into());
    }
    let workload = table::find(workload, implementation)
        .ok_or_else(|| format!("no implementation {implementation} of {workload}"))?;
    (workload.prepare)(threads, Scale::Full)
}

fn serve(mut run: Run) -> Result<(), Failure> {
    let mut out = io::stdout();
    for line in io::stdin().lock().lines() {
        if line? != "run" {
            return Err("the only command is: run".into());
        }
        let sample = run()?;
        writeln!(out, "{:.9} {:?}", sample.seconds, sample.value)?;
        out.flush()?;
    }
    Ok(())
}

fn write_report(results: &str, ratios: &str, chart: &str) -> Result<(), Failure> {
    let measurements = measurement::read(&fs::read_to_string(results)?)?;
    target::check_all(&measurements)?;
    fs::write(ratios, report::markdown(&measurements))?;
    let short = Path::new(ratios).with_file_name("short.md");
    fs::write(short, report::short(&measurements))?;
    fs::write(chart, report::chart(&measurements)?.svg())?;
    Ok(())
}
