//! Which files in a folder of results are ours: those that we wrote and nobody changed since.

use crate::files;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The list, in the folder itself.
pub const LIST: &str = ".written-by-xtask.json";
/// How many contents of a file are remembered: the last, and the one before in case that a
/// run was killed between the note and the file.
const REMEMBERED: usize = 2;

/// The list of the files that we wrote into one folder, with hashes of their contents.
pub struct Written {
    folder: PathBuf,
    files: BTreeMap<String, Vec<String>>,
}

impl Written {
    /// Reads the list of `folder`; empty when there is none.
    pub fn read(folder: &Path) -> Result<Written> {
        let list = folder.join(LIST);
        let text = match fs::read(&list) {
            Err(error) if error.kind() == ErrorKind::NotFound => b"{}".to_vec(),
            other => other.with_context(|| format!("cannot read {}", list.display()))?,
        };
        let json: Value = serde_json::from_slice(&text).with_context(|| {
            let list = list.display();
            format!("{list} is damaged; move the folder away or name another one with --out")
        })?;
        let mut files = BTreeMap::new();
        for (name, hashes) in json.as_object().into_iter().flatten() {
            let hashes = hashes.as_array().into_iter().flatten();
            let hashes = hashes.filter_map(Value::as_str).map(str::to_owned);
            files.insert(name.clone(), hashes.collect());
        }
        Ok(Written {
            folder: folder.to_owned(),
            files,
        })
    }

    /// The names of all files that were written, in order.
    pub fn names(&self) -> Vec<PathBuf> {
        self.files.keys().map(PathBuf::from).collect()
    }

    /// Whether a file is there that we did not write, or that somebody changed since.
    pub fn is_foreign(&self, name: &Path) -> bool {
        let path = self.folder.join(name);
        if fs::symlink_metadata(&path).is_err() {
            return false;
        }
        let known = self.files.get(&*name.to_string_lossy());
        match fs::read(&path) {
            Ok(content) => !known.is_some_and(|hashes| hashes.contains(&hash(&content))),
            Err(_) => true,
        }
    }

    /// Writes a file that is not foreign; tells whether its content changed.
    pub fn write(&mut self, name: &Path, content: &[u8]) -> Result<bool> {
        let hashes = self.files.entry(name.to_string_lossy().into()).or_default();
        let new = hash(content);
        if hashes.last() != Some(&new) {
            hashes.push(new);
            let excess = hashes.len().saturating_sub(REMEMBERED);
            hashes.drain(..excess);
            self.save()?;
        }
        files::write_if_changed(&self.folder.join(name), content)
    }

    /// Deletes a file of ours; one that somebody changed stays, and is no longer ours.
    pub fn remove(&mut self, name: &Path) -> Result<()> {
        if !self.is_foreign(name) {
            files::remove(&self.folder.join(name))?;
        }
        self.files.remove(&*name.to_string_lossy());
        self.save()
    }

    fn save(&self) -> Result<()> {
        let text = format!("{:#}\n", json!(self.files));
        files::write(&self.folder.join(LIST), text.as_bytes())
    }
}

fn hash(content: &[u8]) -> String {
    format!("{:x}", Sha256::digest(content))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;

    #[test]
    fn only_what_we_wrote_and_nobody_changed_is_ours() {
        let folder = TestFolder::new("written");
        let (page, other) = (Path::new("notebooks/a.html"), Path::new("data.csv"));
        let mut written = Written::read(&folder.0).unwrap();
        assert!(!written.is_foreign(page), "what is missing is nobody's");
        assert!(written.write(page, b"1").unwrap());
        assert!(!written.write(page, b"1").unwrap());
        files::write(&folder.0.join(other), b"theirs").unwrap();
        let mut again = Written::read(&folder.0).unwrap();
        assert!(!again.is_foreign(page) && again.is_foreign(other));
        files::write(&folder.0.join(page), b"changed").unwrap();
        assert!(again.is_foreign(page));
        again.remove(page).unwrap();
        assert!(folder.0.join(page).is_file() && again.names().is_empty());
    }

    #[test]
    fn a_run_that_was_killed_between_the_note_and_the_file_leaves_ours() {
        let folder = TestFolder::new("written-killed");
        let name = Path::new("a.html");
        let mut written = Written::read(&folder.0).unwrap();
        written.write(name, b"1").unwrap();
        written.write(name, b"2").unwrap();
        files::write(&folder.0.join(name), b"1").unwrap();
        assert!(!Written::read(&folder.0).unwrap().is_foreign(name));
    }
}
