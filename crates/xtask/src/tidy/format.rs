//! The Rust of each cell, formatted by the toolchain's rustfmt.
//!
//! A cell is statements, items and perhaps a last expression: what the body of a
//! function may be. So it is formatted as one, and the body's indent is taken away.

use super::Problem;
use super::cells::{self, Notebook};
use super::{comments, statements, strings};
use crate::files;
use crate::tools::notebook::Cell;
use crate::tools::paths::Paths;
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The longest line in a cell, in letters: what the pages' column has room for.
const WIDTH: usize = 88;
/// How rustfmt breaks lines: only where one does not fit. A cell is read whole, on a page
/// or beside its output, and by rustfmt's default the handouts have a sixth more lines.
const HEURISTICS: &str = "Max";
/// How far rustfmt indents a function's body.
const INDENT: &str = "    ";
const HEAD: &str = "fn cell() {";
const TAIL: &str = "}";

/// What came of the cells.
#[derive(Default)]
pub struct Formatted {
    /// The text of every cell that could be formatted, by notebook and place.
    pub sources: BTreeMap<PathBuf, BTreeMap<usize, String>>,
    /// Cells that rustfmt could not read, unless they are there to fail.
    pub problems: Vec<Problem>,
}

/// Formats the cells of all notebooks in one run of rustfmt.
pub fn all(paths: &Paths, notebooks: &[Notebook]) -> Result<Formatted> {
    let folder = paths.work.join("tidy");
    files::remove(&folder)?;
    files::make_folder(&folder)?;
    // In the folder itself, so that no file of the user's applies.
    let options = format!(
        "edition = \"2024\"\nmax_width = {}\nuse_small_heuristics = {HEURISTICS:?}\n",
        WIDTH + INDENT.len()
    );
    files::write(&folder.join("rustfmt.toml"), options.as_bytes())?;
    let mut cells = Vec::new();
    for (number, notebook) in notebooks.iter().enumerate() {
        for cell in &notebook.cells {
            let (_, rust) = cells::parts(cell);
            if !rust.trim().is_empty() {
                let file = folder.join(format!("{number}-{}.rs", cell.index));
                let text = format!("{HEAD}\n{}\n{TAIL}\n", rust.trim_end());
                files::write(&file, text.as_bytes())?;
                cells.push((notebook, cell, file));
            }
        }
    }
    let said = rustfmt(paths, cells.iter().map(|(.., file)| file.as_path()))?;
    let mut all = Formatted::default();
    for (notebook, cell, file) in cells {
        let result = match said.get(&file) {
            None => assemble(cell, &file).map_err(|error| format!("{error:#}")),
            Some(messages) => Err(in_cell(messages, cell)),
        };
        match result {
            Ok(text) => {
                let of_notebook = all.sources.entry(notebook.path.clone()).or_default();
                of_notebook.insert(cell.index, text);
            }
            Err(_) if cells::fails(cell) => {}
            Err(text) => all.problems.push(Problem::new(&notebook.path, cell, text)),
        }
    }
    Ok(all)
}

/// What rustfmt said: the line of the file, and the message.
type Messages = Vec<(usize, String)>;

/// Formats the files in place; returns what rustfmt said of those that it could not.
fn rustfmt<'a>(
    paths: &Paths,
    cells: impl Iterator<Item = &'a Path>,
) -> Result<BTreeMap<PathBuf, Messages>> {
    let mut cells = cells.peekable();
    if cells.peek().is_none() {
        return Ok(BTreeMap::new());
    }
    let mut command = Command::new("rustfmt");
    let output = command
        .args(["--color", "never"])
        .args(cells)
        .current_dir(&paths.root)
        .stdin(Stdio::null())
        .output()
        .context("cannot run rustfmt (rustup component add rustfmt)")?;
    let text = String::from_utf8_lossy(&output.stderr);
    let said = by_file(&text);
    if !output.status.success() && said.is_empty() {
        bail!("rustfmt failed ({}): {}", output.status, text.trim());
    }
    Ok(said)
}

