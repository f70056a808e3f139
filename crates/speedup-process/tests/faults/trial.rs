//! Jobs that are run under a fault, and what must hold for their results.

use std::ops::AddAssign;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use speedup_process::jobs::Cubic;
use speedup_process::{Job, Workers};

/// The worker program of this build.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_speedup-worker");

/// The time limit of a job in the first round. Each round doubles it, so a slow machine only takes longer.
const LIMIT: Duration = Duration::from_millis(250);

/// The most rounds, the last with a limit of some two minutes.
const ROUNDS: u32 = 10;

/// One of these ends each error: what to do next.
const NEXT_STEPS: [&str; 7] = [
    "send it again, or mend the job",
    "give the job more time, or mend it",
    "build it again, with `cargo xtask setup`",
    "allow more open files with `ulimit -n`",
    "send the job again, or build the program and its worker again",
    "see that it is a program that you may run, or build it again",
    "of this build: ENDED; build it again",
];

/// What was counted.
#[derive(Default)]
pub struct Tally {
    pub results: usize,
    pub errors: usize,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.results += other.results;
        self.errors += other.errors;
    }
}

/// Random numbers by SplitMix64, which depend on the number of the fault only.
pub struct Random(u64);

impl Random {
    pub fn of(fault: u64) -> Self {
        Self(fault.wrapping_mul(0xd134_2543_de82_ef95))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// One of the values.
    pub fn one<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }

    /// A moment in the time that the jobs take.
    pub fn moment(&mut self) -> Duration {
        Duration::from_micros(self.next() % 6_000)
    }
}

/// A pool of one to three workers of this build.
pub fn pool(random: &mut Random) -> Workers {
    Workers::start_program(PROGRAM, 1 + random.below(3)).unwrap()
}

/// Runs jobs while `fault` happens to the workers with the numbers that it is given, and sends again what has no result,
/// until each job has its own.
pub fn survive(
    mut workers: Workers,
    random: &mut Random,
    fault: impl FnOnce(&[u32]) + Send,
) -> Tally {
    // A message is larger than a pipe, so that the fault can also happen in the midst of one.
    let points = 500 + random.below(30_000);
    let job = |number: usize| Cubic {
        coefficients: [0.0, 0.0, 1.0, number as f64],
        x: (0..points).map(|k| k as f64).collect(),
    };
    let jobs: Vec<Cubic> = (0..12).map(job).collect();
    let chunk = 1 + random.below(4);
    let mut tally = Tally::default();
    let mut missing: Vec<usize> = (0..jobs.len()).collect();
    let mut seen = workers.ids();
    let mut fault = Some(fault);
    let mut limit = LIMIT;
    for _ in 0..ROUNDS {
        let sent: Vec<Cubic> = missing.iter().map(|&k| jobs[k].clone()).collect();
        let ids = workers.ids();
        workers.set_time_limit(limit);
        let results = thread::scope(|scope| {
            if let Some(fault) = fault.take() {
                scope.spawn(move || fault(&ids));
            }
            workers.map(&sent, chunk).unwrap()
        });
        assert_eq!(results.len(), missing.len());
        seen.extend(workers.ids());
        let mut still_missing = Vec::new();
        for (&k, result) in missing.iter().zip(results) {
            match result {
                Ok(values) => {
                    assert_eq!(
                        values,
                        jobs[k].run().unwrap(),
                        "job {k} has the result of another"
                    );
                    tally.results += 1;
                }
                Err(error) => {
                    assert_names_next_step(&error.to_string());
                    still_missing.push(k);
                    tally.errors += 1;
                }
            }
        }
        missing = still_missing;
        if missing.is_empty() {
            break;
        }
        limit *= 2;
    }
    assert!(missing.is_empty(), "lost for good: {missing:?}");
    drop(workers);
    assert_ended(&seen);
    tally
}

/// Counts an error, which must say what to do next.
pub fn refused(error: &str) -> Tally {
    assert_names_next_step(error);
    Tally {
        results: 0,
        errors: 1,
    }
}

pub fn assert_names_next_step(error: &str) {
    let ends = |step: &str| match step.split_once("ENDED") {
        Some((middle, end)) => error.contains(middle) && error.ends_with(end),
        None => error.ends_with(step),
    };
    assert!(NEXT_STEPS.iter().any(|step| ends(step)), "{error}");
}

/// No process with one of these numbers is a worker any more. Orphans need a moment to notice.
pub fn assert_ended(ids: &[u32]) {
    let program = Path::new(PROGRAM).canonicalize().unwrap();
    let is_worker = |id: &&u32| {
        let file = std::fs::read_link(format!("/proc/{id}/exe"));
        file.is_ok_and(|file| file == program)
    };
    let begin = Instant::now();
    while let Some(id) = ids.iter().find(is_worker) {
        assert!(
            begin.elapsed() < Duration::from_secs(60),
            "worker {id} goes on"
        );
        thread::sleep(Duration::from_millis(5));
    }
}

/// How many files this process has open.
pub fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}
