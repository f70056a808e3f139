//! Small file operations with clear errors.

use anyhow::{Context, Result};
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The purpose of a file that will take the place of another.
const NEW: &str = "new";

/// Makes a folder and those above it.
pub fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).with_context(|| format!("cannot make the folder {}", path.display()))
}

/// Deletes a file or a folder with all in it; that it is missing is fine.
pub fn remove(path: &Path) -> Result<()> {
    let result = match fs::symlink_metadata(path) {
        Ok(facts) if facts.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match result {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot delete {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// Renames with a clear error.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to)
        .with_context(|| format!("cannot rename {} to {}", from.display(), to.display()))
}

/// Puts the folder `new` in the place of `place`, whose old content is deleted.
pub fn swap_in(new: &Path, place: &Path) -> Result<()> {
    let old = sibling(place, "old");
    remove(&old)?;
    if place.exists() {
        rename(place, &old)?;
    }
    if let Err(error) = rename(new, place) {
        if old.exists() {
            rename(&old, place)?;
        }
        return Err(error);
    }
    remove(&old)
}

/// A hidden name beside `path` for this process alone.
pub fn sibling(path: &Path, purpose: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{purpose}-{}", std::process::id()))
}

/// Writes a file so that others see the old content or the new, never a half.
pub fn write(path: &Path, content: &[u8]) -> Result<()> {
    if let Some(parent) = path.parent() {
        make_folder(parent)?;
    }
    remove_left(path)?;
    let new = sibling(path, NEW);
    let written =
        fs::write(&new, content).with_context(|| format!("cannot write {}", new.display()));
    let done = written.and_then(|()| rename(&new, path));
    if done.is_err() {
        // A half, if the disk is full.
        let _ = fs::remove_file(&new);
    }
    done
}

/// Deletes what processes that were killed have left beside `path`.
fn remove_left(path: &Path) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let start = format!(".{name}.{NEW}-");
    for other in list(path.parent().unwrap_or(path))? {
        let other_name = other.file_name().unwrap_or_default().to_string_lossy();
        let owner = other_name
            .strip_prefix(&start)
            .and_then(|id| id.parse().ok());
        if let Some(owner) = owner.and_then(Pid::from_raw)
            && test_kill_process(owner) == Err(Errno::SRCH)
        {
            remove(&other)?;
        }
    }
    Ok(())
}

/// Writes a file unless it has that content; tells whether it wrote.
pub fn write_if_changed(path: &Path, content: &[u8]) -> Result<bool> {
    remove_left(path)?;
    if fs::read(path).is_ok_and(|old| old == content) {
        return Ok(false);
    }
    write(path, content)?;
    Ok(true)
}

/// The entries of a folder in order of name; none when it is missing.
pub fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        other => other,
    };
    let mut found = entries
        .and_then(|entries| {
            entries
                .map(|e| Ok(e?.path()))
                .collect::<Result<Vec<_>, _>>()
        })
        .with_context(|| format!("cannot read the folder {}", folder.display()))?;
    found.sort();
    Ok(found)
}

/// Copies a file, or a folder with all in it; files with the same content stay as they are.
pub fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        for path in list(from)? {
            copy_tree(&path, &to.join(path.file_name().unwrap_or_default()))?;
        }
        return Ok(());
    }
    let content = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    write_if_changed(to, &content).map(drop)
}

/// A fingerprint of all files below `folder`: their names and their contents.
///
/// It is compared only with fingerprints made by the same program.
pub fn fingerprint(folder: &Path, skip: &[&str]) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    add_to_fingerprint(&mut hasher, folder, skip)?;
    Ok(hasher.finish())
}

