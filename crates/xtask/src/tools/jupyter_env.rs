//! The environment variables of what xtask runs.

use super::paths::Paths;
use super::python::PythonEnv;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::Command;

/// The Python program of an environment, with the settings of [`command`].
pub fn python(paths: &Paths, python: &PythonEnv) -> Command {
    command(&python.python, paths, python)
}

/// A program that finds those of a Python environment first, with Jupyter's settings and state kept
/// in target/: the user's own kernels and settings are neither read nor changed.
pub fn command(program: impl AsRef<OsStr>, paths: &Paths, python: &PythonEnv) -> Command {
    let mut command = Command::new(program);
    without_cargo(&mut command, paths);
    search_first(&mut command, python.prefix.join("bin"));
    let own = |name: &str| paths.jupyter.join(name);
    command
        .env("JUPYTER_PATH", paths.kernel.join("jupyter"))
        .env("JUPYTER_CONFIG_DIR", own("config"))
        .env("JUPYTER_CONFIG_PATH", own("config"))
        .env("JUPYTER_DATA_DIR", own("data"))
        .env("JUPYTER_RUNTIME_DIR", own("runtime"))
        .env("JUPYTERLAB_SETTINGS_DIR", own("lab/settings"))
        .env("JUPYTERLAB_WORKSPACES_DIR", own("lab/workspaces"))
        .env("JUPYTER_PREFER_ENV_PATH", "1")
        .env("JUPYTER_PLATFORM_DIRS", "1")
        .env("IPYTHONDIR", own("ipython"))
        .env("PYTHONUTF8", "1")
        .env("PYTHONUNBUFFERED", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env_remove("PYTHONPATH")
        .env_remove("PYTHONHOME");
    command
}

/// Puts a folder before the others in which a command looks for programs.
pub fn search_first(command: &mut Command, folder: PathBuf) {
    let mut search = vec![folder];
    search.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    if let Ok(search) = env::join_paths(search) {
        command.env("PATH", search);
    }
}

/// Takes away what `cargo run` and cargo's tests set: a kernel started from here
/// must see the same as one started by JupyterLab, or cargo builds again.
pub fn without_cargo(command: &mut Command, paths: &Paths) {
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(set_by_cargo) {
            command.env_remove(name);
        }
    }
    for name in ["LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"] {
        if let Some(value) = env::var_os(name) {
            // Cargo's own build of a dylib crate must not be loaded in place of the kernel's.
            match library_path(&value, paths) {
                Some(rest) => command.env(name, rest),
                None => command.env_remove(name),
            };
        }
    }
}

fn set_by_cargo(name: &str) -> bool {
    const EXACT: [&str; 5] = [
        "CARGO",
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_PATH",
        "CARGO_CRATE_NAME",
        "CARGO_PRIMARY_PACKAGE",
    ];
    EXACT.contains(&name) || name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_BIN_")
}

fn library_path(value: &OsString, paths: &Paths) -> Option<OsString> {
    // `target` may be a link.
    let target = paths.target.canonicalize().ok();
    let is_built_here = |folder: &PathBuf| {
        let behind = target
            .as_ref()
            .is_some_and(|target| folder.starts_with(target));
        behind || folder.starts_with(&paths.target)
    };
    let kept: Vec<_> = env::split_paths(value)
        .filter(|folder| !is_built_here(folder) && !folder.as_os_str().is_empty())
        .collect();
    if kept.is_empty() {
        return None;
    }
    env::join_paths(kept).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn cargo_s_variables_are_told_from_the_user_s() {
        assert!(set_by_cargo("CARGO_PKG_NAME") && set_by_cargo("CARGO"));
        assert!(!set_by_cargo("CARGO_HOME") && !set_by_cargo("CARGO_NET_OFFLINE"));
    }

    #[test]
    fn libraries_built_behind_a_link_are_not_searched() {
        let folder = crate::files::TestFolder::new("linked-target");
        let disk = folder.0.join("disk");
        crate::files::make_folder(&disk).unwrap();
        std::os::unix::fs::symlink(&disk, folder.0.join("target")).unwrap();
        let value = disk.canonicalize().unwrap().join("debug/deps");
        assert_eq!(library_path(&value.into(), &Paths::of(&folder.0)), None);
    }

    #[test]
    fn libraries_built_in_the_checkout_are_not_searched() {
        let paths = Paths::of(Path::new("/c"));
        let value = OsString::from("/c/target/debug/deps:/usr/lib");
        assert_eq!(library_path(&value, &paths), Some("/usr/lib".into()));
        assert_eq!(library_path(&"/c/target/debug".into(), &paths), None);
    }
}
