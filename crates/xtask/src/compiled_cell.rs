//! One cell that cargo has compiled, and the library that was compiled from the same before.

use crate::{files, first_try};
use anyhow::Result;
use std::ffi::OsString;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The kernel's file and the library that it becomes.
const SOURCE: &str = "src/lib.rs";
const LIBRARY: &str = "libctx.so";
/// What cargo reads of the files that a library was made from.
const SOURCES_NOTE: &str = "ctx.d";
/// Stands for the folder of the kernel that compiled a cell.
const HERE: &str = "@kernel's folder@";

/// What came of a cell.
#[derive(Debug, PartialEq)]
pub struct Kept {
    /// Its library, in place; nothing for a first try, see [`first_try`].
    pub library: Option<PathBuf>,
    /// What the compiler said.
    pub messages: Vec<u8>,
}

/// One cell that is to be compiled.
pub struct Cell {
    /// The compiler's arguments.
    pub arguments: Vec<String>,
    /// All that its library depends on.
    key: String,
    /// Where the library is, or will be, kept.
    kept: PathBuf,
    /// Where the kernel wants it.
    out: PathBuf,
    /// The kernel's folder.
    here: PathBuf,
}

impl Cell {
    /// The cell of a command line; nothing when it compiles something else, or only checks.
    pub fn find(words: &[OsString], here: &Path, folder: &Path) -> Option<Cell> {
        let (compiler, arguments) = words.split_first()?;
        let arguments = arguments.iter().map(|word| word.to_str().map(steady));
        let arguments: Vec<String> = arguments.collect::<Option<_>>()?;
        let after = |name: &str| {
            let at = arguments.iter().position(|word| word == name)?;
            arguments.get(at + 1)
        };
        let links = |word: &String| word.starts_with("--emit=") && word.ends_with("link");
        if after("--crate-name")? != "ctx" || !arguments.iter().any(links) {
            return None;
        }
        let out = PathBuf::from(after("--out-dir")?);
        let key = key(compiler.to_str()?, &arguments, here)?;
        let mut hasher = DefaultHasher::new();
        hasher.write(key.as_bytes());
        let kept = folder.join(format!("{:016x}", hasher.finish()));
        Some(Cell {
            arguments,
            key,
            kept,
            out,
            here: here.to_owned(),
        })
    }

    /// Puts a kept library in place.
    pub fn take(&self) -> Option<Kept> {
        let read = |name: &str| fs::read(self.kept.join(name)).ok();
        let read_here = |name: &str| {
            let text = String::from_utf8(read(name)?).ok()?;
            Some(text.replace(HERE, self.here.to_str()?).into_bytes())
        };
        if read("key")? != self.key.as_bytes() {
            return None;
        }
        // Only to know which were used last.
        let _ = File::open(&self.kept).and_then(|folder| folder.set_modified(SystemTime::now()));
        let Some(library) = read(LIBRARY) else {
            let source = fs::read_to_string(self.here.join(SOURCE)).ok()?;
            return Some(Kept {
                library: None,
                messages: first_try::message(&source)?,
            });
        };
        let place = self.out.join(LIBRARY);
        files::write(&self.out.join(SOURCES_NOTE), &read_here(SOURCES_NOTE)?).ok()?;
        // Last, and as a new file: the one that is there may still be in use under another name.
        files::write(&place, &library).ok()?;
        Some(Kept {
            library: Some(place),
            messages: read_here("messages")?,
        })
    }

    /// Keeps a new library, unless it depends on more than the key says.
    pub fn keep(&self, messages: &[u8]) -> Result<()> {
        let note = fs::read_to_string(self.out.join(SOURCES_NOTE))?;
        if note.contains("# env-dep:") || note.lines().any(names_another_source) {
            return Ok(());
        }
        let new = self.begin()?;
        let here = self.here.to_string_lossy();
        let anywhere = |text: &str| text.replace(&*here, HERE);
        let messages = anywhere(std::str::from_utf8(messages)?);
        fs::write(new.join("messages"), messages)?;
        fs::write(new.join(SOURCES_NOTE), anywhere(&note))?;
        fs::copy(self.out.join(LIBRARY), new.join(LIBRARY))?;
        files::swap_in(&new, &self.kept)
    }

    /// Keeps that the cell cannot be compiled, if it is the kernel's first try to show a value.
    pub fn keep_first_try(&self, messages: &[u8]) -> Result<()> {
        match first_try::failed(messages) {
            true => files::swap_in(&self.begin()?, &self.kept),
            false => Ok(()),
        }
    }

    /// A new folder for what is kept, so far with the key only.
    fn begin(&self) -> Result<PathBuf> {
        let new = files::sibling(&self.kept, "new");
        files::write(&new.join("key"), self.key.as_bytes())?;
        Ok(new)
    }
}

/// An argument as it is in every kernel: cargo derives a crate's identity from its folder, and with it
/// the identity of the types that cells define.
fn steady(argument: &str) -> String {
    match argument.starts_with("metadata=") {
        true => "metadata=cell".to_owned(),
        false => argument.to_owned(),
    }
}

/// The compiler, the arguments, the crates and the source, which is the same text in each kernel: see
/// [`kernel_source`](crate::kernel_source).
fn key(compiler: &str, arguments: &[String], here: &Path) -> Option<String> {
    let mut key = format!("{compiler} {}\n", version(compiler)?);
    key += &arguments.join("\n").replace(here.to_str()?, HERE);
    for pair in arguments.windows(2).filter(|pair| pair[0] == "--extern") {
        if let Some((_, file)) = pair[1].split_once('=') {
            key += &format!("\n{}", version(file)?);
        }
    }
    let source = fs::read_to_string(here.join(SOURCE)).ok()?;
    Some(key + "\n" + &source)
}

