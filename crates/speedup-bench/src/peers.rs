//! The programs that take turns: ours, those in C, and those in Python.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use kernel::{files, programs};

use speedup::simd::Isa;

use crate::builds::Build;
use crate::level::Level;
use crate::machine;
use crate::turns::Entry;
use crate::workload::{CProgram, Scale, Workload};
use crate::workloads::{RUST, WORKLOADS, find};

/// The sources of the peers, below the checkout.
const SOURCES: &str = "crates/speedup-bench/peers";

/// What gcc is told beside the level.
const FLAGS: [&str; 3] = ["-O3", "-ffast-math", "-fopenmp"];

/// A workload in one of our builds at a level. Only the full work has an expected value.
pub fn ours(
    workload: &'static Workload,
    build: Build,
    program: &Path,
    level: Level,
    scale: Scale,
) -> Entry {
    let (name, implementation) = (workload.name, workload.implementation);
    Entry {
        workload: name.to_owned(),
        implementation: implementation.to_owned(),
        build: build.name.to_owned(),
        level: Some(level),
        scale: scale.0,
        expected: (scale == Scale::FULL).then_some(workload.expected),
        command: own(program, name, implementation, scale, Some(level)),
    }
}

/// The other programs in Rust, in our release build. Each chooses its instruction set.
pub fn in_rust(program: &Path) -> impl Iterator<Item = Entry> {
    RUST.iter().map(|(workload, name, _)| Entry {
        workload: (*workload).to_owned(),
        implementation: (*name).to_owned(),
        build: "rust".to_owned(),
        level: None,
        scale: 1.0,
        expected: find(workload, name).map(|row| row.expected),
        command: own(program, workload, name, Scale::FULL, None),
    })
}

fn own(
    program: &Path,
    workload: &'static str,
    implementation: &'static str,
    scale: Scale,
    level: Option<Level>,
) -> Box<dyn Fn(usize) -> Command> {
    let program = program.to_owned();
    Box::new(move |threads| {
        let mut command = Command::new(&program);
        command.args(["serve", workload, implementation]);
        command.arg(threads.to_string());
        if let Some(level) = level {
            command.env(Isa::VARIABLE, level.to_string());
        }
        command.arg(scale.0.to_string());
        command
    })
}

/// Compiles the C programs for a level into the folder of that level in `folder`.
///
/// # Errors
///
/// The first program that cannot be compiled.
pub fn compile_c(folder: &Path, level: Level) -> Result<()> {
    let folder = folder.join(level.to_string());
    files::make_folder(&folder)?;
    let compiler = env::var_os("CC").unwrap_or_else(|| "gcc".into());
    let mut sources: Vec<&str> = programs().map(|(_, c)| c.source).collect();
    sources.dedup();
    for name in sources {
        let source = Path::new(SOURCES).join("c").join(format!("{name}.c"));
        let mut command = Command::new(&compiler);
        command.args(FLAGS).args(level.c_flags());
        command.arg(source).arg("-o");
        command.arg(folder.join(name)).arg("-lm");
        programs::output(&mut command)
            .with_context(|| format!("cannot compile {name}.c (gcc with OpenMP is needed)"))?;
    }
    Ok(())
}

/// The C programs that were compiled for a level into `folder`, and the measures of the machine.
pub fn of_c(folder: &Path, level: Level) -> impl Iterator<Item = Entry> {
    let folder = folder.join(level.to_string());
    programs().map(move |(workload, c)| {
        let program = folder.join(c.source);
        let build = if workload == machine::NAME {
            workload
        } else {
            "c"
        };
        Entry {
            workload: workload.to_owned(),
            implementation: c.implementation.to_owned(),
            build: build.to_owned(),
            level: Some(level),
            scale: 1.0,
            expected: find(workload, c.implementation).map(|row| row.expected),
            command: Box::new(move |threads| {
                let mut command = Command::new(&program);
                command.args([&threads.to_string(), c.variant]);
                command
            }),
        }
    })
}

fn programs() -> impl Iterator<Item = (&'static str, CProgram)> {
    let of_row = WORKLOADS.iter().map(|w| w.c.iter().map(|c| (w.name, *c)));
    let of_machine =
        machine::MEASURES.map(|(name, _)| CProgram::variant(machine::NAME, name, name));
    of_row
        .flatten()
        .chain(of_machine.map(|c| (machine::NAME, c)))
}

