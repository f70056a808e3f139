//! Rust source near right ones. Not a target in `tests/fuzz`: in a build for fuzzing proc-macro2 gives no places.

use crate::signatures;
use proc_macro2::TokenStream;

#[path = "../../speedup/tests/support/mod.rs"]
mod support;

/// Rust source without bodies: it stays Rust, and has no more bodies to leave out.
fn source(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let signatures = signatures::of(&text);
    let is_rust = |text: &str| text.parse::<TokenStream>().is_ok();
    match is_rust(&text) {
        true => assert!(
            is_rust(&signatures) && signatures.len() <= text.len() + 2 * text.matches("fn").count()
        ),
        false => assert_eq!(signatures, text),
    }
    assert_eq!(signatures::of(&signatures), signatures);
    // The places of all that was read are kept otherwise.
    proc_macro2::extra::invalidate_current_thread_spans();
}

/// Right sources to begin with.
fn sources() -> Vec<Vec<u8>> {
    let texts = [
        "/// Ä.\npub fn f(x: u8) -> [u8; 2] { { x } }\nconst C: u8 = { 1 };",
        "trait T { fn a(); fn b() { 1 } type F = fn(u8) -> u8; const N: u8 = { 2 }; }",
        "impl u8 { pub const unsafe fn f<const N: usize>(self) -> [u8; N] { g() } fn h(self) { \"}\" } }",
        "macro_rules! m { ($a:ident { $b:tt }) => { fn $a() { $b } }; () => {} }",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

#[test]
fn sources_near_right_ones() {
    support::survives(2_000, sources(), source);
}
