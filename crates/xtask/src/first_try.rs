//! The kernel's first try to show the value of a cell, which fails for most values.
//!
//! It ends the cell with `.evcxr_display()`. When the compiler knows no such method for the value, the kernel compiles
//! the cell again, with `{:?}`. All that it reads of the first answer is which line was wrong.

use serde_json::{Value, json};

/// What the compiler says of a value without the method.
const MISTAKE: &str = "no method named `evcxr_display` found";
/// The line that the kernel writes below the expression.
const CALL: &str = ").evcxr_display();";

/// Whether the compiler's messages speak of a first try and of no other mistake.
pub fn failed(messages: &[u8]) -> bool {
    let said = messages.split(|&byte| byte == b'\n');
    let said = said.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let errors = said.filter(|message| message["level"] == "error");
    let texts: Vec<String> = errors
        .map(|error| error["message"].as_str().unwrap_or_default().to_owned())
        .filter(|text| !text.starts_with("aborting due to"))
        .collect();
    matches!(&texts[..], [text] if text.starts_with(MISTAKE))
}

/// The compiler's message on the first try in a kernel's source.
pub fn message(source: &str) -> Option<Vec<u8>> {
    let line = 1 + source.lines().position(|line| line == CALL)?;
    let span = json!({
        "file_name": "src/lib.rs", "line_start": line, "line_end": line,
        "column_start": 3, "column_end": CALL.len() - 2,
        "byte_start": 0, "byte_end": 0, "is_primary": true, "text": [],
    });
    let message = json!({
        "$message_type": "diagnostic", "level": "error", "code": {"code": "E0599"},
        "message": MISTAKE, "rendered": MISTAKE, "spans": [span], "children": [],
    });
    Some(format!("{message}\n").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        json!({"level": "error", "message": text}).to_string() + "\n"
    }

    #[test]
    fn only_the_kernel_s_own_mistake_is_a_first_try() {
        let first_try = error(&format!("{MISTAKE} for type `i32`"));
        let end = error("aborting due to 1 previous error");
        assert!(failed((first_try.clone() + &end).as_bytes()));
        for other in [
            error("no `x` found"),
            first_try + &error("couldn't read `x`"),
            end,
        ] {
            assert!(!failed(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn the_message_names_the_line() {
        let message = message(&format!("fn a() {{}}\n(\n42\n{CALL}\n")).unwrap();
        assert!(failed(&message));
        let message: Value = serde_json::from_slice(&message).unwrap();
        assert_eq!(message["spans"][0]["line_start"], 4);
    }
}