/// The size of a file and when it was written.
fn version(file: &str) -> Option<String> {
    let facts = fs::metadata(file).ok()?;
    Some(format!(
        "{} {}.{}",
        facts.len(),
        facts.mtime(),
        facts.mtime_nsec()
    ))
}

/// Whether a line of a note on sources, such as `libctx.so: src/lib.rs`, names more than the cell.
fn names_another_source(line: &str) -> bool {
    let (_, sources) = line.split_once(": ").unwrap_or_default();
    sources.split_whitespace().any(|source| source != SOURCE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;
    use std::fs::FileTimes;

    /// A kernel's folder, in which `source` is to be compiled with a crate `dep`.
    struct Kernel(PathBuf);

    impl Kernel {
        fn new(place: PathBuf, source: &str) -> Kernel {
            files::write(&place.join(SOURCE), source.as_bytes()).unwrap();
            files::write_if_changed(&place.with_file_name("rustc"), b"a compiler").unwrap();
            let kernel = Kernel(place);
            kernel.write("target/libdep.so", "a crate");
            kernel.built_at(1);
            kernel
        }

        fn write(&self, name: &str, content: &str) {
            files::write(&self.0.join(name), content.as_bytes()).unwrap();
        }

        fn built_at(&self, seconds: u64) {
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
            let dep = File::options()
                .append(true)
                .open(self.0.join("target/libdep.so"));
            dep.unwrap()
                .set_times(FileTimes::new().set_modified(time))
                .unwrap();
        }

        fn cell(&self, metadata: &str, cells: &TestFolder) -> Cell {
            let here = self.0.to_str().unwrap();
            let compiler = self.0.with_file_name("rustc");
            let words = format!(
                "{} --crate-name ctx {SOURCE} --emit=dep-info,link -C metadata={metadata} \
                 --out-dir {here}/target --extern dep={here}/target/libdep.so",
                compiler.display()
            );
            let words: Vec<OsString> = words.split(' ').map(OsString::from).collect();
            Cell::find(&words, &self.0, &cells.0).unwrap()
        }

        /// What a compiler leaves behind.
        fn compile(&self, note: &str) {
            self.write("target/libctx.so", "a library");
            self.write("target/ctx.d", note);
        }
    }

    #[test]
    fn a_library_is_taken_over_by_another_kernel() {
        let (kernels, cells) = (TestFolder::new("cell-kernels"), TestFolder::new("cells"));
        let first = Kernel::new(kernels.0.join("first"), "fn a() {}\nfn b() {}");
        let cell = first.cell("abc", &cells);
        assert!(cell.arguments.contains(&"metadata=cell".to_owned()));
        assert_eq!(cell.take(), None);
        first.compile("libctx.so: src/lib.rs\n");
        let said = format!("made {}/target/libctx.so", first.0.display());
        cell.keep(said.as_bytes()).unwrap();

        let second = Kernel::new(kernels.0.join("second"), "fn a() {}\nfn b() {}");
        let said = format!("made {}/target/libctx.so", second.0.display());
        let kept = second.cell("xyz", &cells).take();
        let messages = said.into_bytes();
        let library = Some(second.0.join("target").join(LIBRARY));
        assert_eq!(kept, Some(Kept { library, messages }));
        let read = |name: &str| fs::read_to_string(second.0.join(name)).unwrap();
        assert_eq!(read("target/libctx.so"), "a library");
        assert_eq!(read("target/ctx.d"), "libctx.so: src/lib.rs\n");
        assert_eq!(
            read(SOURCE),
            "fn a() {}\nfn b() {}",
            "what it was compiled from"
        );

        second.built_at(2);
        assert_eq!(
            second.cell("xyz", &cells).take(),
            None,
            "the crate is another"
        );
        second.built_at(1);
        assert!(second.cell("xyz", &cells).take().is_some());
        second.write("../rustc", "another compiler");
        assert_eq!(
            second.cell("xyz", &cells).take(),
            None,
            "the compiler is another"
        );
    }

    #[test]
    fn a_first_try_is_known_to_fail() {
        let (kernels, cells) = (
            TestFolder::new("cell-tries"),
            TestFolder::new("cells-tries"),
        );
        let source = "fn a() {\n(\n1\n).evcxr_display();\n}";
        let kernel = Kernel::new(kernels.0.join("kernel"), source);
        let cell = kernel.cell("abc", &cells);
        cell.keep_first_try(b"other mistakes").unwrap();
        assert_eq!(cell.take(), None);
        let message = first_try::message(source).unwrap();
        cell.keep_first_try(&message).unwrap();
        assert_eq!(cell.take().map(|kept| kept.library), Some(None));
    }

    #[test]
    fn a_library_that_depends_on_more_than_its_code_is_not_kept() {
        let (kernels, cells) = (TestFolder::new("cell-deps"), TestFolder::new("cells-deps"));
        let kernel = Kernel::new(kernels.0.join("kernel"), "fn a() {}");
        for note in ["libctx.so: src/lib.rs data.txt\n", "# env-dep:HOME=/home\n"] {
            kernel.compile(note);
            kernel.cell("abc", &cells).keep(b"").unwrap();
            assert_eq!(kernel.cell("abc", &cells).take(), None, "{note}");
        }
    }
}
