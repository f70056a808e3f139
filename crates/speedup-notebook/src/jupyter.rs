//! The display protocol of the evcxr kernel, and whether a reader is present.
//!
//! The crate `evcxr_runtime` writes the same lines, but with `println!`, which panics if the kernel
//! no longer reads.

use std::io::{self, Write};

/// Whether a reader is present. Jupyter's server sets `JPY_SESSION_NAME` for its kernels; nbconvert
/// does not.
pub(crate) fn attended() -> bool {
    std::env::var_os("JPY_SESSION_NAME").is_some()
}

/// Shows the result of a cell: its content for one MIME type. Several calls with different MIME
/// types in sequence give one result in several forms.
///
/// # Examples
///
/// ```
/// speedup_notebook::jupyter::show("text/plain", "42");
/// ```
pub fn show(mime: &str, content: &str) {
    let text = format!("EVCXR_BEGIN_CONTENT {mime}\n{content}\nEVCXR_END_CONTENT\n");
    // An error is ignored: it means that the kernel no longer reads.
    let _ = io::stdout().lock().write_all(text.as_bytes());
}
