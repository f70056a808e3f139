//! What Jupyter starts: prepares a private folder and runs the kernel in it.

use crate::paths::Paths;
use crate::{
    cell_build, cell_cache, clone_tree, guard, jupyter_env, kernel_source, kernelspec, lock,
    run_folders, seed, std_sources,
};
use anyhow::{Context, Result, bail};
use rustix::io::FdFlags;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

/// The variable that makes a kernel work in the seed itself; only step 4 sets it.
pub const SEED_VARIABLE: &str = "SPEEDUP_KERNEL_SEED";
/// Leaves out dependencies of the crates here that have no part in their interfaces, see their
/// `Cargo.toml`. It is seen by the kernel's type inference only: for builds the kernel sets flags of its own.
const FOR_INFERENCE: &str = "--cfg type_inference";
/// Fresh memory in huge pages: filling it in parallel is several times faster.
const HUGE_PAGES: &str = "glibc.malloc.hugetlb=1";

/// Runs the kernel; this process ends as it does.
pub fn run(paths: &Paths, connection_file: &Path) -> Result<()> {
    let note = kernelspec::program_note(paths);
    let program = fs::read_to_string(&note).unwrap_or_default();
    if !Path::new(&program).is_file() {
        bail!("the Rust kernel is not installed; run `cargo xtask setup`");
    }
    let mut command = Command::new(&program);
    jupyter_env::without_cargo(&mut command, paths);
    cell_build::use_in(&mut command, paths);
    let seed = env::var_os(SEED_VARIABLE).map(PathBuf::from);
    let types = seed::types(paths, seed.as_deref())?;
    let folder = match seed {
        Some(seed) => seed,
        None => {
            cell_cache::use_in(&mut command, paths);
            private_folder(paths)?
        }
    };
    command
        .arg("--control_file")
        .arg(connection_file)
        .env("EVCXR_TMPDIR", &folder)
        .env("EVCXR_CONFIG_DIR", paths.kernel.join("config"))
        // The kernel updates the kernelspec that it finds below this folder: none.
        .env("JUPYTER_PATH", paths.kernel.join("no-such-folder"))
        .env("RUSTFLAGS", FOR_INFERENCE)
        .env(kernel_source::TYPES, types)
        .env_remove("RUSTC_WRAPPER")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove(SEED_VARIABLE);
    ask_for_huge_pages(&mut command);
    if std_sources::folder(paths).is_dir() {
        command.env("RUST_SRC_PATH", std_sources::folder(paths));
    }
    process::exit(guard::run(&mut command)?)
}

/// A folder for this kernel alone, with the crates that were built ahead.
fn private_folder(paths: &Paths) -> Result<PathBuf> {
    let (folder, held) = run_folders::make(&paths.kernel.join("run"))?;
    {
        let _reading = lock::open(&seed::lock_file(paths)).and_then(|file| {
            file.lock_shared().context("cannot lock the seed")?;
            Ok(file)
        });
        let built = seed::folder(paths).join("target");
        let target = folder.join("target");
        if built.is_dir()
            && let Err(error) = clone_tree::clone(&built, &target)
        {
            eprintln!("warning: the crates built ahead are not used: {error:#}");
            let _ = fs::remove_dir_all(&target);
        }
    }
    // The kernel inherits the lock and holds it, also when this process is killed.
    rustix::io::fcntl_setfd(&held, FdFlags::empty()).context("cannot keep the folder's lock")?;
    std::mem::forget(held);
    Ok(folder)
}

/// Has the program's C library ask for huge pages, where it knows how to.
pub fn ask_for_huge_pages(command: &mut Command) {
    command.env("GLIBC_TUNABLES", tunables(env::var("GLIBC_TUNABLES").ok()));
}

fn tunables(old: Option<String>) -> String {
    match old {
        Some(old) if old.contains("glibc.malloc.hugetlb") => old,
        Some(old) if !old.is_empty() => format!("{old}:{HUGE_PAGES}"),
        _ => HUGE_PAGES.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_s_tunables_are_kept() {
        assert_eq!(tunables(None), HUGE_PAGES);
        assert_eq!(tunables(Some("a=1".into())), format!("a=1:{HUGE_PAGES}"));
        assert_eq!(
            tunables(Some("glibc.malloc.hugetlb=0".into())),
            "glibc.malloc.hugetlb=0"
        );
    }
}
