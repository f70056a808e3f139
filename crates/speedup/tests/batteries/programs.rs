//! Programs that test random numbers, and their reports.
//!
//! - TestU01 1.2.3 (P. L'Ecuyer and R. Simard, ACM TOMS 33, 2007), by the program TestU01Drv of crates.io;
//! - Dieharder 3.31.1 (R. G. Brown), by Debian's package.

use std::io::{ErrorKind, Write};
use std::process::{Command, Stdio};

/// How to get the programs.
const INSTALL: &str = "apt-get install dieharder, and cargo install TestU01Drv@0.1.1 --locked";

/// What a program reports.
pub struct Report {
    pub text: String,
    /// The bytes that it took.
    pub bytes: u64,
}

/// Runs a program on words without an end, until it ends.
fn run(program: &str, args: &[&str], words: impl Iterator<Item = u32>) -> Report {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = child.unwrap_or_else(|error| panic!("{program}: {error}. {INSTALL}"));
    let mut input = child.stdin.take().expect("a pipe");
    let (mut words, mut bytes) = (words, 0);
    let mut buffer = Vec::with_capacity(1 << 16);
    loop {
        buffer.clear();
        buffer.extend((&mut words).take(1 << 14).flat_map(u32::to_le_bytes));
        match input.write_all(&buffer) {
            Ok(()) => bytes += buffer.len() as u64,
            Err(error) if error.kind() == ErrorKind::BrokenPipe => break,
            Err(error) => panic!("{program}: {error}"),
        }
    }
    drop(input);
    let output = child.wait_with_output().expect("the end of the program");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{program}: {text}");
    Report { text, bytes }
}

/// The 15 statistics of TestU01's SmallCrush.
pub fn small_crush(words: impl Iterator<Item = u32>) -> Report {
    run("TestU01Drv", &["-q", "--tests", "SmallCrush"], words)
}

/// The names of the statistics that SmallCrush reports: their p-values are outside 0.001 to 0.999.
pub fn suspicious(report: &str) -> Vec<String> {
    let done = report.contains("Number of statistics:  15");
    let passed = report.contains("All tests were passed");
    let table = report.split_once("p-value\n").map(|(_, table)| table);
    assert!(
        done && passed == table.is_none(),
        "SmallCrush's report: {report}"
    );
    let lines = table.unwrap_or_default().lines().map(str::trim);
    let rows = lines.filter(|line| line.starts_with(|digit: char| digit.is_ascii_digit()));
    // A row: number, name, p-value, where a name may have two words and a p-value three.
    rows.map(|row| row.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
        .collect()
}

/// A test of Dieharder. With `-Y 1` it repeats a weak test with more data until it has passed or failed.
///
/// The columns asked for leave out the speed. Dieharder would measure it with a number of words that depends on the time.
pub fn dieharder(test: &str, size: &str, words: impl Iterator<Item = u32>) -> Report {
    let columns = ["8", "16", "32", "64", "128", "256"].map(|column| ["-D", column]);
    let what = ["-g", "200", "-Y", "1", "-k", "2", "-d", test, "-n", size];
    run(
        "dieharder",
        &[&what, columns.as_flattened()].concat(),
        words,
    )
}

/// The number of statistics that Dieharder passed, and the names and sizes of those that it found weak.
pub fn assessments(report: &str) -> (usize, Vec<String>) {
    let (mut passed, mut weak) = (0, Vec::new());
    for row in report.lines() {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        match cells[..] {
            [_, .., "PASSED"] => passed += 1,
            [name, size, .., "WEAK"] => weak.push(format!("{name} {size}")),
            _ => panic!("Dieharder: {report}"),
        }
    }
    assert!(passed + weak.len() > 0, "Dieharder's report: {report}");
    (passed, weak)
}
