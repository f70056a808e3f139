//! Clippy on the crates made of notebooks, its words put back to the cells.

use super::Problem;
use super::cells::Notebook;
use super::lint_crate::{self, Source};
use crate::files;
use crate::tools::paths::Paths;
use crate::tools::{child, jupyter_env, toolchain};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use toml::Table;

/// What clippy says of the notebooks' code, beyond the cells that are there to fail.
pub fn all(paths: &Paths, notebooks: &[Notebook]) -> Result<Vec<Problem>> {
    let root = paths.work.join("lint");
    let mut problems = Vec::new();
    let mut crates = Vec::new();
    let spines: Vec<Notebook> = notebooks.iter().filter_map(Notebook::spine).collect();
    for (number, notebook) in notebooks.iter().chain(&spines).enumerate() {
        match lint_crate::source(notebook) {
            Ok(source) => crates.push((notebook, source, format!("notebook-{number}"))),
            // Found in the whole notebook, too.
            Err(_) if notebook.is_spine => {}
            Err(cell) => {
                let text = "does not parse, so that the notebook cannot be linted";
                problems.push(Problem::new(&notebook.path, cell, text.to_owned()));
            }
        }
    }
    if crates.is_empty() {
        return Ok(problems);
    }
    let names: Vec<&String> = crates.iter().map(|(.., name)| name).collect();
    let profiles = profiles(&paths.root)?;
    let workspace = format!("[workspace]\nresolver = \"3\"\nmembers = {names:?}\n{profiles}");
    files::write_if_changed(&root.join("Cargo.toml"), workspace.as_bytes())?;
    // The versions of the checkout; cargo adds what only a notebook names.
    let lock = fs::read(paths.root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
    files::write(&root.join("Cargo.lock"), &lock)?;
    for (notebook, source, name) in &crates {
        let manifest = lint_crate::manifest(notebook, name)?;
        files::write_if_changed(&root.join(name).join("Cargo.toml"), manifest.as_bytes())?;
        files::write_if_changed(&root.join(name).join("src/lib.rs"), source.text.as_bytes())?;
    }
    // As cargo names it: `target` may be a link.
    let root = root
        .canonicalize()
        .with_context(|| format!("no folder {}", root.display()))?;
    let messages = clippy(paths, &root)?;
    for (notebook, source, name) in &crates {
        let file = root.join(name).join("src/lib.rs");
        let own = messages.iter().filter(|message| message.file == file);
        problems.extend(own.map(|message| message.problem(notebook, source)));
    }
    Ok(problems)
}

/// The checkout's profiles: with the same ones, cargo need not check again what it has checked.
fn profiles(root: &Path) -> Result<String> {
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap_or_default();
    let mut manifest: Table = manifest.parse().context("in Cargo.toml")?;
    manifest.retain(|name, _| name == "profile");
    Ok(toml::to_string(&manifest)?)
}

/// One diagnostic of the compiler or of clippy.
struct Message {
    file: PathBuf,
    /// The line that it is about, from 1.
    line: Option<usize>,
    text: String,
}

impl Message {
    /// Reads one line of cargo's JSON.
    fn read(line: &str) -> Option<Message> {
        let json: Value = serde_json::from_str(line).ok()?;
        let message = &json["message"];
        let level = message["level"].as_str()?;
        if json["reason"] != "compiler-message" || !["warning", "error"].contains(&level) {
            return None;
        }
        let spans = message["spans"].as_array()?;
        let span = spans.iter().find(|span| span["is_primary"] == true);
        let mut text = message["message"].as_str()?.to_owned();
        if let Some(code) = message["code"]["code"].as_str() {
            text = format!("{code}: {text}");
        }
        if let Some(line) = span.and_then(|span| span["text"][0]["text"].as_str()) {
            text += &format!("\n  | {line}");
        }
        for child in message["children"].as_array().into_iter().flatten() {
            let is_link = child["message"]
                .as_str()
                .is_some_and(|text| text.contains("https:"));
            if child["level"] == "help" && !is_link {
                let replacement = child["spans"][0]["suggested_replacement"].as_str();
                let help = child["message"].as_str().unwrap_or_default();
                text += &format!("\nhelp: {help}");
                if let Some(replacement) = replacement.filter(|text| !text.is_empty()) {
                    text += &format!(": `{replacement}`");
                }
            }
        }
        // "aborting due to 2 previous errors" is about no line.
        span?;
        Some(Message {
            file: json["target"]["src_path"].as_str()?.into(),
            line: span?["line_start"]
                .as_u64()
                .and_then(|n| usize::try_from(n).ok()),
            text,
        })
    }

    fn problem(&self, notebook: &Notebook, source: &Source) -> Problem {
        let place = self.line.and_then(|line| *source.lines.get(line - 1)?);
        match place {
            Some((cell, line)) => {
                let with = notebook.is_spine.then_some("without Going further, ");
                let text = format!("{}line {line}: {}", with.unwrap_or_default(), self.text);
                Problem::new(&notebook.path, &notebook.cells[cell], text)
            }
            None => Problem {
                notebook: notebook.path.clone(),
                cell: "between the cells".to_owned(),
                text: self.text.clone(),
            },
        }
    }
}

/// Runs clippy on all crates of the workspace at `root`.
fn clippy(paths: &Paths, root: &Path) -> Result<Vec<Message>> {
    let mut command = Command::new(toolchain::cargo());
    jupyter_env::without_cargo(&mut command, paths);
    command
        .args(["clippy", "--workspace", "--keep-going", "--quiet"])
        .args(["--message-format", "json", "--target-dir"])
        .arg(&paths.target)
        .current_dir(root)
        .stdin(Stdio::null());
    // The network is asked only when a notebook names a crate that is not here.
    let is_here = child::output(
        Command::new(toolchain::cargo())
            .args(["fetch", "--offline"])
            .current_dir(root),
    );
    if is_here.is_ok() {
        command.arg("--offline");
    }
    let output = command.output().context("cannot run cargo")?;
    let messages: Vec<Message> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(Message::read)
        .collect();
    if !output.status.success() && messages.is_empty() {
        bail!(
            "clippy failed on the notebooks' crates ({}): {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(messages)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;
    use crate::tools::notebook::Cell;

    #[test]
    fn a_cell_of_the_spine_that_needs_a_block_is_named() {
        let folder = TestFolder::new("lint-spine");
        files::write(&folder.0.join("Cargo.lock"), b"version = 4\n").unwrap();
        let [first, further] = ["let a = 1;", "let b = a;"].map(Cell::of_test);
        let mut notebook = Notebook {
            path: folder.0.join("a.ipynb"),
            cells: vec![first, further.tagged("further"), Cell::of_test("a + b")],
            is_spine: false,
        };
        let found = |notebook: &Notebook| {
            let paths = Paths::of(&folder.0);
            all(&paths, std::slice::from_ref(notebook)).unwrap()
        };
        let problems = found(&notebook);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].text.contains("E0425"), "{}", problems[0].text);
        assert!(problems[0].text.contains("without Going further"));
        notebook.cells[2] = Cell::of_test("a + 1");
        notebook.cells[1].source = "let b = a;\nb".to_owned();
        assert!(found(&notebook).is_empty());
    }

    /// What clippy says of a notebook without dependencies.
    fn linted(name: &str, cells: &[&str]) -> Vec<String> {
        linted_in(&TestFolder::new(name), cells)
    }

    fn linted_in(folder: &TestFolder, cells: &[&str]) -> Vec<String> {
        files::write(&folder.0.join("Cargo.lock"), b"version = 4\n").unwrap();
        let notebook = Notebook {
            path: folder.0.join("a.ipynb"),
            cells: cells.iter().map(|source| Cell::of_test(source)).collect(),
            is_spine: false,
        };
        let problems = all(&Paths::of(&folder.0), &[notebook]).unwrap();
        problems.into_iter().map(|problem| problem.text).collect()
    }

    #[test]
    fn a_later_cell_sees_the_earlier_ones_and_may_name_things_anew() {
        let cells = [
            "use std::fmt::Debug;\n#[derive(Debug)]\nstruct S(f64);\nfn f() -> S { S(1.0) }\nlet a = f();",
            "fn f() -> i32 { 1 }\nlet show = |x: &dyn Debug| format!(\"{x:?}\");\nshow(&a);\nf() + a.0 as i32",
            "#![allow(unused)]\nlet unused = 1;",
            "struct S;\nlet a = (S, \"7\".parse::<i32>()?);\nfor _ in 0..f() {}\na.1",
        ];
        assert_eq!(linted("lint-none", &cells), Vec::<String>::new());
    }

    #[test]
    fn lints_and_mistakes_are_found_at_their_lines() {
        let found = linted(
            "lint-some",
            &[
                ":version\nlet a = true;\nif a == true { println!(\"x\") }",
                "let unused = 1;",
                "fn never() {}",
            ],
        );
        let all = found.join("\n");
        assert!(all.contains("line 3: clippy::bool_comparison"), "{all}");
        assert!(all.contains("line 1: unused_variables"), "{all}");
        assert!(all.contains("line 1: dead_code"), "{all}");
        assert_eq!(found.len(), 3, "{all}");
        let found = linted("lint-error", &["let a = 1;", "\nlet b: String = a;\nb"]).join("\n");
        assert!(found.contains("line 2: E0308: mismatched types"), "{found}");
    }

    #[test]
    fn lints_are_found_behind_a_linked_target() {
        let folder = TestFolder::new("lint-linked");
        files::make_folder(&folder.0.join("disk")).unwrap();
        std::os::unix::fs::symlink("disk", folder.0.join("target")).unwrap();
        assert_eq!(linted_in(&folder, &["let unused = 1;"]).len(), 1);
    }

    #[test]
    fn a_cell_that_does_not_parse_is_named() {
        let found = linted("lint-parse", &["let = 1;"]);
        assert!(found[0].contains("does not parse"), "{found:?}");
    }

    #[test]
    fn a_crate_that_cannot_be_found_is_an_error() {
        let folder = TestFolder::new("lint-missing");
        files::write(&folder.0.join("Cargo.lock"), b"version = 4\n").unwrap();
        let notebook = Notebook {
            path: folder.0.join("a.ipynb"),
            cells: vec![Cell::of_test(
                ":dep none = { path = \"none\" }\nlet _a = 1;",
            )],
            is_spine: false,
        };
        let error = all(&Paths::of(&folder.0), &[notebook]).err().unwrap();
        assert!(error.to_string().contains("none"), "{error}");
    }
}
