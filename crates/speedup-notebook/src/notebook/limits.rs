//! The limits of a course: how many threads at most, how large the problems, how long the comparisons.
//!
//! A lecturer writes them once, as TOML, into the file [`FILE`] in the notebooks' folder.
//! [`set_up`](crate::notebook::set_up) reads it in each notebook's first cell.
//! [`Threads::all`](speedup::Threads::all) and [`Threads::ladder`](speedup::Threads::ladder)
//! then keep to the number of threads, [`scaled`] changes the sizes that cells pass to it, and
//! [`compare`](crate::measure::compare::compare) changes its number of seconds.

use std::fmt;
use std::io::ErrorKind;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use speedup::Error;
use speedup::Threads;
use toml::de::{DeTable, DeValue};

use crate::measure::compare;

/// The file's name.
pub const FILE: &str = "course.toml";

/// The factors that sizes and seconds may be multiplied by.
pub const FACTORS: std::ops::RangeInclusive<f64> = 0.01..=10.0;

/// The limits of a course.
///
/// # Examples
///
/// ```
/// use speedup_notebook::notebook::limits::Course;
///
/// let course: Course = Course::parse("course.toml", "threads = 2\nsize = 0.1 # laptops\n")?;
/// assert_eq!(course.to_string(), "at most 2 threads, sizes × 0.1");
/// let error = Course::parse("course.toml", "threads = 0").unwrap_err().to_string();
/// assert_eq!(
///     error,
///     "course.toml, line 1: threads = 0 is not allowed, use a whole number from 1 to 4096"
/// );
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Course {
    /// The number of threads of `Threads::all`, at most; `None` for no limit.
    pub threads: Option<NonZeroUsize>,
    /// The factor that sizes are multiplied by.
    pub size: f64,
    /// The factor that the seconds of comparisons are multiplied by.
    pub seconds: f64,
}

static CURRENT: Mutex<Course> = Mutex::new(Course::DEFAULT);

impl Course {
    /// Every core, and the sizes and seconds as they stand in the cells.
    pub const DEFAULT: Self = Self {
        threads: None,
        size: 1.0,
        seconds: 1.0,
    };

