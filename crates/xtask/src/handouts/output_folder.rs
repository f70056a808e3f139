//! A folder of results: each file is replaced as a whole, and only files of ours are.

use super::written::{LIST, Written};
use crate::{files, lock};
use anyhow::{Context, Result, bail, ensure};
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// What folders of handouts had before they had a list of their files.
const OLD_MARK: &str = "timings.json";

/// The place of the results, and a folder to prepare them in; others wait for it.
pub struct OutputFolder {
    place: PathBuf,
    work: PathBuf,
    written: Written,
    _lock: File,
}

impl OutputFolder {
    /// Begins results for `place`, which are prepared below `work`.
    pub fn begin(place: &Path, work: &Path) -> Result<OutputFolder> {
        let place = std::path::absolute(place).context("the output folder")?;
        let mut hasher = DefaultHasher::new();
        place.hash(&mut hasher);
        let name = format!("out-{:016x}", hasher.finish());
        let lock_file = work.join(format!("{name}.lock"));
        let lock = lock::exclusive(&lock_file, &place.display().to_string())?;
        refuse_other_folder(&place)?;
        let work = work.join(name);
        files::remove(&work)?;
        files::make_folder(&work)?;
        Ok(OutputFolder {
            written: Written::read(&place)?,
            place,
            work,
            _lock: lock,
        })
    }

    /// Where the results are in the end.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// Where to prepare them: an empty folder.
    pub fn work(&self) -> &Path {
        &self.work
    }

    /// The names of the files that earlier runs wrote.
    pub fn names(&self) -> Vec<PathBuf> {
        self.written.names()
    }

    /// Refuses to begin when one of `names` is not ours, unless it is what will be written.
    pub fn refuse(&self, names: &[(PathBuf, Option<PathBuf>)]) -> Result<()> {
        let foreign = names.iter().filter(|(name, source)| {
            let source = source.as_ref().and_then(|source| fs::read(source).ok());
            let is_same = source.is_some() && source == fs::read(self.place.join(name)).ok();
            self.written.is_foreign(name) && !is_same
        });
        let foreign: Vec<_> = foreign
            .map(|(name, _)| format!("  {}", self.place.join(name).display()))
            .collect();
        if foreign.is_empty() {
            return Ok(());
        }
        bail!(
            "these files are not as `cargo xtask handouts` wrote them, and would be replaced:\n{}\n\
             move them away, or name another folder with --out",
            foreign.join("\n")
        )
    }

    /// Puts one file in place, at once; not over a file that somebody changed meanwhile.
    pub fn put(&mut self, name: &Path, content: &[u8]) -> Result<bool> {
        let path = self.place.join(name);
        ensure!(
            !self.written.is_foreign(name) || fs::read(&path).is_ok_and(|old| old == content),
            "{} was changed during this run, and is left as it is; move it away and run this again",
            path.display()
        );
        self.written.write(name, content)
    }

    /// Puts one file in place, unless one is there that is not ours.
    pub fn put_unless_foreign(&mut self, name: &Path, content: &[u8]) -> Result<()> {
        if !self.written.is_foreign(name) {
            self.written.write(name, content)?;
        }
        Ok(())
    }

    /// Deletes a file of ours; one that somebody changed stays.
    pub fn remove(&mut self, name: &Path) -> Result<()> {
        self.written.remove(name)
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        let _ = files::remove(&self.work);
    }
}

/// Files of others stay as they are, but handouts among them would be hard to find.
fn refuse_other_folder(place: &Path) -> Result<()> {
    let shown = place.display();
    ensure!(
        !place.exists() || place.is_dir(),
        "{shown} is no folder; name another one with --out"
    );
    let is_hidden = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default();
        name.as_encoded_bytes().starts_with(b".")
    };
    if place.join(LIST).is_file() || files::list(place)?.iter().all(is_hidden) {
        return Ok(());
    }
    let old = [OLD_MARK, "notebooks/timings.json"];
    if old.iter().any(|mark| place.join(mark).is_file()) {
        bail!(
            "{shown} was written by an earlier version, which kept no list of its files; \
             move it away or delete it, or name another folder with --out"
        );
    }
    bail!(
        "{shown} holds other files; with --out name an empty folder, or one that this command wrote"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;

    #[test]
    fn each_file_appears_at_once_and_others_stay() {
        let folder = TestFolder::new("output");
        let (place, work) = (folder.0.join("out"), folder.0.join("work"));
        let mut out = OutputFolder::begin(&place, &work).unwrap();
        out.put(Path::new("a.html"), b"1").unwrap();
        assert!(place.join("a.html").is_file());
        drop(out);
        assert!(
            files::list(&work)
                .unwrap()
                .iter()
                .all(|path| path.is_file())
        );
        files::write(&place.join("data.csv"), b"").unwrap();
        files::write(&place.join(".ipynb_checkpoints/a-checkpoint.ipynb"), b"").unwrap();
        let mut out = OutputFolder::begin(&place, &work).unwrap();
        out.refuse(&[("a.html".into(), None)]).unwrap();
        assert!(out.put(Path::new("a.html"), b"2").unwrap());
        assert!(out.refuse(&[("data.csv".into(), None)]).is_err());
        assert_eq!(out.names(), [Path::new("a.html")]);
        assert!(place.join("data.csv").is_file());
    }

    #[test]
    fn a_file_that_somebody_changed_is_refused_and_never_replaced() {
        let folder = TestFolder::new("output-changed");
        let (place, work) = (folder.0.join("out"), folder.0.join("work"));
        let name = PathBuf::from("a.ipynb");
        let mut out = OutputFolder::begin(&place, &work).unwrap();
        out.put(&name, b"ours").unwrap();
        files::write(&place.join(&name), b"a solution").unwrap();
        let error = out.refuse(&[(name.clone(), None)]).unwrap_err().to_string();
        assert!(
            error.contains("out/a.ipynb") && error.contains("--out"),
            "{error}"
        );
        assert!(out.put(&name, b"new").is_err());
        out.put_unless_foreign(&name, b"new").unwrap();
        out.remove(&name).unwrap();
        assert_eq!(fs::read(place.join(&name)).unwrap(), b"a solution");
    }

    #[test]
    fn a_folder_of_other_files_is_refused() {
        let folder = TestFolder::new("refused");
        let (place, work) = (folder.0.join("mine"), folder.0.join("work"));
        let error = || {
            OutputFolder::begin(&place, &work)
                .err()
                .unwrap()
                .to_string()
        };
        files::write(&place.join("thesis.tex"), b"").unwrap();
        assert!(error().contains("holds other files"));
        files::write(&place.join(OLD_MARK), b"{}").unwrap();
        assert!(error().contains("an earlier version"));
    }
}
