//! The checkout's own Python environment, .venv.

use super::environment_yml::{Packages, Pin};
use super::python_env::{base_python, version};
use crate::files;
use crate::tools::child::{self, Show};
use crate::tools::jupyter_env;
use crate::tools::paths::Paths;
use crate::tools::python::PythonEnv;
use crate::tools::step::Outcome;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Tells that .venv was finished, and from what.
const STAMP: &str = "xtask-stamp";

/// Finds .venv, or makes it; the one before stays until the new one is complete.
pub fn find_or_make(paths: &Paths, packages: &Packages, force: bool) -> Result<Outcome<PythonEnv>> {
    let found = PythonEnv {
        prefix: paths.venv.clone(),
        python: paths.venv.join("bin/python"),
        missing: Vec::new(),
    };
    let aside = Aside::of(&paths.venv);
    aside.recover()?;
    let wanted = stamp(paths, packages)?;
    if !force
        && let Some(version) = version(&found.python)
        && fs::read_to_string(paths.venv.join(STAMP))
            .is_ok_and(|old| is_of(&old, &wanted, &version))
    {
        tell_nbconvert(paths);
        return Ok(Outcome::UpToDate(found));
    }
    let base = base_python()?;
    refuse_other_folder(&paths.venv)?;
    aside.put()?;
    let made = make(paths, &base, &found, packages, &wanted);
    if let Err(error) = made {
        let earlier = aside.recover()?;
        return Err(match earlier {
            true => error.context("the earlier .venv is back, as it was"),
            false => error,
        });
    }
    aside.recover()?;
    Ok(Outcome::Done(found))
}

/// The environment before, put aside while a new one is made in its place: the programs of
/// an environment name its folder, so that the new one cannot be made elsewhere.
struct Aside {
    venv: PathBuf,
    aside: PathBuf,
}

impl Aside {
    fn of(venv: &Path) -> Aside {
        Aside {
            venv: venv.to_owned(),
            aside: venv.with_file_name(".venv.before"),
        }
    }

    fn put(&self) -> Result<()> {
        match self.venv.exists() {
            true => files::rename(&self.venv, &self.aside),
            false => Ok(()),
        }
    }

    /// Deletes it if the new one is finished, else puts it back, also after a run that was killed;
    /// tells whether it put it back.
    fn recover(&self) -> Result<bool> {
        if !self.aside.exists() {
            return Ok(false);
        }
        if self.venv.join(STAMP).is_file() {
            files::remove(&self.aside)?;
            return Ok(false);
        }
        files::remove(&self.venv)?;
        files::rename(&self.aside, &self.venv)?;
        Ok(true)
    }
}

fn refuse_other_folder(venv: &Path) -> Result<()> {
    let is_environment = venv.join("pyvenv.cfg").exists();
    if venv.exists() && !is_environment && !files::list(venv)?.is_empty() {
        bail!("{} is no Python environment; move it away", venv.display());
    }
    Ok(())
}

fn make(
    paths: &Paths,
    base: &Path,
    python: &PythonEnv,
    packages: &Packages,
    wanted: &str,
) -> Result<()> {
    let mut command = Command::new(base);
    jupyter_env::without_cargo(&mut command, paths);
    command.args(["-m", "venv"]).arg(&paths.venv);
    child::run(&mut command, &paths.log("venv"), Show::Nothing)
        .context("cannot make .venv (on Debian and Ubuntu: apt install python3-venv)")?;
    let mut command = jupyter_env::python(paths, python);
    command
        .args(["-m", "pip", "install", "--no-input"])
        .arg("--disable-pip-version-check")
        // A user's setting that pip refuses in an environment.
        .env("PIP_USER", "0");
    for lock in &packages.locks {
        command.arg("--constraint").arg(lock);
    }
    command.args(packages.pins.iter().map(Pin::requirement));
    child::run(&mut command, &paths.log("pip"), Show::Nothing)
        .context("cannot install the packages of environment.yml")?;
    let version = version(&python.python).context("the new .venv has no working python")?;
    tell_nbconvert(paths);
    files::write(
        &paths.venv.join(STAMP),
        format!("{wanted}{version}\n").as_bytes(),
    )
}

