//! Step 4: the crates that the notebooks name, resolved together and built ahead.

use super::dependencies::Dependencies;
use crate::tools::child::{self, Show};
use crate::tools::jupyter_env;
use crate::tools::paths::Paths;
use crate::tools::toolchain::{self, Toolchain};
use anyhow::{Context, Result};
use kernel::layout::Layout;
use kernel::{changes, clone_tree, early_build, files, lock, settings};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders below `crates/` that no notebook reads.
const NOT_FOR_NOTEBOOKS: [&str; 6] = [
    "xtask",
    "kernel",
    "speedup-bench",
    "speedup-mpi",
    "target",
    "tests",
];

/// What the crates were built from.
struct Stamp {
    /// When this differs, nothing of what was built is of use.
    builder: String,
    /// When only this differs, cargo builds just what changed.
    inputs: String,
}

impl Stamp {
    fn text(&self) -> String {
        format!("{}\n{}", self.builder, self.inputs)
    }
}

/// The crates that are to be built, in a folder that takes the place of the old one.
pub struct Job {
    stamp: Stamp,
    place: PathBuf,
    new: PathBuf,
}

/// Finds out whether the crates have to be built, and makes them ready for it.
pub fn begin(paths: &Paths, toolchain: &Toolchain, force: bool) -> Result<Option<Job>> {
    let layout = paths.layout();
    let dependencies = Dependencies::of_notebooks(&paths.notebooks)?;
    let stamp = stamp(paths, toolchain, &dependencies)?;
    let place = layout.built();
    let old = fs::read_to_string(place.join("stamp")).unwrap_or_default();
    if !force && old == stamp.text() {
        return Ok(None);
    }
    resolve(paths, &layout, &dependencies)?;
    let new = place.with_file_name("new");
    files::remove(&new)?;
    files::make_folder(&new)?;
    if !force && old.lines().next() == Some(&stamp.builder) {
        clone_tree::clone(&place.join("target"), &new.join("target"))?;
    }
    Ok(Some(Job { stamp, place, new }))
}

impl Job {
    /// Builds the crates without the kernel. What fails here is tried again with it.
    pub fn early(&self, paths: &Paths, toolchain: &Toolchain) {
        if let Ok(toolchain) = toolchain.for_kernels() {
            let _ = early_build::run(&paths.layout(), &toolchain, &self.new);
        }
    }

    /// Has the kernel build them, and puts them in place.
    pub fn finish(self, paths: &Paths, program: &Path) -> Result<()> {
        let layout = paths.layout();
        let mut command = Command::new(program);
        jupyter_env::without_cargo(&mut command, paths);
        command
            .arg("--build-ahead")
            .arg("--config")
            .arg(settings::write(&layout, &self.new)?)
            .current_dir(&paths.notebooks);
        child::run(&mut command, &paths.log("crates"), Show::Nothing)
            .context("the crates that the notebooks name cannot be built")?;
        files::write(&self.new.join("stamp"), self.stamp.text().as_bytes())?;
        let lock = lock::open(&layout.built_lock())?;
        lock.lock().context("cannot lock what is built")?;
        files::swap_in(&self.new, &self.place)
    }
}

/// Resolves all crates together, under the lock file of the checkout, and downloads them.
fn resolve(paths: &Paths, layout: &Layout, dependencies: &Dependencies) -> Result<()> {
    let folder = layout.crates();
    let manifest = dependencies.manifest(settings::CRATES)?;
    files::write_if_changed(&folder.join("Cargo.toml"), manifest.as_bytes())?;
    files::write_if_changed(&folder.join("src/lib.rs"), b"")?;
    let lock = fs::read(paths.root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
    files::write(&layout.lock_file(), &lock)?;
    let fetch = |more: &[&str]| {
        let mut command = Command::new(toolchain::cargo());
        jupyter_env::without_cargo(&mut command, paths);
        command.arg("fetch").args(more).current_dir(&folder);
        child::run(&mut command, &paths.log("fetch"), Show::Nothing)
    };
    // Without the network when all is there.
    fetch(&["--offline"]).or_else(|_| {
        files::write(&layout.lock_file(), &lock)?;
        fetch(&[])
    })
}

fn stamp(paths: &Paths, toolchain: &Toolchain, dependencies: &Dependencies) -> Result<Stamp> {
    let linker = ["mold", "lld"]
        .into_iter()
        .find(|name| toolchain::on_search_path(name).is_some());
    let builder = format!(
        "{} {} {} {:?}",
        toolchain.key(),
        linker.unwrap_or("system"),
        paths.root.display(),
        settings::manifest(&paths.layout())?
    );
    let crates = files::fingerprint(&paths.root.join("crates"), &NOT_FOR_NOTEBOOKS)?;
    let lock = fs::read_to_string(paths.root.join("Cargo.lock")).unwrap_or_default();
    let manifest = fs::read_to_string(paths.root.join("Cargo.toml")).unwrap_or_default();
    let inputs = format!(
        "{}\ncrates {crates:016x}\n{}\n{manifest}\n{lock}",
        changes::key(),
        dependencies.manifest(settings::CRATES)?
    );
    Ok(Stamp { builder, inputs })
}
