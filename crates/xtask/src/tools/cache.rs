//! What is kept for all checkouts of a user.

use super::paths::Paths;
use crate::files;
use rustix::process::geteuid;
use std::env;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The folder for it: the one that SPEEDUP_CACHE_DIR names, else the user's cache; where that
/// cannot be written, as on machines that lend a home for reading only, one in target/.
pub fn folder(paths: &Paths) -> PathBuf {
    let named = env::var_os("SPEEDUP_CACHE_DIR").filter(|value| !value.is_empty());
    let named = named.and_then(|folder| std::path::absolute(folder).ok());
    let user = dirs::cache_dir().map(|cache| cache.join("speedup-handouts"));
    let places = [named, user].into_iter().flatten();
    first_writable(places).unwrap_or_else(|| paths.target.join("cache"))
}

fn first_writable(mut places: impl Iterator<Item = PathBuf>) -> Option<PathBuf> {
    places.find(|place| is_writable(place))
}

fn is_writable(folder: &Path) -> bool {
    let probe = files::sibling(&folder.join("probe"), "new");
    let made = files::make_folder(folder).is_ok() && !is_planted(folder);
    let writable = made && fs::write(&probe, "").is_ok();
    let _ = fs::remove_file(&probe);
    writable
}

/// Whether a folder, from which programs are started, is a link or another user's where all users may write.
fn is_planted(folder: &Path) -> bool {
    let beside = folder.parent().and_then(|parent| parent.metadata().ok());
    if beside.is_none_or(|parent| parent.mode() & 0o002 == 0) {
        return false;
    }
    let facts = folder.symlink_metadata();
    !facts.is_ok_and(|facts| facts.is_dir() && facts.uid() == geteuid().as_raw())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn a_place_that_cannot_be_written_is_passed_over() {
        let folder = TestFolder::new("cache");
        files::write(&folder.0.join("file"), b"").unwrap();
        let places = [folder.0.join("file/cache"), folder.0.join("cache")];
        let found = first_writable(places.clone().into_iter());
        assert_eq!(found.as_ref(), Some(&places[1]));
        assert!(files::list(&places[1]).unwrap().is_empty());
    }

    #[test]
    fn a_link_in_a_place_of_all_users_is_passed_over() {
        let folder = TestFolder::new("planted-cache");
        let theirs = folder.0.join("theirs");
        files::make_folder(&theirs).unwrap();
        symlink(&theirs, folder.0.join("cache")).unwrap();
        assert!(is_writable(&folder.0.join("cache")));
        fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o1777)).unwrap();
        assert!(!is_writable(&folder.0.join("cache")) && is_writable(&folder.0.join("own")));
        assert!(files::list(&theirs).unwrap().is_empty());
    }
}
