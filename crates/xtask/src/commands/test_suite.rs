//! `cargo xtask test`: every check, in order, stopping at the first that fails.

use super::python_tests::{Pytest, is_ci};
use crate::handouts::{self, Request, Run, chromium};
use crate::setup::beside;
use crate::setup::mpi::Mpi;
use crate::tools::own_program;
use crate::tools::paths::Paths;
use crate::tools::python::{Needs, PythonEnv};
use crate::tools::step::{Outcome, Steps};
use crate::tools::{child, jupyter_env, notebook, toolchain};
use crate::{files, setup, tidy};
use anyhow::{Context, Result, ensure};
use std::process::Command;

/// The lints of the crates.
const LINTS: [&str; 7] = [
    "clippy",
    "--locked",
    "--workspace",
    "--all-features",
    "--all-targets",
    "--",
    "-Dwarnings",
];
/// The tests of the crates.
const TESTS: [&str; 4] = ["test", "--locked", "--workspace", "--all-features"];
/// The tests of the MPI crate.
const MPI_TESTS: [&str; 6] = [
    "test",
    "--locked",
    "--package",
    "speedup-mpi",
    "--config",
    // Cargo does not know that the bindings depend on the MPI: with a setting of their own they are built anew.
    "profile.dev.package.mpi-sys.opt-level=1",
];

/// Runs all checks; pytest's last line is the last line, unless tests had to be left out.
pub fn run(paths: &Paths, force: bool, pytest_args: &[String]) -> Result<()> {
    // Tests by cargo may replace this program's file; the Python tests use a copy.
    let own = paths.work.join("bin/xtask");
    own_program::copy_to(&own)?;
    let out = paths.target.join("test-handouts");
    files::remove(&out)?;
    let notebooks = notebook::find(&[], paths)?;
    let others = handouts::STEPS + tidy::STEPS + 7;
    let mut steps = Steps::new(setup::STEPS + others);
    let ground = setup::begin(paths, &mut steps, force, &Needs::All)?;
    let browser = steps.run("Browser for the tests", || {
        chromium::find_or_get(paths, ground.python())
    })?;
    if browser.is_none() {
        println!("{}", left_out());
    }
    rust_format(paths, &mut steps)?;
    // What the set-up builds is built meanwhile, where a core is idle.
    let (early, checked) = beside::run(
        || ground.early(paths, force),
        || rust_checks(paths, &mut steps, ground.python()),
    );
    checked?;
    let python = ground.finish(paths, &mut steps, force, early)?;
    ruff(paths, &mut steps, &python)?;
    let request = Request {
        printer: browser.clone(),
        ..Request::pages(out)
    };
    tidy::run(paths, &mut steps, &python, &notebooks, true)?;
    // With printing there is one step more.
    steps.expect(usize::from(browser.is_some()));
    Run::begin(paths, &request, &notebooks)?.finish(&mut steps, &python)?;
    let pytest = Pytest {
        own: &own,
        handouts: &request.out,
        browser: browser.as_deref(),
    };
    pytest.run(paths, &mut steps, &python, pytest_args)?;
    if browser.is_none() {
        println!("{}", left_out());
        ensure!(!is_ci(), "tests were left out, which is an error in CI");
    }
    Ok(())
}

fn rust_format(paths: &Paths, steps: &mut Steps) -> Result<()> {
    let mut command = Command::new(toolchain::cargo());
    jupyter_env::without_cargo(&mut command, paths);
    command.args(["fmt", "--all", "--check"]);
    check(steps, "Rust format", command.current_dir(&paths.root))
}

/// Lints and tests of the crates.
fn rust_checks(paths: &Paths, steps: &mut Steps, python: &PythonEnv) -> Result<()> {
    let mut run = |name: &str, args: &[&str], mpi: &Mpi, kills: Option<&str>| {
        let mut command = Command::new(toolchain::cargo());
        mpi.set(&mut command);
        jupyter_env::without_cargo(&mut command, paths);
        command.args(args).current_dir(&paths.root);
        command.envs(kills.map(|count| ("SPEEDUP_KILLS", count)));
        check(steps, name, &mut command)
    };
    let ours = Mpi::find(paths, python)?;
    run("Rust lints", &LINTS, &ours, None)?;
    // They build the crate speedup with fewer features. Before the others, they leave nothing that a later build must
    // build again. The 20 kills are those of the other tests, with the MPI of the handouts.
    let mpich = Mpi::mpich(paths, python)?;
    run("Rust tests with MPICH", &MPI_TESTS, &mpich, Some("4"))?;
    run("Rust tests", &TESTS, &ours, None)
}

fn left_out() -> String {
    format!(
        "LEFT OUT: all tests that need a browser. No Chromium was found, and none could be installed.\n\
         These are the tests of the pages, the PDF files and JupyterLab. To run them, {}",
        chromium::INSTALL
    )
}

fn check(steps: &mut Steps, name: &str, command: &mut Command) -> Result<()> {
    steps
        .run(name, || child::run_in_terminal(command).map(Outcome::Done))
        .with_context(|| format!("the step `{name}` failed"))
}

fn ruff(paths: &Paths, steps: &mut Steps, python: &PythonEnv) -> Result<()> {
    let name = "Python format and lints";
    let run = |args: &[&str]| {
        let mut command = jupyter_env::python(paths, python);
        command
            .args(["-m", "ruff"])
            .args(args)
            .args([
                "tests",
                "crates/xtask/python",
                "crates/speedup-bench/peers/python",
            ])
            .current_dir(&paths.root);
        child::run_in_terminal(&mut command)
    };
    steps
        .run(name, || {
            run(&["check"])?;
            run(&["format", "--check"]).map(Outcome::Done)
        })
        .with_context(|| format!("the step `{name}` failed"))
}
