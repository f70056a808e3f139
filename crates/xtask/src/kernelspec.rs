//! Step 3: the launcher program and the kernelspec that names it.

use crate::paths::Paths;
use crate::python_env::PythonEnv;
use crate::step::Outcome;
use crate::toolchain::Toolchain;
use crate::{cell_build, cell_cache, files, own_program, std_sources};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// The kernel's settings: never ask the network (`:offline 0` in a cell allows it).
const EVCXR_TOML: &str = "[evcxr]\noffline_mode = true\n";
/// Dependencies as in a release build; cells keep their checks.
pub const CARGO_CONFIG: &str = "[profile.dev.package.\"*\"]\n\
    opt-level = 3\n\
    debug-assertions = false\n\
    overflow-checks = false\n";

/// Puts the launcher, its settings and the kernelspec in place.
pub fn install(
    paths: &Paths,
    python: &PythonEnv,
    evcxr: &Path,
    toolchain: &Toolchain,
) -> Result<Outcome<()>> {
    let mut changed = own_program::copy_to(&launcher_file(paths))?;
    changed |= cell_cache::install(paths, &launcher_file(paths))?;
    changed |= cell_build::install(paths, &launcher_file(paths))?;
    changed |= std_sources::install(paths, toolchain)?;
    let mut put = |path: PathBuf, content: &str| -> Result<()> {
        changed |= files::write_if_changed(&path, content.as_bytes())?;
        Ok(())
    };
    put(paths.kernel.join("config/evcxr.toml"), EVCXR_TOML)?;
    put(paths.kernel.join(".cargo/config.toml"), CARGO_CONFIG)?;
    put(program_note(paths), &evcxr.to_string_lossy())?;
    let spec = format!("{:#}\n", kernelspec(paths));
    put(paths.kernel.join("jupyter/kernels/rust/kernel.json"), &spec)?;
    let in_env = python.prefix.join("share/jupyter/kernels/rust");
    if is_foreign(&in_env) {
        println!(
            "      the kernelspec {} is not ours and stays; `cargo xtask` uses its own",
            in_env.display()
        );
    } else {
        put(in_env.join("kernel.json"), &spec)
            .context("the environment's kernelspec cannot be written")?;
    }
    Ok(match changed {
        true => Outcome::Done(()),
        false => Outcome::UpToDate(()),
    })
}

/// The file that tells the launcher where the kernel's program is.
pub fn program_note(paths: &Paths) -> PathBuf {
    paths.kernel.join("evcxr-program")
}

fn launcher_file(paths: &Paths) -> PathBuf {
    paths.kernel.join("launcher")
}

fn kernelspec(paths: &Paths) -> Value {
    json!({
        "argv": [launcher_file(paths), "kernel", "{connection_file}"],
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
    use crate::files::TestFolder;

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
        let none = Toolchain::of_test(&folder.0.join("none"));
        let theirs = python.prefix.join("share/jupyter/kernels/rust/kernel.json");
        files::write(&theirs, b"{\"argv\": [\"theirs\"]}").unwrap();
        install(&paths, &python, Path::new("/evcxr"), &none).unwrap();
        assert!(fs::read_to_string(&theirs).unwrap().contains("theirs"));
        assert!(
            paths
                .kernel
                .join("jupyter/kernels/rust/kernel.json")
                .is_file()
        );
    }

    #[test]
    fn our_kernelspec_is_written_once_and_renewed_when_the_checkout_differs() {
        let folder = TestFolder::new("ours");
        let python = environment(&folder);
        let none = Toolchain::of_test(&folder.0.join("none"));
        let spec = python.prefix.join("share/jupyter/kernels/rust/kernel.json");
        let first = Paths::of(&folder.0.join("first"));
        let done = install(&first, &python, Path::new("/evcxr"), &none).unwrap();
        assert!(matches!(done, Outcome::Done(())));
        let again = install(&first, &python, Path::new("/evcxr"), &none).unwrap();
        assert!(matches!(again, Outcome::UpToDate(())));
        let second = Paths::of(&folder.0.join("second"));
        install(&second, &python, Path::new("/evcxr"), &none).unwrap();
        let text = fs::read_to_string(spec).unwrap();
        assert!(text.contains("/second/target/kernel/launcher"), "{text}");
    }
}
