//! The Python environment: an activated one or the checkout's .venv.

use super::environment_yml::{Packages, Pin};
use super::venv;
use crate::tools::child;
use crate::tools::paths::Paths;
pub use crate::tools::python::PythonEnv;
use crate::tools::step::Outcome;
use anyhow::{Result, bail};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest Python that the packages run on.
const OLDEST: (u32, u32) = (3, 10);
/// Prints the packages given as arguments that are missing or of another version.
const COMPARE: &str = "
import sys
from importlib.metadata import PackageNotFoundError, version
for pin in sys.argv[1:]:
    name, wanted = pin.split('==')
    try:
        found = version(name)
    except PackageNotFoundError:
        print('missing', name)
    else:
        if found != wanted:
            print('other', f'{name} {found} (wanted {wanted})')
";

/// Finds the activated environment, else makes .venv.
pub fn find_or_make(paths: &Paths, force: bool) -> Result<Outcome<PythonEnv>> {
    let packages = Packages::read(&paths.root.join("environment.yml"))?;
    for variable in ["VIRTUAL_ENV", "CONDA_PREFIX"] {
        if let Some(prefix) = env::var_os(variable).map(PathBuf::from)
            && let Some(found) = activated(paths, &prefix, &packages.pins)?
        {
            return Ok(Outcome::UpToDate(found));
        }
    }
    venv::find_or_make(paths, &packages, force)
}

/// The activated environment, when it has what is needed to execute notebooks.
fn activated(paths: &Paths, prefix: &Path, pins: &[Pin]) -> Result<Option<PythonEnv>> {
    let python = prefix.join("bin/python");
    let own = prefix.canonicalize().ok() == paths.venv.canonicalize().ok();
    let usable = || {
        let mut command = Command::new(&python);
        command.args(["-c", "import jupyterlab, nbclient, nbconvert"]);
        child::output(&mut command).is_ok()
    };
    if own || !usable() {
        return Ok(None);
    }
    println!("      using the activated environment {}", prefix.display());
    let mut command = Command::new(&python);
    command.args(["-c", COMPARE]);
    command.args(pins.iter().map(Pin::requirement));
    let report = child::output(&mut command)?;
    let named = |kind: &str| -> Vec<String> {
        let lines = report.lines().filter_map(|line| line.strip_prefix(kind));
        lines.map(|name| name.trim().to_owned()).collect()
    };
    let (missing, other) = (named("missing "), named("other "));
    if !missing.is_empty() || !other.is_empty() {
        let lacking = missing.iter().map(|name| format!("{name} is missing"));
        let all: Vec<String> = lacking.chain(other).collect();
        println!(
            "      warning: it differs from environment.yml: {}",
            all.join(", ")
        );
    }
    Ok(Some(PythonEnv {
        prefix: prefix.to_owned(),
        python,
        missing,
    }))
}

/// The first Python on the search path that is new enough.
pub fn base_python() -> Result<PathBuf> {
    let names = [
        "python3",
        "python3.13",
        "python3.12",
        "python3.11",
        "python3.10",
    ];
    let mut too_old = Vec::new();
    for name in names {
        if let Some(version) = version(Path::new(name)) {
            if new_enough(&version) {
                return Ok(name.into());
            }
            too_old.push(format!("{name} is {version}"));
        }
    }
    let (major, minor) = OLDEST;
    let found = match too_old.as_slice() {
        [] => "found none".to_owned(),
        _ => format!("found only older ones: {}", too_old.join(", ")),
    };
    bail!(
        "Python {major}.{minor} or newer is needed on the search path; {found}; install one, and run the same command again"
    )
}

/// The version of a Python program, if it runs.
pub fn version(python: &Path) -> Option<String> {
    let mut command = Command::new(python);
    command.args(["-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"]);
    let text = child::output(&mut command).ok()?;
    Some(text.trim().to_owned())
}

fn new_enough(version: &str) -> bool {
    let mut numbers = version.split('.').map(|part| part.parse::<u32>().ok());
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(major), Some(minor)) => (major, minor) >= OLDEST,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(new_enough("3.10.0") && new_enough("3.13.1") && new_enough("4.0.0"));
        assert!(!new_enough("3.9.19") && !new_enough("2.7.18") && !new_enough("?"));
    }
}
