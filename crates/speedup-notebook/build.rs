//! Records the compiler and the pinned crates of this build, which the first cell of a notebook shows.

use std::process::Command;

/// Dependencies that are named only to choose their features.
const UNUSED: [&str; 3] = ["bitflags", "either", "num-traits"];

fn main() {
    let manifests = ["../speedup/Cargo.toml", "Cargo.toml"];
    for manifest in manifests {
        println!("cargo::rerun-if-changed={manifest}");
    }
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let version = Command::new(rustc)
        .arg("--version")
        .output()
        .map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned())
        .unwrap_or_default();
    println!("cargo::rustc-env=SPEEDUP_RUSTC={version}");

    let mut pinned: Vec<String> = manifests.iter().flat_map(|path| pinned(path)).collect();
    pinned.sort_unstable();
    pinned.dedup();
    println!("cargo::rustc-env=SPEEDUP_CRATES={}", pinned.join(", "));
}

/// Name and version of each dependency of a manifest that has an exact version and is always built.
fn pinned(manifest: &str) -> Vec<String> {
    let manifest = std::fs::read_to_string(manifest).unwrap_or_default();
    manifest
        .lines()
        .skip_while(|line| *line != "[dependencies]")
        .take_while(|line| *line != "[dev-dependencies]")
        .filter(|line| !UNUSED.iter().any(|name| line.starts_with(name)))
        .filter(|line| !line.contains("optional = true"))
        .filter_map(|line| {
            let (name, rest) = line.split_once(" = ")?;
            let version = rest.split_once("\"=")?.1.split('"').next()?;
            Some(format!("{name} {version}"))
        })
        .collect()
}
