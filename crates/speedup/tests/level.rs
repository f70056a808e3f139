//! The environment variable that asks for a lower level of vector instructions.

use std::process::{Command, Output};

use speedup::simd::{Level, VARIABLE};
use speedup::{Streams, Threads, grid, pi};

/// What the other test starts, in a process of its own: the variable is read once.
#[test]
fn kernels_at_the_chosen_level() {
    match Level::chosen() {
        Ok(level) => println!("level {level}"),
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

fn run_with(level: &str) -> Output {
    let this = std::env::current_exe().unwrap();
    let arguments = ["--exact", "kernels_at_the_chosen_level", "--nocapture"];
    Command::new(this)
        .args(arguments)
        .env(VARIABLE, level)
        .output()
        .unwrap()
}

#[test]
fn the_variable_forces_a_level() {
    for level in Level::available() {
        let output = run_with(&level.to_string());
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && text.contains(&format!("level {level}\n")),
            "{text}"
        );
    }
    let output = run_with("mmx");
    let text = String::from_utf8_lossy(&output.stdout);
    let message = "refused: vector instructions: mmx is not allowed, use one of baseline";
    assert!(output.status.success() && text.contains(message), "{text}");
}
