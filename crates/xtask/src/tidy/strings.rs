//! Strings of many lines, whose blanks are no indent.

use anyhow::Result;
use proc_macro2::{TokenStream, TokenTree};
use std::collections::BTreeSet;

/// The lines, from 1, that begin inside a string: their blanks are the string's.
pub fn lines_inside(text: &str) -> Result<BTreeSet<usize>> {
    let tokens: TokenStream = text
        .parse()
        .map_err(|error| anyhow::anyhow!("cannot read a formatted cell: {error}"))?;
    let lines: Vec<&str> = text.lines().collect();
    let mut inside = BTreeSet::new();
    let mut stack: Vec<TokenTree> = tokens.into_iter().collect();
    while let Some(token) = stack.pop() {
        match token {
            TokenTree::Group(group) => stack.extend(group.stream()),
            TokenTree::Literal(literal) => {
                let (start, end) = (literal.span().start(), literal.span().end());
                let first = lines
                    .get(start.line - 1)
                    .and_then(|l| l.chars().nth(start.column));
                // A comment for documentation is a literal too, but begins with a slash.
                if first != Some('/') {
                    inside.extend(start.line + 1..=end.line);
                }
            }
            _ => {}
        }
    }
    Ok(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_no_strings() {
        let text = "fn f() {\n/// doc\nlet a = \"x\n y\n z\"; /* c\n d */\n}";
        assert_eq!(lines_inside(text).unwrap(), BTreeSet::from([4, 5]));
    }
}
