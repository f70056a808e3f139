//! Step 4: the crates that the notebooks name, built ahead by the kernel itself.

use crate::child::{self, Show};
use crate::paths::Paths;
use crate::python_env::PythonEnv;
use crate::step::Outcome;
use crate::toolchain::{self, Toolchain};
use crate::{
    clone_tree, dep_lines, evcxr, files, handouts, jupyter_env, kernelspec, launcher, lock,
};
use anyhow::{Context, Result};
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Longest time for building the crates of one notebook, in seconds.
const TIMEOUT: u32 = 3600;

/// The folder that kernels start from.
pub fn folder(paths: &Paths) -> PathBuf {
    paths.kernel.join("seed")
}

/// Held shared while a launcher reads the seed, exclusively while it is swapped.
pub fn lock_file(paths: &Paths) -> PathBuf {
    paths.kernel.join("seed.lock")
}

/// The folder in which kernels keep the types of variables: another one after a change in the crates.
pub fn types(paths: &Paths, seed: Option<&Path>) -> Result<PathBuf> {
    let seed = seed.map_or_else(|| folder(paths), Path::to_owned);
    Ok(seed.join("types").join(crates(paths)?))
}

/// The state of the crates that notebooks name by their paths.
fn crates(paths: &Paths) -> Result<String> {
    let crates = files::fingerprint(&paths.root.join("crates"), &["xtask", "target"])?;
    Ok(format!("{crates:016x}"))
}

/// What the seed was made from.
struct Stamp {
    /// When this differs, nothing of the old seed is of use.
    builder: String,
    /// When only this differs, cargo builds just what changed.
    inputs: String,
}

/// One set of `:dep` lines and the folder that its paths are relative to.
type DepSet = (PathBuf, Vec<String>);

/// Builds the seed anew, unless it was made from the same.
pub fn build(
    paths: &Paths,
    python: &PythonEnv,
    toolchain: &Toolchain,
    force: bool,
) -> Result<Outcome<()>> {
    let sets = dep_sets(paths)?;
    let stamp = stamp(paths, toolchain, &sets)?;
    let old = fs::read_to_string(folder(paths).join("stamp")).unwrap_or_default();
    if !force && old == stamp.text() {
        return Ok(Outcome::UpToDate(()));
    }
    let new = paths.kernel.join("seed.new");
    files::remove(&new)?;
    files::make_folder(&new)?;
    if !force && old.lines().next() == Some(&stamp.builder) {
        clone_tree::clone(&folder(paths).join("target"), &new.join("target"))?;
    }
    if !sets.is_empty() {
        fetch(paths)?;
    }
    for (index, (notebook_folder, lines)) in sets.iter().enumerate() {
        println!("      building for {}", lines.join("  "));
        build_set(paths, python, &new, index, notebook_folder, lines)?;
    }
    files::write(&new.join("stamp"), stamp.text().as_bytes())?;
    let lock = lock::open(&lock_file(paths))?;
    lock.lock().context("cannot lock the seed")?;
    files::swap_in(&new, &folder(paths))?;
    Ok(Outcome::Done(()))
}

/// Downloads what Cargo.lock names, so that no kernel needs the network.
fn fetch(paths: &Paths) -> Result<()> {
    let mut command = Command::new(toolchain::cargo());
    jupyter_env::without_cargo(&mut command, paths);
    command.args(["fetch", "--locked"]).current_dir(&paths.root);
    child::run(&mut command, &paths.log("fetch"), Show::Nothing)
}

/// Lets a kernel whose folder is the seed read the `:dep` lines.
fn build_set(
    paths: &Paths,
    python: &PythonEnv,
    seed: &Path,
    index: usize,
    notebook_folder: &Path,
    lines: &[String],
) -> Result<()> {
    let cell = |id: &str, tags: &[&str], source: &str| {
        json!({
            "cell_type": "code", "id": id, "execution_count": null,
            "metadata": {"tags": tags}, "outputs": [], "source": source,
        })
    };
    let notebook = json!({
        "nbformat": 4, "nbformat_minor": 5,
        "metadata": {"kernelspec": {"display_name": "Rust", "language": "rust", "name": "rust"}},
        "cells": [
            cell("dep", &[], &lines.join("\n")),
            // To explain a mistake in a `let`, the kernel runs `cargo check`, which wants
            // artifacts of its own: without this cell a student's first mistake takes a minute.
            cell("check", &["raises-exception"], "let mistake = no_such_name;"),
        ],
    });
    let source = paths.work.join(format!("seed-{index}.ipynb"));
    files::write(&source, notebook.to_string().as_bytes())?;
    let mut command = handouts::executor(paths, python)?;
    command
        .arg("--timeout")
        .arg(TIMEOUT.to_string())
        .arg("--folder")
        .arg(notebook_folder)
        .arg(&source)
        .arg(paths.work.join(format!("seed-{index}-done.ipynb")))
        .env(launcher::SEED_VARIABLE, seed);
    child::run(&mut command, &paths.log("seed"), Show::Nothing)
        .context("the crates that the notebooks name cannot be built")
}

/// The different sets of `:dep` lines of the notebooks.
fn dep_sets(paths: &Paths) -> Result<Vec<DepSet>> {
    let mut sets = BTreeSet::new();
    for notebook in dep_lines::notebooks(&paths.notebooks)? {
        let lines = dep_lines::of_notebook(&notebook)?;
        if !lines.is_empty() {
            sets.insert((paths.notebooks.clone(), lines));
        }
    }
    Ok(sets.into_iter().collect())
}

fn stamp(paths: &Paths, toolchain: &Toolchain, sets: &[DepSet]) -> Result<Stamp> {
    let linker = ["mold", "lld"]
        .into_iter()
        .find(|name| toolchain::on_search_path(name));
    let builder = format!(
        "{} {} {} {} {:?}",
        evcxr::key(),
        toolchain.key(),
        linker.unwrap_or("system"),
        paths.root.display(),
        kernelspec::CARGO_CONFIG
    );
    let crates = crates(paths)?;
    let lock = fs::read_to_string(paths.root.join("Cargo.lock")).unwrap_or_default();
    let manifest = fs::read_to_string(paths.root.join("Cargo.toml")).unwrap_or_default();
    let lines: Vec<_> = sets.iter().map(|(_, lines)| lines).collect();
    let inputs = format!("crates {crates}\n{lines:?}\n{manifest}\n{lock}");
    Ok(Stamp { builder, inputs })
}

impl Stamp {
    fn text(&self) -> String {
        format!("{}\n{}", self.builder, self.inputs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;

    #[test]
    fn the_same_dep_lines_in_two_notebooks_are_built_once() {
        let folder = TestFolder::new("dep-sets");
        let paths = Paths::of(&folder.0);
        let notebook =
            |deps: &str| json!({"cells": [{"cell_type": "code", "source": deps}]}).to_string();
        for (name, deps) in [
            ("a", ":dep x = \"1\""),
            ("b", ":dep x = \"1\""),
            ("c", "let x;"),
        ] {
            let path = paths.notebooks.join(format!("{name}.ipynb"));
            files::write(&path, notebook(deps).as_bytes()).unwrap();
        }
        assert_eq!(dep_sets(&paths).unwrap().len(), 1);
    }
}
