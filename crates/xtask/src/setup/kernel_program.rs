//! Step 2: the kernel's program, built once for each user.

use super::beside;
use crate::tools::cache;
use crate::tools::child::{self, Show};
use crate::tools::paths::Paths;
use crate::tools::step::Outcome;
use crate::tools::{jupyter_env, toolchain};
use anyhow::{Context, Result, ensure};
use kernel::{changes, files, lock};
use serde_json::Value;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// How long the program of another version stays in the user's cache after its last use.
const UNUSED: Duration = Duration::from_secs(60 * DAY.as_secs());

/// The kernel's program, from the user's cache or built into it; then `other` runs meanwhile.
pub fn find_or_build(
    paths: &Paths,
    force: bool,
    other: impl FnOnce() + Send,
) -> Result<Outcome<PathBuf>> {
    let cache = cache::folder(paths);
    let place = cache.join(changes::key());
    let program = place.join("bin").join(changes::PROGRAM);
    let ready = || {
        let ready = !force && works(&program);
        if ready {
            // Only to know when it was used last.
            let _ = File::open(&place).and_then(|folder| folder.set_modified(SystemTime::now()));
        }
        ready
    };
    if ready() {
        return Ok(Outcome::UpToDate(program));
    }
    let lock_file = cache.join(format!("{}.lock", changes::key()));
    let _lock = lock::exclusive(&lock_file, "the build of the kernel")?;
    if ready() {
        return Ok(Outcome::UpToDate(program));
    }
    println!(
        "      building evcxr {} in the user's cache, once: about 5 minutes on 2 cores",
        changes::VERSION
    );
    remove_unused(&cache)?;
    let new = files::sibling(&place, "new");
    files::make_folder(&new)?;
    // The kernel's crates wait for one another.
    let ((), result) = beside::run(other, || build(paths, &new, &program, &place));
    files::remove(&new)?;
    result?;
    Ok(Outcome::Done(program))
}

fn build(paths: &Paths, new: &Path, program: &Path, place: &Path) -> Result<()> {
    let work = new.join("work");
    let source = write_source(paths, &work)?;
    let target = work.join("target");
    let mut command = cargo(paths, &source);
    command
        .args(["build", "--release", "--locked", "--offline"])
        .args(["--package", changes::PROGRAM, "--target-dir"])
        .arg(&target);
    child::run(&mut command, &paths.log("evcxr"), Show::Nothing)?;
    let name = Path::new("release").join(changes::PROGRAM);
    // Below another folder when the user's settings of cargo name a target.
    let mut folders = vec![target.clone()];
    folders.extend(files::list(&target)?);
    let built = folders.iter().map(|folder| folder.join(&name));
    let built = built.into_iter().find(|file| file.is_file());
    let built = built.context("cargo has built the kernel, but not where it is expected")?;
    files::make_folder(&new.join("bin"))?;
    fs::copy(&built, new.join("bin").join(changes::PROGRAM))
        .with_context(|| format!("cannot copy {}", built.display()))?;
    files::remove(&work)?;
    files::swap_in(new, place)?;
    ensure!(works(program), "{} does not run", program.display());
    Ok(())
}

/// Writes the changed copies below `work`, and gives their folder.
fn write_source(paths: &Paths, work: &Path) -> Result<PathBuf> {
    let downloaded = download(paths, &work.join("download"))?;
    let source = work.join("source");
    changes::write_copy(|name| folder_of(name, &downloaded), &source)?;
    Ok(source)
}

/// Downloads the crates that are changed, and all that they need; gives what cargo says of them.
fn download(paths: &Paths, folder: &Path) -> Result<Value> {
    for (name, text) in changes::DOWNLOAD {
        files::write(&folder.join(name), text.as_bytes())?;
    }
    files::write(&folder.join("lib.rs"), b"")?;
    let mut fetch = cargo(paths, folder);
    fetch.args(["fetch", "--locked"]);
    child::run(&mut fetch, &paths.log("evcxr-fetch"), Show::Nothing)
        .context("the kernel's source cannot be downloaded")?;
    let mut metadata = cargo(paths, folder);
    metadata.args(["metadata", "--locked", "--offline", "--format-version=1"]);
    serde_json::from_str(&child::output(&mut metadata)?).context("cargo's answer cannot be read")
}

/// Where cargo has put a crate that it downloaded.
fn folder_of(name: &str, downloaded: &Value) -> Result<PathBuf> {
    let mut packages = downloaded["packages"].as_array().into_iter().flatten();
    let package = packages.find(|package| package["name"] == name);
    let manifest = package.and_then(|package| package["manifest_path"].as_str());
    let folder = manifest.and_then(|manifest| Path::new(manifest).parent());
    let folder = folder.with_context(|| format!("cargo does not say where {name} is"))?;
    Ok(folder.to_owned())
}

fn cargo(paths: &Paths, folder: &Path) -> Command {
    let mut command = Command::new(toolchain::cargo());
    jupyter_env::without_cargo(&mut command, paths);
    // The workspace of the checkout has no part in it.
    command
        .current_dir(folder)
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("CARGO_BUILD_TARGET");
    command
}

/// Deletes what interrupted builds left, and programs that nobody uses; the caller holds the lock.
fn remove_unused(cache: &Path) -> Result<()> {
    for path in files::list(cache)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let left = name.starts_with(&format!(".{}", changes::key()));
        let modified = path.metadata().and_then(|facts| facts.modified());
        let age = modified.ok().and_then(|time| time.elapsed().ok());
        let older = |than| age.is_some_and(|age| age > than);
        // A build of another version may still run in another checkout, but not for a day.
        let unused =
            name.starts_with("evcxr") && older(UNUSED) || name.starts_with(".evcxr") && older(DAY);
        if left || unused && path.is_dir() {
            files::remove(&path)?;
        }
    }
    Ok(())
}

fn works(program: &Path) -> bool {
    program.is_file() && child::output(Command::new(program).arg("--help")).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::files::TestFolder;

    #[test]
    #[ignore = "builds the kernel, which takes minutes"]
    fn tests_of_the_changed_crates_pass() {
        let paths = Paths::find().unwrap();
        let work = paths.work.join("changed-kernel");
        files::remove(&work.join("source")).unwrap();
        let source = write_source(&paths, &work).unwrap();
        let crates = ["--package", "evcxr", "--package", "evcxr_jupyter"];
        let programs = ["--release", "--locked", "--offline", "--lib", "--bins"];
        let format = [&["fmt", "--check"][..], &crates].concat();
        let tests = [
            &["test", "--target-dir", "../target"][..],
            &programs,
            &crates,
        ]
        .concat();
        for arguments in [format, tests] {
            let status = cargo(&paths, &source).args(&arguments).status().unwrap();
            assert!(status.success(), "cargo {arguments:?}");
        }
    }

    #[test]
    fn what_nobody_uses_goes_and_finished_programs_stay() {
        let folder = TestFolder::new("evcxr");
        let finished = folder.0.join(changes::key());
        files::write(&finished.join("bin/x"), b"").unwrap();
        files::make_folder(&files::sibling(&finished, "new")).unwrap();
        for (name, age) in [
            ("evcxr_jupyter-0.21.0", 2 * UNUSED),
            (".evcxr-0.21.0.new-7", 2 * DAY),
        ] {
            let old = folder.0.join(name);
            files::make_folder(&old).unwrap();
            let time = SystemTime::now() - age;
            File::open(&old).unwrap().set_modified(time).unwrap();
        }
        remove_unused(&folder.0).unwrap();
        assert_eq!(files::list(&folder.0).unwrap(), [finished]);
    }
}
