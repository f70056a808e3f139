//! Cargo's part in a cell's build, done once for each set of crates.
//!
//! For each cell cargo finds out again what it found out for the last one: which crates there are, that all of them
//! are built, how the compiler is called. The kernel calls this program in cargo's place. While cargo would be asked
//! the same as for the last cell, and the library of this one is kept, cargo is not asked. Else it is called.

use crate::cell_cache;
use crate::compiled_cell::{Cell, Kept};
use crate::paths::Paths;
use crate::{files, jupyter_env, known_versions, own_program};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The programs that this one stands for: the kernel asks `rustup` where cargo is, if there is a `rustup`.
const NAMES: [&str; 2] = ["cargo", "rustup"];
/// What the kernel asks cargo for each `:dep` line.
const ABOUT_CRATES: [&str; 2] = ["metadata", "--format-version=1"];
/// The kernel's variable for a file that names the library of the cell; cargo has it in builds of a cell only.
const LIBRARY_NOTE: &str = "EVCXR_EXECUTION_SO_PATH";
/// The variable that takes the question which cargo is asked to the compiler.
const QUESTION: &str = "SPEEDUP_QUESTION";
/// The file in the kernel's folder with cargo's last answer.
const ANSWER: &str = "compiler-call.json";

fn programs(paths: &Paths) -> PathBuf {
    paths.kernel.join("bin")
}

/// Makes the launcher callable as these programs; tells whether it had to.
pub fn install(paths: &Paths, launcher: &Path) -> Result<bool> {
    let folder = programs(paths);
    files::make_folder(&folder)?;
    let mut changed = false;
    for name in NAMES {
        changed |= own_program::name_also(launcher, &folder.join(name))?;
    }
    Ok(changed)
}

/// Has a kernel call these programs: also the one that builds ahead, so that all choose the same versions of crates.
pub fn use_in(kernel: &mut Command, paths: &Paths) {
    jupyter_env::search_first(kernel, programs(paths));
}

/// Does what `rustup` does, but says that this program is cargo.
pub fn rustup(words: &[OsString]) -> Result<ExitCode> {
    let mut rustup = next_program("rustup")?;
    rustup.args(words);
    if words != ["which", "cargo"] {
        return Err(rustup.exec()).context("cannot start rustup");
    }
    if !rustup
        .output()
        .context("cannot start rustup")?
        .status
        .success()
    {
        return Ok(ExitCode::FAILURE);
    }
    let cargo = programs(&Paths::find()?).join("cargo");
    println!("{}", cargo.display());
    Ok(ExitCode::SUCCESS)
}

/// Does what `cargo` does, or takes the library of a cell without it.
pub fn cargo(words: &[OsString]) -> Result<ExitCode> {
    let here = env::current_dir().context("there is no working directory")?;
    if words.ends_with(&ABOUT_CRATES.map(OsString::from)) {
        // Without them cargo finds versions by itself.
        let _ = Paths::find().and_then(|paths| known_versions::add(&paths, &here));
    }
    let mut to_compiler = None;
    if let Some(note) = env::var_os(LIBRARY_NOTE) {
        let question = question(words, &here);
        let folder = cell_cache::folder_in_use();
        if let Some(kept) = folder.and_then(|folder| kept(&question, &here, &folder)) {
            let Some(library) = kept.library else {
                io::stdout().write_all(&kept.messages)?;
                return Ok(ExitCode::FAILURE);
            };
            files::write(Path::new(&note), library.as_os_str().as_encoded_bytes())?;
            return Ok(ExitCode::SUCCESS);
        }
        to_compiler = Some((QUESTION, question));
    }
    let mut cargo = next_program("cargo")?;
    cargo.args(words).envs(to_compiler);
    Err(cargo.exec()).context("cannot start cargo")
}

/// Keeps how cargo calls the compiler for the cells of a kernel.
pub fn remember(call: &[OsString], here: &Path) {
    let call: Option<Vec<&str>> = call.iter().map(|word| word.to_str()).collect();
    if let (Some(call), Ok(question)) = (call, env::var(QUESTION)) {
        // Without it cargo is asked again.
        let _ = write_answer(&question, &call, here);
    }
}

fn write_answer(question: &str, call: &[&str], here: &Path) -> Result<()> {
    let answer = json!([question, call]).to_string();
    files::write(&here.join(ANSWER), answer.as_bytes())
}

/// What is kept of the cell that is to be built, put in place.
fn kept(question: &str, here: &Path, folder: &Path) -> Option<Kept> {
    let answer: Value = serde_json::from_slice(&fs::read(here.join(ANSWER)).ok()?).ok()?;
    if answer[0] != question {
        return None;
    }
    let call = answer[1].as_array()?.iter();
    let call: Vec<OsString> = call
        .map(|word| Some(word.as_str()?.into()))
        .collect::<Option<_>>()?;
    Cell::find(&call, here, folder)?.take()
}

/// All that cargo's answer depends on, but for the crates themselves: what it is asked, and where.
fn question(words: &[OsString], here: &Path) -> String {
    let mut variables: Vec<_> = env::vars_os().collect();
    variables.sort();
    let mut hasher = DefaultHasher::new();
    (words, variables).hash(&mut hasher);
    for file in ["Cargo.toml", ".cargo/config.toml"] {
        fs::read(here.join(file)).ok().hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

/// The program that would be called if there were none of these, on a search path without them.
///
/// Without them, since two checkouts that are both on it would call each other.
fn next_program(name: &str) -> Result<Command> {
    let ours = programs(&Paths::find()?);
    let path = env::var_os("PATH").unwrap_or_default();
    let others = || env::split_paths(&path).filter(|folder| *folder != ours);
    let mut candidates = others().map(|folder| folder.join(name));
    let program = candidates.find(|program| program.is_file());
    let mut command = Command::new(program.with_context(|| format!("there is no {name}"))?);
    command.env("PATH", env::join_paths(others())?);
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;

    #[test]
    fn another_question_is_for_cargo() {
        let folder = TestFolder::new("questions");
        let words = ["build".into(), "--offline".into()];
        let first = question(&words, &folder.0);
        assert_eq!(question(&words, &folder.0), first);
        assert_ne!(question(&words[..1], &folder.0), first);
        files::write(&folder.0.join("Cargo.toml"), b"[dependencies]").unwrap();
        assert_ne!(question(&words, &folder.0), first);
    }

    #[test]
    fn a_kept_library_is_taken_for_the_same_question_only() {
        let (kernel, cells) = (TestFolder::new("asks"), TestFolder::new("asks-cells"));
        let here = &kernel.0;
        for file in ["rustc", "src/lib.rs", "out/libctx.so", "out/ctx.d"] {
            files::write(&here.join(file), b"").unwrap();
        }
        let call = format!(
            "{0}/rustc --crate-name ctx --emit=link --out-dir {0}/out",
            here.display()
        );
        let call: Vec<&str> = call.split(' ').collect();
        let words: Vec<OsString> = call.iter().map(OsString::from).collect();
        let find = || Cell::find(&words, here, &cells.0).unwrap();
        let library = |question: &str| kept(question, here, &cells.0)?.library;
        assert_eq!(library("first"), None, "nothing was asked");
        write_answer("first", &call, here).unwrap();
        assert_eq!(library("first"), None, "nothing is kept");
        find().keep(b"").unwrap();
        let there = Some(here.join("out/libctx.so"));
        assert_eq!(library("first"), there);
        assert_eq!(library("second"), None);
    }
}
