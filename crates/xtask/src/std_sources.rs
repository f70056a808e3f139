//! The standard library's source without its vendor intrinsics, for the kernel's type inference.
//!
//! At each start, and at each `:dep`, the kernel reads the source of the standard library to find out the
//! types of variables. Half of that source are the functions of `std::arch`, one for each instruction of a dozen
//! processors. The kernel's rust-analyzer takes its source from `RUST_SRC_PATH`, so it gets a folder of
//! links in which that part is empty. The compiler is not concerned: `std::arch` itself works as ever.

use crate::files;
use crate::paths::Paths;
use anyhow::{Context, Result};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// Where `core` has the intrinsics, seen from the folder of the libraries.
const INTRINSICS: &str = "stdarch/crates/core_arch/src";
/// What is there in their place.
const NONE: &str = "pub mod arch {}\n";

/// The folder for `RUST_SRC_PATH`.
pub fn folder(paths: &Paths) -> PathBuf {
    paths.kernel.join("rust-src")
}

/// Links the libraries of `sysroot` into the folder; tells whether it had to.
///
/// Without the component `rust-src` there is nothing to link, and rust-analyzer finds its own way.
pub fn install(paths: &Paths, sysroot: &Path) -> Result<bool> {
    let libraries = sysroot.join("lib/rustlib/src/rust/library");
    let place = folder(paths);
    if !libraries.join(INTRINSICS).is_dir() {
        files::remove(&place)?;
        return Ok(false);
    }
    if fs::read_link(place.join("core")).is_ok_and(|core| core == libraries.join("core"))
        && place.join(INTRINSICS).join("mod.rs").is_file()
    {
        return Ok(false);
    }
    let new = files::sibling(&place, "new");
    files::remove(&new)?;
    link_all_but(&libraries, &new, Path::new(INTRINSICS))?;
    files::write(&new.join(INTRINSICS).join("mod.rs"), NONE.as_bytes())?;
    files::swap_in(&new, &place)?;
    Ok(true)
}

/// Links what is in `from`, except for what is on the way to `left_out`: of that, what lies beside the way.
fn link_all_but(from: &Path, to: &Path, left_out: &Path) -> Result<()> {
    files::make_folder(to)?;
    let mut way = left_out.components();
    let next = way.next().map(|part| part.as_os_str());
    for path in files::list(from)? {
        let name = path.file_name().unwrap_or_default();
        let target = to.join(name);
        if next != Some(name) {
            symlink(&path, &target).with_context(|| format!("cannot link {}", target.display()))?;
        } else if way.as_path() != Path::new("") {
            link_all_but(&path, &target, way.as_path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;

    #[test]
    fn all_is_linked_but_the_intrinsics() {
        let folder_of_test = TestFolder::new("std-sources");
        let (paths, sysroot) = (
            Paths::of(&folder_of_test.0),
            folder_of_test.0.join("sysroot"),
        );
        assert!(!install(&paths, &sysroot).unwrap(), "there is no source");
        let libraries = sysroot.join("lib/rustlib/src/rust/library");
        for name in ["core/src/lib.rs", "Cargo.toml", "stdarch/README.md"] {
            files::write(&libraries.join(name), b"as it was").unwrap();
        }
        let intrinsics = libraries.join(INTRINSICS);
        files::write(&intrinsics.join("x86/avx512f.rs"), b"very long").unwrap();
        assert!(install(&paths, &sysroot).unwrap());
        assert!(!install(&paths, &sysroot).unwrap(), "it is there already");
        let place = folder(&paths);
        for name in ["core/src/lib.rs", "Cargo.toml", "stdarch/README.md"] {
            assert_eq!(fs::read(place.join(name)).unwrap(), b"as it was");
        }
        let left: Vec<_> = files::list(&place.join(INTRINSICS)).unwrap();
        assert_eq!(left, [place.join(INTRINSICS).join("mod.rs")]);
        assert!(
            intrinsics.join("x86/avx512f.rs").exists(),
            "the original is untouched"
        );
    }
}
