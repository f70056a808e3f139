//! Reading the Python packages out of environment.yml.

use anyhow::{Context, Result, bail};
use saphyr::{LoadableYamlNode, Yaml};
use std::fs;
use std::path::{Path, PathBuf};

/// One pinned package, `name==version`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The package's name.
    pub name: String,
    /// Its exact version.
    pub version: String,
}

impl Pin {
    /// The pin as pip reads it.
    pub fn requirement(&self) -> String {
        format!("{}=={}", self.name, self.version)
    }
}

/// The `pip:` section.
pub struct Packages {
    /// The packages that are used here.
    pub pins: Vec<Pin>,
    /// The files with the versions of what they bring: the lines `-c FILE`.
    pub locks: Vec<PathBuf>,
}

impl Packages {
    /// Reads the file at `path`.
    pub fn read(path: &Path) -> Result<Packages> {
        let text =
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut found = parse(&text).with_context(|| format!("in {}", path.display()))?;
        for lock in &mut found.locks {
            *lock = path.with_file_name(&*lock);
        }
        Ok(found)
    }
}

fn parse(text: &str) -> Result<Packages> {
    let documents = Yaml::load_from_str(text).context("not YAML")?;
    let section = documents
        .first()
        .and_then(|file| file.as_mapping_get("dependencies"))
        .and_then(|entries| entries.as_sequence())
        .context("no list `dependencies:`")?
        .iter()
        .find_map(|entry| entry.as_mapping_get("pip")?.as_sequence())
        .context("no section `pip:` among the dependencies")?;
    let (mut pins, mut locks) = (Vec::new(), Vec::new());
    for entry in section {
        let text = entry.as_str().context("a pip entry is not a text")?;
        if let Some(lock) = text.strip_prefix("-c ") {
            locks.push(PathBuf::from(lock.trim()));
        } else if let Some((name, version)) = text.split_once("==") {
            pins.push(Pin {
                name: name.trim().to_owned(),
                version: version.trim().to_owned(),
            });
        } else {
            bail!("the pip entry `{text}` has no exact version (name==version)");
        }
    }
    Ok(Packages { pins, locks })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pip_section_is_read() {
        let text = "name: x\ndependencies:\n  - python>=3.10\n  - pip:\n      - -c x.lock\n      - a==1.0\n      \
                    - b_c == 2.3.4  # why\n";
        let packages = parse(text).unwrap();
        assert_eq!(packages.locks, [Path::new("x.lock")]);
        let found: Vec<String> = packages.pins.iter().map(Pin::requirement).collect();
        assert_eq!(found, ["a==1.0", "b_c==2.3.4"]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let error = |text: &str| format!("{:#}", parse(text).err().unwrap());
        assert!(error("name: x\n").contains("dependencies"));
        assert!(error("dependencies:\n  - pip\n").contains("pip:"));
        assert!(error("dependencies:\n  - pip:\n    - a>=1\n").contains("a>=1"));
        assert!(error("a: [").contains("not YAML"));
    }

    #[test]
    fn the_repository_s_own_file_is_well_formed() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../environment.yml");
        let packages = Packages::read(&path).unwrap();
        assert!(packages.locks.iter().all(|lock| lock.is_file()));
        assert!(packages.pins.iter().any(|pin| pin.name == "jupyterlab"));
    }
}
