//! The settings of one kernel, in a file that its command line names.
//!
//! They are in no environment variable, so that programs which a notebook starts do not inherit them.

use crate::files;
use crate::layout::Layout;
use crate::toolchain::Toolchain;
use anyhow::{Context, Result};
use serde::Serialize;
use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

/// Cells are compiled with all checks, their dependencies as in a release build.
const PROFILE: &str = "[profile.dev.package.\"*\"]\n\
    opt-level = 3\n\
    debug-assertions = false\n\
    overflow-checks = false\n";
/// Crates that only run while others are compiled. Optimised, they take a third of the build.
const COMPILE_TIME: [&str; 8] = [
    "equator-macro",
    "interpol",
    "miette-derive",
    "proc-macro2",
    "quote",
    "serde_derive",
    "syn",
    "thiserror-impl",
];
/// Leaves out dependencies that have no part in the interfaces of our crates, see their `Cargo.toml`.
const FOR_INFERENCE: &str = "--cfg type_inference";
/// The name of the package that names all crates.
pub const CRATES: &str = "notebook-crates";
/// Fresh memory in huge pages: filling it in parallel is several times faster.
const HUGE_PAGES: &str = "glibc.malloc.hugetlb=1";

#[derive(Serialize)]
struct Settings {
    evcxr: Evcxr,
    keep: Keep,
}

#[derive(Serialize)]
struct Evcxr {
    tmpdir: PathBuf,
    /// `:offline 0` in a cell allows the network.
    offline_mode: bool,
}

#[derive(Serialize)]
struct Keep {
    folder: PathBuf,
    lock_file: PathBuf,
    manifest: String,
    crates: String,
    crates_manifest: PathBuf,
    toolchain: Toolchain,
    std_sources: PathBuf,
    inference_env: BTreeMap<&'static str, String>,
    cell_env: BTreeMap<&'static str, String>,
}

/// Writes the settings of a kernel that works in `folder`; gives their file.
pub fn write(layout: &Layout, folder: &Path) -> Result<PathBuf> {
    let toolchain = Toolchain::read(layout)?;
    let settings = Settings {
        evcxr: Evcxr {
            tmpdir: folder.to_owned(),
            offline_mode: true,
        },
        keep: Keep {
            folder: layout.kept(),
            lock_file: layout.lock_file(),
            manifest: profile(),
            crates: crates(layout)?,
            crates_manifest: layout.crates().join("Cargo.toml"),
            std_sources: layout.std_sources(),
            inference_env: for_inference(&toolchain),
            toolchain,
            cell_env: huge_pages(env::var("GLIBC_TUNABLES").ok())
                .into_iter()
                .collect(),
        },
    };
    let text = toml::to_string(&settings).context("cannot write the kernel's settings")?;
    let file = folder.join("settings.toml");
    files::write(&file, text.as_bytes())?;
    Ok(file)
}

fn for_inference(toolchain: &Toolchain) -> BTreeMap<&'static str, String> {
    // The second is for rustup's stand-ins for cargo and rustc.
    let sysroot = toolchain.sysroot.to_string_lossy().into_owned();
    let flags = FOR_INFERENCE.to_owned();
    [("RUSTFLAGS", flags), ("RUSTUP_TOOLCHAIN", sysroot)].into()
}

/// What is added to the manifest of each kernel.
pub fn manifest(layout: &Layout) -> Result<String> {
    Ok(format!("{}\n{}", profile(), crates(layout)?))
}

fn profile() -> String {
    let of_one = |name| format!("[profile.dev.package.{name}]\nopt-level = 0\n");
    PROFILE.to_owned() + &COMPILE_TIME.map(of_one).concat()
}

/// A kernel depends on all crates that notebooks name, from its start. So each of them is built with
/// the same features, whichever a notebook names, and is built once. Type inference does not see this.
fn crates(layout: &Layout) -> Result<String> {
    let crates = layout.crates();
    let crates = crates
        .to_str()
        .context("the checkout's path is not UTF-8")?;
    let path = toml::Value::from(crates);
    Ok(format!(
        "[target.'cfg(not(type_inference))'.dependencies]\n{CRATES} = {{ path = {path} }}\n"
    ))
}

/// The variable with which a program's C library asks for huge pages, where it knows how to.
pub fn huge_pages(old: Option<String>) -> [(&'static str, String); 1] {
    let value = match old {
        Some(old) if old.contains("glibc.malloc.hugetlb") => old,
        Some(old) if !old.is_empty() => format!("{old}:{HUGE_PAGES}"),
        _ => HUGE_PAGES.to_owned(),
    };
    [("GLIBC_TUNABLES", value)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_s_tunables_are_kept() {
        let tunables = |old: Option<&str>| huge_pages(old.map(str::to_owned))[0].1.clone();
        assert_eq!(tunables(None), HUGE_PAGES);
        assert_eq!(tunables(Some("a=1")), format!("a=1:{HUGE_PAGES}"));
        let off = "glibc.malloc.hugetlb=0";
        assert_eq!(tunables(Some(off)), off);
    }

    #[test]
    fn crates_that_are_not_optimised_are_among_the_dependencies() {
        let lock = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock");
        let lock = std::fs::read_to_string(lock).unwrap();
        for name in COMPILE_TIME {
            assert!(lock.contains(&format!("name = \"{name}\"\n")), "{name}");
        }
    }

    #[test]
    fn paths_with_blanks_and_quotes_are_valid_toml() {
        let folder = files::TestFolder::new("settings ä \" x");
        let layout = Layout::new(&folder.0);
        let toolchain =
            "rustc = 'r'\ncargo = 'c'\nstd_library = 's'\ntarget = 't'\nsysroot = 'f'\n";
        files::write(&layout.toolchain_note(), toolchain.as_bytes()).unwrap();
        let file = write(&layout, &folder.0.join("run")).unwrap();
        let text = std::fs::read_to_string(file).unwrap();
        let settings: toml::Table = text.parse().unwrap();
        let folder = settings["keep"]["folder"].as_str();
        assert_eq!(folder, layout.kept().to_str());
        let crates = settings["keep"]["crates"].as_str().unwrap();
        assert!(crates.parse::<toml::Table>().is_ok(), "{crates}");
    }
}
