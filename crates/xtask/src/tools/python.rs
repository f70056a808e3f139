//! A Python environment, and what it lacks.

use anyhow::{Result, bail};
use std::path::PathBuf;

/// A Python environment that has what the handouts need.
pub struct PythonEnv {
    /// The environment's folder.
    pub prefix: PathBuf,
    /// Its Python program.
    pub python: PathBuf,
    /// Packages of environment.yml that it lacks.
    pub missing: Vec<String>,
}

impl PythonEnv {
    /// Fails, naming them, when some of `packages` are missing.
    pub fn require(&self, packages: &[&str]) -> Result<()> {
        let lacking = |name: &&String| packages.contains(&name.as_str());
        named_as_missing(self.missing.iter().filter(lacking))
    }

    /// Fails, naming them, when packages of environment.yml are missing.
    pub fn require_all(&self) -> Result<()> {
        named_as_missing(self.missing.iter())
    }
}

fn named_as_missing<'a>(missing: impl Iterator<Item = &'a String>) -> Result<()> {
    let names: Vec<&str> = missing.map(String::as_str).collect();
    if names.is_empty() {
        return Ok(());
    }
    bail!(
        "the activated environment lacks packages that are needed here: {} \
         (install them, or deactivate it so that .venv is used)",
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_needed_packages_are_required() {
        let python = PythonEnv {
            prefix: PathBuf::new(),
            python: PathBuf::new(),
            missing: vec!["numpy".into()],
        };
        assert!(python.require(&["nbclient"]).is_ok());
        assert!(python.require(&["numpy"]).is_err());
        assert!(python.require_all().is_err());
    }
}
