//! Ranks are killed at random moments; the job goes on from its checkpoint and ends with the same bits.
//!
//! `SPEEDUP_KILLS` is the number of kills, 20 if it is not set.

mod common;

use std::thread;
use std::time::{Duration, Instant};

use common::{Folder, PROGRAM, bits, is_alive, json, kill, mpirun, ranks_of, wait};
use rand::RngExt;
use speedup::Streams;

/// With this number of periods the job takes a second or two.
const PERIODS: &str = "9000";

const JOB: [&str; 5] = ["wealth", "--households", "20000", "--periods", PERIODS];

/// How soon a job must end after one of its ranks was killed.
const SOON: Duration = Duration::from_secs(10);

#[test]
fn kills_at_random_moments_lose_nothing() {
    let kills = std::env::var("SPEEDUP_KILLS").ok();
    let kills: u32 = kills.map_or(20, |number| {
        number.parse().expect("SPEEDUP_KILLS is a number")
    });
    let whole = Instant::now();
    let expected = bits(&json(2, &JOB));
    let most = whole.elapsed().as_millis() as u64;
    let mut rng = Streams::new(19).stream(0);
    let folder = Folder::new("kills");
    let file = folder.file("point");
    let (mut killed, mut finished, mut used, mut slowest) = (0, 0, 0, Duration::ZERO);
    while killed < kills {
        // A job that is killed, once or more, by chance.
        let (ranks, threads) = (rng.random_range(1..=4), rng.random_range(1..=2).to_string());
        let options = [
            "--checkpoint",
            &file,
            "--every",
            "0.05",
            "--threads",
            &threads,
        ];
        let job = mpirun(ranks, PROGRAM)
            .args(JOB)
            .args(options)
            .arg("--json")
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(rng.random_range(most / 5..most)));
        let all = ranks_of(job.id());
        let mut victims = all.clone();
        if victims.len() > 1 && rng.random_range(0..4) > 0 {
            victims = vec![victims[rng.random_range(0..victims.len())]];
        }
        kill(&victims);
        let began = Instant::now();
        let output = wait(job, SOON);
        while all.iter().any(|rank| is_alive(*rank)) {
            assert!(began.elapsed() < SOON, "a rank outlives its job");
            thread::sleep(Duration::from_millis(10));
        }
        slowest = slowest.max(began.elapsed());
        if output.status.success() {
            // It ended before the kill; so its result is whole.
            let line: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(bits(&line), expected);
            finished += 1;
            continue;
        }
        if victims.is_empty() {
            panic!("the job failed without a kill: {output:?}");
        }
        killed += 1;
        if rng.random_range(0..3) == 0 {
            continue;
        }
        let (ranks, threads) = (rng.random_range(1..=4), rng.random_range(1..=2).to_string());
        let options = ["--checkpoint", &file, "--threads", &threads];
        let line = json(ranks, &[&JOB[..], &options].concat());
        assert_eq!(bits(&line), expected, "after {killed} kills: {line}");
        used += u32::from(line["blocks_from_checkpoint"].as_u64().unwrap() > 0);
        assert!(folder.is_empty());
    }
    println!(
        "{killed} kills, {finished} jobs ended before theirs, {used} restarts found blocks; \
         the slowest end after a kill took {slowest:?}"
    );
    // With few kills it may be by chance that none is.
    assert!(used > 0 || kills < 20);
}
