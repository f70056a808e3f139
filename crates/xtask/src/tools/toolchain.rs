//! Facts about the Rust toolchain in use.

use super::child;
use super::paths::Paths;
use anyhow::{Context, Result};
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

/// The compiler's version, commit and host.
pub struct Toolchain {
    release: String,
    commit: String,
    /// The kind of machine that it builds for when nothing else is asked.
    pub host: String,
    /// The folder of the compiler, its libraries and their source.
    pub sysroot: PathBuf,
}

impl Toolchain {
    /// Asks the compiler that is in use in the checkout.
    pub fn find(paths: &Paths) -> Result<Toolchain> {
        let mut rustc = Command::new("rustc");
        rustc.arg("-vV").current_dir(&paths.root);
        let text = child::output(&mut rustc).context("is Rust installed? (rustup.rs)")?;
        let mut rustc = Command::new("rustc");
        rustc.args(["--print", "sysroot"]).current_dir(&paths.root);
        let sysroot = child::output(&mut rustc)?;
        Toolchain::parse(&text, &sysroot)
            .with_context(|| format!("unexpected answer of rustc -vV:\n{text}"))
    }

    fn parse(text: &str, sysroot: &str) -> Option<Toolchain> {
        let field = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        };
        Some(Toolchain {
            release: field("release")?.to_owned(),
            commit: field("commit-hash")?.chars().take(9).collect(),
            host: field("host")?.to_owned(),
            sysroot: PathBuf::from(sysroot.trim_end()),
        })
    }

    /// No compiler, at a place of its own.
    #[cfg(test)]
    pub fn of_test(sysroot: &std::path::Path) -> Toolchain {
        let text = "commit-hash: 0\nhost: h\nrelease: 1.0.0\n";
        Toolchain::parse(text, &sysroot.to_string_lossy()).expect("it has all fields")
    }

    /// What kernels have to know of it.
    pub fn for_kernels(&self) -> Result<kernel::toolchain::Toolchain> {
        kernel::toolchain::Toolchain::of(&self.sysroot, &self.host)
    }

    /// A name for folders of what was built by this compiler.
    pub fn key(&self) -> String {
        format!("rustc-{}-{}-{}", self.release, self.commit, self.host)
    }
}

/// The cargo that runs this program, else the one on the search path.
pub fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The first program of this name on the search path.
pub fn on_search_path(program: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    let mut files = env::split_paths(&folders).map(|folder| folder.join(program));
    files.find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_names_version_commit_and_host() {
        let text = "rustc 1.95.0 (59807616e 2026-04-14)\nbinary: rustc\n\
                    commit-hash: 59807616e1fa2540724bfbac14d7976d7e4a3860\n\
                    host: x86_64-unknown-linux-gnu\nrelease: 1.95.0\n";
        assert_eq!(
            Toolchain::parse(text, "/toolchain\n").unwrap().key(),
            "rustc-1.95.0-59807616e-x86_64-unknown-linux-gnu"
        );
    }
}
