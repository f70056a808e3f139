//! `--edition`: the notebooks as students or lecturers get them, in a folder that runs on its own.

use crate::files;
use crate::tools::child::{self, Show};
use crate::tools::paths::Paths;
use anyhow::{Result, ensure};
use clap::ValueEnum;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder with notebooks and pages inside an edition's folder.
pub const HANDOUTS: &str = "notebooks";

/// What a notebook needs to run, and what says under which licence: an edition has it too.
const TAKEN_ALONG: [&str; 12] = [
    ".cargo",
    ".github",
    ".gitignore",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-CC-BY",
    "LICENSE-MIT",
    "README.md",
    "crates",
    "environment.lock",
    "environment.yml",
];

/// For whom the notebooks are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Edition {
    /// Exercises with stubs; no solutions, no teaching notes
    Student,
    /// Solutions open, with teaching notes
    Lecturer,
}

impl Edition {
    /// Its name in commands and folders.
    pub fn name(self) -> &'static str {
        match self {
            Self::Student => "student",
            Self::Lecturer => "lecturer",
        }
    }
}

/// Refuses a folder of other things, before anything is done.
pub fn check_place(place: &Path) -> Result<()> {
    let ours = place.join(HANDOUTS).join(super::output_folder::MARK);
    ensure!(
        files::list(place)?.is_empty() || ours.is_file(),
        "{} holds other files; name an empty folder or one of an edition",
        place.display()
    );
    Ok(())
}

/// Writes the edition of one notebook, to be executed; `script` runs edition.py.
pub fn make(
    paths: &Paths,
    mut script: Command,
    edition: Edition,
    source: &Path,
) -> Result<PathBuf> {
    let name = source.file_name().unwrap_or_default();
    let made = paths.work.join("editions").join(edition.name()).join(name);
    files::make_folder(made.parent().unwrap_or(&made))?;
    script.arg(edition.name()).arg(source).arg(&made);
    child::run(&mut script, &paths.log("edition"), Show::Stdout)?;
    Ok(made)
}

/// Puts beside the notebooks what they need to run and to be worked in.
pub fn complete(paths: &Paths, place: &Path) -> Result<()> {
    for name in TAKEN_ALONG {
        files::copy_tree(&paths.root.join(name), &place.join(name))?;
    }
    for path in files::list(&paths.notebooks)? {
        let is_text = path.extension().is_some_and(|ext| ext == "toml");
        if is_text && let Some(name) = path.file_name() {
            files::copy_tree(&path, &place.join(HANDOUTS).join(name))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;

    #[test]
    fn a_folder_of_other_things_is_refused() {
        let folder = TestFolder::new("edition-place");
        let place = folder.0.join("course");
        assert!(check_place(&place).is_ok());
        files::write(&place.join("thesis.tex"), b"").unwrap();
        assert!(check_place(&place).is_err());
        files::write(&place.join(HANDOUTS).join("timings.json"), b"{}").unwrap();
        assert!(check_place(&place).is_ok());
    }

    #[test]
    fn an_edition_has_all_that_notebooks_name() {
        let folder = TestFolder::new("edition-complete");
        let paths = Paths::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
        complete(&paths, &folder.0).unwrap();
        assert!(folder.0.join("notebooks/course.toml").is_file());
        for notebook in crate::tools::notebook::notebooks(&paths.notebooks).unwrap() {
            for line in crate::tools::notebook::of_notebook(&notebook).unwrap() {
                if let Some((_, path)) = line.split_once("path = \"") {
                    let path = path.split('"').next().unwrap_or_default();
                    let manifest = folder.0.join("notebooks").join(path).join("Cargo.toml");
                    assert!(manifest.is_file(), "{line}");
                }
            }
        }
    }
}
