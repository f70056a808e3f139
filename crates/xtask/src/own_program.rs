//! This program's own file, which cargo may replace while the program runs.

use crate::files;
use anyhow::{Context, Result};
use std::env;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// Copies this program to `place`, unless it is there; tells whether it copied.
pub fn copy_to(place: &Path) -> Result<bool> {
    let content = fs::read(own_file()?).context("cannot read this program's own file")?;
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

/// Makes `program` callable as `name` too; tells whether it had to.
pub fn name_also(program: &Path, name: &Path) -> Result<bool> {
    if fs::read_link(name).is_ok_and(|original| original == program) {
        return Ok(false);
    }
    files::remove(name)?;
    symlink(program, name)
        .with_context(|| format!("cannot make {} a name of the launcher", name.display()))?;
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
    use crate::files::TestFolder;

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
