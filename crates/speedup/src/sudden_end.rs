//! A message for the reader when the process that runs the cells is ended from outside.
//!
//! The kernel answers an interrupt by killing that process, and says no more than the signal's
//! name. Who is killed cannot speak, so a shell waits beside it, at the end of a pipe.

use std::mem;
use std::process::{Command, Stdio};
use std::sync::Once;

/// What has happened, what is left, and what to do.
const MESSAGE: &str = "\
The cell's process has ended: by an interrupt, an exit, a crash as by endless recursion, or for lack of memory.
All variables are gone; functions, types and imports are kept.
To go on: menu Run, Run All Above Selected Cell, and then run this cell again.";

/// Waits for the end of its input, which comes when the last holder of the pipe is gone.
const SCRIPT: &str = "read -r line; printf '%s\\n' \"$1\" >&2";

/// Has the message shown, as the cell's last output, when this process ends before its kernel.
pub fn explain() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let shell = Command::new("sh")
            .args(["-c", SCRIPT, "sh", MESSAGE])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn();
        // Without a shell all works but this message.
        if let Ok(mut shell) = shell {
            mem::forget(shell.stdin.take());
        }
    });
}
