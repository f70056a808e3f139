//! What a command says and ends when it is interrupted.

use super::child;
use anyhow::{Context, Result};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::process;
use std::thread;

/// Ends this program, what it is running, and all that this started, when a signal asks for it.
///
/// Nothing has to be put in order: each file is replaced at once, and what a run left unfinished is deleted by the next.
pub fn watch() -> Result<()> {
    let mut signals =
        Signals::new([SIGINT, SIGTERM, SIGHUP]).context("cannot wait for interrupts")?;
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            child::end_all();
            eprintln!(
                "error: interrupted; what was finished stays, and no file is half written\n\
                 next: run the same command again"
            );
            process::exit(128 + signal);
        }
    });
    Ok(())
}
