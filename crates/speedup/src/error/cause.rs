//! The cause of an error.

use std::error::Error;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// The error of the operating system or a library that caused an [`Error::System`](super::Error::System).
///
/// A clone shares the error. Two causes are equal if their messages are.
///
/// # Examples
///
/// ```
/// use speedup::error::Cause;
///
/// let cause = Cause::from("the pipe is closed");
/// assert_eq!(cause.to_string(), "the pipe is closed");
/// ```
#[derive(Clone, Debug)]
pub struct Cause(Arc<dyn Error + Send + Sync>);

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Cause {
    fn from(error: E) -> Self {
        Self(error.into().into())
    }
}

impl Deref for Cause {
    type Target = dyn Error + Send + Sync;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl PartialEq for Cause {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
