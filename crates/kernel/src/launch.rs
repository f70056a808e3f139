//! What Jupyter starts: prepares a private folder and runs the kernel in it.

use crate::layout::Layout;
use crate::{clone_tree, lock, ports, run_folders, settings, supervise};
use anyhow::{Context, Result, bail};
use rustix::io::FdFlags;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// How long a kernel that was killed may hold its ports.
const PORTS: Duration = Duration::from_secs(20);

/// Runs the kernel to its end; gives its exit status.
pub fn run(layout: &Layout, connection_file: &Path) -> Result<i32> {
    let program = fs::read_to_string(layout.program_note()).unwrap_or_default();
    if !Path::new(&program).is_file() {
        bail!("the Rust kernel is not installed; run `cargo xtask setup`");
    }
    let folder = private_folder(layout)?;
    let mut kernel = Command::new(program);
    kernel.arg("--control_file").arg(connection_file);
    kernel
        .arg("--config")
        .arg(settings::write(layout, &folder)?);
    if let Some(port) = ports::wait(connection_file, PORTS)? {
        bail!("port {port} of the kernel is in use by another program");
    }
    supervise::run(&mut kernel)
}

/// A folder for this kernel alone, with the crates that were built ahead.
fn private_folder(layout: &Layout) -> Result<PathBuf> {
    let (folder, held) = run_folders::make(&layout.runs())?;
    {
        let _reading = lock::open(&layout.built_lock()).and_then(|file| {
            file.lock_shared().context("cannot lock what is built")?;
            Ok(file)
        });
        let built = layout.built().join("target");
        let target = folder.join("target");
        if built.is_dir()
            && let Err(error) = clone_tree::clone(&built, &target)
        {
            eprintln!("warning: the crates built ahead are not used: {error:#}");
            let _ = fs::remove_dir_all(&target);
        }
    }
    // The kernel inherits the lock and holds it, also when this process is killed.
    rustix::io::fcntl_setfd(&held, FdFlags::empty()).context("cannot keep the folder's lock")?;
    std::mem::forget(held);
    Ok(folder)
}
