//! What is changed in the kernel's source before it is compiled.
//!
//! For each cell the kernel asks its rust-analyzer for the types of variables, and for the first cell rust-analyzer
//! reads the standard library and all crates: that takes longer than all else at the start of a notebook. The changed
//! kernel keeps the types, and asks only for code that it has not met before. It also writes earlier cells and
//! variables in the order of their names, so that the same cell is the same text in each kernel; macros come first,
//! as they have to stand before their use.
//!
//! While `cargo install` builds the kernel, it calls this program in the compiler's place, which has one crate
//! compiled from a changed copy of its source: so all versions stay those of the kernel's own lock file.

use crate::files;
use anyhow::{Context, Result, ensure};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What this program is called when it stands for the compiler of the kernel.
pub const NAME: &str = "kernel-compiler";
/// The variable that names the folder for the changed copy.
pub const COPY: &str = "SPEEDUP_KERNEL_SOURCE";
/// The variable that names the folder of the types, for the changed kernel.
pub const TYPES: &str = "SPEEDUP_TYPES";

/// The root of the crate that is changed, as in cargo's folder of sources.
const CHANGED: &str = "evcxr-0.22.0/src/lib.rs";
/// A file that is added to it.
const ADDED: (&str, &str) = ("known_types.rs", include_str!("../kernel/known_types.rs"));
/// In which file what stands in place of what.
const CHANGES: [(&str, &str, &str); 5] = [
    ("lib.rs", "mod item;", "mod item;\nmod known_types;"),
    (
        "eval_context.rs",
        "use std::collections::HashMap;",
        "use std::collections::BTreeMap as HashMap;",
    ),
    (
        "eval_context.rs",
        "        self.analyzer.set_source(code.code_string())?;\n        for (",
        "        let manifest = state.config.crate_dir().join(\"Cargo.toml\");
        let folder = std::env::var_os(\"SPEEDUP_TYPES\").map(PathBuf::from);
        let analyzer = &mut self.analyzer;
        let variables = crate::known_types::of(folder, code.code_string(), &manifest, |code| {
            analyzer.set_source(code)?;
            Ok(analyzer.top_level_variables(\"evcxr_analysis_wrapper\"))
        })?;
        for (",
    ),
    (
        "eval_context.rs",
        ") in self.analyzer.top_level_variables(\"evcxr_analysis_wrapper\")",
        ") in variables",
    ),
    (
        "eval_context.rs",
        ".insert(name.text().to_string(), item_block);",
        ".insert(format!(\" {}\", name.text()), item_block);",
    ),
];

/// The added file, for tests; in the kernel it is the root's module, too.
#[cfg(test)]
#[path = "../kernel/known_types.rs"]
mod known_types;

/// What the added file needs of the kernel.
#[cfg(test)]
mod rust_analyzer {
    #[derive(Debug, PartialEq)]
    pub enum TypeName {
        Named(String),
        Unknown,
    }

    #[derive(Debug, PartialEq)]
    pub struct VariableInfo {
        pub type_name: TypeName,
        pub is_mutable: bool,
    }
}

/// Tells changed kernels apart.
pub fn key() -> String {
    let mut hasher = DefaultHasher::new();
    (ADDED, CHANGES).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Does what the compiler does, but for one crate with the changed source.
pub fn compile(words: &[OsString]) -> Result<ExitCode> {
    let (compiler, arguments) = words.split_first().context("no compiler is named")?;
    let copy = env::var_os(COPY).with_context(|| format!("{COPY} is not set"))?;
    let arguments = with_changes(arguments, Path::new(&copy))?;
    Err(Command::new(compiler).args(arguments).exec()).context("cannot start the compiler")
}

/// The compiler's arguments, with the changed source in place of the kernel's own.
fn with_changes(arguments: &[OsString], copy: &Path) -> Result<Vec<OsString>> {
    let mut arguments = arguments.to_owned();
    let mut roots = arguments
        .iter_mut()
        .filter(|word| Path::new(word).ends_with(CHANGED));
    if let Some(root) = roots.next() {
        *root = change(Path::new(root), copy)?.into();
    }
    Ok(arguments)
}

/// Writes the changed source beside `root` to `copy`; gives its root.
fn change(root: &Path, copy: &Path) -> Result<PathBuf> {
    let folder = root.parent().context("a root has a folder")?;
    files::copy_tree(folder, copy)?;
    files::write(&copy.join(ADDED.0), ADDED.1.as_bytes())?;
    for (name, old, new) in CHANGES {
        let place = copy.join(name);
        let text = fs::read_to_string(&place)
            .with_context(|| format!("cannot read {}", place.display()))?;
        let count = text.matches(old).count();
        ensure!(count == 1, "{name} of the kernel has {count} times: {old}");
        files::write(&place, text.replace(old, new).as_bytes())?;
    }
    Ok(copy.join(root.file_name().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::rust_analyzer::{TypeName, VariableInfo};
    use super::*;
    use crate::files::TestFolder;
    use std::collections::HashMap;

    fn variables(types: &[(&str, Option<&str>, bool)]) -> HashMap<String, VariableInfo> {
        let variable = |&(name, type_name, is_mutable): &(&str, Option<&str>, bool)| {
            let named = |name: &str| TypeName::Named(name.to_owned());
            let type_name = type_name.map_or(TypeName::Unknown, named);
            let info = VariableInfo {
                type_name,
                is_mutable,
            };
            (name.to_owned(), info)
        };
        types.iter().map(variable).collect()
    }

    #[test]
    fn types_are_inferred_once_for_the_same_code_and_crates() {
        let folder = TestFolder::new("known-types");
        let manifest = folder.0.join("Cargo.toml");
        let all = || {
            let pairs = ("a", Some("Vec<(u8, bool)>"), false);
            variables(&[pairs, ("b", Some("f64"), true)])
        };
        let inferred = |types: Option<&str>, code: &str| {
            let mut count = 0;
            let infer = |_| {
                count += 1;
                Ok(all())
            };
            let types = types.map(|name| folder.0.join(name));
            let found = known_types::of(types, code.to_owned(), &manifest, infer).unwrap();
            assert_eq!(found, all());
            count
        };
        let (some, code) = (Some("types"), "let a; let mut b;");
        assert_eq!(
            [0; 2].map(|_| inferred(some, code)),
            [1, 1],
            "there is no manifest"
        );
        files::write(&manifest, b"[dependencies]").unwrap();
        assert_eq!([0; 2].map(|_| inferred(some, code)), [1, 0]);
        assert_eq!(
            [0; 2].map(|_| inferred(some, "let a;")),
            [1, 0],
            "other code"
        );
        assert_eq!(
            [0; 2].map(|_| inferred(None, code)),
            [1, 1],
            "there is no folder"
        );
        files::write(&manifest, b"[dependencies]\nrayon = \"1\"").unwrap();
        assert_eq!([0; 2].map(|_| inferred(some, code)), [1, 0], "other crates");
    }

    #[test]
    fn unknown_types_are_not_kept() {
        let folder = TestFolder::new("unknown-types");
        let manifest = folder.0.join("Cargo.toml");
        files::write(&manifest, b"").unwrap();
        let mut count = 0;
        for _ in 0..2 {
            let types = variables(&[("a", Some("u8"), false), ("b", None, false)]);
            let infer = |_| {
                count += 1;
                Ok(types)
            };
            known_types::of(Some(folder.0.clone()), "f();".into(), &manifest, infer).unwrap();
        }
        assert_eq!(count, 2);
    }

    #[test]
    fn the_kernel_finds_the_folder_that_the_launcher_names() {
        assert!(CHANGES[2].2.contains(&format!("{TYPES:?}")));
    }

    /// A crate's folder in which each file has what is to be changed in it, and `more`.
    fn sources(place: &Path, more: &str) -> PathBuf {
        let folder = place.join("evcxr-0.22.0/src");
        for name in ["lib.rs", "eval_context.rs"] {
            let old = CHANGES.iter().filter(|change| change.0 == name);
            let text: Vec<&str> = old.map(|change| change.1).collect();
            let text = text.join("\n") + more;
            files::write(&folder.join(name), text.as_bytes()).unwrap();
        }
        files::write(&folder.join("module/cache.rs"), b"same").unwrap();
        folder.join("lib.rs")
    }

    #[test]
    fn a_changed_copy_is_written_and_the_original_stays() {
        let folder = TestFolder::new("kernel-source");
        let root = sources(&folder.0, "");
        let old = fs::read_to_string(&root).unwrap();
        let copy = folder.0.join("copy");
        let new_root = change(&root, &copy).unwrap();
        assert_eq!(new_root, copy.join("lib.rs"));
        let read = |name: &str| fs::read_to_string(copy.join(name)).unwrap();
        assert!(read("lib.rs").contains("mod known_types;"));
        assert!(read("eval_context.rs").contains("for (\n) in variables"));
        assert_eq!(read("known_types.rs"), ADDED.1);
        assert_eq!(read("module/cache.rs"), "same");
        assert_eq!(fs::read_to_string(root).unwrap(), old);
    }

    #[test]
    fn an_unknown_source_is_refused() {
        let folder = TestFolder::new("kernel-source-unknown");
        let root = sources(&folder.0, "\nmod item;");
        let error = change(&root, &folder.0.join("copy")).unwrap_err();
        assert!(error.to_string().contains("2 times: mod item;"), "{error}");
    }

    #[test]
    fn one_crate_is_compiled_from_the_copy_and_others_as_they_are() {
        let folder = TestFolder::new("kernel-compiler");
        let (root, copy) = (sources(&folder.0, ""), folder.0.join("copy"));
        let words = |root: &Path| ["--crate-name".into(), "x".into(), root.into()];
        let found = with_changes(&words(&root), &copy).unwrap();
        assert_eq!(found, words(&copy.join("lib.rs")));
        let other = words(Path::new("other-0.22.0/src/lib.rs"));
        assert_eq!(with_changes(&other, &copy).unwrap(), other);
    }
}
