//! A folder of results that is replaced as a whole or not at all.

use crate::{files, lock};
use anyhow::{Context, Result, ensure};
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// The file that tells a folder of handouts from another folder.
pub const MARK: &str = "timings.json";

/// A new folder beside the final place; deleted unless it is put there.
pub struct OutputFolder {
    place: PathBuf,
    new: PathBuf,
    _lock: File,
}

impl OutputFolder {
    /// Begins results for `place`; with `keep`, from what is there already.
    pub fn begin(place: &Path, locks: &Path, keep: bool) -> Result<OutputFolder> {
        let place = std::path::absolute(place).context("the output folder")?;
        ensure!(
            !place.exists() || files::list(&place)?.is_empty() || place.join(MARK).is_file(),
            "{} holds other files; name an empty folder or one of handouts",
            place.display()
        );
        let mut hasher = DefaultHasher::new();
        place.hash(&mut hasher);
        let lock_file = locks.join(format!("out-{:016x}.lock", hasher.finish()));
        let lock = lock::exclusive(&lock_file, &place.display().to_string())?;
        remove_leftovers(&place)?;
        let new = files::sibling(&place, "new");
        files::make_folder(&new)?;
        if keep {
            for path in files::list(&place)? {
                let target = new.join(path.file_name().unwrap_or_default());
                fs::copy(&path, &target)
                    .with_context(|| format!("cannot copy {}", path.display()))?;
            }
        }
        Ok(OutputFolder {
            place,
            new,
            _lock: lock,
        })
    }

    /// Where to write.
    pub fn path(&self) -> &Path {
        &self.new
    }

    /// Puts the results in place.
    pub fn finish(self) -> Result<PathBuf> {
        files::swap_in(&self.new, &self.place)?;
        Ok(self.place.clone())
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        let _ = files::remove(&self.new);
    }
}

/// Deletes what an interrupted run left beside the place; the lock is held.
fn remove_leftovers(place: &Path) -> Result<()> {
    let Some(parent) = place.parent() else {
        return Ok(());
    };
    files::make_folder(parent)?;
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    for path in files::list(parent)? {
        let found = path.file_name().unwrap_or_default().to_string_lossy();
        if found.starts_with(&format!(".{name}.new-")) {
            files::remove(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;

    #[test]
    fn results_appear_only_when_finished() {
        let folder = TestFolder::new("output");
        let (place, locks) = (folder.0.join("out"), folder.0.join("locks"));
        let first = OutputFolder::begin(&place, &locks, false).unwrap();
        files::write(&first.path().join(MARK), b"{}").unwrap();
        first.finish().unwrap();
        let failed = OutputFolder::begin(&place, &locks, false).unwrap();
        files::write(&failed.path().join("half"), b"").unwrap();
        drop(failed);
        assert_eq!(files::list(&place).unwrap(), [place.join(MARK)]);
        assert_eq!(files::list(&folder.0).unwrap(), [locks, place]);
    }

    #[test]
    fn a_folder_of_other_files_is_refused() {
        let folder = TestFolder::new("refused");
        let place = folder.0.join("mine");
        files::write(&place.join("thesis.tex"), b"").unwrap();
        assert!(OutputFolder::begin(&place, &folder.0.join("locks"), false).is_err());
        assert!(place.join("thesis.tex").exists());
    }
}
