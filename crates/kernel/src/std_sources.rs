//! The standard library's source for the kernel's type inference: the part that matters to it.
//!
//! For code that it has not met before, the kernel's rust-analyzer reads the source of the standard library to find
//! out the types of variables. Half of that source are the functions of `std::arch`, one for
//! each instruction of a dozen processors; `std::simd` is for nightly compilers. Rust-analyzer takes its source from
//! `RUST_SRC_PATH`, so it gets a folder in which these parts are empty and functions have no bodies. The manifest is
//! missing, and with it the crates that the library itself depends on. The compiler is not concerned: `std::arch`
//! works as ever.

use crate::layout::Layout;
use crate::{files, signatures};
use anyhow::{Context, Result};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// Where `core` has them, seen from the folder of the libraries, and what is there in their place.
const EMPTY: [(&str, &str); 2] = [
    ("stdarch/crates/core_arch/src", "pub mod arch {}\n"),
    ("portable-simd/crates/core_simd/src", "pub mod simd {}\n"),
];
/// What is there without the bodies of functions.
const LIBRARIES: [&str; 3] = ["alloc/src", "core/src", "std/src"];
/// The file that says what the folder was made from.
const STAMP: &str = "made-from";
/// What is not there.
const LEFT_OUT: [&str; 2] = ["Cargo.toml", "Cargo.lock"];

/// Where a toolchain has its libraries, seen from its folder, if the component `rust-src` is installed.
pub const IN_TOOLCHAIN: &str = "lib/rustlib/src/rust/library";

/// Takes the libraries of the toolchain at `sysroot` over; tells whether it had to.
///
/// `key` tells its version.
pub fn install(layout: &Layout, sysroot: &Path, key: &str) -> Result<bool> {
    let libraries = sysroot.join(IN_TOOLCHAIN);
    let place = layout.std_sources();
    let from = libraries.display();
    let program = env!("CARGO_PKG_VERSION");
    let stamp = format!("{from} {key} {program} {EMPTY:?} {LIBRARIES:?} {LEFT_OUT:?}");
    if fs::read_to_string(place.join(STAMP)).is_ok_and(|old| old == stamp) {
        return Ok(false);
    }
    let new = files::sibling(&place, "new");
    files::remove(&new)?;
    let empty = EMPTY.map(|(part, _)| part);
    let not_linked = [&empty[..], &LIBRARIES, &LEFT_OUT].concat();
    let not_linked: Vec<_> = not_linked.into_iter().map(Path::new).collect();
    link_all_but(&libraries, &new, &not_linked)?;
    for part in LIBRARIES {
        write_signatures(&libraries.join(part), &new.join(part))?;
    }
    for (part, source) in EMPTY {
        files::write(&new.join(part).join("mod.rs"), source.as_bytes())?;
    }
    files::write(&new.join(STAMP), stamp.as_bytes())?;
    files::swap_in(&new, &place)?;
    Ok(true)
}

/// Writes what is in `from` without the bodies of functions.
fn write_signatures(from: &Path, to: &Path) -> Result<()> {
    for path in files::list(from)? {
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            write_signatures(&path, &target)?;
        } else {
            let source =
                fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let text = String::from_utf8(source).map(|source| signatures::of(&source));
            let text = text.map_or_else(|source| source.into_bytes(), String::into_bytes);
            files::write(&target, &text)?;
        }
    }
    Ok(())
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
    fn what_inference_does_not_need_is_not_there() {
        let folder_of_test = TestFolder::new("std-sources");
        let layout = Layout::new(&folder_of_test.0);
        let sysroot = folder_of_test.0.join("sysroot");
        let made = || install(&layout, &sysroot, "1.0").unwrap();
        let libraries = sysroot.join(IN_TOOLCHAIN);
        let originals = [
            ("core/src/lib.rs", "fn a() { 1 }"),
            ("core/src/docs.md", "{ {"),
            ("stdarch/README.md", "linked"),
            ("stdarch/crates/core_arch/src/x86/avx512f.rs", "very long"),
            ("Cargo.toml", "[workspace]"),
        ];
        for (name, text) in originals {
            files::write(&libraries.join(name), text.as_bytes()).unwrap();
        }
        assert!(made());
        assert!(!made(), "it is there already");
        let place = layout.std_sources();
        let read = |name: &str| fs::read_to_string(place.join(name)).unwrap_or_default();
        assert_eq!(read("core/src/lib.rs"), "fn a() {}");
        assert_eq!(read("core/src/docs.md"), "{ {");
        assert_eq!(read("stdarch/README.md"), "linked");
        assert_eq!(read("Cargo.toml"), "");
        for (part, source) in EMPTY {
            let part = place.join(part);
            assert_eq!(files::list(&part).unwrap(), [part.join("mod.rs")]);
            assert_eq!(fs::read_to_string(part.join("mod.rs")).unwrap(), source);
        }
        for (name, text) in originals {
            let original = fs::read_to_string(libraries.join(name)).unwrap();
            assert_eq!(original, text, "the original is untouched");
        }
    }
}
