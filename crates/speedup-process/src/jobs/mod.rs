//! The jobs there are, one file each.

mod crash;
mod cubic;
mod hang;
mod nelder_mead;

pub use crash::Crash;
pub use cubic::Cubic;
pub use hang::Hang;
pub use nelder_mead::NelderMead;

use crate::Registry;

/// All jobs that a worker knows. A new job needs one line here.
///
/// # Examples
///
/// ```
/// println!("{}", speedup_process::jobs::registry().names().join(", "));
/// ```
pub fn registry() -> Registry {
    Registry::default()
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
