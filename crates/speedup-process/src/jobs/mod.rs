//! The jobs that the worker program can run, one file per job.

mod argmin;
mod crash;
mod cubic;
mod hang;
mod nelder_mead;

pub use argmin::Argmin;
pub use crash::Crash;
pub use cubic::Cubic;
pub use hang::Hang;
pub use nelder_mead::NelderMead;

use crate::Registry;

/// All jobs that the worker program can run. A new job needs one line here, and its
/// `mod` and `pub use` above.
///
/// # Examples
///
/// ```
/// println!("{}", speedup_process::jobs::registry().names().join(", "));
/// ```
pub fn registry() -> Registry {
    Registry::default()
        .with::<Argmin>()
        .with::<Crash>()
        .with::<Cubic>()
        .with::<Hang>()
        .with::<NelderMead>()
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_unique() {
        assert!(super::registry().names().len() >= 3);
    }
}
