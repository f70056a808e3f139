//! Work that exceeds the memory which the process itself is allowed is refused, and not tried.

#![cfg(target_os = "linux")]

use std::process::Command;

use speedup::kernels::{grid, squares};
use speedup::memory::budget::{free, installed};
use speedup::{Error, Threads};

/// This test program, started once more with a limit of 4 GB.
#[test]
fn the_limit_of_the_process_counts() {
    if std::env::var_os("LIMITED").is_none() {
        let program = std::env::current_exe().unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -v 4000000 && exec \"$0\" --nocapture"]);
        let output = shell.arg(program).env("LIMITED", "yes").output().unwrap();
        return assert!(output.status.success(), "{output:?}");
    }
    assert!(installed() <= 4_096_000_000);
    let points = grid::linspace(0.0, 1.0, 1 << 30);
    assert!(matches!(points, Err(Error::Memory { .. })));
    let matrix = squares::fill_parallel(30_000, Threads::Sequential);
    assert!(matches!(matrix, Err(Error::Memory { .. })));
    // More than is left, though not more than the limit.
    assert!(free() < installed());
    let rest = (installed() + free()) / 2 / 8;
    let points = grid::linspace(0.0, 1.0, rest as usize);
    assert!(matches!(points, Err(Error::Memory { .. })));
}
