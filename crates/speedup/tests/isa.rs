//! The environment variable that names the instruction set to use.

use std::process::{Command, Output};

use speedup::kernels::{grid, pi};
use speedup::simd::Isa;
use speedup::{Streams, Threads};

/// Runs the kernels; the other test starts it in processes of its own, because the variable is read once per process.
#[test]
fn kernels_with_the_chosen_isa() {
    match Isa::chosen() {
        Ok(isa) => println!("chosen: {isa}"),
        Err(error) => {
            println!("refused: {error}");
            let pi = pi::estimate_parallel(1_000, Streams::new(1), Threads::all());
            return assert_eq!(pi, Err(error));
        }
    }
    let streams = Streams::new(1);
    let pi = pi::estimate_parallel(1_000_000, streams, Threads::all()).unwrap();
    assert_eq!(pi, pi::estimate(1_000_000, streams).unwrap());
    let points = grid::linspace(-3.0, 3.0, 501).unwrap();
    let maximum = grid::maximum_parallel(&points, Threads::all()).unwrap();
    assert!((maximum - 1.0).abs() < 1e-15);
}

fn run_with(isa: &str) -> Output {
    let this = std::env::current_exe().unwrap();
    let arguments = ["--exact", "kernels_with_the_chosen_isa", "--nocapture"];
    Command::new(this)
        .args(arguments)
        .env(Isa::VARIABLE, isa)
        .output()
        .unwrap()
}

#[test]
fn the_variable_chooses_the_isa() {
    for isa in Isa::available() {
        let output = run_with(&isa.to_string());
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && text.contains(&format!("chosen: {isa}\n")),
            "{text}"
        );
    }
    let output = run_with("mmx");
    let text = String::from_utf8_lossy(&output.stdout);
    let message = "refused: instruction set: mmx is not allowed, use one of baseline";
    assert!(output.status.success() && text.contains(message), "{text}");
}
