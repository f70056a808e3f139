//! Computes a hash of the sources, by which a worker that was built from other sources is noticed.

use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let manifest = fs::read_to_string("Cargo.toml").unwrap_or_default();
    // This crate and the crates beside it that it uses: all code that a job can run.
    let crates = manifest
        .lines()
        .filter_map(|line| line.split_once("path = \"../")?.1.split('"').next())
        .map(|name| Path::new("..").join(name));
    let mut files = Vec::new();
    for folder in [PathBuf::from(".")].into_iter().chain(crates) {
        files.push(folder.join("Cargo.toml"));
        collect(&folder.join("src"), &mut files);
        for watched in ["Cargo.toml", "src"] {
            println!("cargo::rerun-if-changed={}", folder.join(watched).display());
        }
    }
    files.sort();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for file in &files {
        for byte in fs::read(file).unwrap_or_default() {
            // FNV-1a
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    println!("cargo::rustc-env=SPEEDUP_WORKER_SOURCES={hash:016x}");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
