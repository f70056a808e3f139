//! One private folder for each running kernel, deleted when its owner ended.

use crate::{files, lock};
use anyhow::{Context, Result};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

/// The name of the lock file in a run folder.
const LOCK: &str = "lock";

/// A new folder in `runs`, with its lock held; folders without an owner are deleted.
pub fn make(runs: &Path) -> Result<(PathBuf, File)> {
    let dead = {
        // No other launcher may look between the making of a folder and its lock.
        let _all = lock::open(&runs.join(".lock")).and_then(|file| {
            file.lock().context("cannot lock the run folders")?;
            Ok(file)
        })?;
        let dead = bury(runs)?;
        let folder = runs.join(unique_name());
        let held = lock::open(&folder.join(LOCK))?;
        held.lock().context("cannot lock a run folder")?;
        (dead, folder, held)
    };
    let (dead, folder, held) = dead;
    // Nobody waits for it; what is left when this process ends is deleted by the next.
    thread::spawn(move || {
        for path in dead {
            // Another launcher may be deleting it too.
            let _ = files::remove(&path);
        }
    });
    Ok((folder, held))
}

/// Deletes the folders whose owner ended.
pub fn sweep(runs: &Path) -> Result<()> {
    if !runs.is_dir() {
        return Ok(());
    }
    let all = lock::open(&runs.join(".lock"))?;
    all.lock().context("cannot lock the run folders")?;
    for path in bury(runs)? {
        let _ = files::remove(&path);
    }
    Ok(())
}

/// Renames the folders whose lock is free, so that nothing takes them for living.
fn bury(runs: &Path) -> Result<Vec<PathBuf>> {
    let mut dead = Vec::new();
    for path in files::list(runs)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !path.is_dir() || (name.starts_with('.') && !name.starts_with(".dead-")) {
            continue;
        }
        if name.starts_with(".dead-") {
            dead.push(path);
            continue;
        }
        let free = match File::open(path.join(LOCK)) {
            Ok(file) => !matches!(file.try_lock(), Err(TryLockError::WouldBlock)),
            Err(_) => true,
        };
        if free {
            let grave = runs.join(format!(".dead-{name}"));
            files::rename(&path, &grave)?;
            dead.push(grave);
        }
    }
    Ok(dead)
}

fn unique_name() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanos = now.map(|time| time.as_nanos()).unwrap_or_default();
    format!("{}-{nanos}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;
    use std::time::Duration;

    #[test]
    fn folders_without_an_owner_are_deleted_and_others_stay() {
        let runs = TestFolder::new("runs");
        let (living, _held) = make(&runs.0).unwrap();
        let (dead, dropped) = make(&runs.0).unwrap();
        drop(dropped);
        files::write(&runs.0.join("no-lock/file"), b"").unwrap();
        let (new, _held_too) = make(&runs.0).unwrap();
        assert!(living.is_dir() && new.is_dir());
        assert!(!dead.exists() && !runs.0.join("no-lock").exists());
        while files::list(&runs.0).unwrap().len() > 3 {
            thread::sleep(Duration::from_millis(10));
        }
        drop(_held_too);
        sweep(&runs.0).unwrap();
        assert!(living.is_dir() && !new.exists());
    }
}
