//! The browser that prints the pages and that the tests use.

use crate::files;
use crate::tools::child::{self, Show};
use crate::tools::paths::Paths;
use crate::tools::python::PythonEnv;
use crate::tools::step::Outcome;
use crate::tools::{cache, jupyter_env, toolchain};
use anyhow::{Context, Result};
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Its names on the search path, and where it is installed on macOS.
const PROGRAMS: [&str; 6] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
/// How it is installed by hand.
pub const INSTALL: &str = "install Chromium; on Debian and Ubuntu: apt install chromium";
/// Prints where Playwright has put its own.
const ASK_PLAYWRIGHT: &str = "
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
";

/// Finds Chromium or Chrome, also one that was downloaded for the tests.
pub fn find(paths: &Paths) -> Result<PathBuf> {
    find_in(&env::var_os("PATH").unwrap_or_default(), &PROGRAMS)
        .or_else(|| {
            let noted = PathBuf::from(fs::read_to_string(note(paths)).ok()?);
            noted.is_file().then_some(noted)
        })
        .with_context(|| {
            format!(
                "Chromium is needed to print the pages, and is not on the search path: {INSTALL}"
            )
        })
}

/// Finds it, or gets it: as the system's package where this user may install one, else from
/// Playwright. None when neither works, which a line says.
pub fn find_or_get(paths: &Paths, python: &PythonEnv) -> Result<Outcome<Option<PathBuf>>> {
    if let Ok(found) = find(paths) {
        return Ok(Outcome::UpToDate(Some(found)));
    }
    let ways: [(&str, &dyn Fn() -> Result<PathBuf>); 2] = [
        ("the system's package", &|| install_package(paths)),
        ("Playwright", &|| download(paths, python)),
    ];
    for (name, get) in ways {
        println!("      there is none; trying to get one from {name}");
        let found = get().and_then(|program| {
            child::output(Command::new(&program).arg("--version"))?;
            Ok(program)
        });
        match found {
            Ok(program) => return Ok(Outcome::Done(Some(program))),
            Err(error) => println!("      {}", first_lines(&format!("{error:#}"))),
        }
    }
    let _ = files::remove(&note(paths));
    Ok(Outcome::Done(None))
}

fn install_package(paths: &Paths) -> Result<PathBuf> {
    anyhow::ensure!(
        toolchain::on_search_path("apt-get").is_some(),
        "no apt-get on the search path"
    );
    let is_root = rustix::process::getuid().is_root();
    let run = |args: &[&str]| {
        let mut command = Command::new(if is_root { "apt-get" } else { "sudo" });
        if !is_root {
            // Never a question for a password.
            command.args(["-n", "apt-get"]);
        }
        command.args(args).env("DEBIAN_FRONTEND", "noninteractive");
        child::run(&mut command, &paths.log("apt"), Show::Nothing)
    };
    run(&["update", "-qq"])?;
    run(&[
        "install",
        "-y",
        "-qq",
        "--no-install-recommends",
        "chromium",
        "fonts-dejavu-core",
    ])?;
    find(paths)
}

fn download(paths: &Paths, python: &PythonEnv) -> Result<PathBuf> {
    let place = cache::folder(paths).join("browsers");
    let playwright = |args: &[&str]| {
        let mut command = jupyter_env::python(paths, python);
        command.args(args).env("PLAYWRIGHT_BROWSERS_PATH", &place);
        command
    };
    let mut install = playwright(&["-m", "playwright", "install", "--no-shell", "chromium"]);
    child::run(&mut install, &paths.log("playwright"), Show::Nothing)?;
    let answer = child::output(&mut playwright(&["-c", ASK_PLAYWRIGHT]))?;
    let program = answer.trim();
    files::write(&note(paths), program.as_bytes())?;
    Ok(program.into())
}

/// The file that tells where a downloaded one is.
fn note(paths: &Paths) -> PathBuf {
    paths.work.join("browser")
}

fn first_lines(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[..lines.len().min(3)].join("\n      ")
}

fn find_in(search: &OsStr, programs: &[&str]) -> Option<PathBuf> {
    let mut places = programs
        .iter()
        // A full path stays as it is when joined.
        .flat_map(|program| env::split_paths(search).map(move |folder| folder.join(program)));
    places.find(|place: &PathBuf| Path::is_file(place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;

    #[test]
    fn a_program_is_found_by_its_name_on_the_search_path() {
        let folder = TestFolder::new("chromium");
        let program = folder.0.join("b/chromium");
        files::write(&program, b"").unwrap();
        let search = env::join_paths([folder.0.join("a"), folder.0.join("b")]).unwrap();
        assert_eq!(find_in(&search, &["none", "chromium"]), Some(program));
        assert_eq!(find_in(&search, &["none"]), None);
    }

    #[test]
    fn a_message_is_cut_to_what_is_read() {
        assert_eq!(first_lines("a\n\nb\nc\nd"), "a\n      b\n      c");
        assert_eq!(first_lines(""), "");
    }
}
