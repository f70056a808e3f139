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

/// Packages of environment.yml that a command needs.
pub enum Needs {
    /// These.
    These(&'static [&'static str]),
    /// Every one.
    All,
}

impl PythonEnv {
    /// Fails, naming them, when some that are needed are missing.
    pub fn require(&self, needs: &Needs) -> Result<()> {
        named_as_missing(self.missing.iter().filter(|name| match needs {
            Needs::These(names) => names.contains(&name.as_str()),
            Needs::All => true,
        }))
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
        assert!(python.require(&Needs::These(&["nbclient"])).is_ok());
        assert!(python.require(&Needs::These(&["numpy"])).is_err());
        assert!(python.require(&Needs::All).is_err());
    }
}
