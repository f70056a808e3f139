//! Tables as the last value of a notebook cell.
//!
//! A table is HTML in the colours of the page, with aligned plain text as its text form. JupyterLab
//! shows the HTML also in a notebook that is not trusted.

use std::fmt::{self, Display};
use std::iter;

/// A table of `N` columns with a caption.
///
/// Units belong in the heads. Columns of numbers are aligned on the right. The first cell of each
/// row is the head of the row.
///
/// # Examples
///
/// ```
/// use speedup_notebook::display::table::Table;
///
/// let gains = [("plain loop", 1.0), ("parallel", 1.937)];
/// let mut table = Table::new("Speed-up of the grid", ["way", "speed-up"]);
/// for (way, gain) in gains {
///     table = table.row([&way, &format!("{gain:.2}")]);
/// }
/// assert_eq!(
///     table.to_string(),
///     "Speed-up of the grid\n\
///      way         speed-up\n\
///      plain loop      1.00\n\
///      parallel        1.94"
/// );
/// ```
///
/// A row with too few or too many cells does not compile:
///
/// ```compile_fail
/// speedup_notebook::display::table::Table::new("t", ["one", "two"]).row([&1]);
/// ```
///
/// Nor does a table without columns:
///
/// ```compile_fail
/// speedup_notebook::display::table::Table::new("t", []);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table<const N: usize> {
    caption: String,
    heads: [String; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    /// A table with this caption and these heads, without rows.
    ///
    /// # Examples
    ///
    /// ```
    /// let table = speedup_notebook::display::table::Table::new("Threads", ["threads", "time [ms]"]);
    /// assert_eq!(table.to_string(), "Threads\nthreads  time [ms]");
    /// ```
    pub fn new(caption: &str, heads: [&str; N]) -> Self {
        const { assert!(N > 0, "a table has at least one column") }
        Self {
            caption: one_line(&caption),
            heads: heads.map(|head| one_line(&head)),
            rows: Vec::new(),
        }
    }

    /// Adds a row: one value that can be printed for each column.
    ///
    /// # Examples
    ///
    /// ```
    /// let table = speedup_notebook::display::table::Table::new("t", ["way", "n"]).row([&"loop", &7]);
    /// assert!(table.to_string().ends_with("loop  7"));
    /// ```
    #[must_use]
    pub fn row(mut self, cells: [&dyn Display; N]) -> Self {
        self.rows.push(cells.map(one_line));
        self
    }

    /// The table as HTML.
    ///
    /// # Examples
    ///
    /// ```
    /// let html = speedup_notebook::display::table::Table::new("t", ["a < b"]).row([&0.5]).html();
    /// assert!(html.contains("a &lt; b"));
    /// assert!(html.contains("t</caption>"));
    /// ```
    pub fn html(&self) -> String {
        let escape = crate::display::escape::html;
        let aligned: [&str; N] = std::array::from_fn(|column| match self.is_numeric(column) {
            true => " style=\"text-align: right\"",
            false => " style=\"text-align: left\"",
        });
        let mut html = "<table>\n<caption style=\"text-align: left\">".to_owned();
        html += &format!("{}</caption>\n", escape(&self.caption));
        html += "<thead>\n<tr>";
        for (head, aligned) in self.heads.iter().zip(aligned) {
            html += &format!("<th scope=\"col\"{aligned}>{}</th>", escape(head));
        }
        html += "</tr>\n</thead>\n<tbody>\n";
        for row in &self.rows {
            html += "<tr>";
            for (column, (cell, aligned)) in row.iter().zip(aligned).enumerate() {
                let (tag, scope) = match column {
                    0 => ("th", " scope=\"row\""),
                    _ => ("td", ""),
                };
                html += &format!("<{tag}{scope}{aligned}>{}</{tag}>", escape(cell));
            }
            html += "</tr>\n";
        }
        html + "</tbody>\n</table>"
    }

    /// Shows the table as a notebook cell's result.
    ///
    /// # Examples
    ///
    /// ```
    /// speedup_notebook::display::table::Table::new("t", ["n"]).row([&7]).evcxr_display();
    /// ```
    pub fn evcxr_display(&self) {
        crate::jupyter::show("text/html", &self.html());
        crate::jupyter::show("text/plain", &self.to_string());
    }

    /// Whether a column has only numbers, with or without a unit. In the first column a number with
    /// a unit, such as "2 threads", is a name.
    fn is_numeric(&self, column: usize) -> bool {
        let cells = || self.rows.iter().map(|row| row[column].as_str());
        let bare = |cell: &str| cell.replace(',', "").parse::<f64>().is_ok();
        let begins = |cell: &str| {
            let number = cell.trim_start_matches(['+', '-', '−', '~', '<', '>', ' ']);
            number.starts_with(|c: char| c.is_ascii_digit()) || bare(cell)
        };
        let number = |cell: &str| bare(cell) || (column > 0 && begins(cell));
        let missing = |cell: &str| cell.is_empty() || cell == "–";
        cells().any(number) && cells().all(|cell| number(cell) || missing(cell))
    }
}

