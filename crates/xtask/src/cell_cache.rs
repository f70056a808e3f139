//! Compiled cells, kept: a cell that any kernel has compiled before is not compiled again.
//!
//! When a notebook is run again, most of the time goes into compiling the same code. Cargo calls this program in
//! the compiler's place for the crate that the kernel makes of a cell, and for that one only. The libraries of
//! cells lie in the seed, so they go with it when the compiler or a crate of the notebooks changes.

use crate::compiled_cell::Cell;
use crate::paths::Paths;
use crate::{cell_build, files, own_program, seed};
use anyhow::{Context, Result};
use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What this program is called when it stands for the compiler.
pub const NAME: &str = "cell-compiler";
/// The variable that names the folder of the libraries.
const FOLDER: &str = "SPEEDUP_CELLS";
/// How many cells are kept: some 150 MB.
const KEPT: usize = 1_000;

/// Makes the launcher callable as the compiler; tells whether it had to.
pub fn install(paths: &Paths, launcher: &Path) -> Result<bool> {
    own_program::name_also(launcher, &paths.kernel.join(NAME))
}

/// Has cargo, below this command, compile cells through this program.
pub fn use_in(command: &mut Command, paths: &Paths) {
    command
        .env("RUSTC_WORKSPACE_WRAPPER", paths.kernel.join(NAME))
        .env(FOLDER, folder(paths));
}

/// The folder of the libraries, in a program that cargo or the kernel called.
pub fn folder_in_use() -> Option<PathBuf> {
    env::var_os(FOLDER).map(PathBuf::from)
}

fn folder(paths: &Paths) -> PathBuf {
    seed::folder(paths).join("cells")
}

/// Deletes the cells, and the types of variables, that were used longest ago, except for as many as are kept.
pub fn sweep(paths: &Paths) -> Result<()> {
    for kept in [folder(paths), seed::types(paths, None)?] {
        let mut cells = files::list(&kept)?;
        cells.sort_by_key(|cell| cell.metadata().and_then(|facts| facts.modified()).ok());
        let too_many = cells.len().saturating_sub(KEPT);
        cells[..too_many]
            .iter()
            .try_for_each(|cell| files::remove(cell))?;
    }
    Ok(())
}

/// Compiles, or takes the library that was compiled from the same.
pub fn compile(words: &[OsString]) -> Result<ExitCode> {
    let (compiler, arguments) = words.split_first().context("no compiler is named")?;
    let mut command = Command::new(compiler);
    let here = env::current_dir().context("there is no working directory")?;
    let cell = folder_in_use().and_then(|folder| Cell::find(words, &here, &folder));
    let Some(cell) = cell else {
        return Err(command.args(arguments).exec()).context("cannot start the compiler");
    };
    cell_build::remember(words, &here);
    if let Some(kept) = cell.take() {
        io::stderr().write_all(&kept.messages)?;
        return Ok(ExitCode::from(u8::from(kept.library.is_none())));
    }
    let output = command
        .args(&cell.arguments)
        .output()
        .context("cannot start the compiler")?;
    io::stdout().write_all(&output.stdout)?;
    io::stderr().write_all(&output.stderr)?;
    // What cannot be kept is compiled again.
    let _ = match output.status.success() {
        true => cell.keep(&output.stderr),
        false => cell.keep_first_try(&output.stderr),
    };
    let code = output
        .status
        .code()
        .and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;
    use std::fs::File;
    use std::time::{Duration, SystemTime};

    #[test]
    fn what_was_used_longest_ago_is_deleted() {
        let folder = TestFolder::new("cells-swept");
        let paths = Paths::of(&folder.0);
        for k in 0..KEPT as u64 + 2 {
            let cell = super::folder(&paths).join(k.to_string());
            files::make_folder(&cell).unwrap();
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 - k);
            File::open(cell).unwrap().set_modified(time).unwrap();
        }
        sweep(&paths).unwrap();
        assert_eq!(files::list(&super::folder(&paths)).unwrap().len(), KEPT);
        assert!(super::folder(&paths).join("0").exists());
        assert!(!super::folder(&paths).join((KEPT + 1).to_string()).exists());
    }
}
