//! The report of a panic: its message, and the line of the cell.
//!
//! The kernel compiles each cell as the file [`CELL`] of a generated crate. The line number in that
//! file means nothing to the reader, so the report quotes the line itself.

use std::fs;
use std::panic::{Location, PanicHookInfo};
use std::path::PathBuf;

/// The file name in the location of a panic in a cell.
const CELL: &str = "src/lib.rs";
/// The beginning of the line that the kernel inserts before the last expression of a cell.
const SHOWN: &str = "evcxr_send_text_plain(";

/// The message of a panic, and its location: the line of the cell, or the file and line in another
/// crate.
pub fn describe(info: &PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or("a panic without a message");
    let location = match info.location() {
        Some(at) if at.file() == CELL => line_of_cell(at).unwrap_or_default(),
        Some(at) => {
            format!(" ({}, line {})", in_its_crate(at.file()), at.line())
        }
        None => String::new(),
    };
    format!("panicked at: {message}{location}")
}

/// The line of the cell with a mark below the column; `None` where the system does not say which
/// file it is from.
fn line_of_cell(location: &Location<'_>) -> Option<String> {
    // The text of the file name is part of the library that was compiled from the file.
    let library = library_at(location.file().as_ptr().addr())?;
    let source = library
        .ancestors()
        .map(|folder| folder.join(CELL))
        .find(|file| file.is_file())?;
    let modified = |path| fs::metadata(path).and_then(|data| data.modified()).ok();
    if modified(&source)? > modified(&library)? {
        // A later cell has overwritten the file, for example after a cell that defined a closure.
        return Some(" (in code of an earlier cell)".to_owned());
    }
    let text = fs::read_to_string(source).ok()?;
    let mut lines = text.lines().skip(location.line() as usize - 1);
    let line = lines.next()?;
    Some(match line.starts_with(SHOWN) {
        true => format!("\n  | {}", lines.next()?.trim()),
        false => marked(line, location.column() as usize),
    })
}

/// A file's path from its crate's folder on. The part before differs from machine to machine.
fn in_its_crate(file: &str) -> &str {
    let crate_name = file.rfind("/src/").map(|end| &file[..end]);
    let start = crate_name.and_then(|path| path.rfind('/')).map(|at| at + 1);
    &file[start.unwrap_or(0)..]
}

/// The file that is mapped to memory at an address; `None` on systems other than Linux.
fn library_at(address: usize) -> Option<PathBuf> {
    let number = |text| usize::from_str_radix(text, 16).ok();
    let maps = fs::read_to_string("/proc/self/maps").ok()?;
    maps.lines().find_map(|line| {
        let (range, rest) = line.split_once(' ')?;
        let (start, end) = range.split_once('-')?;
        let here = (number(start)?..number(end)?).contains(&address);
        here.then(|| rest.find('/').map(|at| PathBuf::from(&rest[at..])))?
    })
}

/// A line as compilers show it, with a mark below a column, counted from 1.
fn marked(line: &str, column: usize) -> String {
    let shown = line.trim();
    let indent = line.chars().take_while(|c| c.is_whitespace()).count();
    let before = " ".repeat((column - 1).saturating_sub(indent));
    format!("\n  | {shown}\n  | {before}^")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_below_its_column() {
        let text = marked("    let π = values[k]; ", 13);
        assert_eq!(text, "\n  | let π = values[k];\n  |         ^");
        assert!(marked("x", 1).ends_with("\n  | ^"));
    }

    #[test]
    fn files_of_other_crates_are_named_without_their_place() {
        let file = "/home/x/.cargo/registry/src/index/rayon-1.12.0/src/iter/mod.rs";
        assert_eq!(in_its_crate(file), "rayon-1.12.0/src/iter/mod.rs");
        assert_eq!(in_its_crate("src/x.rs"), "src/x.rs");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_static_text_is_in_this_program_s_file() {
        let file = library_at(CELL.as_ptr().addr());
        assert_eq!(file, std::env::current_exe().ok());
        assert_eq!(library_at(0), None);
    }
}
