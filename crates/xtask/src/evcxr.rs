//! Step 2: the kernel's program, built once for each user and compiler.

use crate::child::{self, Show};
use crate::paths::Paths;
use crate::step::Outcome;
use crate::toolchain::{self, Toolchain};
use crate::{files, jupyter_env, kernel_source, lock, own_program};
use anyhow::{Context, Result, ensure};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The crate that is the kernel, and its program's name.
const CRATE: &str = "evcxr_jupyter";
/// Its exact version.
const VERSION: &str = "0.22.0";

/// The version, and what is changed in it, as a key of what the kernel built.
pub fn key() -> String {
    format!("{CRATE}-{VERSION}-{}", kernel_source::key())
}

/// The kernel's program, from the user's cache or built into it.
pub fn find_or_build(
    paths: &Paths,
    toolchain: &Toolchain,
    force: bool,
) -> Result<Outcome<PathBuf>> {
    let cache = cache_folder()?;
    let place = cache.join(format!("{}-{}", key(), toolchain.key()));
    let program = place.join("bin").join(CRATE);
    if !force && works(&program) {
        return Ok(Outcome::UpToDate(program));
    }
    let lock_file = cache.join(format!("{}.lock", key()));
    let _lock = lock::exclusive(&lock_file, "the build of the kernel")?;
    if !force && works(&program) {
        return Ok(Outcome::UpToDate(program));
    }
    println!(
        "      building {CRATE} {VERSION} in the user's cache, once: about 7 minutes on 2 cores"
    );
    let new = files::sibling(&place, "new");
    remove_leftovers(&cache)?;
    files::make_folder(&new)?;
    let result = build(paths, &new, &program, &place);
    files::remove(&new)?;
    result?;
    Ok(Outcome::Done(program))
}

fn build(paths: &Paths, new: &Path, program: &Path, place: &Path) -> Result<()> {
    let compiler = new.join(kernel_source::NAME);
    own_program::copy_to(&compiler)?;
    let source = new.join("target/kernel-source");
    let mut command = Command::new(toolchain::cargo());
    jupyter_env::without_cargo(&mut command, paths);
    command
        .current_dir(&paths.root)
        .args(["install", "--locked", CRATE, "--version", VERSION, "--root"])
        .arg(new)
        .env("CARGO_TARGET_DIR", new.join("target"))
        .env("RUSTC_WRAPPER", &compiler)
        .env(kernel_source::COPY, &source);
    child::run(&mut command, &paths.log("evcxr"), Show::Nothing)?;
    ensure!(
        source.is_dir(),
        "{CRATE} was built from its unchanged source"
    );
    files::remove(&new.join("target"))?;
    files::remove(&compiler)?;
    files::swap_in(new, place)?;
    ensure!(works(program), "{} does not run", program.display());
    Ok(())
}

/// Deletes what interrupted builds left; the caller holds the lock.
fn remove_leftovers(cache: &Path) -> Result<()> {
    for path in files::list(cache)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(&format!(".{}", key())) {
            files::remove(&path)?;
        }
    }
    Ok(())
}

fn works(program: &Path) -> bool {
    program.is_file() && child::output(Command::new(program).arg("--help")).is_ok()
}

fn cache_folder() -> Result<PathBuf> {
    if let Some(folder) = env::var_os("SPEEDUP_CACHE_DIR").filter(|value| !value.is_empty()) {
        return std::path::absolute(folder).context("SPEEDUP_CACHE_DIR");
    }
    let user = dirs::cache_dir().context("no cache folder for this user; set SPEEDUP_CACHE_DIR")?;
    Ok(user.join("speedup-handouts"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;

    #[test]
    fn leftovers_of_an_interrupted_build_go_and_finished_ones_stay() {
        let folder = TestFolder::new("evcxr");
        let finished = folder.0.join(format!("{}-rustc-1", key()));
        files::write(&finished.join("bin/x"), b"").unwrap();
        files::make_folder(&files::sibling(&finished, "new")).unwrap();
        remove_leftovers(&folder.0).unwrap();
        assert_eq!(files::list(&folder.0).unwrap(), [finished]);
    }
}
