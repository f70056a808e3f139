//! `--in-place`: executed notebooks written back, but never over somebody's edits.

use super::picture;
use crate::files;
use crate::tools::notebook;
use crate::tools::paths::Paths;
use anyhow::{Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// The files of the notebooks, and which of them were edited while they ran.
#[derive(Default)]
pub struct Originals {
    edited: Vec<(PathBuf, PathBuf)>,
}

impl Originals {
    /// Writes the executed notebook to its file, if that is still what was executed; otherwise
    /// remembers where the executed one is `kept`.
    pub fn write(
        &mut self,
        paths: &Paths,
        file: &Path,
        original: &[u8],
        executed: &[u8],
        kept: PathBuf,
    ) -> Result<()> {
        if !fs::read(file).is_ok_and(|now| now == original) {
            println!(
                "      {} was changed meanwhile, and is not written",
                paths.show(file)
            );
            self.edited.push((file.to_owned(), kept));
            return Ok(());
        }
        files::write_if_changed(file, executed)?;
        if let Some(svg) = picture::of_cells(&notebook::parse(executed)?) {
            files::write_if_changed(&paths.root.join(picture::FILE), svg.as_bytes())?;
        }
        Ok(())
    }

    /// Fails, naming them, when files were edited.
    pub fn report(&self, paths: &Paths) -> Result<()> {
        if self.edited.is_empty() {
            return Ok(());
        }
        let lines = self.edited.iter().map(|(file, kept)| {
            let (file, kept) = (paths.show(file), paths.show(kept));
            format!("  {file}: the executed copy is {kept}")
        });
        bail!(
            "these notebooks were changed while they ran, and are left as they are now:\n{}\nnext: run the same command again for them",
            lines.collect::<Vec<_>>().join("\n")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;

    #[test]
    fn only_a_file_that_is_still_what_was_executed_is_written() {
        let folder = TestFolder::new("in-place");
        let paths = Paths::of(&folder.0);
        let (a, b) = (folder.0.join("a.ipynb"), folder.0.join("b.ipynb"));
        for file in [&a, &b] {
            files::write(file, b"before").unwrap();
        }
        files::write(&b, b"edited").unwrap();
        let mut originals = Originals::default();
        for file in [&a, &b] {
            let kept = folder.0.join("out").join(file.file_name().unwrap());
            originals
                .write(&paths, file, b"before", b"{}", kept)
                .unwrap();
        }
        assert_eq!(fs::read(&a).unwrap(), b"{}");
        assert_eq!(fs::read(&b).unwrap(), b"edited");
        let error = originals.report(&paths).unwrap_err().to_string();
        assert!(
            error.contains("b.ipynb") && error.contains("out/b.ipynb"),
            "{error}"
        );
        assert!(!error.contains("a.ipynb"), "{error}");
    }
}
