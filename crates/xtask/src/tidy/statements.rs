//! A cell's last statement: whether it has a value, which the notebook shows.

use anyhow::{Context, Result};
use proc_macro2::{LineColumn, Span};
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, Block, Expr, Stmt};

/// The statements of a cell, which the kernel lets begin with inner attributes.
fn parse(rust: &str) -> Result<Vec<Stmt>> {
    let cell = |input: ParseStream| {
        Attribute::parse_inner(input)?;
        Block::parse_within(input)
    };
    Ok(cell.parse_str(rust)?)
}

/// A cell's Rust with `let _ = …;` around a last expression, so that more may follow.
pub fn last_expression_bound(rust: &str) -> Result<String> {
    let span = match parse(rust)?.last() {
        Some(Stmt::Expr(expression, None)) if !is_statement(expression) => expression.span(),
        Some(Stmt::Macro(call)) if call.semi_token.is_none() => call.span(),
        _ => return Ok(rust.to_owned()),
    };
    let (before, expression, after) = split(rust, span)?;
    Ok(format!("{before}let _ = {expression};{after}"))
}

/// `formatted` with the last semicolon that `rust` has.
///
/// rustfmt takes it away after a block (`match a {};`), where elsewhere it means
/// nothing. A notebook shows the value of a last expression, and here that would be `()`.
pub fn last_semicolon_kept(rust: &str, formatted: &str) -> Result<String> {
    let statements = parse(formatted)?;
    if let Some(Stmt::Expr(_, Some(_))) = parse(rust)?.last()
        && let Some(Stmt::Expr(expression, None)) = statements.last()
    {
        let (before, expression, after) = split(formatted, expression.span())?;
        return Ok(format!("{before}{expression};{after}"));
    }
    Ok(formatted.to_owned())
}

/// Whether an expression has no value to show.
fn is_statement(expression: &Expr) -> bool {
    match expression {
        Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => true,
        Expr::If(condition) => condition.else_branch.is_none(),
        _ => false,
    }
}

/// The text before the span, in it, and after it.
fn split(text: &str, span: Span) -> Result<(&str, &str, &str)> {
    let offset = |place: LineColumn| {
        let line = text.split('\n').nth(place.line - 1)?;
        let start = line.as_ptr() as usize - text.as_ptr() as usize;
        let column: usize = line.chars().take(place.column).map(char::len_utf8).sum();
        Some(start + column)
    };
    let start = offset(span.start()).context("a statement without a place")?;
    let end = offset(span.end()).context("a statement without a place")?;
    Ok((&text[..start], &text[start..end], &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_last_expression_with_a_value_is_bound() {
        let bound = |rust| last_expression_bound(rust).unwrap();
        assert_eq!(
            bound("f();\ng(\n\"é\") // end"),
            "f();\nlet _ = g(\n\"é\"); // end"
        );
        assert_eq!(
            bound("#![allow(unused)]\nf()"),
            "#![allow(unused)]\nlet _ = f();"
        );
        assert_eq!(bound("vec![1]"), "let _ = vec![1];");
        assert_eq!(
            bound("if a { b } else { c }"),
            "let _ = if a { b } else { c };"
        );
        for whole in [
            "for i in a {}",
            "if a { b() }",
            "fn f() {}",
            "f();",
            "// none",
        ] {
            assert_eq!(bound(whole), whole);
        }
        assert!(last_expression_bound("let = 1;").is_err());
    }

    #[test]
    fn the_semicolon_that_hides_a_value_is_kept() {
        let kept = |rust, formatted| last_semicolon_kept(rust, formatted).unwrap();
        assert_eq!(
            kept("match a {}; // é", "match a {} // é"),
            "match a {}; // é"
        );
        assert_eq!(kept("match a {}", "match a {}"), "match a {}");
        assert_eq!(kept("f();if a {};", "f();\nif a {}"), "f();\nif a {};");
        assert_eq!(kept("f() ;", "f();"), "f();");
    }
}
