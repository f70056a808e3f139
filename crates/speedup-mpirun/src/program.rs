//! A program that stands in a cell, compiled against the crate `speedup-mpi`.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use speedup::Error;

use crate::mpi::Mpi;
use crate::run::Run;

/// What cargo is told by the variables that a kernel or another cargo sets.
const OTHERS: [&str; 4] = [
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTFLAGS",
    "RUSTC_WORKSPACE_WRAPPER",
];

/// A compiled MPI program. [`Mpi::program`] makes it.
#[derive(Clone, Debug)]
pub struct Program {
    mpi: Mpi,
    file: PathBuf,
}

impl Mpi {
    /// Compiles a program. It may use the crates `speedup`, `speedup_mpi` and `rand`.
    ///
    /// `name` tells programs apart: one that has the name of an earlier one replaces it, as a function of the same name
    /// does. What the compiler says of a mistake is printed.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] if the name has other characters than small letters, digits and `-`. [`Error::System`] if the program does
    /// not compile, or if cargo cannot be started.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// let source = "fn main() { println!(\"started\") }";
    /// let program = speedup_mpirun::Mpi::find()?.program("started", source)?;
    /// assert_eq!(program.run(3)?.lines, ["started"; 3]);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn program(&self, name: &str, source: &str) -> Result<Program, Error> {
        check_name(name)?;
        let folder = self.target.join("programs").join(name);
        let file = self.build(name, source, &folder)?;
        let mpi = self.clone();
        Ok(Program { mpi, file })
    }

    fn build(&self, name: &str, source: &str, folder: &Path) -> Result<PathBuf, Error> {
        fs::create_dir_all(folder).map_err(refused)?;
        // Another notebook may build a program of the same name: one after the other.
        let lock = File::create(folder.join("lock")).map_err(refused)?;
        lock.lock().map_err(refused)?;
        let crates = Path::new(env!("CARGO_MANIFEST_DIR"));
        let crates = crates.parent().unwrap_or(crates);
        write(&folder.join("Cargo.toml"), &manifest(name, crates))?;
        write(&folder.join("main.rs"), source)?;
        // The versions are those of the course; cargo leaves out what is not needed.
        fs::copy(crates.join("../Cargo.lock"), folder.join("Cargo.lock")).map_err(refused)?;
        let output = self.cargo(folder)?;
        let built = executable(&String::from_utf8_lossy(&output.stdout));
        let Some(built) = built.filter(|_| output.status.success()) else {
            let said = String::from_utf8_lossy(&output.stderr);
            eprintln!("{}", said.trim());
            return Err(refused(format!(
                "{name} does not compile, see the compiler's message"
            )));
        };
        // A copy for each source: a program that runs is never replaced.
        let mut hasher = DefaultHasher::new();
        source.hash(&mut hasher);
        let file = folder.join(format!("{name}-{:016x}", hasher.finish()));
        let fresh = folder.join("fresh");
        fs::copy(built, &fresh).map_err(refused)?;
        fs::rename(&fresh, &file).map_err(refused)?;
        Ok(file)
    }

    fn cargo(&self, folder: &Path) -> Result<Output, Error> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command
            .args(["build", "--release", "--offline", "--quiet"])
            .args(["--message-format", "json-render-diagnostics"])
            .args(["--target-dir".as_ref(), self.target.as_os_str()])
            .current_dir(folder)
            .envs(&self.settings.build_env)
            .stdin(Stdio::null());
        OTHERS.iter().for_each(|name| {
            command.env_remove(name);
        });
        command.output().map_err(|error| match error.kind() {
            ErrorKind::NotFound => refused("cargo cannot be started; install Rust"),
            _ => refused(error),
        })
    }
}

impl Program {
    /// Runs the program on this number of ranks.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] for no ranks, or more than 1024; [`Error::System`] if `mpirun` cannot be started. A program that fails,
    /// or does not end within the time limit, is no error: [`Run::end`] says so.
    pub fn run(&self, ranks: usize) -> Result<Run, Error> {
        self.run_with(ranks, &[])
    }

    /// Runs the program with arguments, see [`Program::run`].
    ///
    /// # Errors
    ///
    /// Those of [`Program::run`].
    pub fn run_with(&self, ranks: usize, arguments: &[&str]) -> Result<Run, Error> {
        self.mpi.start(ranks, &self.file, arguments)
    }

    /// The same program with another time limit.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.mpi = self.mpi.time_limit(limit);
        self
    }
}

/// The program's file, which cargo names in one of its messages.
pub(crate) fn executable(messages: &str) -> Option<PathBuf> {
    messages.lines().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(message["executable"].as_str()?.into())
    })
}

/// The package of a program. It is a workspace of its own.
fn manifest(name: &str, crates: &Path) -> String {
    // JSON's texts are TOML's.
    let path = |name: &str| serde_json::Value::from(crates.join(name).to_string_lossy());
    let (speedup, speedup_mpi) = (path("speedup"), path("speedup-mpi"));
    format!(
        "[package]
name = \"program-{name}\"
version = \"0.0.0\"
edition = \"2024\"

[[bin]]
name = \"program-{name}\"
path = \"main.rs\"

[dependencies]
rand = {{ version = \"=0.10.3\", default-features = false, features = [\"std\"] }}
speedup = {{ path = {speedup} }}
speedup-mpi = {{ path = {speedup_mpi} }}

[workspace]
"
    )
}

fn check_name(name: &str) -> Result<(), Error> {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.is_empty() && name.len() <= 40 && name.chars().all(is_allowed) {
        return Ok(());
    }
    let problem =
        format!("`{name}` is not allowed, use 1 to 40 of the characters a to z, 0 to 9 and -");
    Err(Error::Data {
        what: "name of a program",
        problem,
    })
}

/// Writes a file, unless it has this content: cargo builds again what is newer.
fn write(file: &Path, content: &str) -> Result<(), Error> {
    if fs::read_to_string(file).is_ok_and(|old| old == content) {
        return Ok(());
    }
    fs::write(file, content).map_err(refused)
}

fn refused(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::system("MPI program", cause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mpi::tests::Fake;

    #[test]
    fn names_are_those_of_files() {
        assert_eq!(check_name("pi-2"), Ok(()));
        for name in ["", "Pi", "../pi", "a b", &"a".repeat(41)] {
            let error = check_name(name).unwrap_err().to_string();
            assert!(error.starts_with("name of a program: `"), "{error}");
        }
    }

    #[test]
    fn the_folder_of_the_crates_may_have_any_name() {
        let manifest = manifest("a", Path::new("/a \"folder\""));
        let line = r#"speedup = { path = "/a \"folder\"/speedup" }"#;
        assert!(manifest.contains(line), "{manifest}");
    }

    #[test]
    fn cargo_names_the_program_s_file() {
        let messages = "no JSON\n{\"executable\":null}\n{\"executable\":\"/t/release/a\"}\n";
        assert_eq!(executable(messages), Some("/t/release/a".into()));
        assert_eq!(executable("{}"), None);
    }

    #[test]
    fn a_program_runs_on_ranks_with_its_own_time_limit() {
        let fake = Fake::new(
            "program",
            "MPICH 5.0.2",
            "printf '%s ' \"$@\"; exec sleep 600",
        );
        let file = PathBuf::from("/p/a");
        let program = Program {
            mpi: fake.mpi(),
            file,
        };
        let limit = Duration::from_millis(100);
        let run = program.time_limit(limit).run_with(2, &["x"]).unwrap();
        assert_eq!(run.lines, ["-n 2 -bind-to none /p/a x "]);
        assert_eq!(run.end, crate::run::End::TimedOut { limit });
    }
}