    /// Reads TOML with the keys `threads`, `size` and `seconds`, all optional. Messages name `file`.
    ///
    /// # Errors
    ///
    /// [`Error::Line`] for text that is not TOML, an unknown key, a value of the wrong type, and a
    /// value outside its range.
    pub fn parse(file: &str, text: &str) -> Result<Self, Error> {
        let line = |start: usize| text[..start].matches('\n').count();
        let refused = |start: usize, problem: String| Error::Line {
            file: file.to_owned(),
            line: line(start) + 1,
            problem,
        };
        let table = DeTable::parse(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let bad = text.lines().nth(line(start)).unwrap_or_default().trim();
            refused(start, format!("`{bad}` is not TOML: {}", error.message()))
        })?;
        let mut course = Self::DEFAULT;
        for (key, value) in table.get_ref() {
            let written = text[value.span()].trim();
            course
                .set(key.get_ref(), value.get_ref(), written)
                .map_err(|problem| refused(key.span().start, problem))?;
        }
        Ok(course)
    }

    /// Sets one of the limits; `written` is the value as it stands in the file.
    fn set(&mut self, key: &str, value: &DeValue<'_>, written: &str) -> Result<(), String> {
        let not_allowed =
            |allowed: String| format!("{key} = {written} is not allowed, use {allowed}");
        match key {
            "threads" => {
                let count = whole(value).and_then(|n| usize::try_from(n).ok());
                let count = count.filter(|n| *n <= Threads::MAX);
                let allowed = || format!("a whole number from 1 to {}", Threads::MAX);
                let count = count.and_then(NonZeroUsize::new);
                self.threads = Some(count.ok_or_else(|| not_allowed(allowed()))?);
            }
            "size" | "seconds" => {
                let factor = number(value).filter(|factor| FACTORS.contains(factor));
                let allowed = || format!("a number from {} to {}", FACTORS.start(), FACTORS.end());
                let factor = factor.ok_or_else(|| not_allowed(allowed()))?;
                *if key == "size" {
                    &mut self.size
                } else {
                    &mut self.seconds
                } = factor;
            }
            _ => return Err(format!("unknown key {key}, use threads, size or seconds")),
        }
        Ok(())
    }

    /// Reads the file [`FILE`] of a folder. Without the file the course is [`Course::DEFAULT`].
    ///
    /// # Errors
    ///
    /// Those of [`Course::parse`], and [`Error::System`] if the file cannot be read.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_notebook::notebook::limits::Course;
    ///
    /// let missing = std::path::Path::new("no-such-folder");
    /// assert_eq!(Course::of_folder(missing)?, Course::DEFAULT);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn of_folder(folder: &Path) -> Result<Self, Error> {
        match std::fs::read_to_string(folder.join(FILE)) {
            Ok(text) => Self::parse(FILE, &text),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::DEFAULT),
            Err(error) => Err(Error::system(FILE, error)),
        }
    }

    /// A size for this course: `n` times the factor, rounded, at least 1.
    ///
    /// It is `n` itself if the factor is 1, if `n` is negative, or if the result does not fit in `T`.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_notebook::notebook::limits::Course;
    ///
    /// let course = Course { size: 0.01, ..Course::DEFAULT };
    /// assert_eq!(course.scale(5_000_u64), 50);
    /// assert_eq!(course.scale(20_usize), 1);
    /// ```
    pub fn scale<T: Copy + TryInto<u64> + TryFrom<u64>>(&self, n: T) -> T {
        let scaled = |n: u64| {
            let scaled = (n as f64 * self.size).round().max(1.0);
            // From 2⁶⁴ on the conversion would give the largest number.
            (scaled < 2_f64.powi(64)).then_some(scaled as u64)
        };
        let result = match self.size {
            1.0 => None,
            _ => n.try_into().ok().and_then(scaled),
        };
        result.and_then(|n| n.try_into().ok()).unwrap_or(n)
    }
}

impl fmt::Display for Course {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.threads {
            Some(count) => {
                let plural = if count.get() == 1 { "" } else { "s" };
                write!(f, "at most {count} thread{plural}, ")?;
            }
            None => write!(f, "every core, ")?,
        }
        write!(f, "sizes × {}", self.size)?;
        match self.seconds {
            1.0 => Ok(()),
            factor => write!(f, ", seconds × {factor}"),
        }
    }
}

