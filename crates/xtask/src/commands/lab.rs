//! `cargo xtask lab`: JupyterLab on the notebooks.

use crate::tools::paths::Paths;
use crate::tools::python::Needs;
use crate::tools::step::Steps;
use crate::tools::{child, jupyter_env};
use crate::{files, setup};
use anyhow::Result;

/// JupyterLab's settings where the user has not chosen others: no question at the first start,
/// no request to the network; a text opens as a page, so that its links work; completion
/// may take as long as the kernel needs for it the first time.
const SETTINGS: &str = r#"{
  "@jupyterlab/apputils-extension:notification": { "checkForUpdates": false, "fetchNews": "false" },
  "@jupyterlab/docmanager-extension:plugin": { "defaultViewers": { "markdown": "Markdown Preview" } },
  "@jupyterlab/completer-extension:manager": { "providerTimeout": 60000 }
}
"#;
/// How outputs look.
const STYLE: &str = include_str!("../../python/lab.css");
/// What is shown first: the list of the handouts.
const INDEX: &str = "index.md";

/// The packages that are needed.
const NEEDS: Needs = Needs::These(&["jupyterlab", "jupyter_client"]);

/// Sets up and runs JupyterLab in this terminal until it ends.
pub fn run(paths: &Paths, args: &[String]) -> Result<()> {
    let python = setup::run(paths, &mut Steps::new(setup::STEPS), false, &NEEDS)?;
    files::make_folder(&paths.notebooks)?;
    let config = paths.jupyter.join("config");
    let settings = config.join("labconfig/default_setting_overrides.json");
    files::write_if_changed(&settings, SETTINGS.as_bytes())?;
    // An earlier version wrote settings of the server here.
    files::remove(&config.join("jupyter_server_config.py"))?;
    files::write_if_changed(&config.join("custom/custom.css"), STYLE.as_bytes())?;
    let mut command = jupyter_env::python(paths, &python);
    command
        .args(["-m", "jupyterlab", "--LabApp.custom_css=True"])
        .arg(format!(
            "--ServerApp.root_dir={}",
            paths.notebooks.display()
        ))
        .args(args)
        .current_dir(&paths.notebooks);
    let named = args.iter().map(|arg| paths.notebooks.join(arg));
    let folder = named.rev().find(|path| path.is_dir());
    let folder = folder.as_ref().unwrap_or(&paths.notebooks);
    if folder.join(INDEX).is_file() {
        command.arg(format!("--LabApp.default_url=/lab/tree/{INDEX}"));
    }
    child::run_in_terminal(&mut command)
}