/// Sorts rustfmt's messages by the file that each names.
fn by_file(messages: &str) -> BTreeMap<PathBuf, Messages> {
    let mut found: BTreeMap<PathBuf, Messages> = BTreeMap::new();
    for message in messages.split("\n\n") {
        let place = message.lines().find_map(|line| {
            let (path, rest) = line.trim_start().strip_prefix("--> ")?.split_once(".rs:")?;
            let line = rest.split(':').next()?.parse().ok()?;
            Some((PathBuf::from(format!("{path}.rs")), line))
        });
        let title = message.lines().find(|line| line.starts_with("error"));
        if let (Some((file, line)), Some(title)) = (place, title) {
            let title = title.trim_start_matches("error: ").to_owned();
            found.entry(file).or_default().push((line, title));
        }
    }
    found
}

/// The messages with the lines of the cell.
fn in_cell(messages: &Messages, cell: &Cell) -> String {
    let commands = cells::parts(cell).0.lines().count();
    let lines = messages.iter().map(|(line, message)| {
        // The function's head is line 1.
        format!(
            "line {}: {message} (rustfmt)",
            (commands + line).saturating_sub(1)
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The cell with its formatted Rust.
fn assemble(cell: &Cell, file: &Path) -> Result<String> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let (commands, rust) = cells::parts(cell);
    // Of blank lines between the commands and the Rust, one stays.
    let blank = if !commands.is_empty() && rust.starts_with('\n') {
        "\n"
    } else {
        ""
    };
    let formatted = statements::last_semicolon_kept(rust, &unwrap(&text)?)?;
    if !comments::are_kept(rust, &formatted) {
        return Ok(cell.source.clone());
    }
    Ok(format!("{commands}{blank}{formatted}"))
}

/// The body of the only function of `text`, without its indent.
fn unwrap(text: &str) -> Result<String> {
    let body = text
        .trim_end()
        .strip_prefix(HEAD)
        .and_then(|rest| rest.strip_suffix(TAIL))
        .context("rustfmt moved the function around a cell")?;
    let inside = strings::lines_inside(text)?;
    let mut lines = Vec::new();
    // The head's line is number 1, and what follows it there is nothing.
    for (number, line) in (1..).zip(body.split('\n')) {
        lines.push(if inside.contains(&number) {
            line
        } else {
            line.strip_prefix(INDENT).unwrap_or(line.trim_start())
        });
    }
    ensure!(lines.len() > 2, "rustfmt left nothing of a cell");
    Ok(lines[1..lines.len() - 1].join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;
    use crate::tools::notebook;

    /// One cell's formatted text, or what is wrong with it.
    fn formatted(source: &str, fails: bool) -> std::result::Result<String, String> {
        let name: String = source.chars().filter(char::is_ascii_alphanumeric).collect();
        let folder = TestFolder::new(&format!("format-{name:.40}-{fails}"));
        let mut cell = Cell::of_test(source);
        if fails {
            cell = cell.tagged("raises-exception");
        }
        let notebook = Notebook {
            path: "a.ipynb".into(),
            cells: vec![cell],
            is_spine: false,
        };
        let mut all = all(&Paths::of(&folder.0), &[notebook]).unwrap();
        if let Some(problem) = all.problems.pop() {
            return Err(problem.text);
        }
        let cells = all.sources.remove(Path::new("a.ipynb")).unwrap_or_default();
        Ok(cells.get(&0).map_or(source, String::as_str).to_owned())
    }

    #[track_caller]
    fn becomes(source: &str, wanted: &str) {
        assert_eq!(formatted(source, false).unwrap(), wanted);
        assert_eq!(formatted(wanted, false).unwrap(), wanted, "a second time");
    }

    #[test]
    fn statements_items_and_a_last_expression_are_formatted() {
        becomes(
            "use b::d ;\nuse a::c;\nlet  x=1;  // why\n\n\n\nfn f( a:i32 )->i32{a}\nx+1",
            "use a::c;\nuse b::d;\nlet x = 1; // why\n\nfn f(a: i32) -> i32 {\n    a\n}\nx + 1",
        );
        becomes("// only a comment  ", "// only a comment");
    }

    #[test]
    fn the_kernel_s_commands_stay_as_they_are() {
        becomes(
            ":dep  a =  \"1\"\n!ls   -l\n\n\n// c\nlet  x=1;",
            ":dep  a =  \"1\"\n!ls   -l\n\n// c\nlet x = 1;",
        );
        becomes(":version", ":version");
    }

    #[test]
    fn a_cell_whose_comments_rustfmt_would_lose_stays_as_it_is() {
        for odd in [
            "let  x /* why */ : /* what */ i32 =  1;",
            "f(/* none */  1 ,\n// last\n);",
            "match  a { /* x */ _ /* y */ => /* z */ (), }",
            "struct S { a: /* b */ i32 }",
            "use a::{b, /* c */ d};",
            "let a = [1, // one\n 2 /* two */, 3];",
            "if a /* x */ { } /* y */ else /* z */ { }",
            "fn f(a: i32 /* a */, /* b */ b: i32) /* c */ -> /* d */ i32 /* e */ { a }",
        ] {
            let found = formatted(odd, false).unwrap();
            assert!(comments::are_kept(odd, &found), "{odd} became {found}");
        }
    }

    #[test]
    fn an_inner_attribute_may_come_first() {
        becomes(
            "#![allow( unused )]\nlet  x=1;",
            "#![allow(unused)]\nlet x = 1;",
        );
    }

    #[test]
    fn strings_of_many_lines_keep_their_blanks() {
        becomes(
            "let a=\"x\n        y\n z\";\n/// d\n///   e\nfn f() {\n/* m\n     n */\n}\nprintln!(r#\"é\n    p\"#)",
            "let a = \"x\n        y\n z\";\n/// d\n///   e\nfn f() {\n    /* m\n    n */\n}\nprintln!(\n    r#\"é\n    p\"#\n)",
        );
    }

    #[test]
    fn the_last_semicolon_stays() {
        becomes("match  a { _=>() };", "match a {\n    _ => (),\n};");
    }

    #[test]
    fn the_width_is_that_of_the_cell() {
        let line = |letters: usize| format!("let a = f({}, b);", "x".repeat(letters - 15));
        assert_eq!(formatted(&line(WIDTH), false).unwrap(), line(WIDTH));
        assert_ne!(formatted(&line(WIDTH + 1), false).unwrap(), line(WIDTH + 1));
    }

    #[test]
    fn what_does_not_parse_is_reported_unless_it_is_there_to_fail() {
        let problem = formatted(":version\nlet = ;", false).unwrap_err();
        assert!(problem.contains("line 2: expected pattern"), "{problem}");
        assert_eq!(formatted("let  = ;", true).unwrap(), "let  = ;");
        assert_eq!(
            formatted("let  a = undefined;", true).unwrap(),
            "let a = undefined;"
        );
    }

    #[test]
    fn the_handouts_stay_as_they_are() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let files = notebook::notebooks(&root.join("notebooks")).unwrap();
        let read = files.iter().map(|path| Notebook::read(path).unwrap());
        let folder = TestFolder::new("format-handouts");
        let notebooks: Vec<Notebook> = read.collect();
        let found = all(&Paths::of(&folder.0), &notebooks).unwrap();
        assert!(found.problems.is_empty());
        for notebook in &notebooks {
            let sources = found.sources.get(&notebook.path);
            for cell in &notebook.cells {
                let text = sources.and_then(|cells| cells.get(&cell.index));
                assert_eq!(text.unwrap_or(&cell.source), &cell.source);
            }
        }
    }
}
