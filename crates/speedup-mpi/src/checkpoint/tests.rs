//! Both files together.

use std::fs;
use std::path::{Path, PathBuf};

use super::files::{Files, records_path, with_suffix};
use super::manifest;
use super::records::Records;
use crate::blocks::{Blocks, Record};

const JOB: &str = "wealth households=300";

fn blocks() -> Blocks {
    Blocks::new(300, 64, Record::PerItem)
}

/// A folder of its own for a test, removed with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("speedup-mpi-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn checkpoint(&self) -> PathBuf {
        self.0.join("point")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn problem(path: &Path) -> String {
    Files::open(path, JOB, &blocks()).unwrap_err().to_string()
}

/// A checkpoint with the blocks 1 and 2.
fn with_two_blocks(path: &Path) -> Vec<u64> {
    let mut files = Files::open(path, JOB, &blocks()).unwrap();
    let records = Records::open(&records_path(path), blocks()).unwrap();
    let values: Vec<f64> = (0..128).map(f64::from).collect();
    let sums = records.store(1..3, &values).unwrap();
    files.note(1, &sums);
    files.save().unwrap();
    sums
}

#[test]
fn a_checkpoint_is_found_again_and_removed() {
    let folder = Folder::new("again");
    let path = folder.checkpoint();
    let sums = with_two_blocks(&path);
    let files = Files::open(&path, JOB, &blocks()).unwrap();
    let expected = [None, Some(sums[0]), Some(sums[1]), None, None];
    assert_eq!(files.manifest().blocks, expected);
    let records = Records::open(&records_path(&path), blocks()).unwrap();
    let mut values = [0.0; 64];
    assert!(records.load(2, sums[1], &mut values).unwrap());
    assert_eq!((values[0], values[63]), (64.0, 127.0));
    assert!(!records.load(2, sums[0], &mut values).unwrap());
    files.remove().unwrap();
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 0);
}

#[test]
fn another_jobs_files_stay_as_they_are() {
    let folder = Folder::new("foreign");
    let path = folder.checkpoint();
    for suffix in ["", ".records", ".partial"] {
        let foreign = with_suffix(&path, suffix);
        fs::write(&foreign, "my thesis").unwrap();
        let message = problem(&path);
        assert!(message.contains("stays as it is"), "{message}");
        assert_eq!(fs::read(&foreign).unwrap(), b"my thesis");
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
        fs::remove_file(foreign).unwrap();
    }
    assert!(problem(&folder.0.join("no/point")).contains("No such file"));
    assert!(problem(&folder.0).contains("Is a directory"));
}

#[test]
fn a_second_job_waits_for_no_one() {
    let folder = Folder::new("in-use");
    let path = folder.checkpoint();
    let first = Files::open(&path, JOB, &blocks()).unwrap();
    assert!(problem(&path).contains("in use"));
    drop(first);
    assert!(Files::open(&path, JOB, &blocks()).is_ok());
}

#[test]
fn records_of_another_length_are_refused() {
    let folder = Folder::new("length");
    let path = folder.checkpoint();
    with_two_blocks(&path);
    let records = records_path(&path);
    fs::write(&records, "short").unwrap();
    assert!(problem(&path).contains("5 bytes instead of 2400"));
    fs::remove_file(records).unwrap();
    assert!(problem(&path).contains("0 bytes instead of 2400"));
}

#[test]
fn what_a_kill_leaves_is_used_or_replaced() {
    let folder = Folder::new("left");
    let path = folder.checkpoint();
    // While the first manifest was written.
    fs::write(with_suffix(&path, ".partial"), &manifest::MAGIC[..9]).unwrap();
    drop(Files::open(&path, JOB, &blocks()).unwrap());
    // Before the records were made.
    fs::remove_file(records_path(&path)).unwrap();
    drop(Files::open(&path, JOB, &blocks()).unwrap());
    // Before the records had their length.
    fs::write(records_path(&path), "").unwrap();
    drop(Files::open(&path, JOB, &blocks()).unwrap());
    let length = fs::metadata(records_path(&path)).unwrap().len();
    assert_eq!(length, Records::length(&blocks()));
}
