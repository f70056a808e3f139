//! Starts the kernel: `launcher CONNECTION_FILE`, as the kernelspec says it. It lies in the folder of the kernel.
#![forbid(unsafe_code)]

use anyhow::{Context, Result};
use kernel::launch;
use kernel::layout::Layout;
use std::env;
use std::path::PathBuf;
use std::process;

fn main() {
    let status = run().unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        1
    });
    process::exit(status);
}

fn run() -> Result<i32> {
    let file = env::args_os().nth(1).map(PathBuf::from);
    let file = file.context("no connection file is named; Jupyter calls this program")?;
    let program = env::current_exe().context("cannot find this program's file")?;
    let folder = program.parent().context("this program is in no folder")?;
    launch::run(&Layout::new(folder), &file)
}
