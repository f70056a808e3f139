//! `--edition`: the notebooks for students, for lecturers, or without what goes further, in a
//! folder that runs on its own.

use crate::files;
use crate::tools::child::{self, Show};
use crate::tools::paths::Paths;
use anyhow::Result;
use clap::ValueEnum;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder with notebooks and pages inside an edition's folder.
pub const HANDOUTS: &str = "notebooks";

/// What a notebook needs to run, and what says under which licence: an edition has it too.
const TAKEN_ALONG: [&str; 14] = [
    ".binder",
    ".cargo",
    ".devcontainer",
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

/// What is left out of the notebooks, and what is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Edition {
    /// Exercises with stubs; no solutions, no teaching notes
    Student,
    /// Solutions open, with teaching notes
    Lecturer,
    /// Without the blocks of Going further
    Spine,
}

impl Edition {
    /// Its name in commands and folders.
    pub fn name(self) -> &'static str {
        match self {
            Self::Student => "student",
            Self::Lecturer => "lecturer",
            Self::Spine => "spine",
        }
    }
}

/// Writes the edition of one notebook, to be executed; `script` runs edition.py.
pub fn make(
    paths: &Paths,
    mut script: Command,
    edition: Edition,
    source: &Path,
    made: &Path,
) -> Result<()> {
    if let Some(folder) = made.parent() {
        files::make_folder(folder)?;
    }
    script.arg(edition.name()).arg(source).arg(made);
    child::run(&mut script, &paths.log("edition"), Show::Stdout)
}

/// Its tests are not taken along.
const OF_THE_TESTS: &str = ".github/workflows/test.yml";

/// What belongs beside the notebooks, so that they run and can be worked in: names in the
/// edition's folder, and the files to be copied.
pub fn beside(paths: &Paths) -> Result<Vec<(PathBuf, PathBuf)>> {
    let mut found = Vec::new();
    for name in TAKEN_ALONG {
        collect(&paths.root.join(name), Path::new(name), &mut found)?;
    }
    found.retain(|(name, _)| name != Path::new(OF_THE_TESTS));
    for path in files::list(&paths.notebooks)? {
        // The list that JupyterLab opens, and the course's settings.
        let is_text = path
            .extension()
            .is_some_and(|ext| ext == "md" || ext == "toml");
        if is_text && let Some(name) = path.file_name() {
            collect(&path, &Path::new(HANDOUTS).join(name), &mut found)?;
        }
    }
    Ok(found)
}

fn collect(path: &Path, name: &Path, found: &mut Vec<(PathBuf, PathBuf)>) -> Result<()> {
    if path.is_dir() {
        for inner in files::list(path)? {
            let inner_name = inner.file_name().unwrap_or_default();
            if !is_left_by_a_program(&inner_name.to_string_lossy()) {
                collect(&inner, &name.join(inner_name), found)?;
            }
        }
    } else if path.is_file() {
        found.push((name.to_owned(), path.to_owned()));
    }
    Ok(())
}

/// Whether a file is no part of the sources: an editor's lock (a link to nothing), its swap or
/// safety copy, or what Python and Jupyter leave.
fn is_left_by_a_program(name: &str) -> bool {
    let start = [".#", "#"].iter().any(|start| name.starts_with(start));
    let end = ["~", ".swp", ".swo", ".swx"]
        .iter()
        .any(|end| name.ends_with(end));
    start || end || ["__pycache__", ".ipynb_checkpoints", ".DS_Store"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;

    #[test]
    fn what_programs_leave_is_not_taken_along() {
        let folder = TestFolder::new("edition-left");
        let source = folder.0.join("crates/a/src");
        for name in [
            "lib.rs",
            ".lib.rs.swp",
            "lib.rs~",
            "#lib.rs#",
            "__pycache__/a.pyc",
        ] {
            files::write(&source.join(name), b"").unwrap();
        }
        std::os::unix::fs::symlink("user@host.123:456", source.join(".#lib.rs")).unwrap();
        let found = beside(&Paths::of(&folder.0)).unwrap();
        let names: Vec<_> = found.iter().map(|(name, _)| name.as_path()).collect();
        assert_eq!(names, [Path::new("crates/a/src/lib.rs")]);
    }

    #[test]
    fn an_edition_has_all_that_notebooks_name() {
        let paths = Paths::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
        let beside = beside(&paths).unwrap();
        let has = |name: &Path| beside.iter().any(|(found, _)| found == name);
        for name in ["notebooks/course.toml", "notebooks/index.md"] {
            assert!(has(Path::new(name)), "{name}");
        }
        for notebook in crate::tools::notebook::notebooks(&paths.notebooks).unwrap() {
            for line in crate::tools::notebook::of_notebook(&notebook).unwrap() {
                if let Some((_, path)) = line.split_once("path = \"") {
                    let path = path.split('"').next().unwrap_or_default();
                    let path = path.strip_prefix("../").unwrap_or(path);
                    assert!(has(&Path::new(path).join("Cargo.toml")), "{line}");
                }
            }
        }
    }
}
