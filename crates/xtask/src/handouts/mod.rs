//! `cargo xtask handouts`: notebooks executed in fresh kernels, then rendered.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`execution`] | one notebook executed |
//! | [`in_place`] | executed notebooks written back to their files |
//! | [`output_folder`], [`written`] | the folder of the results, and which files in it are ours |
//! | [`edition`] | the notebooks for students, for lecturers, or without what goes further |
//! | [`picture`] | the chart in README |
//! | [`chromium`] | the browser that prints the pages |

pub mod chromium;
pub mod edition;
mod execution;
mod in_place;
mod output_folder;
mod picture;
mod written;

use crate::run_folders;
use crate::tools::child::{self, Show};
use crate::tools::jupyter_env;
use crate::tools::paths::Paths;
use crate::tools::python::{Needs, PythonEnv};
use crate::tools::scripts::script;
use crate::tools::step::{Outcome, Steps};
use anyhow::{Context, Result};
use edition::Edition;
use in_place::Originals;
use output_folder::OutputFolder;
use std::fs;
use std::path::{Path, PathBuf};

/// How many steps this has after the set-up, without printing.
pub const STEPS: usize = 2;

/// Longest time for one cell, in seconds, unless another is asked for.
pub const CELL_TIMEOUT: u32 = 600;

/// The packages that the scripts import.
const PACKAGES: &[&str] = &[
    "jupyter_client",
    "latex2mathml",
    "nbclient",
    "nbconvert",
    "nbformat",
    "psutil",
];
/// And those for printing.
const PACKAGES_TO_PRINT: &[&str] = &[
    "jupyter_client",
    "latex2mathml",
    "nbclient",
    "nbconvert",
    "nbformat",
    "playwright",
    "psutil",
];
/// The page that lists the others.
const INDEX: &str = "index.html";
/// How long each notebook took.
pub const TIMINGS: &str = "timings.json";
/// The texts of all pages, for their search.
const SEARCH: &str = "search.js";
/// All that the notebooks need, for those who have a page only; and the folder that it unpacks to.
const ARCHIVE: &str = "speedup-handouts.zip";
const ARCHIVED: &str = "speedup-handouts";
/// All pages printed as one file.
const COURSE: &str = "course.pdf";

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
    /// Whether the blocks of *Going further* are printed too.
    pub further: bool,
}

impl Request {
    /// All notebooks as pages in a folder.
    pub fn pages(out: PathBuf) -> Request {
        Request {
            notebooks: Vec::new(),
            out,
            in_place: false,
            edition: None,
            timeout: CELL_TIMEOUT,
            printer: None,
            further: false,
        }
    }
}

/// A run that may begin: nothing that it would replace belongs to somebody else.
pub struct Run<'a> {
    paths: &'a Paths,
    request: &'a Request,
    notebooks: &'a [PathBuf],
    out: OutputFolder,
    /// Where notebooks and pages are in the output folder.
    inside: &'static Path,
    /// The pages that are made of texts beside the notebooks, such as the glossary.
    texts: Vec<PathBuf>,
    /// What an edition has beside them: names, and the files to be copied.
    beside: Vec<(PathBuf, PathBuf)>,
}

