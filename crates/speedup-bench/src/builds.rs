//! The two builds of our kernels.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Result;

use kernel::programs;

/// One way to build the kernels.
#[derive(Clone, Copy, Debug)]
pub struct Build {
    /// Its name in the results, which is cargo's profile.
    pub name: &'static str,
    /// The build in words.
    pub words: &'static str,
}

/// A build like the notebook's, and a release build.
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

impl Build {
    /// Builds this program in the checkout around the current folder, and returns its path.
    ///
    /// # Errors
    ///
    /// If cargo fails.
    pub fn make(self) -> Result<PathBuf> {
        let target = Path::new("target/bench/build"); // as `cargo xtask bench`, see there
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo
            .args(["build", "--package", "speedup-bench"])
            .args(["--bin", "speedup-bench", "--profile", self.name])
            .env("CARGO_TARGET_DIR", target)
            .env_remove("RUSTFLAGS")
            .stdin(Stdio::null());
        programs::run_in_terminal(&mut cargo)?;
        Ok(target.join(self.name).join("speedup-bench"))
    }
}
