//! `cargo xtask test`: every check, in order, stopping at the first that fails.

use crate::handouts::{self, Request, Run, chromium};
use crate::setup::beside;
use crate::setup::mpi::Mpi;
use crate::tools::own_program;
use crate::tools::paths::Paths;
use crate::tools::python::{Needs, PythonEnv};
use crate::tools::step::{Outcome, Steps};
use crate::tools::{child, jupyter_env, notebook, toolchain};
use crate::{files, setup, tidy};
use anyhow::{Context, Result, bail, ensure};
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The checks by cargo, before the set-up.
const CARGO: [(&str, &[&str]); 2] = [
    (
        "Rust lints",
        &[
            "clippy",
            "--locked",
            "--workspace",
            "--all-features",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
    ),
    (
        "Rust tests",
        &["test", "--locked", "--workspace", "--all-features"],
    ),
];

/// Runs all checks; pytest's last line is the last line, unless tests had to be left out.
pub fn run(paths: &Paths, force: bool, pytest_args: &[String]) -> Result<()> {
    // Tests by cargo may replace this program's file; the Python tests use a copy.
    let own = paths.work.join("bin/xtask");
    own_program::copy_to(&own)?;
    let out = paths.target.join("test-handouts");
    files::remove(&out)?;
    let notebooks = notebook::find(&[], paths)?;
    let others = handouts::STEPS + tidy::STEPS + 5;
    let mut steps = Steps::new(CARGO.len() + setup::STEPS + others);
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
    for (name, args) in CARGO {
        let mut command = Command::new(toolchain::cargo());
        Mpi::find(paths, python)?.set(&mut command);
        jupyter_env::without_cargo(&mut command, paths);
        command.args(args).current_dir(&paths.root);
        check(steps, name, &mut command)?;
    }
    let mut with_mpich = Command::new(toolchain::cargo());
    Mpi::mpich(paths, python)?.set(&mut with_mpich);
    jupyter_env::without_cargo(&mut with_mpich, paths);
    // Cargo does not know that the bindings depend on the MPI: with a setting of their own they are built anew.
    let own_build = "profile.dev.package.mpi-sys.opt-level=1";
    let arguments = [
        "test",
        "--locked",
        "--package",
        "speedup-mpi",
        "--config",
        own_build,
    ];
    // The 20 kills are those of the tests before, with the MPI of the handouts.
    with_mpich.args(arguments).env("SPEEDUP_KILLS", "4");
    with_mpich.current_dir(&paths.root);
    check(steps, "Rust tests with MPICH", &mut with_mpich)
}

fn left_out() -> String {
    format!(
        "LEFT OUT: all tests that need a browser, since there is none and none could be got.\n\
         These are the tests of the pages, the PDF files and JupyterLab. To run them: {}",
        chromium::INSTALL
    )
}

/// Whether nobody watches, so that what is left out must fail.
fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty())
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

/// What the Python tests are told.
pub struct Pytest<'a> {
    /// A copy of this program, which cargo does not replace.
    pub own: &'a Path,
    /// The folder of the pages.
    pub handouts: &'a Path,
    /// The browser, if there is one.
    pub browser: Option<&'a Path>,
}

impl Pytest<'_> {
    /// Tells it to a command.
    pub fn set(&self, command: &mut Command) {
        command
            .env("SPEEDUP_HANDOUTS", self.handouts)
            .env("SPEEDUP_XTASK", self.own);
        if let Some(browser) = self.browser {
            command.env("SPEEDUP_CHROMIUM", browser);
        }
    }

    fn run(
        &self,
        paths: &Paths,
        steps: &mut Steps,
        python: &PythonEnv,
        args: &[String],
    ) -> Result<()> {
        let report = paths.work.join("pytest.xml");
        files::remove(&report)?;
        files::make_folder(&paths.work)?;
        steps.announce("Python tests");
        let mut command = jupyter_env::python(paths, python);
        command
            .args(["-m", "pytest", "tests", "-v", "-rA", "--color=no"])
            // More processes than cores, as tests of kernels and pages wait. `distribution.py` deals out the tests.
            .args(["-n", "3", "--dist", "loadscope", "--no-loadscope-reorder"])
            .arg(format!("--junitxml={}", report.display()));
        if self.browser.is_none() {
            command.args(["-m", "not browser"]);
        }
        self.set(&mut command);
        command.args(args).current_dir(&paths.root);
        child::run_in_terminal(&mut command).context("the step `Python tests` failed")?;
        if is_ci() {
            let text = fs::read_to_string(&report).context("pytest wrote no report")?;
            match skipped(&text) {
                Some(0) => {}
                Some(count) => bail!("pytest skipped {count} tests, which is an error in CI"),
                None => bail!("cannot read pytest's report {}", report.display()),
            }
        }
        Ok(())
    }
}

/// How many tests a JUnit report counts as skipped.
fn skipped(report: &str) -> Option<usize> {
    let (_, after) = report.split_once("<testsuite ")?;
    let (attributes, _) = after.split_once('>')?;
    let (_, value) = attributes.split_once("skipped=\"")?;
    value.split('"').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skipped_tests_are_counted() {
        let report = "<?xml version=\"1.0\"?><testsuites name=\"x\"><testsuite name=\"pytest\" \
                      errors=\"0\" failures=\"0\" skipped=\"2\" tests=\"5\">";
        assert_eq!(skipped(report), Some(2));
        assert_eq!(skipped("<html>"), None);
    }
}
