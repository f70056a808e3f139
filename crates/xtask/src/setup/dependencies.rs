//! All crates that notebooks name by `:dep`, as the dependencies of one package.

use crate::tools::notebook;
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use toml::{Table, Value};

/// The crates: for each name, and what tells where it is from, what notebooks want of it.
#[derive(Default)]
pub struct Dependencies(BTreeMap<(String, String), Wanted>);

/// What notebooks want of a crate, together.
struct Wanted {
    /// Version, path and the like.
    source: Table,
    features: BTreeSet<String>,
    default_features: bool,
}

impl Dependencies {
    /// The crates of all notebooks of a folder.
    pub fn of_notebooks(folder: &Path) -> Result<Dependencies> {
        let mut all = Dependencies::default();
        for notebook in notebook::notebooks(folder)? {
            for line in notebook::of_notebook(&notebook)? {
                // A line that cannot be read is for the kernel to complain about.
                let _ = all.add(&line, folder);
            }
        }
        Ok(all)
    }

    /// Adds the crate of a line such as `:dep rand = "0.10"`; its path is relative to `folder`.
    fn add(&mut self, line: &str, folder: &Path) -> Result<()> {
        let line = line.trim_start_matches(":dep").trim();
        let (name, value) = line.split_once('=').unwrap_or((line, "\"*\""));
        let name = name.trim();
        let text = format!("value = {value}");
        let value = text.parse::<Table>()?.remove("value").context("no value")?;
        let mut source = match value {
            Value::Table(table) => table,
            version => Table::from_iter([("version".to_owned(), version)]),
        };
        if let Some(Value::String(path)) = source.get_mut("path") {
            let absolute = folder.join(&*path).canonicalize()?;
            *path = absolute.to_str().context("a path is not UTF-8")?.to_owned();
        }
        let features = source.remove("features");
        let features = features.iter().filter_map(Value::as_array).flatten();
        let features = features.filter_map(Value::as_str).map(str::to_owned);
        let features: Vec<_> = features.collect();
        let default = source.remove("default-features");
        let default = default.as_ref().and_then(Value::as_bool).unwrap_or(true);
        let key = (name.to_owned(), source.to_string());
        let wanted = self.0.entry(key).or_insert(Wanted {
            source,
            features: BTreeSet::new(),
            default_features: false,
        });
        wanted.features.extend(features);
        wanted.default_features |= default;
        Ok(())
    }

    /// The manifest of a package that depends on all of them.
    pub fn manifest(&self, package: &str) -> Result<String> {
        let mut dependencies = Table::new();
        for (number, ((name, _), wanted)) in self.0.iter().enumerate() {
            let mut value = wanted.source.clone();
            let features = wanted.features.iter().cloned().map(Value::from).collect();
            value.insert("features".into(), Value::Array(features));
            value.insert("default-features".into(), wanted.default_features.into());
            let alone = self.0.keys().filter(|(other, _)| other == name).count() == 1;
            if alone {
                dependencies.insert(name.clone(), value.into());
            } else {
                // Two versions of one crate.
                value
                    .entry("package")
                    .or_insert_with(|| name.clone().into());
                dependencies.insert(format!("{name}-{number}"), value.into());
            }
        }
        let mut manifest = format!(
            "[package]\nname = \"{package}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n"
        );
        let dependencies = Table::from_iter([("dependencies".to_owned(), dependencies.into())]);
        manifest += &toml::to_string(&dependencies)?;
        Ok(manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::files::{self, TestFolder};
    use serde_json::json;

    fn dependencies(lines: &[&str], folder: &Path) -> Table {
        let mut all = Dependencies::default();
        for line in lines {
            all.add(line, folder).unwrap();
        }
        let manifest: Table = all.manifest("m").unwrap().parse().unwrap();
        manifest["dependencies"].as_table().unwrap().clone()
    }

    #[test]
    fn what_notebooks_want_of_a_crate_is_joined() {
        let folder = TestFolder::new("dependencies");
        files::make_folder(&folder.0.join("crates/x")).unwrap();
        let found = dependencies(
            &[
                ":dep a = { version = \"=1.0.0\", default-features = false, features = [\"b\"] }",
                ":dep a = { version = \"=1.0.0\", default-features = false, features = [\"c\"] }",
                ":dep d = \"2\"",
                ":dep e",
                ":dep x = { path = \"crates/x\" }",
            ],
            &folder.0,
        );
        assert_eq!(found["a"]["features"].as_array().unwrap().len(), 2);
        assert_eq!(found["a"]["default-features"].as_bool(), Some(false));
        assert_eq!(found["d"]["version"].as_str(), Some("2"));
        assert_eq!(found["d"]["default-features"].as_bool(), Some(true));
        assert_eq!(found["e"]["version"].as_str(), Some("*"));
        assert!(Path::new(found["x"]["path"].as_str().unwrap()).is_absolute());
    }

    #[test]
    fn two_versions_of_a_crate_stand_side_by_side() {
        let lines = [":dep a = \"1\"", ":dep a = \"2\""];
        let found = dependencies(&lines, Path::new("/"));
        assert_eq!(found.len(), 2);
        assert!(
            found
                .values()
                .all(|value| value["package"].as_str() == Some("a"))
        );
    }

    #[test]
    fn lines_of_all_notebooks_count_and_a_wrong_one_is_left_out() {
        let folder = TestFolder::new("dep-sets");
        let notebook = |source: &str| json!({"cells": [{"cell_type": "code", "source": source}]});
        for (name, source) in [
            ("a", ":dep x = \"1\""),
            ("b", ":dep y = { path"),
            ("c", "let x;"),
        ] {
            let path = folder.0.join(format!("{name}.ipynb"));
            files::write(&path, notebook(source).to_string().as_bytes()).unwrap();
        }
        let found = Dependencies::of_notebooks(&folder.0).unwrap();
        assert_eq!(found.0.len(), 1);
    }
}
