//! The versions in the checkout's `Cargo.lock`, made known to a kernel.
//!
//! A kernel's folder has a `Cargo.lock` of its own, from which cargo deletes what no `:dep` line needs so far. So it
//! would choose the versions for each line by itself, among those on this machine, and take half a second.

use crate::files;
use crate::paths::Paths;
use anyhow::Result;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What one package begins with.
const PACKAGE: &str = "[[package]]\n";

/// Adds the versions of the checkout to the `Cargo.lock` in `folder`, behind those that it has.
pub fn add(paths: &Paths, folder: &Path) -> Result<()> {
    let known = fs::read_to_string(paths.root.join("Cargo.lock"))?;
    let place = folder.join("Cargo.lock");
    let own = fs::read_to_string(&place)?;
    files::write(&place, joined(&own, &known).as_bytes())
}

fn joined(own: &str, known: &str) -> String {
    let there: BTreeSet<_> = own.split(PACKAGE).map(name_and_version).collect();
    let new = known.split(PACKAGE).skip(1);
    let new = new.filter(|package| !there.contains(&name_and_version(package)));
    let new: Vec<_> = new
        .map(|package| format!("\n{PACKAGE}{}\n", package.trim_end()))
        .collect();
    own.to_owned() + &new.concat()
}

fn name_and_version(package: &str) -> Vec<&str> {
    package.lines().take(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_added_once() {
        let package = |name: &str, version: u32| {
            format!("\n{PACKAGE}name = \"{name}\"\nversion = \"{version}\"\nsource = \"r\"\n")
        };
        let own = format!("version = 4\n{}{}", package("a", 1), package("ctx", 1));
        let known = format!("version = 4\n{}{}", package("a", 1), package("a", 2));
        let both = joined(&own, &known);
        assert_eq!(both, own + &package("a", 2));
        assert_eq!(joined(&both, &known), both);
    }
}