/// Makes the Python environment of the peers in `venv` unless it is there, and returns its Python.
///
/// # Errors
///
/// If the environment cannot be made, as without the network.
pub fn make_venv(base: &Path, venv: &Path) -> Result<PathBuf> {
    let python = venv.join("bin/python");
    let requirements = Path::new(SOURCES).join("requirements.txt");
    let wanted = fs::read(&requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    let stamp = venv.join("xtask-stamp");
    if fs::read(&stamp).is_ok_and(|old| old == wanted) {
        return Ok(python);
    }
    files::remove(venv)?;
    programs::run_in_terminal(Command::new(base).args(["-m", "venv"]).arg(venv))?;
    let mut install = Command::new(&python);
    install
        .args(["-m", "pip", "install", "--no-input"])
        .args(["--disable-pip-version-check", "--requirement"])
        .arg(&requirements);
    programs::run_in_terminal(&mut install).context("cannot install the packages of the peers")?;
    files::write(&stamp, &wanted)?;
    Ok(python)
}

/// All implementations in Python.
///
/// # Errors
///
/// If the program's list cannot be read, or has an implementation of no workload.
pub fn of_python(python: &Path) -> Result<Vec<Entry>> {
    let text = programs::output(&mut peer(python))?;
    text.lines()
        .map(|line| {
            let entry = python_entry(python, line);
            entry.with_context(|| format!("unexpected line `{line}` of the list of peers"))
        })
        .collect()
}

/// The implementation of a line `WORKLOAD IMPLEMENTATION`.
fn python_entry(python: &Path, line: &str) -> Option<Entry> {
    let (workload, implementation) = line.split_once(' ')?;
    let row = find(workload, implementation)?;
    let arguments = [workload, implementation].map(str::to_owned);
    let python = python.to_owned();
    Some(Entry {
        workload: workload.to_owned(),
        implementation: implementation.to_owned(),
        build: "python".to_owned(),
        level: None,
        scale: 1.0,
        expected: Some(row.expected),
        command: Box::new(move |threads| {
            let mut command = peer(&python);
            command.args(&arguments).arg(threads.to_string());
            command
        }),
    })
}

fn peer(python: &Path) -> Command {
    let mut command = Command::new(python);
    command
        .arg(Path::new(SOURCES).join("python/peer.py"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONWARNINGS", "ignore")
        .env_remove("PYTHONPATH")
        .env_remove("PYTHONHOME");
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builds::BUILDS;
    use crate::workload::QUICK;

    #[test]
    fn every_c_program_has_an_entry_with_the_value_of_its_row() {
        let entries: Vec<Entry> = of_c(Path::new("/x"), Level::Avx2).collect();
        let (c, machine): (Vec<Entry>, _) = entries.into_iter().partition(|e| e.build == "c");
        assert!(c.iter().all(|entry| entry.expected.is_some()));
        assert!(machine.iter().all(|entry| entry.expected.is_none()));
        let old = c.iter().find(|entry| entry.implementation == "c-old");
        let command = (old.unwrap().command)(3);
        assert_eq!(
            format!("{command:?}"),
            r#""/x/avx2/fill_squares" "3" "old""#
        );
    }

    #[test]
    fn python_must_give_the_value_of_its_row() {
        let entry = |line: &str| python_entry(Path::new("python"), line);
        let pi = find("pi", "speedup").unwrap().expected;
        assert_eq!(entry("pi numba").unwrap().expected, Some(pi));
        assert!(entry("pi").is_none() && entry("luck numba").is_none());
        // Neither in new memory nor in old.
        assert!(entry("fill_squares numpy").is_none());
    }

    #[test]
    fn only_full_work_has_an_expected_value() {
        let program = Path::new("x");
        let entry = |scale| ours(&WORKLOADS[1], BUILDS[0], program, Level::Baseline, scale);
        assert!(entry(Scale::FULL).expected.is_some());
        assert!(entry(QUICK).expected.is_none());
        let command = (entry(QUICK).command)(2);
        assert_eq!(
            format!("{command:?}"),
            r#"SPEEDUP_ISA="baseline" "x" "serve" "eigenvalues" "speedup" "2" "0.1""#
        );
    }

    #[test]
    fn every_requirement_is_pinned() {
        let text = include_str!("../peers/requirements.txt");
        assert!(text.lines().all(|line| line.contains("==")), "{text}");
    }
}
