//! The kinds of faults.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use speedup_process::Workers;
use speedup_process::jobs::Hang;

use crate::trial::{PROGRAM, Random, Tally, assert_ended, pool, refused, survive};

/// Its name, and what makes it happen.
type Kind = (&'static str, fn(&mut Random) -> Tally);

/// All kinds.
pub const ALL: [Kind; 13] = [
    ("a worker is killed", killed),
    ("all workers are killed", all_killed),
    ("a worker is stopped", stopped),
    (
        "a worker is stopped, and goes on later",
        stopped_for_a_while,
    ),
    ("garbage comes to a worker", garbage_in),
    ("garbage comes from a worker", garbage_out),
    ("a worker gets no more memory", no_memory),
    ("a worker may open no files", no_files_for_a_worker),
    ("this program may open no files", no_files),
    ("the working folder is deleted", no_folder),
    ("the worker program is deleted", no_program),
    ("the worker program is damaged", damaged_program),
    ("the program that has the workers is killed", killed_parent),
];

/// Set for the program that is killed with its workers.
pub const PARENT: &str = "SPEEDUP_FAULTS_PARENT";

fn send(signal: &str, id: u32) {
    let mut kill = Command::new("kill");
    kill.args([&format!("-{signal}"), &id.to_string()]);
    // The process may have ended meanwhile.
    kill.stderr(Stdio::null()).status().unwrap();
}

fn killed(random: &mut Random) -> Tally {
    let signal = random.one(&["KILL", "TERM", "INT", "HUP", "SEGV", "ABRT", "BUS"]);
    let (moment, which) = (random.moment(), random.below(3));
    survive(pool(random), random, move |ids| {
        thread::sleep(moment);
        send(signal, ids[which % ids.len()]);
    })
}

fn all_killed(random: &mut Random) -> Tally {
    let moment = random.moment();
    survive(pool(random), random, move |ids| {
        thread::sleep(moment);
        ids.iter().for_each(|&id| send("KILL", id));
    })
}

fn stopped(random: &mut Random) -> Tally {
    let (moment, which) = (random.moment(), random.below(3));
    survive(pool(random), random, move |ids| {
        thread::sleep(moment);
        send("STOP", ids[which % ids.len()]);
    })
}

fn stopped_for_a_while(random: &mut Random) -> Tally {
    let (moment, pause) = (random.moment(), 40 * random.moment());
    survive(pool(random), random, move |ids| {
        thread::sleep(moment);
        send("STOP", ids[0]);
        thread::sleep(pause);
        send("CONT", ids[0]);
    })
}

/// Writes into a pipe of a worker that has no job; the number of the descriptor is the worker's.
fn write_to_pipe(id: u32, descriptor: u32, random: &mut Random) {
    let garbage: Vec<u8> = (0..1 + random.below(64))
        .map(|_| random.next() as u8)
        .collect();
    let path = format!("/proc/{id}/fd/{descriptor}");
    File::options()
        .write(true)
        .open(path)
        .unwrap()
        .write_all(&garbage)
        .unwrap();
}

fn garbage_in(random: &mut Random) -> Tally {
    let workers = pool(random);
    write_to_pipe(workers.ids()[0], 0, random);
    survive(workers, random, |_| {})
}

fn garbage_out(random: &mut Random) -> Tally {
    let workers = pool(random);
    let id = workers.ids()[0];
    let target = |descriptor: u32| fs::read_link(format!("/proc/{id}/fd/{descriptor}")).ok();
    // The worker keeps its output under another number, see `of_worker`.
    let is_output = |descriptor: &u32| {
        let pipe = target(*descriptor);
        let is_pipe = pipe
            .as_ref()
            .is_some_and(|pipe| pipe.to_string_lossy().starts_with("pipe:"));
        is_pipe && (0..3).all(|standard| target(standard) != pipe)
    };
    let output = (3..20).find(is_output).expect("a worker has an output");
    write_to_pipe(id, output, random);
    survive(workers, random, |_| {})
}

/// Sets a limit of a worker.
fn limit(id: u32, what: &str) {
    let mut prlimit = Command::new("prlimit");
    prlimit.args(["--pid", &id.to_string(), what]);
    prlimit.stderr(Stdio::null()).status().unwrap();
}

fn no_memory(random: &mut Random) -> Tally {
    let moment = random.moment();
    survive(pool(random), random, move |ids| {
        thread::sleep(moment);
        limit(ids[0], "--as=1");
    })
}

fn no_files_for_a_worker(random: &mut Random) -> Tally {
    let moment = random.moment();
    survive(pool(random), random, move |ids| {
        thread::sleep(moment);
        limit(ids[0], "--nofile=0");
    })
}

/// Workers that were lost cannot be replaced, and new pools cannot start, until files may be opened again.
fn no_files(random: &mut Random) -> Tally {
    let mut workers = pool(random);
    let ids = workers.ids();
    ids.iter().for_each(|&id| send("KILL", id));
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    // What is open stays open; standard input, output and errors are three.
    setrlimit(Resource::RLIMIT_NOFILE, 3, hard).unwrap();
    let start = Workers::start_program(PROGRAM, 3).map(drop);
    let lost = workers
        .map(&[Hang::seconds(0.0), Hang::seconds(0.0)], 1)
        .unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, soft, hard).unwrap();
    let mut tally = refused(&start.unwrap_err().to_string());
    for error in lost.into_iter().filter_map(Result::err) {
        tally += refused(&error.to_string());
    }
    tally += survive(workers, random, |_| {});
    assert_ended(&ids);
    tally
}

