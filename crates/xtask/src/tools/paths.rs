//! Where things are in the checkout.

use anyhow::{Context, Result};
use serde_json::Value;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The folders of one checkout, all absolute.
pub struct Paths {
    /// The checkout itself.
    pub root: PathBuf,
    /// The notebooks' sources.
    pub notebooks: PathBuf,
    /// The Python environment that xtask makes.
    pub venv: PathBuf,
    /// Everything that can be deleted.
    pub target: PathBuf,
    /// What the notebook kernel needs: launcher, seed, run folders.
    pub kernel: PathBuf,
    /// Jupyter's own settings and state, kept apart from the user's.
    pub jupyter: PathBuf,
    /// Logs, locks and the embedded Python scripts.
    pub work: PathBuf,
}

impl Paths {
    /// Finds the checkout: the launcher's own, else the one around the current
    /// folder, else the one this program was built in.
    pub fn find() -> Result<Paths> {
        let exe = env::current_exe().and_then(|exe| exe.canonicalize()).ok();
        // As it was called: `target` may be a link, behind which there is no checkout.
        let called = env::args_os().next().map(PathBuf::from);
        let launchers = [called.as_ref(), exe.as_ref()].into_iter().flatten();
        if let Some(root) = launchers.filter_map(|exe| root_of_launcher(exe)).next() {
            return Ok(Paths::of(root));
        }
        let here = env::current_dir().ok();
        let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        if let Some(root) = exe.as_ref().and_then(|exe| root_of_kernelspec(exe)) {
            return Ok(Paths::of(&root));
        }
        [here, manifest, exe]
            .into_iter()
            .flatten()
            .find_map(|start| checkout_around(&start))
            .map(|root| Paths::of(&root))
            .context("run this inside a checkout (a folder with environment.yml and crates/xtask)")
    }

    /// The folders of the checkout at `root`.
    pub fn of(root: &Path) -> Paths {
        let target = root.join("target");
        Paths {
            root: root.to_owned(),
            notebooks: root.join("notebooks"),
            venv: root.join(".venv"),
            kernel: target.join("kernel"),
            jupyter: target.join("jupyter"),
            work: target.join("xtask"),
            target,
        }
    }

    /// The log file of a child process.
    pub fn log(&self, name: &str) -> PathBuf {
        self.work.join("logs").join(format!("{name}.log"))
    }

    /// `path` as a person would write it: below the checkout when it is there.
    pub fn show<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }
}

/// The checkout whose launcher a program is, going by the program's name alone.
fn root_of_launcher(program: &Path) -> Option<&Path> {
    let root = program.ancestors().nth(3)?;
    let is_launcher =
        program.is_absolute() && program.parent() == Some(&root.join("target/kernel"));
    is_launcher.then_some(root)
}

/// The checkout that the kernelspec beside a launcher names, if the launcher is its own: a program
/// that the kernel calls has no other way back when `target` is a link.
fn root_of_kernelspec(program: &Path) -> Option<PathBuf> {
    let folder = program.parent()?;
    let spec = fs::read(folder.join("jupyter/kernels/rust/kernel.json")).ok()?;
    let spec: Value = serde_json::from_slice(&spec).ok()?;
    let root = PathBuf::from(spec.pointer("/metadata/speedup/root")?.as_str()?);
    let own = root.join("target/kernel").canonicalize().ok()?;
    (own == folder).then_some(root)
}

fn checkout_around(start: &Path) -> Option<PathBuf> {
    let start = start.canonicalize().ok()?;
    start
        .ancestors()
        .find(|folder| {
            folder.join("environment.yml").is_file() && folder.join("crates/xtask").is_dir()
        })
        .map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{self, TestFolder};

    #[test]
    fn a_launcher_knows_its_checkout_by_the_name_it_is_called() {
        let of = |program| root_of_launcher(Path::new(program));
        assert_eq!(
            of("/my course/target/kernel/launcher"),
            Some(Path::new("/my course"))
        );
        assert_eq!(of("/disk/built/kernel/launcher"), None);
        assert_eq!(of("target/kernel/launcher"), None);
    }

    #[test]
    fn a_launcher_behind_a_linked_target_finds_the_checkout_by_its_kernelspec() {
        let folder = TestFolder::new("linked-launcher");
        let top = folder.0.canonicalize().unwrap();
        let (root, kernel) = (top.join("course"), top.join("disk/kernel"));
        let spec = serde_json::json!({"metadata": {"speedup": {"root": root}}}).to_string();
        let file = kernel.join("jupyter/kernels/rust/kernel.json");
        files::write(&file, spec.as_bytes()).unwrap();
        files::make_folder(&root).unwrap();
        assert_eq!(root_of_kernelspec(&kernel.join("launcher")), None);
        std::os::unix::fs::symlink("../disk", root.join("target")).unwrap();
        assert_eq!(root_of_kernelspec(&kernel.join("launcher")), Some(root));
    }

    #[test]
    fn the_checkout_is_found_from_a_folder_inside() {
        let inside = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let root = checkout_around(&inside).expect("a checkout");
        assert!(root.join("crates/xtask/src").is_dir());
    }
}
