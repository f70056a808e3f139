//! The two builds, and the harness run from each.

use super::harness;
use super::measurement::Measurement;
use super::{Places, Request};
use crate::files;
use crate::tools::child::{self, Show};
use crate::tools::paths::Paths;
use crate::tools::{jupyter_env, toolchain};
use anyhow::Result;
use kernel::settings;
use std::env;
use std::path::PathBuf;
use std::process::Command;

/// One way to build the kernels.
#[derive(Clone, Copy)]
pub struct Build {
    /// Its name in the results, and cargo's profile.
    pub name: &'static str,
    /// The same in words.
    pub words: &'static str,
}

/// A build like the notebook's with all checks on, and release.
pub const BUILDS: [Build; 2] = [
    Build {
        name: "notebook",
        words: "in the notebook, checks on",
    },
    Build {
        name: "release",
        words: "in release",
    },
];

/// Builds the runner, and tells where it is.
pub fn build_runner(paths: &Paths, build: Build) -> Result<PathBuf> {
    let mut command = cargo(paths, build, "build");
    command.args(["--bin", "speedup-bench"]);
    child::run(&mut command, &paths.log(build.name), Show::Nothing)?;
    Ok(paths.target.join(build.name).join("speedup-bench"))
}

/// Builds the harness.
pub fn build_harness(paths: &Paths, build: Build) -> Result<()> {
    let mut command = cargo(paths, build, "bench");
    command.args(["--bench", "kernels", "--no-run"]);
    child::run(&mut command, &paths.log(build.name), Show::Nothing)
}

/// Runs the harness, and reads what it wrote.
pub fn run_harness(
    paths: &Paths,
    request: &Request,
    places: &Places,
    build: Build,
    threads: &[usize],
) -> Result<Vec<Measurement>> {
    let values = places.folder.join(format!("values-{}", build.name));
    let folder = places.folder.join(format!("criterion-{}", build.name));
    files::make_folder(&places.folder)?;
    files::remove(&folder)?;
    let counts: Vec<String> = threads.iter().map(usize::to_string).collect();
    let mut command = cargo(paths, build, "bench");
    command.args(["--bench", "kernels", "--", "--noplot"]);
    command
        .env("SPEEDUP_BENCH_VALUES", &values)
        .env("SPEEDUP_BENCH_THREADS", counts.join(" "))
        .env("CRITERION_HOME", &folder);
    command.envs(settings::huge_pages(env::var("GLIBC_TUNABLES").ok()));
    match &request.only {
        Some(only) => command.env("SPEEDUP_BENCH_ONLY", only),
        None => command.env_remove("SPEEDUP_BENCH_ONLY"),
    };
    if request.quick {
        command.arg("--quick").env("SPEEDUP_BENCH_QUICK", "1");
    } else {
        command.env_remove("SPEEDUP_BENCH_QUICK");
    }
    child::run(&mut command, &paths.log("harness"), Show::Nothing)?;
    harness::read(&values, &folder, build.name)
}

fn cargo(paths: &Paths, build: Build, what: &str) -> Command {
    let mut command = Command::new(toolchain::cargo());
    jupyter_env::without_cargo(&mut command, paths);
    command
        .args([what, "--package", "speedup-bench", "--profile", build.name])
        .current_dir(&paths.root)
        .env("CARGO_TARGET_DIR", &paths.target)
        .env_remove("RUSTFLAGS");
    command
}
