//! Types of variables that rust-analyzer has found before, for the same code and the same crates.
//!
//! This file is not a part of xtask: it is compiled into the kernel, see `kernel_source`.

use crate::rust_analyzer::{TypeName, VariableInfo};
use anyhow::Result;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{env, fs, process};

/// The variable that names the folder; without it nothing is kept.
const FOLDER: &str = "SPEEDUP_TYPES";
/// Stands between the parts of a file: the question, and of each variable its name, `mut` or nothing, and its type.
const BETWEEN: char = '\0';

type Variables = HashMap<String, VariableInfo>;

/// The types of the variables that `code` has, as they were kept, else as they are inferred.
///
/// Beside the code, types depend on the crates, which the manifest names.
pub(crate) fn of(
    code: String,
    manifest: &Path,
    infer: impl FnOnce(String) -> Result<Variables>,
) -> Result<Variables> {
    let place = fs::read_to_string(manifest).ok().and_then(|manifest| {
        let question = [&manifest, &*code, ""].join(&BETWEEN.to_string());
        Some((file(&question)?, question))
    });
    let known = place.as_ref().and_then(|(file, question)| read(file, question));
    if let Some(known) = known {
        return Ok(known);
    }
    let variables = infer(code)?;
    if let Some((file, question)) = place {
        // What cannot be kept is inferred again.
        let _ = keep(&file, question, &variables);
    }
    Ok(variables)
}

fn file(question: &str) -> Option<PathBuf> {
    let mut hasher = DefaultHasher::new();
    question.hash(&mut hasher);
    Some(PathBuf::from(env::var_os(FOLDER)?).join(format!("{:016x}", hasher.finish())))
}

fn read(file: &Path, question: &str) -> Option<Variables> {
    let text = fs::read_to_string(file).ok()?;
    // Only to know which were used last.
    let _ = fs::File::open(file).and_then(|file| file.set_modified(SystemTime::now()));
    let mut parts = text.strip_prefix(question)?.split_terminator(BETWEEN);
    let mut variables = Variables::new();
    while let Some(name) = parts.next() {
        let is_mutable = parts.next()? == "mut";
        let type_name = TypeName::Named(parts.next()?.to_owned());
        variables.insert(name.to_owned(), VariableInfo { type_name, is_mutable });
    }
    Some(variables)
}

fn keep(file: &Path, mut text: String, variables: &Variables) -> Result<()> {
    for (name, variable) in variables {
        let TypeName::Named(type_name) = &variable.type_name else {
            return Ok(());
        };
        let word = if variable.is_mutable { "mut" } else { "" };
        for part in [name, word, type_name] {
            text.push_str(part);
            text.push(BETWEEN);
        }
    }
    let new = file.with_extension(process::id().to_string());
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&new, text)?;
    Ok(fs::rename(new, file)?)
}
