//! Where things are in the checkout.

use anyhow::{Context, Result};
use kernel::layout::Layout;
use std::env;
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
    /// What the notebook kernel needs, see [`Layout`].
    pub kernel: PathBuf,
    /// Jupyter's own settings and state, kept apart from the user's.
    pub jupyter: PathBuf,
    /// Logs, locks and the embedded Python scripts.
    pub work: PathBuf,
}

impl Paths {
    /// Finds the checkout: the one around the current folder, else the one this
    /// program was built in.
    pub fn find() -> Result<Paths> {
        let exe = env::current_exe().and_then(|exe| exe.canonicalize()).ok();
        let here = env::current_dir().ok();
        let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
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

    /// Where things are below the folder of the kernel.
    pub fn layout(&self) -> Layout {
        Layout::new(&self.kernel)
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

    #[test]
    fn the_checkout_is_found_from_a_folder_inside() {
        let inside = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let root = checkout_around(&inside).expect("a checkout");
        assert!(root.join("crates/xtask/src").is_dir());
    }
}
