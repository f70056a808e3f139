//! The Python scripts inside this program, written to target/ before they run.

use super::jupyter_env;
use super::paths::Paths;
use super::python::PythonEnv;
use crate::files;
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;

/// The Python scripts and what they read, written to target/ before they run.
const SCRIPTS: &[(&str, &str)] = &[
    ("archive.py", include_str!("../../python/archive.py")),
    ("canonical.py", include_str!("../../python/canonical.py")),
    ("edition.py", include_str!("../../python/edition.py")),
    ("execute.py", include_str!("../../python/execute.py")),
    ("expect.py", include_str!("../../python/expect.py")),
    ("further.py", include_str!("../../python/further.py")),
    ("quick.py", include_str!("../../python/quick.py")),
    ("stamp.py", include_str!("../../python/stamp.py")),
    ("render.py", include_str!("../../python/render.py")),
    ("cells.py", include_str!("../../python/cells.py")),
    ("cells.html.j2", include_str!("../../python/cells.html.j2")),
    ("index.py", include_str!("../../python/index.py")),
    ("readers.py", include_str!("../../python/readers.py")),
    ("search.py", include_str!("../../python/search.py")),
    ("page.html", include_str!("../../python/page.html")),
    ("page.js", include_str!("../../python/page.js")),
    ("handout.css", include_str!("../../python/handout.css")),
    ("math.css", include_str!("../../python/math.css")),
    ("code.css", include_str!("../../python/code.css")),
    ("print.css", include_str!("../../python/print.css")),
    (
        "print_pages.py",
        include_str!("../../python/print_pages.py"),
    ),
];

/// The packages that the script `execute.py` imports.
pub const TO_EXECUTE: &[&str] = &["jupyter_client", "nbclient", "nbformat"];

/// The program that executes one notebook, ready for its arguments.
pub fn executor(paths: &Paths, python: &PythonEnv) -> Result<Command> {
    let mut command = jupyter_env::python(paths, python);
    command.arg(script(paths, "execute.py")?);
    Ok(command)
}

/// Writes the embedded scripts and returns the path of one.
pub fn script(paths: &Paths, name: &str) -> Result<PathBuf> {
    let folder = paths.work.join("python");
    for (file, content) in SCRIPTS {
        files::write_if_changed(&folder.join(file), content.as_bytes())?;
    }
    Ok(folder.join(name))
}
