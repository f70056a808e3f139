//! The MPI of this machine, and the programs that it starts.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use speedup::Error;
use speedup::error::check_count;

use crate::report::{self, Network, Report};
use crate::run::{self, Run};

/// The longest time of a program, unless [`Mpi::time_limit`] sets another.
pub const LIMIT: Duration = Duration::from_secs(60);

/// More ranks on one computer are a mistake in a number.
const MOST_RANKS: u64 = 1024;

/// The file in which the set-up says where MPI is.
const FILE: &str = "mpi.json";

/// The MPI that the set-up found or installed, with the program `speedup-mpi` that was built with it.
#[derive(Clone, Debug)]
pub struct Mpi {
    pub(crate) settings: Settings,
    /// The folder in which programs are built.
    pub(crate) target: PathBuf,
    pub(crate) limit: Duration,
}

/// What the set-up wrote.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Settings {
    name: String,
    mpirun: PathBuf,
    program: PathBuf,
    /// The variables with which programs are compiled.
    #[serde(default)]
    pub build_env: BTreeMap<String, String>,
}

impl Mpi {
    /// The MPI that the set-up found or installed.
    ///
    /// # Errors
    ///
    /// [`Error::System`] if the set-up has not been run.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// println!("{}", speedup_mpirun::Mpi::find()?.name());
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn find() -> Result<Self, Error> {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self::of_folder(crates.join("../../target/mpi"))
    }

    pub(crate) fn of_folder(target: PathBuf) -> Result<Self, Error> {
        let refused = |problem: &dyn std::fmt::Display| {
            let advice = "run `cargo xtask setup`, which finds or installs it";
            Error::system("MPI", format!("{problem}; {advice}"))
        };
        let text = fs::read_to_string(target.join(FILE))
            .map_err(|_| refused(&"the set-up has found none yet"))?;
        let settings: Settings = serde_json::from_str(&text)
            .map_err(|error| refused(&format!("{FILE} is not usable, {error}")))?;
        for file in [&settings.mpirun, &settings.program] {
            if !file.is_file() {
                let name = file.file_name().unwrap_or_default().display();
                return Err(refused(&format!("{name} is gone")));
            }
        }
        Ok(Self {
            settings,
            target,
            limit: LIMIT,
        })
    }

    /// The name and version of the MPI.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// The same with another time limit. Without it, the limit is a minute.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs a job of the program `speedup-mpi`, and returns its report. `job` is the command line behind the name of the
    /// program, cut at spaces. The job works in the system's folder for temporary files.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] for no ranks, or more than 1024. [`Error::System`] with the program's message if it refuses the
    /// arguments, if it fails, or if it does not end within the time limit.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// let mpi = speedup_mpirun::Mpi::find()?;
    /// println!("π is near {}", mpi.run(2, "pi --points 1000000")?.value);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn run(&self, ranks: usize, job: &str) -> Result<Report, Error> {
        self.report(ranks, job)
    }

    /// Measures what messages cost between ranks 0 and 1, and all-reduces over all ranks.
    ///
    /// # Errors
    ///
    /// Those of [`Mpi::run`]; there must be at least 2 ranks.
    pub fn network(&self, ranks: usize) -> Result<Network, Error> {
        self.report(ranks, "network")
    }

    fn report<T: DeserializeOwned>(&self, ranks: usize, job: &str) -> Result<T, Error> {
        let mut command = self.mpirun(ranks)?;
        command.arg(&self.settings.program);
        command.args(job.split_whitespace()).arg("--json");
        command.current_dir(std::env::temp_dir());
        let run = run::run(&command, self.limit)?;
        if run.is_finished() {
            return report::parse(&run.lines);
        }
        let lines = run.errors.lines().filter(|line| !line.contains("% done"));
        let said = lines.filter_map(|line| line.strip_prefix("speedup-mpi: "));
        let said: Vec<&str> = said.chain(usage_error(&run.errors)).collect();
        let problem = match (&run.end, said[..].last()) {
            (run::End::Failed { .. }, Some(message)) => (*message).to_owned(),
            (run::End::Failed { .. }, None) => format!("{}: {}", run.end, run.errors.trim()),
            _ => run.end.to_string(),
        };
        Err(Error::system("speedup-mpi", problem))
    }

    /// Starts a program on this number of ranks.
    pub(crate) fn start(
        &self,
        ranks: usize,
        program: &Path,
        arguments: &[&str],
    ) -> Result<Run, Error> {
        let mut command = self.mpirun(ranks)?;
        command.arg(program).args(arguments);
        run::run(&command, self.limit)
    }

    /// `mpirun` with the options of this MPI for more ranks than cores, which are not bound to cores.
    fn mpirun(&self, ranks: usize) -> Result<Command, Error> {
        check_count("ranks", ranks, 1, MOST_RANKS)?;
        let mut command = Command::new(&self.settings.mpirun);
        command.args(["-n", &ranks.to_string()]);
        if self.name().starts_with("Open MPI") {
            command.args(["--oversubscribe", "--bind-to", "none"]);
            // All ranks are on this computer. To look for fast networks would take a second at each start.
            command.args(["--mca", "pml", "ob1", "--mca", "btl", "^ofi"]);
            if is_root() {
                // In a container there is often no other user.
                command.env("OMPI_ALLOW_RUN_AS_ROOT", "1");
                command.env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
            }
        } else if self.name().starts_with("MPICH") {
            command.args(["-bind-to", "none"]);
        }
        Ok(command)
    }
}

