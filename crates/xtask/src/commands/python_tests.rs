//! The Python tests: those that need no page run while the pages are made.

use crate::files;
use crate::setup::beside;
use crate::tools::jupyter_env;
use crate::tools::paths::Paths;
use crate::tools::python::PythonEnv;
use crate::tools::step::Steps;
use anyhow::{Context, Result, bail, ensure};
use std::env;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

/// How many steps this has.
pub const STEPS: usize = 2;

/// The tests that need no page, and those that need one, a browser, or what the pages' run has compiled:
/// names for `tests/conftest.py`, and how many processes run them.
const BESIDE_PAGES: (&str, &str) = ("beside-pages", "2");
/// More processes than cores, as tests of kernels and pages wait.
const AFTER_PAGES: (&str, &str) = ("after-pages", "3");

/// What pytest ends with when no test was chosen.
const NONE_CHOSEN: i32 = 5;

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

    /// Makes the pages, and runs all tests; pytest's last line is the last line.
    pub fn run(
        &self,
        paths: &Paths,
        steps: &mut Steps,
        python: &PythonEnv,
        args: &[String],
        pages: impl FnOnce(&mut Steps) -> Result<()>,
    ) -> Result<()> {
        let log = paths.log("tests-beside-pages");
        files::make_folder(&paths.work.join("logs"))?;
        let (first, made) = beside::run(
            "the Python tests that need no page",
            || {
                let file = File::create(&log)?;
                let mut command = self.command(paths, python, BESIDE_PAGES, args);
                command.stdout(file.try_clone()?).stderr(file).status()
            },
            || pages(steps),
        );
        steps.announce("Python tests that need no page, run meanwhile");
        io::copy(&mut File::open(&log)?, &mut io::stdout())?;
        made?;
        let first = ended(paths, BESIDE_PAGES, first.context("cannot run pytest")?);
        steps.announce("Python tests");
        let mut command = self.command(paths, python, AFTER_PAGES, args);
        let last = ended(paths, AFTER_PAGES, command.status()?);
        let (first, last) = (first?, last?);
        // With arguments, all that were chosen may be in one part.
        ensure!(
            first && last || !args.is_empty() && (first || last),
            "pytest found no test; check what follows `--`"
        );
        Ok(())
    }

    fn command(
        &self,
        paths: &Paths,
        python: &PythonEnv,
        (part, processes): (&str, &str),
        args: &[String],
    ) -> Command {
        let mut command = jupyter_env::python(paths, python);
        command
            .args(["-m", "pytest", "tests", "-v", "-rA", "--color=no"])
            .args(["--part", part])
            // `distribution.py` deals out the tests.
            .args(["-n", processes, "--dist", "loadscope"])
            .arg("--no-loadscope-reorder")
            .arg(format!("--junitxml={}", report(paths, part).display()));
        if self.browser.is_none() {
            command.args(["-m", "not browser"]);
        }
        self.set(&mut command);
        command.args(args).current_dir(&paths.root);
        command
    }
}

/// Where the results of one part are written.
fn report(paths: &Paths, part: &str) -> PathBuf {
    paths.work.join(format!("tests-{part}.xml"))
}

/// Fails unless all tests of a part passed; tells whether there were any.
fn ended(paths: &Paths, (part, _): (&str, &str), status: ExitStatus) -> Result<bool> {
    if status.code() == Some(NONE_CHOSEN) {
        return Ok(false);
    }
    ensure!(
        status.success(),
        "Python tests failed ({status}); the lines FAILED above name them"
    );
    if is_ci() {
        let text = fs::read_to_string(report(paths, part)).context("pytest wrote no report")?;
        match skipped(&text) {
            Some(0) => {}
            Some(count) => bail!(
                "pytest skipped {count} tests, which CI does not allow; the lines SKIPPED above say why"
            ),
            None => bail!("cannot read pytest's report on {part}"),
        }
    }
    Ok(true)
}

/// Whether nobody watches, so that what is left out must fail.
pub fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty())
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
