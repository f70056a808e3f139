//! What holds on all machines of a course: how many threads at most, and how large the problems.
//!
//! A lecturer writes it once, into the file [`FILE`] in the notebooks' folder, as lines
//! `name = value`. [`notebook::set_up`](crate::notebook::set_up) reads it in each notebook's
//! first cell. Then [`Threads::all`](crate::Threads::all) and
//! [`Threads::ladder`](crate::Threads::ladder) keep to the number of threads, and [`scaled`]
//! changes the sizes that cells hand to it.

use std::fmt;
use std::io::ErrorKind;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::{Error, Threads};

/// The file's name.
pub const FILE: &str = "course.toml";

/// The factors that sizes may be multiplied by.
pub const SIZES: std::ops::RangeInclusive<f64> = 0.01..=10.0;

/// The parameters of a course.
///
/// # Examples
///
/// ```
/// use speedup::course::Course;
///
/// let course: Course = Course::parse("course.toml", "threads = 2\nsize = 0.1 # laptops\n")?;
/// assert_eq!(course.to_string(), "at most 2 threads, sizes × 0.1");
/// let error = Course::parse("course.toml", "threads = 0").unwrap_err().to_string();
/// assert_eq!(error, "course.toml, line 1: threads = 0 is not allowed, use 1 to 4096");
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Course {
    /// The most threads that `Threads::all` stands for; every core if not given.
    pub threads: Option<NonZeroUsize>,
    /// What sizes are multiplied by.
    pub size: f64,
}

static CURRENT: Mutex<Course> = Mutex::new(Course::DEFAULT);

impl Course {
    /// Every core, and the sizes as they stand in the cells.
    pub const DEFAULT: Self = Self {
        threads: None,
        size: 1.0,
    };

    /// Reads the lines of a file; the file's name is for messages only.
    ///
    /// # Errors
    ///
    /// [`Error::Line`] for a line that is not `name = value`, an unknown name, a name that is
    /// there twice, and a value outside its range.
    pub fn parse(file: &str, text: &str) -> Result<Self, Error> {
        let mut course = Self::DEFAULT;
        let mut seen = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            course.set(line, &mut seen).map_err(|problem| Error::Line {
                file: file.to_owned(),
                line: number + 1,
                problem,
            })?;
        }
        Ok(course)
    }

    fn set<'a>(&mut self, line: &'a str, seen: &mut Vec<&'a str>) -> Result<(), String> {
        let (name, value) = line
            .split_once('=')
            .map(|(name, value)| (name.trim(), value.trim()))
            .ok_or_else(|| format!("`{line}` is not of the form name = value"))?;
        if seen.contains(&name) {
            return Err(format!("{name} is there twice"));
        }
        seen.push(name);
        let not_allowed =
            |allowed: String| format!("{name} = {value} is not allowed, use {allowed}");
        match name {
            "threads" => {
                let count = value.parse().ok().filter(|n| *n <= Threads::MAX);
                let count = count.and_then(NonZeroUsize::new);
                let message = || not_allowed(format!("1 to {}", Threads::MAX));
                self.threads = Some(count.ok_or_else(message)?);
            }
            "size" => {
                let factor = value.parse().ok().filter(|factor| SIZES.contains(factor));
                let message = || not_allowed(format!("{} to {}", SIZES.start(), SIZES.end()));
                self.size = factor.ok_or_else(message)?;
            }
            _ => return Err(format!("unknown name {name}, use threads or size")),
        }
        Ok(())
    }

    /// Reads the file of a folder; without one all is as by default.
    ///
    /// # Errors
    ///
    /// Those of [`Course::parse`], and [`Error::System`] if the file cannot be read.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup::course::Course;
    ///
    /// let nothing_there = std::path::Path::new("no-such-folder");
    /// assert_eq!(Course::of_folder(nothing_there)?, Course::DEFAULT);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn of_folder(folder: &Path) -> Result<Self, Error> {
        match std::fs::read_to_string(folder.join(FILE)) {
            Ok(text) => Self::parse(FILE, &text),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::DEFAULT),
            Err(error) => Err(Error::System {
                what: FILE,
                problem: error.to_string(),
            }),
        }
    }

    /// A size for this course: `n` times the factor, rounded, at least 1.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup::course::Course;
    ///
    /// let course = Course { size: 0.01, ..Course::DEFAULT };
    /// assert_eq!(course.scale(5_000_u64), 50);
    /// assert_eq!(course.scale(20_usize), 1);
    /// ```
    pub fn scale<T: Copy + TryInto<u64> + TryFrom<u64>>(&self, n: T) -> T {
        let scaled = |n: u64| (n as f64 * self.size).round().max(1.0) as u64;
        let result = match self.size {
            1.0 => None,
            _ => n.try_into().ok().map(scaled),
        };
        result.and_then(|n| n.try_into().ok()).unwrap_or(n)
    }
}

impl fmt::Display for Course {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.threads {
            Some(count) => write!(f, "at most {}, ", Threads::Pool(count))?,
            None => write!(f, "every core, ")?,
        }
        write!(f, "sizes × {}", self.size)
    }
}

/// The parameters in force.
///
/// # Examples
///
/// ```
/// use speedup::course::{self, Course};
///
/// assert_eq!(course::current(), Course::DEFAULT);
/// ```
pub fn current() -> Course {
    *CURRENT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts parameters in force, for all cells from here on.
///
/// # Examples
///
/// ```
/// use speedup::course::{self, Course};
///
/// course::set(Course::DEFAULT);
/// assert_eq!(course::scaled(5_000), 5_000);
/// ```
pub fn set(course: Course) {
    *CURRENT.lock().unwrap_or_else(PoisonError::into_inner) = course;
}

/// The size of a problem on this course's machines: `n`, unless [`FILE`] says otherwise.
///
/// # Examples
///
/// ```
/// assert_eq!(speedup::course::scaled(50_000), 50_000);
/// ```
pub fn scaled<T: Copy + TryInto<u64> + TryFrom<u64>>(n: T) -> T {
    current().scale(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_is_named_with_its_value_and_what_is_allowed() {
        for (text, words) in [
            (
                "\n# all\nthreads = many",
                "line 3: threads = many is not allowed, use 1 to 4096",
            ),
            (
                "threads = 4097",
                "threads = 4097 is not allowed, use 1 to 4096",
            ),
            ("threads = -1", "threads = -1 is not allowed"),
            (
                "size = 0",
                "line 1: size = 0 is not allowed, use 0.01 to 10",
            ),
            ("size = NaN", "size = NaN is not allowed"),
            ("size = 1\nsize = 2", "line 2: size is there twice"),
            ("cores = 2", "unknown name cores, use threads or size"),
            ("threads 2", "`threads 2` is not of the form name = value"),
        ] {
            let message = Course::parse(FILE, text).unwrap_err().to_string();
            assert!(message.starts_with("course.toml, line "), "{message}");
            assert!(message.contains(words), "{message}");
        }
    }

    #[test]
    fn comments_and_empty_lines_say_nothing() {
        let course = Course::parse(FILE, "# threads = 1\n\n  size=2 # twice\n").unwrap();
        assert_eq!((course.threads, course.size), (None, 2.0));
    }

    #[test]
    fn the_default_changes_no_size() {
        assert_eq!(Course::DEFAULT.scale(u64::MAX), u64::MAX);
        assert_eq!(Course::DEFAULT.scale(0), 0);
    }
}
