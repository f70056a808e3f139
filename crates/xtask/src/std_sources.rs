//! The standard library's source for the kernel's type inference: the part that matters to it, and not too soon.
//!
//! At its start, and again when the settings of the build change, the kernel's rust-analyzer reads the source of the
//! standard library to find out the types of variables. Half of that source are the functions of `std::arch`, one for
//! each instruction of a dozen processors; `std::simd` is for nightly compilers. Rust-analyzer takes its source from `RUST_SRC_PATH`, so it gets a folder of links in which these
//! parts are empty. The manifest is missing there, and with it the crates that the library itself depends on.
//! The compiler is not concerned: `std::arch` works as ever.
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

/// Where `core` has them, seen from the folder of the libraries, and what is there in their place.
const EMPTY: [(&str, &str); 2] = [
    ("stdarch/crates/core_arch/src", "pub mod arch {}\n"),
    ("portable-simd/crates/core_simd/src", "pub mod simd {}\n"),
];
/// What is not there.
const LEFT_OUT: [&str; 2] = ["Cargo.toml", "Cargo.lock"];
/// How often it is looked whether the kernel builds.
const PAUSE: Duration = Duration::from_millis(20);

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
    if !libraries.join("core").is_dir() {
        files::remove(&place)?;
        return Ok(false);
    }
    let empty = EMPTY.map(|(part, source)| (place.join(part).join("mod.rs"), source));
    if fs::read_link(place.join("core")).is_ok_and(|core| core == libraries.join("core"))
        && LEFT_OUT.iter().all(|name| !place.join(name).exists())
        && (empty.iter())
            .all(|(file, source)| fs::read(file).is_ok_and(|it| it == source.as_bytes()))
    {
        return Ok(false);
    }
    let new = files::sibling(&place, "new");
    files::remove(&new)?;
    link_all_but(&libraries, &new, &EMPTY.map(|(part, _)| Path::new(part)))?;
    for name in LEFT_OUT {
        files::remove(&new.join(name))?;
    }
    for (part, source) in EMPTY {
        files::write(&new.join(part).join("mod.rs"), source.as_bytes())?;
    }
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

/// Links what is in `from`, except for what is on the way to `left_out`: of that, what lies beside the ways.
fn link_all_but(from: &Path, to: &Path, left_out: &[&Path]) -> Result<()> {
    files::make_folder(to)?;
    for path in files::list(from)? {
        let name = path.file_name().unwrap_or_default();
        let target = to.join(name);
        let ways = left_out
            .iter()
            .filter_map(|way| way.strip_prefix(name).ok());
        let ways: Vec<&Path> = ways.collect();
        if ways.is_empty() {
            link(&path, &target)?;
        } else if ways.iter().all(|way| *way != Path::new("")) {
            link_all_but(&path, &target, &ways)?;
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
    fn all_is_linked_but_what_inference_does_not_need() {
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
        let intrinsics = libraries.join(EMPTY[0].0).join("x86/avx512f.rs");
        files::write(&intrinsics, b"very long").unwrap();
        assert!(install(&paths, &sysroot).unwrap());
        assert!(!install(&paths, &sysroot).unwrap(), "it is there already");
        let place = folder(&paths);
        for name in ["core/src/lib.rs", "stdarch/README.md"] {
            assert_eq!(fs::read(place.join(name)).unwrap(), b"as it was");
        }
        assert!(!place.join("Cargo.toml").exists());
        for (part, source) in EMPTY {
            let folder = place.join(part);
            assert_eq!(files::list(&folder).unwrap(), [folder.join("mod.rs")]);
            assert_eq!(fs::read_to_string(folder.join("mod.rs")).unwrap(), source);
        }
        for original in [libraries.join("Cargo.toml"), intrinsics] {
            assert!(original.exists(), "the original is untouched");
        }
    }
}
