//! The compiler that the set-up found, for all kernels: they do not look for one.

use crate::files;
use crate::layout::Layout;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// The programs of a toolchain, and what a kernel has to know of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Toolchain {
    /// The compiler.
    pub rustc: PathBuf,
    /// The builder.
    pub cargo: PathBuf,
    /// The standard library that cells link.
    pub std_library: PathBuf,
    /// The system that the compiler compiles for.
    pub target: String,
    /// The folder of all this.
    pub sysroot: PathBuf,
}

impl Toolchain {
    /// The toolchain at `sysroot`, whose compiler calls its own system `host`.
    pub fn of(sysroot: &Path, host: &str) -> Result<Toolchain> {
        let program = |name: &str| {
            let file = sysroot.join("bin").join(name);
            file.is_file().then_some(file)
        };
        let libraries = sysroot.join("lib/rustlib").join(host).join("lib");
        let is_std = |file: &PathBuf| {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("libstd-") && (name.ends_with(".so") || name.ends_with(".dylib"))
        };
        let mut files = files::list(&libraries)?.into_iter();
        let std_library = files
            .find(is_std)
            .with_context(|| format!("{} has no libstd to link with", libraries.display()))?;
        Ok(Toolchain {
            rustc: program("rustc").context("the toolchain has no rustc")?,
            // A distribution may have it elsewhere.
            cargo: program("cargo").unwrap_or_else(|| "cargo".into()),
            std_library,
            target: host.to_owned(),
            sysroot: sysroot.to_owned(),
        })
    }

    /// Writes it down for the launcher; tells whether it is another than before.
    pub fn install(&self, layout: &Layout) -> Result<bool> {
        let text = toml::to_string(self).context("cannot write down the toolchain")?;
        files::write_if_changed(&layout.toolchain_note(), text.as_bytes())
    }

    /// What was written down.
    pub fn read(layout: &Layout) -> Result<Toolchain> {
        let note = layout.toolchain_note();
        let text = fs::read_to_string(&note);
        let text = text.with_context(|| format!("cannot read {}", note.display()))?;
        toml::from_str(&text).with_context(|| format!("in {}", note.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;

    #[test]
    fn the_launcher_reads_what_the_set_up_found() {
        let folder = TestFolder::new("toolchain");
        let sysroot = folder.0.join("my toolchain");
        assert!(Toolchain::of(&sysroot, "h").is_err());
        for file in [
            "bin/rustc",
            "lib/rustlib/h/lib/libstd-1.so",
            "lib/rustlib/h/lib/libstd-1.rlib",
        ] {
            files::write(&sysroot.join(file), b"").unwrap();
        }
        let found = Toolchain::of(&sysroot, "h").unwrap();
        assert_eq!(found.cargo, Path::new("cargo"));
        assert!(found.std_library.ends_with("libstd-1.so"));
        let layout = Layout::new(&folder.0);
        assert!(found.install(&layout).unwrap());
        assert!(!found.install(&layout).unwrap());
        assert_eq!(Toolchain::read(&layout).unwrap(), found);
    }
}
