//! What a panic in a cell tells its reader.
//!
//! The kernel compiles a cell as the [`CELL`] of a crate that it writes anew each time, so
//! that line numbers say nothing. The line itself does, and the file still has it.

use std::fs;
use std::panic::{Location, PanicHookInfo};
use std::path::PathBuf;

/// The name of a cell's code in a panic's place.
const CELL: &str = "src/lib.rs";
/// What the kernel puts on the line before a cell's last expression, to show its value.
const SHOWN: &str = "evcxr_send_text_plain(";

/// A panic's message and then its place: the line of the cell, or the name and line of another
/// crate's file.
pub fn describe(info: &PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or("a panic without a message");
    let place = match info.location() {
        Some(place) if place.file() == CELL => line_of_cell(place).unwrap_or_default(),
        Some(place) => {
            format!(" ({}, line {})", in_its_crate(place.file()), place.line())
        }
        None => String::new(),
    };
    format!("panicked at: {message}{place}")
}

/// The line with a mark below it; nothing where the system does not tell which file it is from.
fn line_of_cell(place: &Location<'_>) -> Option<String> {
    // The name of the file lies in the library that was compiled from it.
    let library = library_at(place.file().as_ptr().addr())?;
    let source = library
        .ancestors()
        .map(|folder| folder.join(CELL))
        .find(|file| file.is_file())?;
    let modified = |path| fs::metadata(path).and_then(|data| data.modified()).ok();
    if modified(&source)? > modified(&library)? {
        // Say, a closure that was kept: its file has been overwritten by later cells.
        return Some(" (in code of an earlier cell)".to_owned());
    }
    let text = fs::read_to_string(source).ok()?;
    let mut lines = text.lines().skip(place.line() as usize - 1);
    let line = lines.next()?;
    Some(match line.starts_with(SHOWN) {
        true => format!("\n  | {}", lines.next()?.trim()),
        false => marked(line, place.column() as usize),
    })
}

/// A file's name from its crate's folder on: all before that differs from machine to machine.
fn in_its_crate(file: &str) -> &str {
    let crate_name = file.rfind("/src/").map(|end| &file[..end]);
    let start = crate_name.and_then(|path| path.rfind('/')).map(|at| at + 1);
    &file[start.unwrap_or(0)..]
}

/// The file whose content is in memory at an address. Only Linux tells.
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

/// A line as compilers show it, with a mark below the column that is counted from 1.
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
