//! Step 3: the launcher, what it reads, and the kernelspec that names it.

use crate::tools::child;
use crate::tools::paths::Paths;
use crate::tools::python::PythonEnv;
use crate::tools::step::Outcome;
use crate::tools::toolchain::{self, Toolchain};
use crate::tools::{jupyter_env, own_program};
use anyhow::{Context, Result};
use kernel::{files, std_sources};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What earlier versions of this program left in the folder of the kernel, some of which cargo would read.
const OF_EARLIER_VERSIONS: [&str; 6] = [
    ".cargo",
    "bin",
    "cell-compiler",
    "config",
    "seed",
    "seed.lock",
];

/// Puts what runs beside the kernel in place, and what it reads.
pub fn prepare(paths: &Paths, program: &Path, toolchain: &Toolchain) -> Result<Outcome<()>> {
    let layout = paths.layout();
    for name in OF_EARLIER_VERSIONS {
        files::remove(&paths.kernel.join(name))?;
    }
    let mut changed = own_program::copy(&launcher(paths)?, &layout.launcher())?;
    changed |= toolchain.for_kernels()?.install(&layout)?;
    changed |= std_sources::install(&layout, &toolchain.sysroot, &toolchain.key())?;
    let note = program.to_string_lossy();
    changed |= files::write_if_changed(&layout.program_note(), note.as_bytes())?;
    Ok(Outcome::of(changed))
}

/// The launcher, built by cargo.
fn launcher(paths: &Paths) -> Result<PathBuf> {
    let mut command = Command::new(toolchain::cargo());
    jupyter_env::without_cargo(&mut command, paths);
    command
        .args([
            "build",
            "--quiet",
            "--package",
            "kernel",
            "--bin",
            "launcher",
        ])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(&paths.root);
    let messages = child::output(&mut command).context("the launcher cannot be built")?;
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut programs =
        messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from));
    programs
        .next()
        .context("cargo does not say where the launcher is")
}

/// Writes the kernelspec: for what `cargo xtask` runs, and into the Python environment.
pub fn install(paths: &Paths, python: &PythonEnv) -> Result<Outcome<()>> {
    let spec = format!("{:#}\n", kernelspec(paths));
    let own = paths.kernel.join("jupyter/kernels/rust/kernel.json");
    let mut changed = files::write_if_changed(&own, spec.as_bytes())?;
    let in_env = python.prefix.join("share/jupyter/kernels/rust");
    if is_foreign(&in_env) {
        println!(
            "      the kernelspec {} is not ours and stays; `cargo xtask` uses its own",
            in_env.display()
        );
        return Ok(Outcome::of(changed));
    }
    match files::write_if_changed(&in_env.join("kernel.json"), spec.as_bytes()) {
        Ok(new) => changed |= new,
        Err(error) => println!(
            "      warning: {error:#}; `cargo xtask` uses a kernelspec of its own, but a Jupyter that is started \
             in another way does not find the kernel `rust`"
        ),
    }
    Ok(Outcome::of(changed))
}

fn kernelspec(paths: &Paths) -> Value {
    json!({
        "argv": [paths.layout().launcher(), "{connection_file}"],
        "display_name": "Rust",
        "language": "rust",
        "interrupt_mode": "message",
        "env": {},
        "metadata": { "speedup": { "root": paths.root } },
    })
}

/// Whether a kernelspec is there that xtask did not write.
fn is_foreign(folder: &Path) -> bool {
    let Ok(text) = fs::read_to_string(folder.join("kernel.json")) else {
        return false;
    };
    match serde_json::from_str::<Value>(&text) {
        Ok(spec) => spec.pointer("/metadata/speedup").is_none(),
        Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::files::TestFolder;

    fn environment(folder: &TestFolder) -> PythonEnv {
        PythonEnv {
            prefix: folder.0.join("env"),
            python: folder.0.join("env/bin/python"),
            missing: Vec::new(),
        }
    }

    #[test]
    fn a_foreign_kernelspec_is_not_overwritten() {
        let folder = TestFolder::new("foreign");
        let paths = Paths::of(&folder.0.join("checkout"));
        let python = environment(&folder);
        let theirs = python.prefix.join("share/jupyter/kernels/rust/kernel.json");
        files::write(&theirs, b"{\"argv\": [\"theirs\"]}").unwrap();
        install(&paths, &python).unwrap();
        assert!(fs::read_to_string(&theirs).unwrap().contains("theirs"));
        assert!(
            paths
                .kernel
                .join("jupyter/kernels/rust/kernel.json")
                .is_file()
        );
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_no_reason_to_stop() {
        let folder = TestFolder::new("unwritable");
        let paths = Paths::of(&folder.0.join("checkout"));
        let python = environment(&folder);
        files::write(&python.prefix.join("share/jupyter/kernels"), b"a file").unwrap();
        let done = install(&paths, &python).unwrap();
        assert!(matches!(done, Outcome::Done(())));
    }

    #[test]
    fn our_kernelspec_is_written_once_and_renewed_when_the_checkout_differs() {
        let folder = TestFolder::new("ours");
        let python = environment(&folder);
        let spec = python.prefix.join("share/jupyter/kernels/rust/kernel.json");
        let first = Paths::of(&folder.0.join("first"));
        assert!(matches!(
            install(&first, &python).unwrap(),
            Outcome::Done(())
        ));
        assert!(matches!(
            install(&first, &python).unwrap(),
            Outcome::UpToDate(())
        ));
        let second = Paths::of(&folder.0.join("second"));
        install(&second, &python).unwrap();
        let text = fs::read_to_string(spec).unwrap();
        assert!(text.contains("/second/target/kernel/launcher"), "{text}");
    }
}
