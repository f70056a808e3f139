//! Copying cargo's build products so that cargo takes them for its own.

use crate::files;
use anyhow::{Context, Result};
use std::fs::{self, File, FileTimes};
use std::path::Path;

/// How one file or folder is taken over.
#[derive(Debug, PartialEq, Eq)]
enum How {
    /// Not at all: it belongs to the generated crate of one kernel.
    Skip,
    /// As a second name of the same file: nothing ever writes into it.
    Link,
    /// As a copy with the same times, which cargo compares.
    Copy,
}

/// Takes the products in `from` over to `to`, but not those of the cells.
pub fn clone(from: &Path, to: &Path) -> Result<()> {
    clone_by(how, from, to)
}

/// The same, where `how` tells by its name how a file is taken over.
fn clone_by(how: fn(&str) -> How, from: &Path, to: &Path) -> Result<()> {
    files::make_folder(to)?;
    for path in files::list(from)? {
        let name = path.file_name().unwrap_or_default();
        let target = to.join(name);
        match how(&name.to_string_lossy()) {
            How::Skip => {}
            // What a build script writes: the script of another kernel may write it again.
            _ if path.is_dir() && name == "out" => clone_by(|_| How::Copy, &path, &target)?,
            _ if path.is_dir() => clone_by(how, &path, &target)?,
            How::Link => {
                if fs::hard_link(&path, &target).is_err() {
                    copy(&path, &target)?;
                }
            }
            How::Copy => copy(&path, &target)?,
        }
    }
    Ok(())
}

/// What is made from the crates that `Cargo.lock` names is never written into. The libraries of the crates here may be
/// written into by a linker while another kernel has them in memory, and cargo writes into its notes.
fn how(name: &str) -> How {
    const OF_CELLS: [&str; 5] = ["ctx-", "libctx", "code_", "libcode_", "ctx."];
    const OF_CRATES: [&str; 4] = [".rlib", ".rmeta", ".rs", ".s"];
    let program = name.starts_with("build_script_build-") && !name.ends_with(".d");
    let program = program || name == "build-script-build";
    let plugin = name.ends_with(".so") && !name.starts_with("libspeedup");
    if name == "incremental" || OF_CELLS.iter().any(|start| name.starts_with(start)) {
        How::Skip
    } else if OF_CRATES.iter().any(|end| name.ends_with(end)) || program || plugin {
        How::Link
    } else {
        How::Copy
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let copied = || -> std::io::Result<()> {
        fs::copy(from, to)?;
        let times = FileTimes::new().set_modified(fs::metadata(from)?.modified()?);
        File::options().append(true).open(to)?.set_times(times)
    };
    copied().with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn products_are_linked_notes_copied_with_times_and_cells_left_out() {
        let folder = TestFolder::new("clone");
        let (from, to) = (folder.0.join("from"), folder.0.join("to"));
        for name in [
            "deps/liba.rlib",
            "deps/libspeedup.so",
            "build/a/build-script-build",
            ".fingerprint/a/build-script-build-script-build",
            "build/a-1/out/asm.rs",
            "deps/libctx.so",
            "libcode_3.so",
            ".fingerprint/a/dep-lib-a",
            ".fingerprint/ctx-1234/x",
            "incremental/ctx-1/y",
        ] {
            files::write(&from.join(name), b"content").unwrap();
        }
        clone(&from, &to).unwrap();
        let inode = |path: &Path| fs::metadata(path).unwrap().ino();
        let time = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
        let pair = |name: &str| (from.join(name), to.join(name));
        for linked in ["deps/liba.rlib", "build/a/build-script-build"] {
            let (product, same) = pair(linked);
            assert_eq!(inode(&product), inode(&same), "{linked}");
        }
        for copied in [
            "deps/libspeedup.so",
            ".fingerprint/a/dep-lib-a",
            ".fingerprint/a/build-script-build-script-build",
            "build/a-1/out/asm.rs",
        ] {
            let (note, copy) = pair(copied);
            assert_ne!(inode(&note), inode(&copy), "{copied}");
            assert_eq!(time(&note), time(&copy), "{copied}");
        }
        for gone in [
            "deps/libctx.so",
            "libcode_3.so",
            ".fingerprint/ctx-1234",
            "incremental",
        ] {
            assert!(!to.join(gone).exists(), "{gone}");
        }
    }
}
