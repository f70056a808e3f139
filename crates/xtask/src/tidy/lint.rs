//! Clippy on the crates made of notebooks, its words put back to the cells.

use super::Problem;
use super::cells::Notebook;
use super::lint_crate::{self, Source};
use crate::paths::Paths;
use crate::{files, jupyter_env, toolchain};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What clippy says of the notebooks' code, beyond the cells that are there to fail.
pub fn all(paths: &Paths, notebooks: &[Notebook]) -> Result<Vec<Problem>> {
    let root = paths.work.join("lint");
    let mut problems = Vec::new();
    let mut crates = Vec::new();
    for (number, notebook) in notebooks.iter().enumerate() {
        match lint_crate::source(notebook) {
            Ok(source) => crates.push((notebook, source, format!("notebook-{number}"))),
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
    let workspace = format!("[workspace]\nresolver = \"3\"\nmembers = {names:?}\n");
    files::write_if_changed(&root.join("Cargo.toml"), workspace.as_bytes())?;
    // The versions of the checkout; cargo adds what only a notebook names.
    let lock = fs::read(paths.root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
    files::write(&root.join("Cargo.lock"), &lock)?;
    for (notebook, source, name) in &crates {
        let manifest = lint_crate::manifest(notebook, name)?;
        files::write_if_changed(&root.join(name).join("Cargo.toml"), manifest.as_bytes())?;
        files::write_if_changed(&root.join(name).join("src/lib.rs"), source.text.as_bytes())?;
    }
    let messages = clippy(paths, &root)?;
    for (notebook, source, name) in &crates {
        let file = root.join(name).join("src/lib.rs");
        let own = messages.iter().filter(|message| message.file == file);
        problems.extend(own.map(|message| message.problem(notebook, source)));
    }
    Ok(problems)
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
            if child["level"] == "help" {
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
                let text = format!("line {line}: {}", self.text);
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
    let output = command
        .args(["clippy", "--workspace", "--keep-going", "--quiet"])
        .args(["--message-format", "json", "--target-dir"])
        .arg(&paths.target)
        .current_dir(root)
        .stdin(Stdio::null())
        .output()
        .context("cannot run cargo")?;
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
