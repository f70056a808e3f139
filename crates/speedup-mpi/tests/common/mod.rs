//! Starting programs under `mpirun`, and folders for tests.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The longest time of a run: one that hangs fails its test.
const LIMIT: Duration = Duration::from_secs(120);

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_speedup-mpi");

/// The name of `mpirun`, and its option for more ranks than cores.
static MPIRUN: LazyLock<(String, bool)> = LazyLock::new(|| {
    let name = std::env::var("MPIRUN").unwrap_or_else(|_| "mpirun".to_owned());
    let version = Command::new(&name).arg("--version").output();
    let version = version.unwrap_or_else(|error| panic!("{name} does not start: {error}"));
    let is_open_mpi = String::from_utf8_lossy(&version.stdout).contains("Open MPI");
    (name, is_open_mpi)
});

/// Runs take both cores, so they run one after another.
pub fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A command that starts `program` with this number of ranks.
pub fn mpirun(ranks: usize, program: impl AsRef<Path>) -> Command {
    let mut command = mpirun_with_no_program();
    let ranks = ranks.to_string();
    command.args(["-n", &ranks]).arg(program.as_ref());
    command
}

/// `mpirun` with the options that a test needs.
pub fn mpirun_with_no_program() -> Command {
    let (name, is_open_mpi) = &*MPIRUN;
    let mut command = Command::new(name);
    if *is_open_mpi {
        command.arg("--oversubscribe");
        // All ranks are on this computer. To look for fast networks would take a second at each start.
        command.args(["--mca", "pml", "ob1", "--mca", "btl", "^ofi"]);
        // Containers often have no other user.
        command.envs(
            ["OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"].map(|name| (name, "1")),
        );
    }
    command
        .env_remove("RAYON_NUM_THREADS")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs a command to its end.
pub fn finish(command: &mut Command) -> Output {
    wait(command.spawn().unwrap(), LIMIT)
}

/// Waits for the end of a program whose output is short.
pub fn wait(mut child: Child, limit: Duration) -> Output {
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > limit {
            kill(&ranks_of(child.id()));
            let _ = child.kill();
            panic!("not ended within {limit:?}: {:?}", child.wait_with_output());
        }
        thread::sleep(Duration::from_millis(2));
    }
    child.wait_with_output().unwrap()
}

/// Runs the program, and returns its line of JSON.
pub fn json(ranks: usize, args: &[&str]) -> serde_json::Value {
    let output = finish(mpirun(ranks, PROGRAM).args(args).arg("--json"));
    assert!(output.status.success(), "{args:?}: {output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// The bits of the value of a line of JSON.
pub fn bits(line: &serde_json::Value) -> u64 {
    line["value"].as_f64().unwrap().to_bits()
}

/// Runs the program, which must refuse with one message: returns that.
pub fn refusal(ranks: usize, args: &[&str]) -> String {
    refused(mpirun(ranks, PROGRAM).args(args))
}

/// As [`refusal`], for any command.
pub fn refused(command: &mut Command) -> String {
    let output = finish(command);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(output.stdout.is_empty() || !output.stdout.starts_with(b"{"));
    let ours = |line: &&str| line.starts_with("speedup-mpi: ") || line.starts_with("error: ");
    let lines: Vec<&str> = text
        .lines()
        .filter(ours)
        .filter(|line| !line.contains(" share the cores of "))
        .collect();
    assert_eq!(lines.len(), 1, "{text}");
    lines[0].to_owned()
}

/// The processes below a process that run the program under test.
pub fn ranks_of(process: u32) -> Vec<u32> {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Ok(id) = entry.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // The name stands in parentheses; the state and the parent follow.
        let Some((head, tail)) = stat.rsplit_once(") ") else {
            continue;
        };
        let parent = tail.split(' ').nth(1).and_then(|id| id.parse::<u32>().ok());
        parents.push((id, parent.unwrap_or(0), head.ends_with("(speedup-mpi")));
    }
    let is_below = |id: u32| {
        let parent_of = |id: &u32| parents.iter().find(|one| one.0 == *id).map(|one| one.1);
        std::iter::successors(Some(id), parent_of)
            .take(10)
            .any(|id| id == process)
    };
    let ranks = parents
        .iter()
        .filter(|(id, _, is_rank)| *is_rank && is_below(*id));
    ranks.map(|(id, ..)| *id).collect()
}

/// Whether a process has not ended.
pub fn is_alive(process: u32) -> bool {
    Path::new("/proc").join(process.to_string()).exists()
}

/// Sends SIGKILL.
pub fn kill(processes: &[u32]) {
    for process in processes {
        let _ = Command::new("kill")
            .args(["-KILL", &process.to_string()])
            .output();
    }
}

/// A folder of its own for a test, removed with it.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let name = format!("speedup-mpi-test-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    pub fn is_empty(&self) -> bool {
        fs::read_dir(&self.0).unwrap().next().is_none()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
