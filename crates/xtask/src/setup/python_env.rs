//! Step 1: the Python environment, an activated one or the checkout's .venv.

use super::environment_yml::{self, Pin};
use crate::files;
use crate::tools::child::{self, Show};
use crate::tools::jupyter_env;
use crate::tools::paths::Paths;
pub use crate::tools::python::PythonEnv;
use crate::tools::step::Outcome;
use anyhow::{Context, Result, bail};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest Python that the packages run on.
const OLDEST: (u32, u32) = (3, 10);
/// Tells that .venv was finished, and from what.
const STAMP: &str = "xtask-stamp";
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
    let pins = environment_yml::pins(&paths.root.join("environment.yml"))?;
    for variable in ["VIRTUAL_ENV", "CONDA_PREFIX"] {
        if let Some(prefix) = env::var_os(variable).map(PathBuf::from)
            && let Some(found) = activated(paths, &prefix, &pins)?
        {
            return Ok(Outcome::UpToDate(found));
        }
    }
    let found = PythonEnv {
        prefix: paths.venv.clone(),
        python: paths.venv.join("bin/python"),
        missing: Vec::new(),
    };
    let wanted = stamp(paths, &pins);
    let stamp_file = paths.venv.join(STAMP);
    let working = version(&found.python);
    if !force
        && let Some(version) = &working
        && fs::read_to_string(&stamp_file).is_ok_and(|old| old == format!("{wanted}{version}\n"))
    {
        tell_nbconvert(paths)?;
        return Ok(Outcome::UpToDate(found));
    }
    files::remove(&stamp_file)?;
    let base = base_python()?;
    make_venv(paths, &base)?;
    install(paths, &found, &pins)?;
    let version = version(&found.python).context("the new .venv has no working python")?;
    tell_nbconvert(paths)?;
    files::write(&stamp_file, format!("{wanted}{version}\n").as_bytes())?;
    Ok(Outcome::Done(found))
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
    bail!("Python {major}.{minor} or newer is needed on the search path; {found}")
}

/// The version of a Python program, if it runs.
fn version(python: &Path) -> Option<String> {
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

fn make_venv(paths: &Paths, base: &Path) -> Result<()> {
    if paths.venv.exists() && !paths.venv.join("pyvenv.cfg").exists() {
        let entries = files::list(&paths.venv)?;
        if !entries.is_empty() {
            bail!(
                "{} is no Python environment; move it away",
                paths.venv.display()
            );
        }
    }
    files::remove(&paths.venv)?;
    let mut command = Command::new(base);
    jupyter_env::without_cargo(&mut command, paths);
    command.args(["-m", "venv"]).arg(&paths.venv);
    child::run(&mut command, &paths.log("venv"), Show::Nothing)
        .context("cannot make .venv (on Debian and Ubuntu: apt install python3-venv)")
}

fn install(paths: &Paths, python: &PythonEnv, pins: &[Pin]) -> Result<()> {
    let mut command = jupyter_env::python(paths, python);
    command
        .args(["-m", "pip", "install", "--no-input"])
        .arg("--disable-pip-version-check")
        .args(pins.iter().map(Pin::requirement));
    child::run(&mut command, &paths.log("pip"), Show::Nothing)
        .context("cannot install the packages of environment.yml")
}

/// Gives plain `jupyter nbconvert` of .venv the look of the handouts.
fn tell_nbconvert(paths: &Paths) -> Result<()> {
    const NAME: &str = "jupyter_nbconvert_config.py";
    let folder = paths.root.join("crates/xtask/python");
    // JSON's texts are Python's too.
    let folder = serde_json::to_string(&folder.to_string_lossy())?;
    let line = format!("load_subconfig(\"{NAME}\", path={folder})\n");
    let file = paths.venv.join("etc/jupyter").join(NAME);
    files::write_if_changed(&file, line.as_bytes())?;
    Ok(())
}

/// What .venv is made from; its place too, because its programs name it.
fn stamp(paths: &Paths, pins: &[Pin]) -> String {
    let mut text = format!("{}\n", paths.venv.display());
    for pin in pins {
        text.push_str(&pin.requirement());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(new_enough("3.10.0") && new_enough("3.13.1") && new_enough("4.0.0"));
        assert!(!new_enough("3.9.19") && !new_enough("2.7.18") && !new_enough("?"));
    }

    #[test]
    fn the_stamp_changes_with_the_pins_and_with_the_place() {
        let pin = |version: &str| {
            vec![Pin {
                name: "a".into(),
                version: version.into(),
            }]
        };
        let (here, there) = (Paths::of(Path::new("/x")), Paths::of(Path::new("/y")));
        assert_ne!(stamp(&here, &pin("1")), stamp(&here, &pin("2")));
        assert_ne!(stamp(&here, &pin("1")), stamp(&there, &pin("1")));
    }
}
