//! `cargo xtask handouts`: notebooks executed in fresh kernels, then rendered.

use crate::child::{self, Show};
use crate::edition::{self, Edition};
use crate::output_folder::OutputFolder;
use crate::paths::Paths;
use crate::python_env::PythonEnv;
use crate::step::{Outcome, Steps};
use crate::{dep_lines, files, jupyter_env, picture, run_folders};
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How many steps this has after the set-up, without printing.
pub const STEPS: usize = 2;

/// The Python scripts and what they read, written to target/ before they run.
const SCRIPTS: &[(&str, &str)] = &[
    ("canonical.py", include_str!("../python/canonical.py")),
    ("edition.py", include_str!("../python/edition.py")),
    ("execute.py", include_str!("../python/execute.py")),
    ("stamp.py", include_str!("../python/stamp.py")),
    ("render.py", include_str!("../python/render.py")),
    ("cells.py", include_str!("../python/cells.py")),
    ("cells.html.j2", include_str!("../python/cells.html.j2")),
    ("index.py", include_str!("../python/index.py")),
    ("page.html", include_str!("../python/page.html")),
    ("page.js", include_str!("../python/page.js")),
    ("handout.css", include_str!("../python/handout.css")),
    ("code.css", include_str!("../python/code.css")),
    ("print.css", include_str!("../python/print.css")),
    ("print_pages.py", include_str!("../python/print_pages.py")),
];

/// The packages that the scripts import.
const PACKAGES: [&str; 5] = [
    "jupyter_client",
    "latex2mathml",
    "nbclient",
    "nbconvert",
    "nbformat",
];

/// What to make, where.
pub struct Request {
    /// The notebooks named; all when empty.
    pub notebooks: Vec<PathBuf>,
    /// The folder for the results.
    pub out: PathBuf,
    /// Whether executed notebooks go back to their sources.
    pub in_place: bool,
    /// For whom, if not for all.
    pub edition: Option<Edition>,
    /// The longest time for one cell, in seconds.
    pub timeout: u32,
    /// The browser that prints the pages, when they are to be printed.
    pub printer: Option<PathBuf>,
}

impl Request {
    /// The notebooks to execute, absolute.
    pub fn find_notebooks(&self, paths: &Paths) -> Result<Vec<PathBuf>> {
        Request::find(&self.notebooks, paths)
    }

    /// The notebooks of these names, absolute; all when there are none.
    pub fn find(named: &[PathBuf], paths: &Paths) -> Result<Vec<PathBuf>> {
        if named.is_empty() {
            let all = dep_lines::notebooks(&paths.notebooks)?;
            ensure!(
                !all.is_empty(),
                "there is nothing to execute: no notebook in {}",
                paths.show(&paths.notebooks)
            );
            return Ok(all);
        }
        let mut names = BTreeSet::new();
        named
            .iter()
            .map(|path| {
                let found = path
                    .canonicalize()
                    .with_context(|| format!("no notebook {}", path.display()))?;
                ensure!(
                    found.extension().is_some_and(|ext| ext == "ipynb"),
                    "{} is not a notebook (.ipynb)",
                    path.display()
                );
                ensure!(
                    names.insert(found.file_name().map(ToOwned::to_owned)),
                    "two notebooks are named {}",
                    path.display()
                );
                Ok(found)
            })
            .collect()
    }
}

