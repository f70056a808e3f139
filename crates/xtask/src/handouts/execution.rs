//! One notebook, executed in a fresh kernel.

use super::{Request, edition};
use crate::files;
use crate::tools::child::{self, Show};
use crate::tools::jupyter_env;
use crate::tools::paths::Paths;
use crate::tools::python::PythonEnv;
use crate::tools::scripts::{executor, script};
use anyhow::{Result, bail};
use std::env;
use std::path::Path;

/// Executes `original`, the content of the file `notebook`, into the file `result`.
pub fn run(
    paths: &Paths,
    python: &PythonEnv,
    request: &Request,
    notebook: &Path,
    original: &[u8],
    result: &Path,
) -> Result<()> {
    let name = notebook.file_name().unwrap_or_default();
    let folder = result.with_file_name("sources");
    let mut source = folder.join(name);
    files::write(&source, original)?;
    if let Some(edition) = request.edition {
        let mut command = jupyter_env::python(paths, python);
        command.arg(script(paths, "edition.py")?);
        let made = folder.join(edition.name()).join(name);
        edition::make(paths, command, edition, &source, &made)?;
        source = made;
    }
    let mut command = executor(paths, python)?;
    if let Some(folder) = notebook.parent() {
        command.arg("--folder").arg(folder);
    }
    command.arg("--timeout").arg(request.timeout.to_string());
    command.args(request.in_place.then_some("--hold"));
    for private in [Some(paths.root.clone()), env::home_dir()]
        .into_iter()
        .flatten()
    {
        command.arg("--private").arg(private);
    }
    command.arg(source).arg(result);
    let stem = Path::new(name).file_stem().unwrap_or_default();
    let log = paths.log(&format!("execute-{}", stem.to_string_lossy()));
    if let Err(error) = child::run(&mut command, &log, Show::Stdout) {
        bail!("{} failed\n{error:#}", paths.show(notebook));
    }
    Ok(())
}
