//! Types of variables that rust-analyzer has found before, for the same code and the same crates.
//!
//! A module of the kernel, see `kernel_source`; xtask itself only tests it.

use super::rust_analyzer::{TypeName, VariableInfo};
use anyhow::Result;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{fs, process};

/// Ends each part of a file: manifest, code, and of each variable its name, `mut` or nothing, and its type.
const END: char = '\0';

type Variables = HashMap<String, VariableInfo>;

/// The variables of `code`: as they were kept, else as they are inferred.
///
/// Beside the code, types depend on the crates, which the manifest names. Without a folder none are kept.
pub(crate) fn of(
    folder: Option<PathBuf>,
    code: String,
    manifest: &Path,
    infer: impl FnOnce(String) -> Result<Variables>,
) -> Result<Variables> {
    let kept = Kept::find(folder, &code, manifest);
    if let Some(variables) = kept.as_ref().and_then(Kept::take) {
        return Ok(variables);
    }
    let variables = infer(code)?;
    // What cannot be kept is inferred again.
    let _ = kept.map(|kept| kept.keep(&variables));
    Ok(variables)
}

/// Where the types for one code are, or will be, kept.
struct Kept {
    file: PathBuf,
    question: String,
}

impl Kept {
    fn find(folder: Option<PathBuf>, code: &str, manifest: &Path) -> Option<Kept> {
        let manifest = fs::read_to_string(manifest).ok()?;
        let question = format!("{manifest}{END}{code}{END}");
        let mut hasher = DefaultHasher::new();
        question.hash(&mut hasher);
        let file = folder?.join(format!("{:016x}", hasher.finish()));
        Some(Kept { file, question })
    }

    fn take(&self) -> Option<Variables> {
        let text = fs::read_to_string(&self.file).ok()?;
        let mut parts = text.strip_prefix(&self.question)?.split_terminator(END);
        let mut variables = Variables::new();
        while let Some(name) = parts.next() {
            let is_mutable = parts.next()? == "mut";
            let type_name = TypeName::Named(parts.next()?.to_owned());
            let variable = VariableInfo {
                type_name,
                is_mutable,
            };
            variables.insert(name.to_owned(), variable);
        }
        // Only to know which were used last.
        let _ = fs::File::open(&self.file).and_then(|file| file.set_modified(SystemTime::now()));
        Some(variables)
    }

    /// Keeps the types, if all are known.
    fn keep(self, variables: &Variables) -> Result<()> {
        let mut text = self.question;
        for (name, variable) in variables {
            let TypeName::Named(type_name) = &variable.type_name else {
                return Ok(());
            };
            let word = if variable.is_mutable { "mut" } else { "" };
            for part in [name, word, type_name] {
                text.push_str(part);
                text.push(END);
            }
        }
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder)?;
        }
        let new = self.file.with_extension(process::id().to_string());
        fs::write(&new, text)?;
        Ok(fs::rename(new, self.file)?)
    }
}
