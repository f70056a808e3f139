//! The browser that prints the pages.

use anyhow::{Context, Result};
use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;

/// Its names on the search path, and where it is installed on macOS.
const PROGRAMS: [&str; 6] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// Finds Chromium or Chrome.
pub fn find() -> Result<PathBuf> {
    find_in(&env::var_os("PATH").unwrap_or_default(), &PROGRAMS).context(
        "Chromium is needed to print the pages, and is not on the search path: \
         install it (Debian, Ubuntu: apt install chromium)",
    )
}

fn find_in(search: &OsStr, programs: &[&str]) -> Option<PathBuf> {
    let mut places = programs
        .iter()
        // A full path stays as it is when joined.
        .flat_map(|program| env::split_paths(search).map(move |folder| folder.join(program)));
    places.find(|place| place.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{self, TestFolder};

    #[test]
    fn a_program_is_found_by_its_name_on_the_search_path() {
        let folder = TestFolder::new("chromium");
        let program = folder.0.join("b/chromium");
        files::write(&program, b"").unwrap();
        let search = env::join_paths([folder.0.join("a"), folder.0.join("b")]).unwrap();
        assert_eq!(find_in(&search, &["none", "chromium"]), Some(program));
        assert_eq!(find_in(&search, &["none"]), None);
    }
}