/// What it says of arguments that it does not know.
fn usage_error(errors: &str) -> Option<&str> {
    errors.lines().find_map(|line| line.strip_prefix("error: "))
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A folder of its own, with the file of the set-up and a script in place of `mpirun`; removed with it.
    pub struct Fake(pub PathBuf);

    impl Fake {
        pub fn new(test: &str, name: &str, script: &str) -> Self {
            let folder = format!("speedup-mpirun-{test}-{}", std::process::id());
            let folder = std::env::temp_dir().join(folder);
            fs::create_dir_all(&folder).unwrap();
            let [mpirun, program] = ["mpirun", "speedup-mpi"].map(|name| folder.join(name));
            // The shell writes it: a file that this process holds open cannot be started.
            let mut shell = Command::new("sh");
            shell.args([
                "-c",
                "printf '#!/bin/sh\\n%s' \"$1\" >\"$0\" && chmod +x \"$0\"",
            ]);
            assert!(shell.arg(&mpirun).arg(script).status().unwrap().success());
            fs::write(&program, "").unwrap();
            let settings = serde_json::json!({
                "name": name,
                "mpirun": mpirun,
                "program": program,
                "build_env": {"MPICC": "mpicc"},
            });
            fs::write(folder.join(FILE), settings.to_string()).unwrap();
            Self(folder)
        }

        pub fn mpi(&self) -> Mpi {
            Mpi::of_folder(self.0.clone()).unwrap()
        }
    }

    impl Drop for Fake {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    const NETWORK: &str = r#"echo '{"ranks":2,"latency_us":0.5,"bandwidth_mb_s":9e3,"ping_pong":[],"all_reduce":[]}'"#;

    #[test]
    fn a_report_is_read() {
        let fake = Fake::new("report", "Open MPI 5.0.11", NETWORK);
        let network = fake.mpi().network(2).unwrap();
        assert_eq!((network.ranks, network.bandwidth_mb_s), (2, 9000.0));
    }

    #[test]
    fn each_mpi_has_its_own_options() {
        let seen = |name: &str| {
            let fake = Fake::new(&name.replace(' ', "-"), name, "printf '%s ' \"$@\"");
            let run = fake.mpi().start(3, Path::new("program"), &["x"]).unwrap();
            run.to_string().trim().to_owned()
        };
        assert_eq!(
            seen("Open MPI 5.0.11"),
            "-n 3 --oversubscribe --bind-to none --mca pml ob1 --mca btl ^ofi program x"
        );
        assert_eq!(seen("MPICH 5.0.2"), "-n 3 -bind-to none program x");
        assert_eq!(seen("another"), "-n 3 program x");
    }

    #[test]
    fn without_the_set_up_the_message_says_what_to_run() {
        let missing = Mpi::of_folder("no/such/folder".into()).unwrap_err();
        assert_eq!(
            missing.to_string(),
            "MPI: the set-up has found none yet; run `cargo xtask setup`, which finds or installs it"
        );
        let fake = Fake::new("gone", "MPICH 5.0.2", "");
        fs::remove_file(fake.0.join("mpirun")).unwrap();
        let gone = Mpi::of_folder(fake.0.clone()).unwrap_err().to_string();
        assert!(gone.starts_with("MPI: mpirun is gone; run"), "{gone}");
        fs::write(fake.0.join(FILE), "{").unwrap();
        let damaged = Mpi::of_folder(fake.0.clone()).unwrap_err().to_string();
        assert!(
            damaged.starts_with("MPI: mpi.json is not usable"),
            "{damaged}"
        );
    }

    #[test]
    fn what_the_program_refuses_is_the_message() {
        let script = "echo 'speedup-mpi: households: 0 is not allowed, use 1 or more' >&2; exit 2";
        let fake = Fake::new("refused", "MPICH 5.0.2", script);
        let error = fake.mpi().run(2, "wealth").unwrap_err();
        assert_eq!(
            error.to_string(),
            "speedup-mpi: households: 0 is not allowed, use 1 or more"
        );
        for ranks in [0, 1025] {
            let error = fake.mpi().run(ranks, "wealth").unwrap_err().to_string();
            assert!(error.starts_with("ranks: "), "{error}");
        }
    }

    #[test]
    fn a_job_that_does_not_end_is_an_error_after_the_time_limit() {
        let fake = Fake::new("endless", "MPICH 5.0.2", "exec sleep 600");
        let mpi = fake.mpi().time_limit(Duration::from_millis(100));
        let error = mpi.run(2, "wealth").unwrap_err();
        assert_eq!(
            error.to_string(),
            "speedup-mpi: not ended within 0.1 s: mpirun and all ranks were killed"
        );
    }
}
