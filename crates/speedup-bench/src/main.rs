//! The program of the benchmark.
//!
//! - `speedup-bench [--only WORKLOAD] [--level LEVEL] [--quick] [--peers] [--report] [--notebooks FILE] [--python PROGRAM]` is
//!   `cargo xtask bench`.
//! - `speedup-bench serve WORKLOAD IMPLEMENTATION THREADS [SCALE]` takes turns with the programs
//!   of the peers. For each line `run` on its standard input it does the work once and answers
//!   `SECONDS VALUE`. It ends with its input.
#![forbid(unsafe_code)]

use std::io::{BufRead, Write};
use std::process::ExitCode;
use std::{env, io};

use anyhow::{Context, Result, bail};
use speedup::Threads;
use speedup_bench::level::Level;
use speedup_bench::run::{self, Request};
use speedup_bench::workload::{Run, Scale};
use speedup_bench::workloads;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["serve", rest @ ..] => prepare(rest).and_then(serve),
        options => request(options).and_then(|request| run::run(&request)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn request(options: &[&str]) -> Result<Request> {
    let mut request = Request::default();
    let mut options = options.iter();
    while let Some(option) = options.next() {
        let mut value = || {
            let value = options.next();
            value.with_context(|| format!("{option} needs a value"))
        };
        match *option {
            "--only" => request.only.push((*value()?).to_owned()),
            "--level" => request.levels.push(Level::named(value()?)?),
            "--python" => request.python = Some(value()?.into()),
            "--quick" => request.quick = true,
            "--peers" => request.peers = true,
            "--report" => request.report = true,
            "--notebooks" => request.notebooks = Some(value()?.into()),
            other => bail!("{other} is no option; see cargo xtask bench --help"),
        }
    }
    Ok(request)
}

fn prepare(arguments: &[&str]) -> Result<Run> {
    let (name, implementation, threads, scale) = match *arguments {
        [name, implementation, threads] => (name, implementation, threads, "1"),
        [name, implementation, threads, scale] => (name, implementation, threads, scale),
        _ => bail!("usage: speedup-bench serve WORKLOAD IMPLEMENTATION THREADS [SCALE]"),
    };
    let threads = Threads::new(threads.parse().context("THREADS is no number")?)?;
    let prepare = workloads::preparation(name, implementation)
        .with_context(|| format!("no implementation {implementation} of {name}"))?;
    prepare(threads, Scale(scale.parse().context("SCALE is no number")?))
}

fn serve(mut run: Run) -> Result<()> {
    let mut out = io::stdout();
    for line in io::stdin().lock().lines() {
        if line? != "run" {
            bail!("the only command is: run");
        }
        let sample = run()?;
        writeln!(out, "{:.9} {:?}", sample.seconds, sample.value)?;
        out.flush()?;
    }
    Ok(())
}
