//! A Nelder–Mead search: one problem of the handout on optimizers.

use std::error::Error;

use serde::{Deserialize, Serialize};
use speedup::kernels::nelder_mead;

use crate::Job;

/// Minimizes the squared distance to the target (α, β, γ), starting from the origin.
///
/// The result is the point with the smallest distance, `result.x` in the handout.
///
/// # Examples
///
/// ```
/// use speedup_process::{Job, jobs::NelderMead};
///
/// let found = NelderMead { target: [0.25, 0.5, 0.75] }.run().unwrap();
/// assert!((found[2] - 0.75).abs() < 1e-3);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NelderMead {
    /// α, β and γ.
    pub target: [f64; 3],
}

impl Job for NelderMead {
    const NAME: &'static str = "nelder-mead";
    type Output = [f64; 3];

    fn run(&self) -> Result<[f64; 3], Box<dyn Error>> {
        Ok(nelder_mead::solve(self.target)?.x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_is_not_a_number_is_named() {
        let error = NelderMead {
            target: [0.0, f64::NAN, 0.0],
        }
        .run()
        .unwrap_err();
        assert!(error.to_string().contains("NaN"));
    }
}
