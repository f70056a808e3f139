//! The MPI of the handout on clusters, and the program `speedup-mpi`, built ahead.
//!
//! An MPI of the system or of a cluster is taken where there is one: the one whose compiler `SPEEDUP_MPICC` names, else
//! the one whose `mpicc` is on the search path, else that of the Python package `openmpi`.

use crate::files;
use crate::tools::paths::Paths;
use crate::tools::python::PythonEnv;
use crate::tools::step::Outcome;
use crate::tools::toolchain;
use crate::tools::{child, jupyter_env, own_program};
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::env;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Names the compiler of an MPI that is to be taken.
const VARIABLE: &str = "SPEEDUP_MPICC";
/// What the tests also use. `environment.yml` cannot have it beside Open MPI.
const MPICH: &str = "mpich==5.0.2";
/// The program's name, and that of its package.
const PROGRAM: &str = "speedup-mpi";
/// Prints the folder of the Python package that has the library of clang.
const LIBCLANG: &str =
    "import pathlib, clang; print(pathlib.Path(clang.__file__).parent / 'native')";

/// Variables that bindgen reads: the folder of clang's library, and options for it.
const CLANG: &str = "LIBCLANG_PATH";
const CLANG_OPTIONS: &str = "BINDGEN_EXTRA_CLANG_ARGS";

/// An MPI: how programs for it are built and started.
pub struct Mpi {
    /// Its name and version, as `Open MPI 5.0.11`.
    name: String,
    mpirun: PathBuf,
    /// The variables that a build needs.
    variables: Vec<(&'static str, OsString)>,
}

impl Mpi {
    /// Finds it, and makes a build with it possible.
    pub fn find(paths: &Paths, python: &PythonEnv) -> Result<Mpi> {
        let of_package = python.prefix.join("bin/mpicc");
        let named = env::var_os(VARIABLE).filter(|name| !name.is_empty());
        let found = named
            .map(PathBuf::from)
            .or_else(|| toolchain::on_search_path("mpicc"));
        let found = found.unwrap_or_else(|| of_package.clone());
        if !found.is_file() {
            bail!(
                "there is no MPI: {} does not exist; install the package openmpi, or set {VARIABLE} to the mpicc of another",
                found.display()
            );
        }
        let mpicc = match found == of_package {
            true => quoting_mpicc(&paths.target.join("mpi"), &python.prefix)?,
            false => found.clone(),
        };
        Mpi::of(&found, mpicc, python)
    }

    /// MPICH, for the tests, in a Python environment of its own: its programs have the names of Open MPI's.
    pub fn mpich(paths: &Paths, python: &PythonEnv) -> Result<Mpi> {
        let prefix = paths.target.join("mpich");
        let mpicc = prefix.join("bin/mpicc");
        if !mpicc.is_file() {
            files::remove(&prefix)?;
            let mut venv = Command::new(&python.python);
            child::output(venv.args(["-m", "venv"]).arg(&prefix))?;
            let mut pip = Command::new(prefix.join("bin/python"));
            pip.args(["-m", "pip", "install", "--quiet", MPICH]);
            child::output(&mut pip).context("MPICH cannot be installed")?;
        }
        Mpi::of(&mpicc, quoting_mpicc(&prefix, &prefix)?, python)
    }

    /// The MPI whose programs lie beside `found`, built for by `mpicc`.
    fn of(found: &Path, mpicc: PathBuf, python: &PythonEnv) -> Result<Mpi> {
        let folder = found.parent().unwrap_or(Path::new("/"));
        let programs = ["mpirun", "mpiexec"].map(|name| folder.join(name));
        let mpirun = programs.into_iter().find(|program| program.is_file());
        let mpirun = mpirun.with_context(|| format!("{} has no mpirun", folder.display()))?;
        let name = name(&child::output(Command::new(&mpirun).arg("--version"))?);
        let mut variables = vec![("MPICC", mpicc.into_os_string())];
        variables.extend(libclang(python));
        Ok(Mpi {
            name,
            mpirun,
            variables,
        })
    }

