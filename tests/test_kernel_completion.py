"""Completion offers names that a user may write at the cursor, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import small_notebooks
from kernels import rust_kernel

# The cells before: what is private in a module, and what a cell may use of its own items.
CELLS = [
    """\
use rayon::prelude::*;
use speedup::Threads;
mod sealed {
    pub struct Sealed { pub open: f64, closed: f64 }
    impl Sealed {
        pub fn new() -> Self { Sealed { open: 1.0, closed: 2.0 } }
        pub fn sum(&self) -> f64 { self.open + self.secret() }
        fn secret(&self) -> f64 { self.closed }
    }
}
struct Point { x: f64, step: fn(f64) -> f64 }
enum Kind { First, Second(u32) }
fn total(values: &[f64]) -> f64 { values.iter().sum() }""",
    """\
let values = vec![1.0_f64, 2.0, 3.0];
let text = String::from("abc");
let point = Point { x: 1.0, step: f64::sqrt };
let sealed = sealed::Sealed::new();
let threads = Threads::new(1)?;""",
]
# Code up to the cursor, a name that is offered there, and what completes the code behind that name.
COMPLETED = [
    ("values.", "push", None),
    ("values.le", "len", "()"),
    ("values.par_it", "par_iter", "().sum::<f64>()"),
    ("values.iter().", "map", "(|x| x * 2.0).sum::<f64>()"),
    ("values.iter().map(|x| x.sq", "sqrt", "()).sum::<f64>()"),
    ("text.to_", "to_uppercase", "()"),
    ("2.0_f64.sq", "sqrt", "()"),
    ("point.", "x", ""),
    ("point.", "step", None),
    ("sealed.", "open", ""),
    ("sealed.", "sum", "()"),
    ("(1, 2.0).", "1", ""),
    ("threads.", "install", "(|| 1)?"),
    ("Threads::al", "all", "()"),
    ("speedup::ker", "kernels", None),
    ("speedup_notebook::measure::timeit::timeit(|| 1).med", "median", None),
    ("use std::col", "collections", "::HashMap;"),
    ("Vec::", "with_capacity", "(3).push(1.0)"),
    ("Vec::", "push", None),
    ("String::fr", "from", '("a")'),
    ("Kind::", "Second", "(1)"),
    ("match Kind::First { Kind::", "First", " => 1, _ => 2 }"),
    ("let x: Ve", "Vec", "<f64> = vec![];"),
    ("val", "values", ".len()"),
    ("let x: f64 = tot", "total", "(&values);"),
    ("total(&va", "values", ")"),
    ("if val", "values", ".is_empty() {}"),
    ("let one = 1; o", "one", " + 1"),
    ("fn double(number: f64) -> f64 { num", "number", " * 2.0 }"),
    ("let double = |number: f64| num", "number", " * 2.0; double(1.0)"),
    ("imp", "impl", " Kind {}"),
    ("stru", "struct", " Empty;"),
    ("fo", "for", " _ in 0..2 {}"),
    ("le", "let", " one = 1;"),
    ("printl", "println!", '("a")'),
    ("let ones = ve", "vec!", "[1; 3];"),
    ('println!("{}", values.le', "len", "())"),
    ('println!("{}", (val', "values", ".len()))"),
    ("std::", "mem", "::size_of::<f64>()"),
    ("crate::", "total", "(&[1.0])"),
    ("let π = 3.0_f64; π.sq", "sqrt", "()"),
    ('let accents = "e\u0301 👩\u200d🔬\r\n"; values.le', "len", "()"),
    ("let one = 1;\n", "values", ".len()"),
]
NOWHERE = ["", "// val", "!echo val", '"val']
NAME = re.compile(r"'?(r#)?\w+!?|[a-z]+ [a-z]+|\w+(::\w*)+")
NEVER = {"closed", "secret", "buf", "f16", "f128", "alloc_crate"}


def problems(typed: str, name: str, content: dict[str, Any]) -> list[str]:
    """What is wrong with the answer where `typed` is to be replaced, by `name` among others."""
    matches = content.get("matches", [])
    shown = content.get("metadata", {}).get("_jupyter_types_experimental", [])
    found = [
        match
        for match in matches
        if not NAME.fullmatch(match)
        or not match.removeprefix("r#").startswith(typed)
        or match in NEVER
        or "evcxr" in match.lower()
    ]
    if content["status"] != "ok":
        found.append(content["ename"])
    if name not in matches:
        found.append("not offered")
    if len(matches) != len(set(matches)):
        found.append("twice")
    if [part["text"] for part in shown] != matches:
        found.append("JupyterLab puts in another text")
    return found


def test_what_is_completed_can_be_written(root: Path, tmp_path: Path) -> None:
    wrong, written = {}, []
    with rust_kernel(tmp_path) as kernel:

        def complete(code: str, position: int | None = None) -> dict[str, Any]:
            return kernel.ask(kernel.client.complete(code, position))

        kernel.run(f'{small_notebooks.dep_line(root)}\n:dep rayon = "=1.12.0"')
        for cell in CELLS:
            assert kernel.execute(cell).reply["status"] == "ok"
        for code, name, rest in COMPLETED:
            before = re.sub(r"\w*$", "", code)
            content = complete(code)
            found = problems(code.removeprefix(before), name, content)
            replaced = content.get("cursor_start"), content.get("cursor_end")
            if found or replaced != (len(before), len(code)):
                wrong[code] = (name, found, replaced)
            if rest is not None:
                written.append(f"{{ {before}{name}{rest} }};")
        assert not wrong
        # Within code: the rest of a word is replaced as well.
        content = complete("values.le()\nlet one = 1;", len("values.l"))
        assert "len" in content["matches"]
        assert (content["cursor_start"], content["cursor_end"]) == (7, 9)
        for code in NOWHERE:
            content = complete(code)
            assert (content["status"], content["matches"]) == ("ok", []), code
        answer = kernel.execute("\n".join(written))
    assert answer.reply["status"] == "ok", answer.texts()
