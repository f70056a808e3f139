//! The Python tests, run by pytest.

use crate::files;
use crate::tools::paths::Paths;
use crate::tools::python::PythonEnv;
use crate::tools::step::Steps;
use crate::tools::{child, jupyter_env};
use anyhow::{Context, Result, bail};
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

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

    /// Runs them; pytest's last line is the last line.
    pub fn run(
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
        child::run_in_terminal(&mut command)
            .context("Python tests failed; the lines FAILED above name them")?;
        if is_ci() {
            let text = fs::read_to_string(&report).context("pytest wrote no report")?;
            match skipped(&text) {
                Some(0) => {}
                Some(count) => bail!(
                    "pytest skipped {count} tests, which CI does not allow; the lines SKIPPED above say why"
                ),
                None => bail!("cannot read pytest's report {}", report.display()),
            }
        }
        Ok(())
    }
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