fn add_to_fingerprint(hasher: &mut DefaultHasher, folder: &Path, skip: &[&str]) -> Result<()> {
    for path in list(folder)? {
        let name = path.file_name().unwrap_or_default();
        // An editor's lock links and swap files are no sources.
        let hidden = name.as_encoded_bytes().starts_with(b".");
        if hidden || !path.exists() || skip.iter().any(|skipped| name == *skipped) {
            continue;
        }
        hasher.write(name.as_encoded_bytes());
        if path.is_dir() {
            hasher.write(b"/");
            add_to_fingerprint(hasher, &path, skip)?;
            hasher.write(b"..");
        } else {
            let content =
                fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            hasher.write_usize(content.len());
            hasher.write(&content);
        }
    }
    Ok(())
}

/// An empty folder for a unit test, deleted when dropped.
pub struct TestFolder(pub PathBuf);

impl TestFolder {
    /// A new folder whose name contains `name`.
    ///
    /// # Panics
    ///
    /// If it cannot be made.
    pub fn new(name: &str) -> TestFolder {
        let path = std::env::temp_dir().join(format!("xtask-test-{name}-{}", std::process::id()));
        remove(&path).expect("an old test folder can be deleted");
        make_folder(&path).expect("a test folder can be made");
        TestFolder(path)
    }
}

impl Drop for TestFolder {
    fn drop(&mut self) {
        let _ = remove(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_changes_with_names_and_contents_but_not_with_skipped_files() {
        let folder = TestFolder::new("fingerprint");
        let path = |name: &str| folder.0.join(name);
        write(&path("a/one.rs"), b"1").unwrap();
        let first = fingerprint(&folder.0, &["target"]).unwrap();
        write(&path("target/x"), b"built").unwrap();
        std::os::unix::fs::symlink("user@host.1", path("a/.#one.rs")).unwrap();
        write(&path("a/.one.rs.swp"), b"").unwrap();
        assert_eq!(first, fingerprint(&folder.0, &["target"]).unwrap());
        write(&path("a/one.rs"), b"2").unwrap();
        let second = fingerprint(&folder.0, &["target"]).unwrap();
        assert_ne!(first, second);
        rename(&path("a/one.rs"), &path("a/two.rs")).unwrap();
        assert_ne!(second, fingerprint(&folder.0, &["target"]).unwrap());
    }

    #[test]
    fn swapping_in_replaces_the_whole_folder() {
        let folder = TestFolder::new("swap");
        let (new, place) = (folder.0.join("new"), folder.0.join("place"));
        write(&place.join("old"), b"").unwrap();
        write(&new.join("fresh"), b"").unwrap();
        swap_in(&new, &place).unwrap();
        assert_eq!(list(&folder.0).unwrap(), std::slice::from_ref(&place));
        assert_eq!(list(&place).unwrap(), [place.join("fresh")]);
    }

    #[test]
    fn what_a_killed_process_left_is_deleted_and_what_a_running_one_writes_stays() {
        let folder = TestFolder::new("left");
        let path = folder.0.join("a.ipynb");
        let mut ended = std::process::Command::new("true").spawn().unwrap();
        ended.wait().unwrap();
        let of = |id: u32| folder.0.join(format!(".a.ipynb.new-{id}"));
        let parent = of(std::os::unix::process::parent_id());
        fs::write(of(ended.id()), b"half").unwrap();
        fs::write(&parent, b"half").unwrap();
        write(&path, b"whole").unwrap();
        assert_eq!(list(&folder.0).unwrap(), [parent, path]);
    }

    #[test]
    fn a_file_that_cannot_be_put_in_place_leaves_no_half() {
        let folder = TestFolder::new("no-half");
        let path = folder.0.join("a");
        write(&path.join("inside"), b"").unwrap();
        assert!(write(&path, b"").is_err());
        assert_eq!(list(&folder.0).unwrap(), [path]);
    }

    #[test]
    fn writing_the_same_content_does_nothing() {
        let folder = TestFolder::new("write");
        let path = folder.0.join("file");
        assert!(write_if_changed(&path, b"x").unwrap());
        assert!(!write_if_changed(&path, b"x").unwrap());
    }
}
