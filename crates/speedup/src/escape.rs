//! Text as part of HTML and XML.

/// The text with the letters that mean something to HTML and XML written as entities.
pub(crate) fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