    /// Has a command build and start programs with this MPI.
    pub fn set(&self, command: &mut Command) {
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.env("MPIRUN", &self.mpirun);
    }

    /// Builds it without a word, while another step takes its time. What fails here is tried again.
    pub fn early(&self, paths: &Paths) {
        let folder = paths.target.join("mpi");
        if self.forget_another(&folder, false).is_ok() {
            let _ = child::output(&mut self.command(paths, &folder));
        }
    }

    /// Deletes what was built with another MPI: cargo does not know that the bindings depend on it.
    fn forget_another(&self, folder: &Path, force: bool) -> Result<()> {
        let with = folder.join("built-with");
        let own = format!("{} {:?}", self.name, self.variables);
        let is_other = std::fs::read_to_string(&with).is_ok_and(|text| text != own);
        if force || is_other {
            files::remove(&folder.join("release"))?;
        }
        files::write_if_changed(&with, own.as_bytes()).map(drop)
    }

    fn command(&self, paths: &Paths, folder: &Path) -> Command {
        let mut command = Command::new(toolchain::cargo());
        jupyter_env::without_cargo(&mut command, paths);
        command
            .args(["build", "--release", "--locked", "--package", PROGRAM])
            .args(["--message-format", "json-render-diagnostics"])
            .arg("--target-dir")
            .arg(folder)
            .current_dir(&paths.root);
        self.set(&mut command);
        command
    }

