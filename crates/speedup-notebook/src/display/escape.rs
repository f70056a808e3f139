//! Escaping of text in HTML and XML.

/// A text whose characters with a meaning in HTML and XML are entities.
pub(crate) fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
