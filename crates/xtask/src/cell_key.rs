//! A cell's code in a form that is the same in every kernel.
//!
//! The kernel writes all that earlier cells defined, and what loads and stores their variables, into the one
//! file that it compiles, in an order that differs from kernel to kernel. For these lines order has no meaning.

use syn::spanned::Spanned;

/// The parts of the kernel's file in order of their text; nothing for code that cannot be parsed.
pub fn canonical(source: &str) -> Option<String> {
    let mut lines: Vec<&str> = source.lines().collect();
    for variables in lines.chunk_by_mut(|a, b| is_of_variable(a) && is_of_variable(b)) {
        variables.sort_unstable();
    }
    let text = lines.join("\n");
    let file = syn::parse_file(&text).ok()?;
    let attributes = file.attrs.iter().map(Spanned::span);
    let items = file.items.iter().map(Spanned::span);
    let mut parts: Vec<&str> = attributes
        .chain(items)
        .map(|span| text.get(span.byte_range()))
        .collect::<Option<_>>()?;
    parts.sort_unstable();
    Some(parts.join("\n"))
}

/// Whether the kernel wrote the line to check, load or store one variable.
fn is_of_variable(line: &str) -> bool {
    line.starts_with("vars_ok &= evcxr_variable_store.check_variable::<")
        || line.starts_with("evcxr_variable_store.put_variable::<")
        || line.starts_with("let ") && line.contains(" = evcxr_variable_store.take_variable::<")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOAD: [&str; 2] = [
        "let mut n = evcxr_variable_store.take_variable::<usize>(stringify!(n));",
        "let all = evcxr_variable_store.take_variable::<Threads>(stringify!(all));",
    ];
    const STORE: [&str; 2] = [
        "evcxr_variable_store.put_variable::<usize>(stringify!(n), n);",
        "evcxr_variable_store.put_variable::<Threads>(stringify!(all), all);",
    ];
    const ITEMS: [&str; 2] = [
        "/// Doubles.\nfn twice(x: u64) -> u64 {\n    2 * x\n}",
        "use std::mem;",
    ];

    fn cell(items: [&str; 2], load: [&str; 2], code: [&str; 2], store: [&str; 2]) -> String {
        let parts = [
            vec!["#![allow(dead_code)]"],
            items.to_vec(),
            vec!["pub extern \"C\" fn run_user_code_3() {"],
            [load, code, store].concat(),
            vec!["}"],
        ];
        parts.concat().join("\n")
    }

    fn swapped([a, b]: [&str; 2]) -> [&str; 2] {
        [b, a]
    }

    #[test]
    fn the_kernel_s_order_has_no_meaning() {
        let code = ["n += 1;", "n *= 2;"];
        let first = canonical(&cell(ITEMS, LOAD, code, STORE)).unwrap();
        let second = cell(swapped(ITEMS), swapped(LOAD), code, swapped(STORE));
        assert_eq!(Some(first), canonical(&second));
    }

    #[test]
    fn all_else_has_a_meaning() {
        let code = ["n += 1;", "n *= 2;"];
        let first = canonical(&cell(ITEMS, LOAD, code, STORE)).unwrap();
        let others = [
            cell(ITEMS, LOAD, swapped(code), STORE),
            cell(ITEMS, LOAD, ["n += 1;", "n *= 3;"], STORE),
            cell([ITEMS[0], "use std::fmt;"], LOAD, code, STORE),
            cell(ITEMS, LOAD, code, [STORE[0], STORE[0]]),
            cell(ITEMS, LOAD, code, STORE).replace("2 * x", "2 *  x"),
            cell(ITEMS, LOAD, code, STORE).replace("code_3", "code_4"),
        ];
        for other in others {
            assert_ne!(canonical(&other).unwrap(), first, "{other}");
        }
        assert_eq!(canonical("fn ("), None);
    }
}
