//! Programs in use, which cargo may replace while they run: so they run as copies.

use anyhow::{Context, Result};
use kernel::files;
use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Copies this program to `place`, unless it is there; tells whether it copied.
pub fn copy_to(place: &Path) -> Result<bool> {
    copy(&own_file()?, place)
}

/// Copies a program to `place`, unless it is there; tells whether it copied.
pub fn copy(program: &Path, place: &Path) -> Result<bool> {
    let content =
        fs::read(program).with_context(|| format!("cannot read {}", program.display()))?;
    if fs::read(place).is_ok_and(|old| old == content) {
        return Ok(false);
    }
    let new = files::sibling(place, "copy");
    files::write(&new, &content)?;
    fs::set_permissions(&new, fs::Permissions::from_mode(0o755))
        .with_context(|| format!("cannot make {} executable", new.display()))?;
    files::rename(&new, place)?;
    Ok(true)
}

/// On Linux a name that stays valid when cargo has put a newer program in place.
fn own_file() -> Result<PathBuf> {
    let link = Path::new("/proc/self/exe");
    if link.exists() {
        return Ok(link.to_owned());
    }
    env::current_exe().context("cannot find this program's file")
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::files::TestFolder;

    #[test]
    fn the_copy_is_made_once_and_can_run() {
        let folder = TestFolder::new("own-program");
        let place = folder.0.join("bin/copy");
        assert!(copy_to(&place).unwrap());
        assert!(!copy_to(&place).unwrap());
        let mode = fs::metadata(&place).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o755);
        assert_eq!(files::list(&folder.0.join("bin")).unwrap(), [place]);
    }
}
