//! Checkpoints that cannot be used are refused with the reason; good ones are used by any number of ranks.

mod common;

use std::fs;
use std::thread;
use std::time::Duration;

use common::{Folder, PROGRAM, alone, bits, json, kill, mpirun, ranks_of, refusal};

/// With this number of periods the job takes a second or two.
const PERIODS: &str = "9000";

const JOB: [&str; 7] = [
    "wealth",
    "--households",
    "40001",
    "--periods",
    PERIODS,
    "--every",
    "0.05",
];

/// A checkpoint of the job with some blocks, left by a job that was killed.
fn left_by_a_kill(file: &str) {
    let job = mpirun(2, PROGRAM)
        .args(JOB)
        .args(["--threads", "1", "--checkpoint", file])
        .spawn();
    let job = job.unwrap();
    let mut first = None;
    for _ in 0..20_000 {
        thread::sleep(Duration::from_millis(1));
        let Ok(manifest) = fs::read(file) else {
            continue;
        };
        let changed = first.get_or_insert_with(|| manifest.clone()) != &manifest;
        if changed {
            break;
        }
    }
    kill(&ranks_of(job.id()));
    let output = common::wait(job, Duration::from_secs(20));
    assert!(
        !output.status.success(),
        "the job ended before the kill: {output:?}"
    );
}

#[test]
fn used_by_other_numbers_of_ranks_and_removed() {
    let _alone = alone();
    let expected = bits(&json(1, &JOB[..5]));
    for (ranks, threads) in [(1, "2"), (3, "1"), (4, "1")] {
        let folder = Folder::new("other-ranks");
        let file = folder.file("point");
        left_by_a_kill(&file);
        let line = json(
            ranks,
            &[&JOB[..], &["--threads", threads, "--checkpoint", &file]].concat(),
        );
        assert_eq!(bits(&line), expected);
        let (found, all) = (&line["blocks_from_checkpoint"], &line["blocks"]);
        assert!(
            (1..all.as_u64().unwrap()).contains(&found.as_u64().unwrap()),
            "{line}"
        );
        assert!(folder.is_empty());
    }
}

#[test]
fn not_used_if_anything_is_wrong() {
    let _alone = alone();
    let folder = Folder::new("wrong");
    let file = folder.file("point");
    let records = folder.file("point.records");
    left_by_a_kill(&file);
    let (good, good_records) = (fs::read(&file).unwrap(), fs::read(&records).unwrap());
    let with_checkpoint = |job: &[&str]| refusal(3, &[job, &["--checkpoint", &file]].concat());
    // Another job.
    for other in [
        ["wealth", "--households", "40002", "--periods", PERIODS],
        ["wealth", "--households", "40001", "--periods", "301"],
        ["wealth", "--households", "40001", "--seed", "43"],
        ["pi", "--points", "1000", "--seed", "42"],
    ] {
        let text = with_checkpoint(&other);
        assert!(
            text.contains("it belongs to another job: ") && text.contains("households=40001"),
            "{text}"
        );
    }
    // The manifest cut short, damaged, of another version, of another program.
    let mut flipped = good.clone();
    flipped[100] ^= 1;
    let version = [b"speedup-mpi checkpoint, format 99\n", &good[..]].concat();
    for (bytes, reason) in [
        (&good[..good.len() / 2], "cut short"),
        (&good[..10], "cut short"),
        (&[], "not a checkpoint"),
        (&flipped, "checksum does not fit"),
        (&version, "its format is 99"),
        (
            b"my thesis",
            "not a checkpoint of speedup-mpi, and stays as it is",
        ),
    ] {
        fs::write(&file, bytes).unwrap();
        let text = with_checkpoint(&JOB[..5]);
        assert!(text.contains(reason), "{reason}: {text}");
        assert_eq!(fs::read(&file).unwrap(), bytes);
    }
    fs::write(&file, &good).unwrap();
    // The records damaged, cut short, removed; records without a manifest.
    let mut damaged = good_records.clone();
    let some = damaged.iter().position(|byte| *byte != 0).unwrap();
    damaged[some] ^= 1;
    for (bytes, reason) in [
        (&damaged[..], "is damaged: its checksum does not fit"),
        (&good_records[8..], "bytes instead of 320008"),
    ] {
        fs::write(&records, bytes).unwrap();
        let text = with_checkpoint(&JOB[..5]);
        assert!(text.contains(reason), "{reason}: {text}");
    }
    fs::remove_file(&records).unwrap();
    assert!(with_checkpoint(&JOB[..5]).contains("0 bytes instead of 320008"));
    fs::remove_file(&file).unwrap();
    fs::write(&records, "my thesis").unwrap();
    assert!(with_checkpoint(&JOB[..5]).contains("which stays as it is"));
    assert_eq!(fs::read(&records).unwrap(), b"my thesis");
}
