//! The changes to evcxr, and the folder in which cargo builds the changed copy.
//!
//! Each change is a patch in `evcxr-0.22.0/`, which says at its head what it is for. They are applied in their
//! order to copies of the crates `evcxr` and `evcxr_jupyter`, and of `zeromq`, by which evcxr speaks to Jupyter.
//! Cargo builds the copies by its ordinary rules, with the lock file that evcxr_jupyter was published with.

use crate::files;
use anyhow::{Context, Result, bail};
use diffy::patch_set::{FileOperation, ParseOptions, PatchSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// The version that the changes are for.
pub const VERSION: &str = "0.22.0";
/// The crate that has the kernel's program, and the program.
pub const PROGRAM: &str = "evcxr_jupyter";
/// The crates that are copied.
pub const CRATES: [&str; 3] = ["evcxr", PROGRAM, "zeromq"];

/// A package that depends on the copied crates, to download them and all that they need.
pub const DOWNLOAD: [(&str, &str); 2] = [
    ("Cargo.toml", include_str!("../evcxr-0.22.0/download.toml")),
    ("Cargo.lock", include_str!("../evcxr-0.22.0/download.lock")),
];

/// The workspace of the copies: the profile is measured, see `evcxr-0.22.0/README.md`.
const WORKSPACE: &str = include_str!("../evcxr-0.22.0/workspace.toml");

macro_rules! patches {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../evcxr-0.22.0/", $name, ".patch")))),*]
    };
}

/// Name and text of each patch, in order.
const PATCHES: &[(&str, &str)] = patches![
    "01-blanks-in-paths"
    "02-output"
    "03-failures"
    "04-stop-on-error"
    "05-standard-input"
    "06-clients"
    "07-settings"
    "08-versions"
    "09-kept"
    "10-compiler-called-directly"
    "11-clients-that-come-and-go"
    "12-types-sooner"
    "13-completion"
    "14-programs-of-cells"
    "15-shadowed-variables"
    "16-mistakes"
    "17-lost-variables"
    "18-many-variables"
];

/// Tells changed kernels apart.
pub fn key() -> String {
    let mut hasher = DefaultHasher::new();
    (DOWNLOAD, WORKSPACE, PATCHES).hash(&mut hasher);
    format!("evcxr-{VERSION}-{:016x}", hasher.finish())
}

/// Writes to `place` a workspace of changed copies of the crates; `original` gives the folder of each.
pub fn write_copy(original: impl Fn(&str) -> Result<PathBuf>, place: &Path) -> Result<()> {
    for name in CRATES {
        files::copy_tree(&original(name)?, &place.join(name))?;
    }
    files::write(&place.join("Cargo.toml"), WORKSPACE.as_bytes())?;
    let lock = fs::read_to_string(original(PROGRAM)?.join("Cargo.lock"));
    let lock = lock.context("evcxr_jupyter has no lock file")?;
    files::write(&place.join("Cargo.lock"), of_copies(&lock).as_bytes())?;
    PATCHES
        .iter()
        .try_for_each(|(name, text)| apply(text, place).with_context(|| fits_not(name)))
}

fn fits_not(name: &str) -> String {
    format!(
        "the change `{name}` does not fit: it is for evcxr {VERSION} as published. Delete what cargo has of it in \
         its registry and try again; for another version the patches in crates/kernel have to be written anew"
    )
}

/// A lock file in which the copies have no source.
fn of_copies(lock: &str) -> String {
    const PACKAGE: &str = "[[package]]\n";
    let packages = lock.split(PACKAGE).map(|package| {
        let copied = |name: &&str| package.starts_with(&format!("name = \"{name}\"\n"));
        let is_copied = CRATES.iter().any(copied);
        let from_registry =
            |line: &&str| line.starts_with("source") || line.starts_with("checksum");
        let lines = package.split_inclusive('\n');
        lines
            .filter(|line| !is_copied || !from_registry(line))
            .collect::<String>()
    });
    packages.collect::<Vec<_>>().join(PACKAGE)
}

/// Applies a patch to the files below `place`.
fn apply(patch: &str, place: &Path) -> Result<()> {
    for part in PatchSet::parse(patch, ParseOptions::gitdiff()) {
        let part = part.context("a patch cannot be read")?;
        let (old, name) = match part.operation().strip_prefix(1) {
            FileOperation::Create(name) => (String::new(), name.into_owned()),
            FileOperation::Modify { original, .. } => {
                let file = place.join(&*original);
                let old = fs::read_to_string(&file);
                let old = old.with_context(|| format!("there is no {original}"))?;
                (old, original.into_owned())
            }
            other => bail!("a patch may change and add files only: {other:?}"),
        };
        let text = part.patch().as_text().context("a patch is not text")?;
        let new = diffy::apply(&old, text).with_context(|| format!("in {name}"))?;
        files::write(&place.join(name), new.as_bytes())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;

    const PATCH: &str = "Why.\n\ndiff --git a/evcxr/a.rs b/evcxr/a.rs\n--- a/evcxr/a.rs\n+++ b/evcxr/a.rs\n\
        @@ -1,2 +1,2 @@\n one\n-two\n+three\ndiff --git a/evcxr/b.rs b/evcxr/b.rs\nnew file mode 100644\n\
        --- /dev/null\n+++ b/evcxr/b.rs\n@@ -0,0 +1 @@\n+new\n";

    #[test]
    fn a_patch_changes_and_adds_files_or_says_where_it_does_not_fit() {
        let folder = TestFolder::new("changes");
        let place = |name: &str| folder.0.join("evcxr").join(name);
        files::write(&place("a.rs"), b"one\ntwo\n").unwrap();
        apply(PATCH, &folder.0).unwrap();
        assert_eq!(fs::read_to_string(place("a.rs")).unwrap(), "one\nthree\n");
        assert_eq!(fs::read_to_string(place("b.rs")).unwrap(), "new\n");
        let error = apply(PATCH, &folder.0).unwrap_err();
        assert!(format!("{error:#}").contains("evcxr/a.rs"), "{error:#}");
        files::remove(&place("a.rs")).unwrap();
        assert!(apply(PATCH, &folder.0).is_err());
    }

    #[test]
    fn each_patch_is_listed_in_order_and_says_what_it_is_for() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("evcxr-{VERSION}"));
        let files = fs::read_dir(folder).unwrap();
        let files = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = files
            .filter_map(|file| Some(file.strip_suffix(".patch")?.to_owned()))
            .collect();
        names.sort();
        let listed: Vec<_> = PATCHES.iter().map(|(name, _)| *name).collect();
        assert_eq!(listed, names);
        for (k, (name, text)) in PATCHES.iter().enumerate() {
            assert!(name.starts_with(&format!("{:02}-", k + 1)), "{name}");
            let (head, _) = text.split_once("\ndiff --git a/").expect(name);
            assert!(head.trim().lines().count() >= 5, "{name}");
            for part in PatchSet::parse(text, ParseOptions::gitdiff()) {
                part.expect(name);
            }
        }
    }

    #[test]
    fn copies_have_no_source_in_the_lock_file() {
        let package = |name: &str, more: &str| {
            format!("[[package]]\nname = \"{name}\"\nversion = \"1\"\n{more}\n")
        };
        let source = "source = \"registry\"\nchecksum = \"0\"\n";
        let lock = |more: &str| {
            let copied = CRATES.map(|name| package(name, more)).concat();
            format!("version = 4\n\n{copied}{}", package("evcxr_input", source))
        };
        assert_eq!(of_copies(&lock(source)), lock(""));
    }
}
