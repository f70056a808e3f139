//! The comments of a cell: rustfmt leaves out some that stand in odd places.

use proc_macro2::{LineColumn, TokenStream, TokenTree};

/// Whether `formatted` has all comments of `rust`.
pub fn are_kept(rust: &str, formatted: &str) -> bool {
    match (of(rust), of(formatted)) {
        (Some(before), Some(after)) => before == after,
        // What cannot be read is left as it is.
        _ => false,
    }
}

/// The lines of all comments, sorted: rustfmt moves imports with theirs. A comment is what is
/// between tokens and is no blank.
fn of(rust: &str) -> Option<Vec<String>> {
    let tokens: TokenStream = rust.parse().ok()?;
    let mut spans = Vec::new();
    collect(tokens, &mut spans);
    spans.sort();
    let lines: Vec<Vec<char>> = rust
        .split('\n')
        .map(|line| line.chars().collect())
        .collect();
    let mut gaps = String::new();
    let mut place = LineColumn { line: 1, column: 0 };
    let last = LineColumn {
        line: lines.len(),
        column: lines.last()?.len(),
    };
    for (start, end) in spans.into_iter().chain([(last, last)]) {
        for number in place.line..=start.line {
            let line = lines.get(number - 1)?;
            let from = if number == place.line {
                place.column
            } else {
                0
            };
            let to = if number == start.line {
                start.column
            } else {
                line.len()
            };
            gaps.extend(line.get(from..to.max(from)).unwrap_or_default());
            gaps.push('\n');
        }
        place = place.max(end);
    }
    let mut found: Vec<String> = gaps
        .lines()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    found.sort();
    Some(found)
}

fn collect(tokens: TokenStream, spans: &mut Vec<(LineColumn, LineColumn)>) {
    for token in tokens {
        let spans_of = match &token {
            TokenTree::Group(group) => vec![group.span_open(), group.span_close()],
            other => vec![other.span()],
        };
        let places = spans_of.into_iter().map(|span| (span.start(), span.end()));
        spans.extend(places);
        if let TokenTree::Group(group) = token {
            collect(group.stream(), spans);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_told_from_code_and_strings() {
        let rust = "let /* a */ x = \"// no\"; // é b\n/// doc\nfn f() { /* c\n d */ }\n// end";
        let found = of(rust).unwrap();
        assert_eq!(found, ["/* a */", "/* c", "// end", "// é b", "d */"]);
        assert!(of("let (").is_none());
    }

    #[test]
    fn blanks_and_order_do_not_count() {
        assert!(are_kept(
            "use b; // b\nuse a; // a",
            "use a;  // a\nuse b; // b"
        ));
        assert!(!are_kept("let x /* why */ = 1;", "let x = 1;"));
    }
}