/// The limits in force.
///
/// # Examples
///
/// ```
/// use speedup_notebook::notebook::limits::{self, Course};
///
/// assert_eq!(limits::current(), Course::DEFAULT);
/// ```
pub fn current() -> Course {
    *CURRENT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts limits in force, for all cells from here on.
///
/// # Examples
///
/// ```
/// use speedup_notebook::notebook::limits::{self, Course};
///
/// limits::set(Course::DEFAULT);
/// assert_eq!(limits::scaled(5_000), 5_000);
/// ```
pub fn set(course: Course) {
    *CURRENT.lock().unwrap_or_else(PoisonError::into_inner) = course;
    Threads::limit_all(course.threads);
    compare::scale_seconds(course.seconds);
}

/// The size of a problem in this course: `n` times the factor in [`FILE`], as [`Course::scale`] does.
///
/// # Examples
///
/// ```
/// assert_eq!(speedup_notebook::notebook::limits::scaled(50_000), 50_000);
/// ```
pub fn scaled<T: Copy + TryInto<u64> + TryFrom<u64>>(n: T) -> T {
    current().scale(n)
}

/// The value of a TOML integer of any form: decimal, hexadecimal, octal or binary.
fn whole(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// The value of a TOML integer or float.
fn number(value: &DeValue<'_>) -> Option<f64> {
    match value.as_float() {
        Some(float) => float.as_str().parse().ok(),
        None => whole(value).map(|integer| integer as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_line_the_value_and_the_allowed_range() {
        let threads = "is not allowed, use a whole number from 1 to 4096";
        let size = "is not allowed, use a number from 0.01 to 10";
        for (text, line, words) in [
            (
                "\n# all\nthreads = true",
                3,
                format!("threads = true {threads}"),
            ),
            ("threads = 4097", 1, format!("threads = 4097 {threads}")),
            ("threads = -1", 1, format!("threads = -1 {threads}")),
            ("threads = 2.0", 1, format!("threads = 2.0 {threads}")),
            ("threads = \"2\"", 1, format!("threads = \"2\" {threads}")),
            (
                "threads = [\n2\n]",
                1,
                format!("threads = [\n2\n] {threads}"),
            ),
            ("[threads]\nmost = 2", 1, threads.to_owned()),
            ("threads.most = 2", 1, threads.to_owned()),
            ("threads = 99999999999999999999", 1, threads.to_owned()),
            ("size = 0", 1, format!("size = 0 {size}")),
            ("# é\r\nsize = nan", 2, format!("size = nan {size}")),
            ("size = 1e400", 1, format!("size = 1e400 {size}")),
            (
                "seconds = 0",
                1,
                "seconds = 0 is not allowed, use a number from 0.01 to 10".to_owned(),
            ),
            (
                "cores = 2",
                1,
                "unknown key cores, use threads, size or seconds".to_owned(),
            ),
            (
                "size = 1\nsize = 2",
                2,
                "`size = 2` is not TOML: duplicate key".to_owned(),
            ),
            ("threads 2", 1, "`threads 2` is not TOML: ".to_owned()),
            (
                "# é\nsize = a tenth",
                2,
                "`size = a tenth` is not TOML: ".to_owned(),
            ),
            (
                "size = 1\nthreads =",
                2,
                "`threads =` is not TOML: ".to_owned(),
            ),
            (
                "size = \"1\nthreads = 1",
                1,
                "`size = \"1` is not TOML: ".to_owned(),
            ),
        ] {
            let message = Course::parse(FILE, text).unwrap_err().to_string();
            let begins = format!("course.toml, line {line}: ");
            assert!(
                message.starts_with(&begins) && message.contains(&words),
                "{message}"
            );
        }
    }

    #[test]
    fn every_form_of_toml_is_read() {
        for (text, threads, size) in [
            ("", None, 1.0),
            ("# threads = 1\n\n  size=2 # twice\n", None, 2.0),
            ("threads = 1_000", Some(1_000), 1.0),
            ("threads = 0x10\r\nsize = +1e-1\r\n", Some(16), 0.1),
            ("\"threads\" = 0b11\n'size' = 1_0.0", Some(3), 10.0),
            ("\u{feff}threads = 0o7", Some(7), 1.0),
        ] {
            let course = Course::parse(FILE, text).unwrap();
            let read = (course.threads.map(NonZeroUsize::get), course.size);
            assert_eq!(read, (threads, size), "{text}");
        }
        let course = Course::parse(FILE, "seconds = 0.1").unwrap();
        assert_eq!(course.to_string(), "every core, sizes × 1, seconds × 0.1");
    }

    #[test]
    fn the_default_changes_no_size() {
        assert_eq!(Course::DEFAULT.scale(u64::MAX), u64::MAX);
        assert_eq!(Course::DEFAULT.scale(0), 0);
    }

    #[test]
    fn a_size_that_no_factor_fits_stays_as_it_is() {
        let large = Course {
            size: 10.0,
            ..Course::DEFAULT
        };
        assert_eq!((large.scale(200_u8), large.scale(20_u8)), (200, 200));
        assert_eq!((large.scale(-3), large.scale(0)), (-3, 1));
    }
}
