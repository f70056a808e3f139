//! The crates built by cargo alone, while the kernel's program is built: on two cores one would be idle.
//!
//! The kernel builds them later in the same folder, and finds them built, as cargo is called here as evcxr calls it.
//! Where the two differ, the kernel builds them again: so nothing depends on this but time.

use crate::files;
use crate::layout::Layout;
use crate::settings;
use crate::toolchain::Toolchain;
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::{Command, Stdio};

/// The manifest that evcxr writes for a cell.
const MANIFEST: &str = "[package]\nname = \"ctx\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n\
    [lib]\ncrate-type = [\"cdylib\"]\npath = \"src/lib.rs\"\n\n\
    [profile.dev]\nopt-level = 2\ndebug = false\nstrip = \"debuginfo\"\nrpath = true\nlto = false\n\
    debug-assertions = true\ncodegen-units = 16\npanic = 'unwind'\nincremental = true\noverflow-checks = true\n\n";

/// Builds the crates in `folder`, which becomes the folder of a kernel; what cargo says is dropped.
pub fn run(layout: &Layout, toolchain: &Toolchain, folder: &Path) -> Result<()> {
    let manifest = format!("{MANIFEST}{}", settings::manifest(layout)?);
    files::write(&folder.join("Cargo.toml"), manifest.as_bytes())?;
    files::write(&folder.join("src/lib.rs"), b"")?;
    files::copy_tree(&layout.lock_file(), &folder.join("Cargo.lock"))?;
    let status = Command::new(&toolchain.cargo)
        .args(["--offline", "build", "--package", settings::CRATES])
        .args(["--target", &toolchain.target, "--message-format=json"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", "target")
        .env("CARGO_BUILD_BUILD_DIR", "target")
        .env("RUSTC", &toolchain.rustc)
        .env("RUSTC_WRAPPER", "")
        .env("CARGO_ENCODED_RUSTFLAGS", "-Cprefer-dynamic")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .context("cannot run cargo")?;
    ensure!(status.success(), "cargo build failed ({status})");
    Ok(())
}
