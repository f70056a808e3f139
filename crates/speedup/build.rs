//! Records which compiler and which pinned crates this build uses, for the notebooks' first cell.

use std::process::Command;

/// Dependencies that only choose features.
const UNUSED: [&str; 3] = ["bitflags", "either", "num-traits"];

fn main() {
    println!("cargo::rerun-if-changed=Cargo.toml");
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let version = Command::new(rustc)
        .arg("--version")
        .output()
        .map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned())
        .unwrap_or_default();
    println!("cargo::rustc-env=SPEEDUP_RUSTC={version}");

    let manifest = std::fs::read_to_string("Cargo.toml").unwrap_or_default();
    let pinned: Vec<String> = manifest
        .lines()
        .skip_while(|line| *line != "[dependencies]")
        .take_while(|line| *line != "[dev-dependencies]")
        .filter(|line| !UNUSED.iter().any(|name| line.starts_with(name)))
        .filter_map(|line| {
            let (name, rest) = line.split_once(" = ")?;
            let version = rest.split_once("\"=")?.1.split('"').next()?;
            Some(format!("{name} {version}"))
        })
        .collect();
    println!("cargo::rustc-env=SPEEDUP_CRATES={}", pinned.join(", "));
}
