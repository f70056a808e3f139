//! Locks between processes: files that the system unlocks when their owner ends.

use crate::files;
use anyhow::{Context, Result};
use std::fs::{File, TryLockError};
use std::path::Path;

/// Takes the exclusive lock on `path`; prints a line when it has to wait.
///
/// The lock is held until the returned file is dropped.
pub fn exclusive(path: &Path, what: &str) -> Result<File> {
    let file = open(path)?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => {
            println!("      waiting for another process to finish with {what} ...");
        }
        Err(TryLockError::Error(_)) => {}
    }
    file.lock()
        .with_context(|| format!("cannot lock {}", path.display()))?;
    Ok(file)
}

/// Opens, and makes when missing, a file to lock.
pub fn open(path: &Path) -> Result<File> {
    if let Some(parent) = path.parent() {
        files::make_folder(parent)?;
    }
    File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .with_context(|| format!("cannot open {}", path.display()))
}
