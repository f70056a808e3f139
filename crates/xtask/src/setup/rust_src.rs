//! The source of the standard library: the kernel reads it to find the types of variables.

use crate::tools::child::{self, Show};
use crate::tools::paths::Paths;
use crate::tools::step::Outcome;
use crate::tools::toolchain::Toolchain;
use anyhow::{Context, Result, anyhow, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The component's name, which is that of the packages too.
const COMPONENT: &str = "rust-src";

/// Makes sure that the source is there; in a toolchain of rustup's it can be added.
///
/// The kernel would add it behind the user's back, or say of each `let` that it has no type.
pub fn find_or_add(paths: &Paths, toolchain: &Toolchain) -> Result<Outcome<()>> {
    let source = place(&toolchain.sysroot);
    if source.is_dir() {
        return Ok(Outcome::UpToDate(()));
    }
    let listed = child::output(Command::new("rustup").args(["toolchain", "list"]));
    let name = name(&toolchain.sysroot, &listed.unwrap_or_default())
        .ok_or_else(|| anyhow!("{}", missing(&source)))?;
    println!("      it is missing; adding it: rustup component add {COMPONENT} --toolchain {name}");
    let mut command = Command::new("rustup");
    command.args(["component", "add", COMPONENT, "--toolchain", &name]);
    child::run(&mut command, &paths.log("rust-src"), Show::Nothing)
        .with_context(|| missing(&source))?;
    ensure!(source.is_dir(), missing(&source));
    Ok(Outcome::Done(()))
}

fn place(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib/src/rust/library/core")
}

/// The name by which rustup knows the toolchain, if it does.
fn name(sysroot: &Path, listed: &str) -> Option<String> {
    let name = sysroot.file_name()?.to_str()?;
    let is_rustup_s = sysroot.parent()?.file_name()? == "toolchains";
    let mut names = listed.lines().filter_map(|line| line.split(' ').next());
    (is_rustup_s && names.any(|known| known == name)).then(|| name.to_owned())
}

fn missing(source: &Path) -> String {
    format!(
        "the source of Rust's standard library is needed and missing: there is no {}. Install it:\n  \
         Rust by rustup: rustup component add rust-src\n  \
         Debian, Ubuntu: apt install rust-src\n  \
         Fedora: dnf install rust-src\n  \
         conda: conda install -c conda-forge rust-src\n\
         and run this again",
        source.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{self, TestFolder};

    #[test]
    fn only_a_toolchain_that_rustup_lists_is_its_own() {
        let list = "stable-x86_64-linux (active, default)\nmine\n";
        let of = |sysroot: &str| name(Path::new(sysroot), list);
        assert_eq!(
            of("/h/.rustup/toolchains/stable-x86_64-linux").as_deref(),
            Some("stable-x86_64-linux")
        );
        assert_eq!(of("/h/.rustup/toolchains/nightly"), None);
        assert_eq!(of("/opt/mine"), None);
        assert_eq!(of("/usr"), None);
    }

    #[test]
    fn a_toolchain_without_the_source_is_refused_with_what_to_install() {
        let folder = TestFolder::new("rust-src");
        let paths = Paths::of(&folder.0);
        let toolchain = Toolchain::of_test(&folder.0.join("usr"));
        let error = find_or_add(&paths, &toolchain).err().unwrap().to_string();
        for words in [
            "apt install rust-src",
            "rustup component add",
            "conda-forge",
        ] {
            assert!(error.contains(words), "{error}");
        }
        files::make_folder(&place(&toolchain.sysroot)).unwrap();
        let found = find_or_add(&paths, &toolchain).unwrap();
        assert!(matches!(found, Outcome::UpToDate(())));
    }
}
