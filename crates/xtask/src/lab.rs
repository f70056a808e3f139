//! `cargo xtask lab`: JupyterLab on the notebooks.

use crate::paths::Paths;
use crate::step::Steps;
use crate::{child, files, jupyter_env, setup};
use anyhow::Result;

/// No question at the first start, and no request to the network.
const NOTIFICATIONS: &str = "{\"checkForUpdates\": false, \"fetchNews\": \"false\"}\n";

/// Sets up and runs JupyterLab in this terminal until it ends.
pub fn run(paths: &Paths, args: &[String]) -> Result<()> {
    let python = setup::run(paths, &mut Steps::new(setup::STEPS), false)?;
    files::make_folder(&paths.notebooks)?;
    let settings = "lab/settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings";
    let settings = paths.jupyter.join(settings);
    if !settings.exists() {
        files::write(&settings, NOTIFICATIONS.as_bytes())?;
    }
    let mut command = jupyter_env::python(paths, &python);
    command
        .args(["-m", "jupyterlab"])
        .arg(format!(
            "--ServerApp.root_dir={}",
            paths.notebooks.display()
        ))
        .args(args)
        .current_dir(&paths.notebooks);
    child::run_in_terminal(&mut command)
}