    /// Builds the program, and writes down for notebooks where all is.
    pub fn build(&self, paths: &Paths, force: bool) -> Result<Outcome<()>> {
        let folder = paths.target.join("mpi");
        self.forget_another(&folder, force)?;
        let messages = child::run_reading(&mut self.command(paths, &folder), &paths.log("mpi"))
            .context("the MPI program cannot be built")?;
        let built = messages
            .iter()
            .find_map(|line| super::worker::built(line, PROGRAM));
        let built = built.context("cargo built the MPI program, but does not say where it is")?;
        let program = folder.join(PROGRAM);
        let is_new = own_program::copy(&built, &program)?;
        let text = |value: &OsString| value.to_string_lossy().into_owned();
        let variables = self.variables.iter();
        let variables = variables.map(|(name, value)| ((*name).to_owned(), text(value).into()));
        let note = json!({
            "name": self.name,
            "mpirun": self.mpirun,
            "program": program,
            "build_env": serde_json::Map::from_iter(variables),
        });
        let note = format!("{note:#}\n");
        let is_changed = files::write_if_changed(&folder.join("mpi.json"), note.as_bytes())?;
        Ok(Outcome::of(is_new || is_changed))
    }
}

/// The name and version of an MPI, by what its `mpirun --version` prints.
fn name(text: &str) -> String {
    let number = |line: &str| line.rsplit(' ').next().unwrap_or_default().to_owned();
    let line = |part: &str| text.lines().find(|line| line.contains(part));
    if let Some(line) = line("Open MPI") {
        return format!("Open MPI {}", number(line));
    }
    if text.contains("HYDRA")
        && let Some(line) = line("Version:")
    {
        return format!("MPICH {}", number(line));
    }
    text.lines().next().unwrap_or_default().trim().to_owned()
}

/// A compiler that says what it needs so that a path may have blanks, which the one of the Python package does not.
fn quoting_mpicc(folder: &Path, prefix: &Path) -> Result<PathBuf> {
    let place = folder.join("mpicc");
    files::write_if_changed(&place, script(prefix).as_bytes())?;
    std::fs::set_permissions(&place, PermissionsExt::from_mode(0o755))
        .with_context(|| format!("cannot make {} executable", place.display()))?;
    Ok(place)
}

fn script(prefix: &Path) -> String {
    let quoted = |text: String| format!("'{}'", text.replace('\'', r"'\''"));
    let prefix = prefix.display();
    let include = quoted(format!("-I{prefix}/include"));
    let library = quoted(format!("-L{prefix}/lib"));
    format!(
        "#!/bin/sh\n\
         # Compiles for the MPI of the Python package. What MPI needs is in quotes.\n\
         if [ \"$1\" = -show ]; then\n    \
             cat <<'END'\ncc {include} -pthread {library} -lmpi\nEND\nelse\n    \
             exec cc {include} -pthread \"$@\" {library} -lmpi\nfi\n"
    )
}

/// Where bindgen finds the library of clang, and the headers of the compiler, which the Python package lacks.
fn libclang(python: &PythonEnv) -> Vec<(&'static str, OsString)> {
    if let Some(variables) = told(|name| env::var_os(name)) {
        return variables;
    }
    let Ok(folder) = child::output(Command::new(&python.python).args(["-c", LIBCLANG])) else {
        return Vec::new();
    };
    let mut variables = vec![(CLANG, folder.trim().into())];
    let headers = child::output(Command::new("cc").arg("-print-file-name=include"));
    let headers = headers.unwrap_or_default();
    if Path::new(headers.trim()).is_absolute() {
        let option = format!("-I{}", headers.trim());
        variables.push((CLANG_OPTIONS, option.into()));
    }
    variables
}

/// What this program was told of clang. It is written down like what is found: a notebook may be opened where the
/// variables are not set.
fn told(variable: impl Fn(&str) -> Option<OsString>) -> Option<Vec<(&'static str, OsString)>> {
    let mut variables = vec![(CLANG, variable(CLANG)?)];
    variables.extend(variable(CLANG_OPTIONS).map(|options| (CLANG_OPTIONS, options)));
    Some(variables)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;

    #[test]
    fn a_build_that_an_earlier_one_started_is_told_the_same() {
        let first: Vec<(&str, OsString)> = vec![(CLANG, "/l".into()), (CLANG_OPTIONS, "-I".into())];
        for count in [1, 2] {
            let set = &first[..count];
            let variable = |name: &str| {
                let found = set.iter().find(|(other, _)| *other == name);
                found.map(|(_, value)| value.clone())
            };
            assert_eq!(told(variable).as_deref(), Some(set));
        }
        assert_eq!(told(|_| None), None);
    }

    #[test]
    fn an_mpi_is_known_by_its_version() {
        assert_eq!(
            name("mpirun (Open MPI) 5.0.11\n\nReport bugs"),
            "Open MPI 5.0.11"
        );
        let hydra =
            "HYDRA build details:\n    Version:                                 5.0.2\n    CC: gcc";
        assert_eq!(name(hydra), "MPICH 5.0.2");
        assert_eq!(
            name("Intel(R) MPI Library 2021\n"),
            "Intel(R) MPI Library 2021"
        );
    }

    #[test]
    fn what_was_built_with_another_mpi_is_forgotten() {
        let folder = TestFolder::new("built-with");
        let built = folder.0.join("release/speedup-mpi");
        let with = |name: &str| {
            let mpi = Mpi {
                name: name.into(),
                mpirun: PathBuf::new(),
                variables: vec![("MPICC", "mpicc".into())],
            };
            mpi.forget_another(&folder.0, false).unwrap();
            let is_there = built.exists();
            files::write(&built, b"").unwrap();
            is_there
        };
        assert_eq!(
            ["a", "a", "b", "b", "a"].map(with),
            [false, true, false, true, false]
        );
    }

    #[test]
    fn what_a_compiler_needs_is_quoted() {
        let folder = TestFolder::new("mpicc");
        let file = folder.0.join("mpicc");
        files::write(&file, script(Path::new("/a b/it's")).as_bytes()).unwrap();
        let shown = child::output(Command::new("sh").arg(&file).arg("-show")).unwrap();
        let each = format!("for word in {}; do echo \"$word\"; done", shown.trim());
        let each = child::output(Command::new("sh").args(["-c", &each]));
        assert_eq!(
            each.unwrap(),
            "cc\n-I/a b/it's/include\n-pthread\n-L/a b/it's/lib\n-lmpi\n"
        );
    }
}