impl<'a> Run<'a> {
    /// Looks at the output folder; to be done before anything that takes long.
    pub fn begin(
        paths: &'a Paths,
        request: &'a Request,
        notebooks: &'a [PathBuf],
    ) -> Result<Run<'a>> {
        let out = OutputFolder::begin(&request.out, &paths.work)?;
        let (inside, beside) = match request.edition {
            Some(_) => (edition::HANDOUTS, edition::beside(paths)?),
            None => ("", Vec::new()),
        };
        let run = Run {
            paths,
            request,
            notebooks,
            out,
            inside: Path::new(inside),
            texts: pages_of_texts(paths)?,
            beside,
        };
        let own = |name: PathBuf| (run.inside.join(name), None);
        let mut names: Vec<_> = [INDEX, TIMINGS, SEARCH, ARCHIVE, COURSE]
            .map(|name| own(name.into()))
            .into();
        names.extend(run.texts.iter().cloned().map(own));
        for notebook in notebooks {
            let name = PathBuf::from(notebook.file_name().unwrap_or_default());
            names.push(own(name.with_extension("html")));
            names.extend((request.printer.is_some()).then(|| own(name.with_extension("pdf"))));
            names.push(own(name));
        }
        let copies = run.beside.iter().cloned();
        names.extend(copies.map(|(name, source)| (name, Some(source))));
        run.out.refuse(&names)?;
        Ok(run)
    }

    /// Executes and renders; each notebook and its page are in place as soon as they are ready.
    pub fn finish(mut self, steps: &mut Steps, python: &PythonEnv) -> Result<()> {
        self.take_earlier_results()?;
        let mut originals = Originals::default();
        let what = match self.notebooks.len() {
            1 => "Executing 1 notebook".to_owned(),
            many => format!("Executing {many} notebooks"),
        };
        steps.run(&what, || {
            let mut done = Ok(());
            for notebook in self.notebooks {
                done = self.one(python, notebook, &mut originals);
                if done.is_err() {
                    break;
                }
            }
            run_folders::sweep(&self.paths.layout().runs())?;
            done.map(Outcome::Done)
        })?;
        steps.run("Rendering the pages", || {
            let printed = self.request.printer.is_some();
            self.render(python, printed, self.archive(python)?)?;
            self.put_all("html")?;
            self.put_all("zip")?;
            self.put(Path::new(SEARCH)).map(|_| Outcome::Done(()))
        })?;
        if let Some(chromium) = &self.request.printer {
            steps.run("Printing the pages", || {
                let mut command = jupyter_env::python(self.paths, python);
                command.arg(script(self.paths, "print_pages.py")?);
                command.arg(self.out.work()).arg(chromium);
                command.args(self.request.further.then_some("--further"));
                // What the browser writes beside its profile; a home may be for reading only.
                for variable in ["XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
                    command.env(variable, self.paths.work.join("browser-home"));
                }
                child::run(&mut command, &self.paths.log("print"), Show::Stdout)?;
                self.put_all("pdf").map(Outcome::Done)
            })?;
        }
        self.clear()?;
        for (name, source) in std::mem::take(&mut self.beside) {
            let content =
                fs::read(&source).with_context(|| format!("cannot read {}", source.display()))?;
            self.out.put(&name, &content)?;
        }
        let index = self.out.place().join(self.inside).join(INDEX);
        println!("      {}", self.paths.show(&index));
        originals.report(self.paths)
    }

    /// Executes one notebook and puts it in place, with its page and the index.
    fn one(
        &mut self,
        python: &PythonEnv,
        notebook: &Path,
        originals: &mut Originals,
    ) -> Result<()> {
        let name = PathBuf::from(notebook.file_name().unwrap_or_default());
        // What is executed is what was read here, whatever happens to the file meanwhile.
        let original =
            fs::read(notebook).with_context(|| format!("cannot read {}", notebook.display()))?;
        let result = self.out.work().join(&name);
        execution::run(
            self.paths,
            python,
            self.request,
            notebook,
            &original,
            &result,
        )?;
        self.render(python, false, false)?;
        let executed =
            fs::read(&result).with_context(|| format!("cannot read {}", result.display()))?;
        // One printed from an older page.
        self.out
            .remove(&self.inside.join(name.with_extension("pdf")))?;
        self.put(&name)?;
        let page = self.put(&name.with_extension("html"))?;
        self.put(Path::new(TIMINGS))?;
        self.put(Path::new(INDEX))?;
        self.put(Path::new(SEARCH))?;
        for text in self.texts.clone() {
            self.put(&text)?;
        }
        println!("      {}", self.paths.show(&page));
        if self.request.in_place {
            let kept = self.out.place().join(self.inside).join(&name);
            originals.write(self.paths, notebook, &original, &executed, kept)?;
        }
        Ok(())
    }

    /// Has the notebooks beside which a page stands, for its links and for the index.
    ///
    /// When all notebooks are executed, those are the same and others are out of date.
    fn take_earlier_results(&self) -> Result<()> {
        let executed = |name: &Path| {
            let same = |notebook: &PathBuf| notebook.file_name() == name.file_name();
            self.request.notebooks.is_empty() && !self.notebooks.iter().any(same)
        };
        for name in self.out.names() {
            let is_notebook = name.extension().is_some_and(|ext| ext == "ipynb");
            let is_wanted = is_notebook && !executed(&name) || name.ends_with(TIMINGS);
            let path = self.out.place().join(&name);
            if name.parent() == Some(self.inside) && is_wanted && path.is_file() {
                let copy = self.out.work().join(name.file_name().unwrap_or_default());
                fs::copy(&path, copy).with_context(|| format!("cannot copy {}", path.display()))?;
            }
        }
        Ok(())
    }

    /// Packs what the notebooks need to run; only if all of them are here.
    fn archive(&self, python: &PythonEnv) -> Result<bool> {
        if !self.request.notebooks.is_empty() {
            return Ok(false);
        }
        let mut files = edition::beside(self.paths)?;
        for notebook in self.notebooks {
            let name = notebook.file_name().unwrap_or_default();
            let executed = self.out.work().join(name);
            files.push((Path::new(edition::HANDOUTS).join(name), executed));
        }
        let listed = self.out.work().join("archive.json");
        crate::files::write_if_changed(&listed, serde_json::to_string(&files)?.as_bytes())?;
        let mut command = jupyter_env::python(self.paths, python);
        command.arg(script(self.paths, "archive.py")?);
        command.arg(ARCHIVED).arg(self.out.work().join(ARCHIVE));
        command.arg(&listed);
        child::run(&mut command, &self.paths.log("archive"), Show::Stdout)?;
        Ok(true)
    }

    fn render(&self, python: &PythonEnv, pdf: bool, archive: bool) -> Result<()> {
        let mut command = jupyter_env::python(self.paths, python);
        command.arg(script(self.paths, "render.py")?);
        command.arg(self.out.work()).args(pdf.then_some("--pdf"));
        command.arg("--texts").arg(&self.paths.notebooks);
        if archive {
            command.args(["--archive", ARCHIVE]);
        }
        child::run(&mut command, &self.paths.log("render"), Show::Stdout)
    }

    /// Puts a prepared file in place; returns where it is.
    fn put(&mut self, name: &Path) -> Result<PathBuf> {
        let file = self.out.work().join(name);
        let content = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let name = self.inside.join(name);
        self.out.put(&name, &content)?;
        Ok(self.out.place().join(name))
    }

    /// Puts all prepared files of one kind in place, also of notebooks that were not executed now.
    fn put_all(&mut self, extension: &str) -> Result<()> {
        for file in crate::files::list(self.out.work())? {
            if file.extension().is_some_and(|found| found == extension) {
                let content =
                    fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
                let name = self.inside.join(file.file_name().unwrap_or_default());
                self.out.put_unless_foreign(&name, &content)?;
            }
        }
        Ok(())
    }

    /// Deletes what earlier runs wrote and this one did not: what is printed from an older page,
    /// and when all notebooks are executed those that no longer exist.
    fn clear(&mut self) -> Result<()> {
        for name in self.out.names() {
            let is_beside = self.beside.iter().any(|(beside, _)| *beside == name);
            let prepared = name.file_name().map(|file| self.out.work().join(file));
            let is_here = name.parent() == Some(self.inside);
            let is_made = is_here && prepared.is_some_and(|file| file.is_file());
            if !is_beside && !is_made {
                self.out.remove(&name)?;
            }
        }
        Ok(())
    }
}

/// The pages that are made of texts beside the notebooks, such as the glossary.
fn pages_of_texts(paths: &Paths) -> Result<Vec<PathBuf>> {
    let texts = crate::files::list(&paths.notebooks)?.into_iter();
    let is_page = |text: &PathBuf| {
        text.extension().is_some_and(|found| found == "md") && !text.ends_with("index.md")
    };
    Ok(texts
        .filter(is_page)
        .filter_map(|text| Some(PathBuf::from(text.file_name()?).with_extension("html")))
        .collect())
}
