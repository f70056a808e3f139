//! A rank that cannot go on ends the job of all ranks, with one message.

mod common;

use std::time::{Duration, Instant};

use common::{Folder, PROGRAM, alone, finish, mpirun_with_no_program};

#[test]
fn a_rank_that_cannot_store_its_blocks() {
    let _alone = alone();
    let folder = Folder::new("too-large");
    let file = folder.file("point");
    let job = [
        "wealth",
        "--households",
        "4000000",
        "--periods",
        "2",
        "--checkpoint",
    ];
    // The system refuses to let rank 1 write far into a file. Its blocks begin at 16 MB; the limit is 5 or 10 MB, by
    // the shell, which MPI's own files do not reach.
    let limited = "trap '' XFSZ; ulimit -f 10000; exec \"$0\" \"$@\"";
    let mut command = mpirun_with_no_program();
    command.args(["-n", "1", PROGRAM]).args(job).arg(&file);
    command.args([":", "-n", "1", "sh", "-c", limited, PROGRAM]);
    command.args(job).arg(&file);
    let began = Instant::now();
    let output = finish(&mut command);
    assert!(began.elapsed() < Duration::from_secs(20));
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr);
    let failed = |line: &&str| line.contains("speedup-mpi: ") && line.contains("File too large");
    let lines: Vec<&str> = text.lines().filter(failed).collect();
    assert_eq!(lines.len(), 1, "{text}");
    assert!(
        lines[0].contains("rank 1: records of the checkpoint"),
        "{text}"
    );
}
