//! Rust source without the bodies of its functions: all that type inference reads of a library.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use std::ops::Range;

/// The source with `{}` for the body of each function; unchanged if it cannot be read.
pub fn of(source: &str) -> String {
    let mut bodies = Vec::new();
    if let Ok(tokens) = source.parse() {
        find_bodies(tokens, &mut bodies);
    }
    let mut rest = 0;
    let mut kept = String::new();
    for body in bodies {
        kept += &source[rest..body.start];
        kept += "{}";
        rest = body.end;
    }
    kept + &source[rest..]
}

/// The places of all bodies, in their order.
fn find_bodies(tokens: TokenStream, bodies: &mut Vec<Range<usize>>) {
    let mut tokens = tokens.into_iter().peekable();
    let mut in_signature = false;
    while let Some(token) = tokens.next() {
        match token {
            // Not the type `fn()`.
            TokenTree::Ident(name) if name == "fn" => {
                in_signature = !matches!(tokens.peek(), Some(TokenTree::Group(_)));
            }
            TokenTree::Ident(name) if name == "macro_rules" => {
                if let Some(rules) = tokens.find_map(group) {
                    find_in_rules(rules.stream(), bodies);
                }
            }
            TokenTree::Punct(mark) if mark.as_char() == ';' => in_signature = false,
            TokenTree::Group(group) if !in_signature => find_bodies(group.stream(), bodies),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                bodies.push(group.span().byte_range());
                in_signature = false;
            }
            _ => {}
        }
    }
}

/// Of the rules of a macro only what they expand to has bodies; what they match is left as it is.
fn find_in_rules(rules: TokenStream, bodies: &mut Vec<Range<usize>>) {
    let mut rules = rules.into_iter();
    while rules.find_map(group).is_some() {
        if let Some(expansion) = rules.find_map(group) {
            find_bodies(expansion.stream(), bodies);
        }
    }
}

fn group(token: TokenTree) -> Option<Group> {
    match token {
        TokenTree::Group(group) => Some(group),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn bodies_are_left_out_and_nothing_else() {
        for (source, signatures) in [
            (
                "/// Ä.\npub fn f(x: u8) -> [u8; 2] { { x } }\nconst C: u8 = { 1 };",
                "/// Ä.\npub fn f(x: u8) -> [u8; 2] {}\nconst C: u8 = { 1 };",
            ),
            (
                "trait T { fn a(); fn b() { 1 } type F = fn(u8) -> u8; const N: u8 = { 2 }; }",
                "trait T { fn a(); fn b() {} type F = fn(u8) -> u8; const N: u8 = { 2 }; }",
            ),
            (
                "impl X { fn a<T>() where T: Y { 1 } }",
                "impl X { fn a<T>() where T: Y {} }",
            ),
            (
                "macro_rules! m { (fn $a:ident { $($b:tt)* }) => { fn $a() { $($b)* } }; }",
                "macro_rules! m { (fn $a:ident { $($b:tt)* }) => { fn $a() {} }; }",
            ),
            ("m! { fn a() { 1 } }", "m! { fn a() {} }"),
            ("fn a( {", "fn a( {"),
        ] {
            assert_eq!(super::of(source), signatures);
        }
    }
}