/// Gives plain `jupyter nbconvert` of .venv, and the export in JupyterLab's menu, the look of the
/// handouts. Without it all else works.
fn tell_nbconvert(paths: &Paths) {
    const NAME: &str = "jupyter_nbconvert_config.py";
    const OF_THE_SERVER: &str = "jupyter_server_config.py";
    let folder = paths.root.join("crates/xtask/python");
    // JSON's texts are Python's too.
    let folder = serde_json::Value::from(folder.to_string_lossy());
    let line = format!("load_subconfig(\"{NAME}\", path={folder})\n");
    for name in [NAME, OF_THE_SERVER] {
        let file = paths.venv.join("etc/jupyter").join(name);
        if let Err(error) = files::write_if_changed(&file, line.as_bytes()) {
            println!("      warning: plain nbconvert will have its own look: {error:#}");
        }
    }
}

/// What .venv is made from; its place too, because its programs name it.
fn stamp(paths: &Paths, packages: &Packages) -> Result<String> {
    let mut text = format!("{}\n", paths.venv.display());
    for pin in &packages.pins {
        text.push_str(&pin.requirement());
        text.push('\n');
    }
    for lock in &packages.locks {
        text +=
            &fs::read_to_string(lock).with_context(|| format!("cannot read {}", lock.display()))?;
    }
    Ok(text)
}

/// Whether a .venv with the stamp `old` is what is wanted. Another patch release of the same
/// Python finds the packages where they are.
fn is_of(old: &str, wanted: &str, version: &str) -> bool {
    let series = |version: &str| {
        let mut numbers = version.trim().splitn(3, '.').map(str::to_owned);
        (numbers.next(), numbers.next())
    };
    old.strip_prefix(wanted)
        .is_some_and(|old| series(old) == series(version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;

    fn packages(version: &str) -> Packages {
        let pin = Pin {
            name: "a".into(),
            version: version.into(),
        };
        Packages {
            pins: vec![pin],
            locks: Vec::new(),
        }
    }

    #[test]
    fn the_stamp_changes_with_the_pins_the_lock_and_the_place() {
        let (here, there) = (Paths::of(Path::new("/x")), Paths::of(Path::new("/y")));
        let of = |paths: &Paths, packages: &Packages| stamp(paths, packages).unwrap();
        assert_ne!(of(&here, &packages("1")), of(&here, &packages("2")));
        assert_ne!(of(&here, &packages("1")), of(&there, &packages("1")));
        let folder = TestFolder::new("stamp");
        let lock = folder.0.join("lock");
        let mut locked = packages("1");
        locked.locks.push(lock.clone());
        assert!(stamp(&here, &locked).is_err());
        files::write(&lock, b"b==1\n").unwrap();
        let first = of(&here, &locked);
        files::write(&lock, b"b==2\n").unwrap();
        assert_ne!(first, of(&here, &locked));
    }

    #[test]
    fn a_patch_release_of_python_changes_nothing() {
        assert!(is_of("a==1\n3.12.3\n", "a==1\n", "3.12.11"));
        assert!(!is_of("a==1\n3.12.3\n", "a==1\n", "3.13.3"));
        assert!(!is_of("a==1\n3.12.3\n", "a==2\n", "3.12.3"));
    }

    #[test]
    fn the_environment_before_is_back_unless_the_new_one_is_finished() {
        let folder = TestFolder::new("aside");
        let venv = folder.0.join(".venv");
        let aside = Aside::of(&venv);
        files::write(&venv.join("old"), b"").unwrap();
        aside.put().unwrap();
        // A run that was killed leaves a half.
        files::write(&venv.join("half"), b"").unwrap();
        assert!(aside.recover().unwrap());
        assert_eq!(files::list(&venv).unwrap(), [venv.join("old")]);
        aside.put().unwrap();
        files::write(&venv.join(STAMP), b"").unwrap();
        assert!(!aside.recover().unwrap());
        assert_eq!(files::list(&folder.0).unwrap(), std::slice::from_ref(&venv));
        assert_eq!(files::list(&venv).unwrap(), [venv.join(STAMP)]);
    }
}