/// Aligned columns, for a font of fixed width.
impl<const N: usize> Display for Table<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.caption)?;
        let lines = || iter::once(&self.heads).chain(&self.rows);
        let widths: [usize; N] = std::array::from_fn(|column| {
            let width = |line: &[String; N]| line[column].chars().count();
            lines().map(width).max().unwrap_or(0)
        });
        let numeric: [bool; N] = std::array::from_fn(|column| self.is_numeric(column));
        for line in lines() {
            let cells = line.iter().zip(widths).enumerate();
            let cells = cells.map(|(column, (cell, width))| {
                // A format has at most 65,535 characters.
                let blanks = " ".repeat(width - cell.chars().count());
                match numeric[column] {
                    true => format!("{blanks}{cell}"),
                    false => format!("{cell}{blanks}"),
                }
            });
            let cells: Vec<String> = cells.collect();
            write!(f, "\n{}", cells.join("  ").trim_end())?;
        }
        Ok(())
    }
}

/// A text in which each run of white space and line ends is one space.
fn one_line(text: &dyn Display) -> String {
    let text = text.to_string();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_on_the_right_and_names_on_the_left() {
        let table = Table::new("Sizes", ["name", "µ [µs]", "note"])
            .row([&"2 threads", &"9.5", &"a × b"])
            .row([&"é", &"–", &""])
            .row([&"−", &"-1,210.5", &"2 or 3"]);
        let expected = "Sizes\n\
                        name         µ [µs]  note\n\
                        2 threads       9.5  a × b\n\
                        é                 –\n\
                        −          -1,210.5  2 or 3";
        assert_eq!(table.to_string(), expected);
        let html = table.html();
        let right = "<td style=\"text-align: right\">-1,210.5</td>";
        let left = "<th scope=\"row\" style=\"text-align: left\">2 threads</th>";
        assert!(html.contains(right) && html.contains(left), "{html}");
    }

    #[test]
    fn bare_numbers_as_row_heads_are_on_the_right() {
        let table = Table::new("t", ["workers", "gain"])
            .row([&1, &"1.00"])
            .row([&10_000, &f64::NAN]);
        assert_eq!(
            table.to_string(),
            "t\nworkers  gain\n      1  1.00\n  10000   NaN"
        );
    }

    #[test]
    fn html_is_escaped_and_one_cell_is_one_line() {
        let table = Table::new("a & b", ["<i>"]).row([&"\"x\"\n<script>"]);
        let html = table.html();
        for text in ["a &amp; b", "&lt;i&gt;", "&quot;x&quot; &lt;script&gt;"] {
            assert!(html.contains(text), "{html}");
        }
        assert_eq!(table.to_string(), "a & b\n<i>\n\"x\" <script>");
    }

    #[test]
    fn a_table_without_rows_has_its_caption_and_heads() {
        let table = Table::new("None", ["way", "time [s]"]);
        assert_eq!(table.to_string(), "None\nway  time [s]");
        assert!(table.html().contains("<tbody>\n</tbody>"));
    }
}