/// An empty folder, which is this process's working folder until it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(random: &mut Random) -> Self {
        let name = format!("faults-{}-{:x}", std::process::id(), random.next());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        std::env::set_current_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::env::set_current_dir("/").unwrap();
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn no_folder(random: &mut Random) -> Tally {
    let folder = Folder::new(random);
    fs::remove_dir(&folder.0).unwrap();
    // A worker that is replaced starts there too.
    killed(random)
}

fn no_program(random: &mut Random) -> Tally {
    let folder = Folder::new(random);
    let program = folder.0.join("speedup-worker");
    symlink(PROGRAM, &program).unwrap();
    let mut workers = Workers::start_program(&program, 1 + random.below(3)).unwrap();
    let ids = workers.ids();
    fs::remove_file(&program).unwrap();
    let mut tally = refused(&Workers::start_program(&program, 1).unwrap_err().to_string());
    ids.iter().for_each(|&id| send("KILL", id));
    for error in workers
        .map(&vec![Hang::seconds(0.0); 4], 2)
        .unwrap()
        .into_iter()
        .filter_map(Result::err)
    {
        tally += refused(&error.to_string());
    }
    symlink(PROGRAM, &program).unwrap();
    tally += survive(workers, random, |_| {});
    tally
}

/// The file ends early, as after a copy to a full disk, or is no program at all.
fn damaged_program(random: &mut Random) -> Tally {
    let folder = Folder::new(random);
    let program = folder.0.join("speedup-worker");
    let mut bytes = fs::read(PROGRAM).unwrap();
    // Far less than its code.
    bytes.truncate(random.below(60_000));
    if random.below(2) == 0 {
        bytes = vec![b'#'; 4_000];
    }
    fs::write(&program, bytes).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    refused(&Workers::start_program(&program, 2).unwrap_err().to_string())
}

fn killed_parent(random: &mut Random) -> Tally {
    let mut parent = Command::new(std::env::current_exe().unwrap());
    let mut parent = parent
        .env(PARENT, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ids = String::new();
    BufReader::new(parent.stdout.take().unwrap())
        .read_line(&mut ids)
        .unwrap();
    let ids: Vec<u32> = ids
        .split_whitespace()
        .map(|id| id.parse().unwrap())
        .collect();
    assert_eq!(ids.len(), 3);
    thread::sleep(random.moment());
    parent.kill().unwrap();
    parent.wait().unwrap();
    assert_ended(&ids);
    Tally::default()
}

/// The program that is killed in the midst of its work.
pub fn be_killed() {
    let mut workers = Workers::start_program(Path::new(PROGRAM), 3).unwrap();
    let ids: Vec<String> = workers.ids().iter().map(u32::to_string).collect();
    println!("{}", ids.join(" "));
    let _ = workers.map(&[Hang::for_ever(), Hang::for_ever()], 1);
}
