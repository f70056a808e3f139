//! The standard library's source for the kernel's type inference: without its vendor intrinsics, and not too soon.
//!
//! At its start, and again when the settings of the build change, the kernel's rust-analyzer reads the source of the
//! standard library to find out the types of variables. Half of that source are the functions of `std::arch`, one for
//! each instruction of a dozen processors. Rust-analyzer takes its source from `RUST_SRC_PATH`, so it gets a folder of
//! links in which that part is empty. The compiler is not concerned: `std::arch` itself works as ever.
//!
//! At its start the kernel evaluates `42`, for which it needs no library. So the folder is empty then, and
//! the first cell, before which the settings change, is the first to read it.

use crate::files;
use crate::paths::Paths;
use anyhow::{Context, Result};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// Where `core` has the intrinsics, seen from the folder of the libraries.
const INTRINSICS: &str = "stdarch/crates/core_arch/src";
/// How often it is looked whether the kernel builds.
const PAUSE: Duration = Duration::from_millis(20);
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

/// The value of `RUST_SRC_PATH` for the kernel that works in `run`: a place where the libraries appear once it builds.
pub fn appear_late(paths: &Paths, run: &Path) -> Result<PathBuf> {
    let (place, libraries) = (run.join("rust-src"), folder(paths));
    let building = run.join("Cargo.lock");
    files::remove(&place)?;
    files::make_folder(&place.join("core"))?;
    let appearing = place.clone();
    thread::spawn(move || {
        while !building.exists() {
            thread::sleep(PAUSE);
        }
        let swapped = files::remove(&appearing).and_then(|()| link(&libraries, &appearing));
        if let Err(error) = swapped {
            eprintln!("warning: types of variables have to be written out: {error:#}");
        }
    });
    Ok(place)
}

fn link(original: &Path, place: &Path) -> Result<()> {
    symlink(original, place).with_context(|| format!("cannot link {}", place.display()))
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
            link(&path, &target)?;
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
    fn libraries_appear_once_the_kernel_builds() {
        let folder_of_test = TestFolder::new("late-sources");
        let (paths, run) = (Paths::of(&folder_of_test.0), folder_of_test.0.join("run"));
        files::write(&folder(&paths).join("core/src/lib.rs"), b"core").unwrap();
        let place = appear_late(&paths, &run).unwrap();
        let core = place.join("core/src/lib.rs");
        assert!(place.join("core").is_dir() && !core.exists());
        files::write(&run.join("Cargo.lock"), b"").unwrap();
        while !core.exists() {
            thread::sleep(PAUSE);
        }
    }

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
