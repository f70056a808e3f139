//! Texts in a picture: their widths, and their lines.

use plotters::prelude::*;

use super::style::{Area, Drawn};

/// Font of all text.
pub const FONT: &str = "sans-serif";
/// Font size of a title in pixels.
pub const TITLE: i32 = 20;
/// Font size of other text in pixels.
pub const TEXT: i32 = 15;
/// Pixels from one line of text to the next.
pub const LINE: i32 = 16;

/// An upper bound of a text's width in pixels, in common fonts.
pub fn width(text: &str) -> i32 {
    // plotters draws letters of `TEXT` / 1.24 pixels.
    (0.62 * f64::from(TEXT) / 1.24 * text.chars().count() as f64).ceil() as i32
}

/// A text of at most `pixels` pixels; a longer one ends with an ellipsis.
pub fn truncated(text: &str, pixels: i32) -> String {
    let fits = |count: usize| width(&"x".repeat(count)) <= pixels;
    if fits(text.chars().count()) {
        return text.to_owned();
    }
    let count = (1..).take_while(|count| fits(*count)).last().unwrap_or(1);
    let beginning: String = text.chars().take(count - 1).collect();
    format!("{}…", beginning.trim_end())
}

/// A text as at most `most` lines of at most `pixels` pixels. A line ends at a blank, after an
/// underscore or after a dash. What does not fit is left out, and an ellipsis stands for it.
pub fn lines(text: &str, pixels: i32, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for part in text.split_inclusive([' ', '_', '–']) {
        let count = lines.len();
        match lines.last_mut() {
            Some(line)
                if line.is_empty()
                    || count == most
                    || width(&format!("{line}{}", part.trim_end())) <= pixels =>
            {
                line.push_str(part);
            }
            _ => lines.push(part.to_owned()),
        }
    }
    let lines = lines.iter().map(|line| truncated(line.trim_end(), pixels));
    lines.collect()
}

/// Draws lines below one another, the first at a place of the area, each `pitch` pixels below the last.
pub fn draw(
    area: &Area<'_>,
    lines: &[String],
    (x, y): (i32, i32),
    pitch: i32,
    style: &TextStyle<'_>,
) -> Drawn {
    lines.iter().zip(0..).try_for_each(|(line, k)| {
        area.draw(&Text::new(line.as_str(), (x, y + pitch * k), style.clone()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_truncated() {
        assert_eq!(truncated("short", 100), "short");
        let long = truncated(&"long ".repeat(50), 100);
        assert!(long.ends_with('…') && width(&long) <= 100, "{long}");
    }

    #[test]
    fn lines_end_between_words() {
        let all = |text| lines(text, width("12345678"), 3);
        assert_eq!(all("short"), ["short"]);
        assert_eq!(all("in place, old matrix"), ["in", "place,", "old mat…"]);
        assert_eq!(all("in_place and old"), ["in_place", "and old"]);
        assert_eq!(all("Nelder–Mead"), ["Nelder–", "Mead"]);
        assert_eq!(all("unbreakable"), ["unbreak…"]);
        assert_eq!(all(""), [""]);
    }
}
