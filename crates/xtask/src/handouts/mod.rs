//! `cargo xtask handouts`: notebooks executed in fresh kernels, then rendered.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`output_folder`] | the folder of the results |
//! | [`edition`] | the notebooks as students or lecturers get them |
//! | [`picture`] | the chart in README |
//! | [`chromium`] | the browser that prints the pages |

pub mod chromium;
pub mod edition;
mod output_folder;
mod picture;

// The name by which the seed knows it.
pub use crate::tools::scripts::executor;

use crate::tools::child::{self, Show};
use crate::tools::paths::Paths;
use crate::tools::python::{Needs, PythonEnv};
use crate::tools::scripts::script;
use crate::tools::step::{Outcome, Steps};
use crate::tools::{jupyter_env, notebook};
use crate::{files, run_folders};
use anyhow::{Context, Result, bail};
use edition::Edition;
use output_folder::OutputFolder;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// How many steps this has after the set-up, without printing.
pub const STEPS: usize = 2;

/// The packages that the scripts import.
const PACKAGES: &[&str] = &[
    "jupyter_client",
    "latex2mathml",
    "nbclient",
    "nbconvert",
    "nbformat",
];
/// And those for printing.
const PACKAGES_TO_PRINT: &[&str] = &[
    "jupyter_client",
    "latex2mathml",
    "nbclient",
    "nbconvert",
    "nbformat",
    "playwright",
];

/// The packages that are needed, with `printing` for the PDF files too.
pub fn needs(printing: bool) -> Needs {
    Needs::These(if printing {
        PACKAGES_TO_PRINT
    } else {
        PACKAGES
    })
}

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

/// Executes and renders; nothing at the final place changes unless all succeeded.
pub fn run(
    paths: &Paths,
    steps: &mut Steps,
    python: &PythonEnv,
    request: &Request,
    notebooks: &[PathBuf],
) -> Result<()> {
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
        run_folders::sweep(&paths.kernel.join("run"))?;
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
            if let Some(svg) = picture::of_cells(&notebook::parse(&content)?) {
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
