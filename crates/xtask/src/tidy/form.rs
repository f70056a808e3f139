//! The form of notebook files: ids, metadata, outputs, layout (`python/canonical.py`).

use crate::files;
use crate::tools::paths::Paths;
use crate::tools::python::PythonEnv;
use crate::tools::{jupyter_env, scripts};
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Puts the formatted cells in and brings the rest in order; tells whether all is canonical.
pub fn run(
    paths: &Paths,
    python: &PythonEnv,
    notebooks: &[PathBuf],
    sources: &BTreeMap<PathBuf, BTreeMap<usize, String>>,
    check: bool,
) -> Result<bool> {
    let file = paths.work.join("tidy/sources.json");
    files::write(&file, json!(sources).to_string().as_bytes())?;
    let mut command = jupyter_env::python(paths, python);
    command
        .arg(scripts::script(paths, "canonical.py")?)
        .arg("--sources")
        .arg(&file)
        .args(check.then_some("--check"))
        .args(notebooks)
        .current_dir(&paths.root);
    let status = command.status().context("cannot run Python")?;
    match status.code() {
        Some(0) => Ok(true),
        Some(1) => Ok(false),
        _ => bail!("the form of the notebooks could not be checked ({status})"),
    }
}