/// Executes and renders; nothing at the final place changes unless all succeeded.
pub fn run(
    paths: &Paths,
    steps: &mut Steps,
    python: &PythonEnv,
    request: &Request,
    notebooks: &[PathBuf],
) -> Result<()> {
    python.require(&PACKAGES)?;
    if request.printer.is_some() {
        python.require(&["playwright"])?;
    }
    let keep = !request.notebooks.is_empty();
    let place = match request.edition {
        Some(_) => {
            edition::check_place(&request.out)?;
            request.out.join(edition::HANDOUTS)
        }
        None => request.out.clone(),
    };
    let out = OutputFolder::begin(&place, &paths.work, keep)?;
    let what = match notebooks.len() {
        1 => "Executing 1 notebook".to_owned(),
        many => format!("Executing {many} notebooks"),
    };
    let executed = steps.run(&what, || {
        let result = execute_all(paths, python, request, notebooks, out.path());
        run_folders::sweep(&paths.layout().runs())?;
        result.map(Outcome::Done)
    })?;
    steps.run("Rendering the pages", || {
        let mut command = jupyter_env::python(paths, python);
        command.arg(script(paths, "render.py")?).arg(out.path());
        command.args(request.printer.as_ref().map(|_| "--pdf"));
        child::run(&mut command, &paths.log("render"), Show::Stdout).map(Outcome::Done)
    })?;
    if let Some(chromium) = &request.printer {
        steps.run("Printing the pages", || {
            let mut command = jupyter_env::python(paths, python);
            command.arg(script(paths, "print_pages.py")?);
            command.arg(out.path()).arg(chromium);
            child::run(&mut command, &paths.log("print"), Show::Stdout).map(Outcome::Done)
        })?;
    }
    let place = out.finish()?;
    if request.edition.is_some() {
        edition::complete(paths, &request.out)?;
    }
    if request.in_place {
        for (source, name) in notebooks.iter().zip(executed) {
            let result = place.join(name);
            let content =
                fs::read(&result).with_context(|| format!("cannot read {}", result.display()))?;
            files::write_if_changed(source, &content)?;
            if let Some(svg) = picture::of_notebook(&content)? {
                files::write_if_changed(&paths.root.join(picture::FILE), svg.as_bytes())?;
            }
        }
    }
    println!("      {}", paths.show(&place.join("index.html")));
    Ok(())
}

/// Executes each notebook into the folder `out`; returns the files' names.
fn execute_all(
    paths: &Paths,
    python: &PythonEnv,
    request: &Request,
    notebooks: &[PathBuf],
    out: &Path,
) -> Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    for notebook in notebooks {
        let name = PathBuf::from(notebook.file_name().unwrap_or_default());
        let source = match request.edition {
            Some(edition) => {
                let mut command = jupyter_env::python(paths, python);
                command.arg(script(paths, "edition.py")?);
                edition::make(paths, command, edition, notebook)?
            }
            None => notebook.clone(),
        };
        let mut command = executor(paths, python)?;
        if let Some(folder) = notebook.parent() {
            command.arg("--folder").arg(folder);
        }
        command.arg("--timeout").arg(request.timeout.to_string());
        for private in [Some(paths.root.clone()), env::home_dir()]
            .into_iter()
            .flatten()
        {
            command.arg("--private").arg(private);
        }
        command.arg(source).arg(out.join(&name));
        let stem = name.file_stem().unwrap_or_default().to_string_lossy();
        let log = paths.log(&format!("execute-{stem}"));
        if let Err(error) = child::run(&mut command, &log, Show::Stdout) {
            bail!("{} failed\n{error:#}", paths.show(notebook));
        }
        names.push(name);
    }
    Ok(names)
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;

    fn request(notebooks: &[PathBuf]) -> Request {
        Request {
            notebooks: notebooks.to_vec(),
            out: PathBuf::new(),
            in_place: false,
            edition: None,
            timeout: 1,
            printer: None,
        }
    }

    #[test]
    fn without_notebooks_there_is_nothing_to_execute() {
        let folder = TestFolder::new("no-notebooks");
        let error = request(&[]).find_notebooks(&Paths::of(&folder.0));
        assert!(
            error
                .unwrap_err()
                .to_string()
                .contains("nothing to execute")
        );
    }

    #[test]
    fn named_notebooks_must_exist_and_have_different_names() {
        let folder = TestFolder::new("named");
        let paths = Paths::of(&folder.0);
        let (a, b) = (folder.0.join("a/x.ipynb"), folder.0.join("b/x.ipynb"));
        files::write(&a, b"{}").unwrap();
        files::write(&b, b"{}").unwrap();
        assert!(
            request(std::slice::from_ref(&a))
                .find_notebooks(&paths)
                .is_ok()
        );
        assert!(request(&[a, b]).find_notebooks(&paths).is_err());
        assert!(
            request(&["/none.ipynb".into()])
                .find_notebooks(&paths)
                .is_err()
        );
    }
}
