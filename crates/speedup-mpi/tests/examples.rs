//! The examples do what their pages say.

mod common;

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use common::{PROGRAM, alone, finish, mpirun};
use rand::RngExt;
use speedup::Streams;
use speedup::kernels::median::median;

fn example(name: &str) -> PathBuf {
    let folder = Path::new(PROGRAM).parent().unwrap().join("examples");
    let path = folder.join(name);
    assert!(
        path.exists(),
        "cargo build --examples -p speedup-mpi makes {name}"
    );
    path
}

#[test]
fn a_loop_of_ones_own_has_the_bits_of_one_loop() {
    let _alone = alone();
    let item = |i| {
        let mut rng = Streams::new(42).stream(i);
        (0..10).fold(0.0, |x, _| 0.9 * x + rng.random::<f64>())
    };
    let mut values: Vec<f64> = (0..1_000_000).map(item).collect();
    let mut sum = 0.0;
    values.iter().for_each(|value| sum += value);
    let expected = format!("mean {:?}, median {:?}\n", sum / 1e6, median(&mut values));
    for ranks in 1..=4 {
        let output = finish(&mut mpirun(ranks, example("own_loop")));
        assert!(output.status.success(), "{output:?}");
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            expected,
            "{ranks} ranks"
        );
    }
}

#[test]
fn a_deadlock_does_not_end_by_itself() {
    let _alone = alone();
    let mut job = mpirun(2, example("deadlock")).spawn().unwrap();
    thread::sleep(Duration::from_secs(3));
    assert!(job.try_wait().unwrap().is_none(), "it ended");
    // As a time limit does: mpirun passes the signal on.
    let id = job.id().to_string();
    std::process::Command::new("kill")
        .args(["-TERM", &id])
        .output()
        .unwrap();
    let output = common::wait(job, Duration::from_secs(20));
    assert!(!output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("rank 0 waits for a message of rank 1"),
        "{text}"
    );
    assert!(!text.contains("got"), "{text}");
}
