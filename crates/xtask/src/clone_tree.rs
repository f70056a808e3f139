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
    files::make_folder(to)?;
    for path in files::list(from)? {
        let name = path.file_name().unwrap_or_default();
        let target = to.join(name);
        match how(&name.to_string_lossy()) {
            How::Skip => {}
            _ if path.is_dir() => clone(&path, &target)?,
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

/// Rlibs and rmetas are replaced, never written into; shared objects may be
/// written into by a linker while another kernel has them in memory.
fn how(name: &str) -> How {
    const OF_CELLS: [&str; 5] = ["ctx-", "libctx", "code_", "libcode_", "ctx."];
    if name == "incremental" || OF_CELLS.iter().any(|start| name.starts_with(start)) {
        How::Skip
    } else if name.ends_with(".rlib") || name.ends_with(".rmeta") {
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
    fn libraries_are_linked_the_rest_copied_with_times_and_cells_left_out() {
        let folder = TestFolder::new("clone");
        let (from, to) = (folder.0.join("from"), folder.0.join("to"));
        for name in [
            "deps/liba.rlib",
            "deps/liba.so",
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
        let (rlib, same) = pair("deps/liba.rlib");
        assert_eq!(inode(&rlib), inode(&same));
        let (note, copy) = pair(".fingerprint/a/dep-lib-a");
        assert_ne!(inode(&note), inode(&copy));
        assert_eq!(time(&note), time(&copy));
        assert!(to.join("deps/liba.so").exists());
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
