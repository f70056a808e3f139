//! Rust source without the bodies of its functions: all that type inference reads of a library.
//!
//! Functions that can be called where a constant is computed keep theirs: the length of an array, which is a part
//! of its type, may need them.

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

/// The places of all bodies that are left out, in their order.
fn find_bodies(tokens: TokenStream, bodies: &mut Vec<Range<usize>>) {
    let mut tokens = tokens.into_iter().peekable();
    let mut in_signature = false;
    // `const fn`, and all functions of `impl const` and `const trait`.
    let mut is_const = false;
    let mut before = None;
    while let Some(token) = tokens.next() {
        let after = match &token {
            TokenTree::Punct(mark) => Some(mark.as_char()),
            _ => None,
        };
        match token {
            // Not the type `fn()`.
            TokenTree::Ident(name) if name == "fn" => {
                in_signature = !matches!(tokens.peek(), Some(TokenTree::Group(_)));
            }
            // Not `<const N: usize>`, nor `*const T`.
            TokenTree::Ident(name) if name == "const" => {
                let of_type = before.is_some_and(|mark| "<,*:&=".contains(mark));
                is_const |= !in_signature && !of_type;
            }
            TokenTree::Ident(name) if name == "macro_rules" => {
                if let Some(rules) = tokens.find_map(group) {
                    find_in_rules(rules.stream(), bodies);
                }
            }
            TokenTree::Punct(mark) if mark.as_char() == ';' => {
                (in_signature, is_const) = (false, false);
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                match (is_const, in_signature) {
                    (true, _) => {}
                    (false, true) => bodies.push(group.span().byte_range()),
                    (false, false) => find_bodies(group.stream(), bodies),
                }
                (in_signature, is_const) = (false, false);
            }
            TokenTree::Group(group) if !in_signature => find_bodies(group.stream(), bodies),
            _ => {}
        }
        before = after;
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

    #[test]
    fn what_computes_constants_keeps_its_body() {
        for same in [
            "pub const fn f(x: u8) -> u8 { x }",
            "impl u8 { pub const unsafe fn f<const N: usize>(self) -> [u8; N] { g() } }",
            "impl const Add for u8 { fn add(self, b: u8) -> u8 { self + b } }",
            "const trait T { fn a() { 1 } }",
            "macro_rules! m { ($t:ty) => { impl $t { pub const fn pow(self) -> $t { 1 } } }; }",
        ] {
            assert_eq!(super::of(same), same);
        }
        let both = "const fn f() { 1 } fn g() { 2 } impl<const N: usize> A<N> { fn h() { 3 } }";
        let bodies = "const fn f() { 1 } fn g() {} impl<const N: usize> A<N> { fn h() {} }";
        assert_eq!(super::of(both), bodies);
    }
}
