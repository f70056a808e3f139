//! What cannot be done is refused with one message, on all ranks, before the work starts.

mod common;

use common::{PROGRAM, alone, finish, mpirun, mpirun_with_no_program, refusal, refused};

#[test]
fn bad_arguments_are_named_once() {
    let _alone = alone();
    for (args, message) in [
        (
            "wealth --households 0",
            "households: 0 is not allowed, use 1 to",
        ),
        ("wealth --households -5", "unexpected argument '-5'"),
        (
            "wealth --w0 -1",
            "initial wealth w0: -1 is not allowed, use 0 or more",
        ),
        (
            "wealth --w0 NaN",
            "initial wealth w0: NaN is not allowed, use 0 or more",
        ),
        (
            "wealth --threads 0",
            "threads: 0 is not allowed, use 1 to 4096",
        ),
        (
            "wealth --threads 1000000",
            "threads: 1000000 is not allowed",
        ),
        ("wealth --households 1000000000000", "GiB are needed, and"),
        ("wealth --every 5", "required arguments were not provided"),
        (
            "wealth --checkpoint x --every NaN",
            "seconds between checkpoints: NaN is not allowed",
        ),
        (
            "wealth --checkpoint /no/such/folder/x",
            "No such file or directory",
        ),
        ("wealth --checkpoint /proc/x", "checkpoint /proc/x: "),
        (
            "pi --points 0",
            "points: 0 is not allowed, use 1 to 9007199254740992",
        ),
        (
            "grid-max --points-per-side 1",
            "1 is not allowed, use 2 or more",
        ),
        (
            "grid-max --low inf",
            "lower end of the grid: inf is not allowed",
        ),
        ("grid-max --high 1e200", "use numbers from -9e153 to 9e153"),
        (
            "poly-grid --axis 1",
            "values on an axis: 1 is not allowed, use 2 to 65535",
        ),
        (
            "poly-grid --axis 70000",
            "values on an axis: 70000 is not allowed",
        ),
        ("luck", "unrecognized subcommand 'luck'"),
        ("wealth --luck", "unexpected argument '--luck'"),
    ] {
        let args: Vec<&str> = args.split(' ').collect();
        let text = refusal(3, &args);
        assert!(text.contains(message), "{args:?}: {text}");
    }
    assert!(refusal(1, &["network"]).contains("ranks: 1 is not allowed, use 2 or more"));
}

#[test]
fn ranks_of_other_jobs_or_with_other_bits_are_named() {
    let _alone = alone();
    let pi = ["-n", "1", PROGRAM, "pi", "--points", "1000", ":"];
    let other = ["-n", "1", PROGRAM, "pi", "--points", "1001"];
    let text = refused(mpirun_with_no_program().args(pi).args(other));
    assert!(text.contains("different arguments"), "{text}");
    if speedup::simd::Isa::available().len() > 1 {
        let baseline = [
            "-n",
            "2",
            "env",
            "SPEEDUP_ISA=baseline",
            PROGRAM,
            "pi",
            "--points",
            "1000",
        ];
        let mut mixed = mpirun_with_no_program();
        let text = refused(mixed.args(pi).args(baseline).env_remove("SPEEDUP_ISA"));
        assert!(text.contains("other bits"), "{text}");
        assert!(
            text.contains("rank 1 has baseline") && text.contains("rank 2 has baseline"),
            "{text}"
        );
    }
    let text = refused(mpirun(2, PROGRAM).arg("pi").env("SPEEDUP_ISA", "mmx"));
    assert!(
        text.contains("instruction set: mmx is not allowed"),
        "{text}"
    );
}

#[test]
fn help_and_version_come_once() {
    let _alone = alone();
    for (arg, text) in [("--help", "Usage: "), ("--version", "speedup-mpi 0.")] {
        let output = finish(mpirun(3, PROGRAM).arg(arg));
        assert!(output.status.success());
        let out = String::from_utf8(output.stdout).unwrap();
        assert_eq!(out.matches(text).count(), 1, "{out}");
    }
}

#[test]
fn the_network_is_measured() {
    let _alone = alone();
    let line = common::json(2, &["network"]);
    for number in ["latency_us", "bandwidth_mb_s"] {
        assert!(line[number].as_f64().unwrap() > 0.0, "{line}");
    }
    assert_eq!(line["all_reduce"][2]["bytes"], 16_384);
}
