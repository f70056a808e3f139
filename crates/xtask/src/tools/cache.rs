//! What is kept for all checkouts of a user.

use super::paths::Paths;
use crate::files;
use std::env;
use std::fs;
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
    let writable = files::make_folder(folder).is_ok() && fs::write(&probe, "").is_ok();
    let _ = fs::remove_file(&probe);
    writable
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;

    #[test]
    fn a_place_that_cannot_be_written_is_passed_over() {
        let folder = TestFolder::new("cache");
        files::write(&folder.0.join("file"), b"").unwrap();
        let places = [folder.0.join("file/cache"), folder.0.join("cache")];
        let found = first_writable(places.clone().into_iter());
        assert_eq!(found.as_ref(), Some(&places[1]));
        assert!(files::list(&places[1]).unwrap().is_empty());
    }
}
