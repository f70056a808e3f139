//! All unsafe code is listed, with its reason, in `tests/README.md`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};

/// The places of unsafe code in each file, by the file's path in the repository.
type Places = BTreeMap<String, usize>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The words `unsafe` in Rust source: blocks, functions, implementations and attributes, also in macros. Comments and
/// strings do not count.
fn count(source: TokenStream) -> usize {
    let words = source.into_iter().map(|token| match token {
        TokenTree::Ident(word) => usize::from(word == "unsafe"),
        TokenTree::Group(group) => count(group.stream()),
        _ => 0,
    });
    words.sum()
}

/// The same in the new lines of a patch, which is no Rust that can be read: outside of comments, and of messages that
/// name it in backticks.
fn count_in_patch(patch: &str) -> usize {
    let patch = patch.replace("`unsafe`", "");
    let new = patch.lines().filter_map(|line| line.strip_prefix('+'));
    let code = new.filter_map(|line| line.split("//").next());
    let words = code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'));
    words.filter(|word| *word == "unsafe").count()
}

/// Adds the places of all files of a folder.
fn add(folder: &Path, found: &mut Places) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                add(&path, found);
            }
            continue;
        }
        let extension = path.extension().and_then(|extension| extension.to_str());
        if !matches!(extension, Some("rs" | "patch")) {
            continue;
        }
        let places = match fs::read_to_string(&path).unwrap() {
            text if !text.contains("unsafe") => 0,
            text if extension == Some("rs") => count(text.parse().unwrap()),
            text => count_in_patch(&text),
        };
        if places > 0 {
            let name = path.strip_prefix(root()).unwrap().to_str().unwrap();
            found.insert(name.to_owned(), places);
        }
    }
}

/// The rows ``| `FILE` | NUMBER | REASON | …`` of the list.
fn listed(page: &str) -> Places {
    let row = |line: &str| {
        let (file, rest) = line.strip_prefix("| `")?.split_once("` | ")?;
        let (number, reason) = rest.split_once(" | ")?;
        let number = number.parse().ok()?;
        assert!(reason.len() > 40, "{file}: a reason is missing");
        Some((file.to_owned(), number))
    };
    page.lines().filter_map(row).collect()
}

#[test]
fn all_unsafe_code_is_listed_with_its_reason() {
    let mut found = Places::new();
    for folder in ["crates", "tests"] {
        add(&root().join(folder), &mut found);
    }
    let page = fs::read_to_string(root().join("tests/README.md")).unwrap();
    assert_eq!(
        found,
        listed(&page),
        "the code, and the list in tests/README.md"
    );
}

#[test]
fn unsafe_code_is_told_from_words() {
    let of = |source: &str| count(source.parse().unwrap());
    assert_eq!(
        of("unsafe fn f() {} unsafe impl A for B {} fn g() { unsafe { f() } }"),
        3
    );
    assert_eq!(
        of("macro_rules! m { () => { unsafe { f() } } } #[unsafe(no_mangle)] fn f() {}"),
        2
    );
    assert_eq!(
        of("#![forbid(unsafe_code)] /// unsafe\nfn f() { g(\"unsafe\") } // unsafe"),
        0
    );
    let patch = "+let a = unsafe { b };\n+let a = 1; // unsafe\n-unsafe { c }\n+allow(unsafe_code)\n unsafe { d }\n+\"wrong `unsafe`\"";
    assert_eq!(count_in_patch(patch), 1);
}
