//! The values of a cubic polynomial: one task of the handout's exercise 9.1.

use std::error::Error;

use serde::{Deserialize, Serialize};
use speedup::kernels::polynomial;

use crate::Job;

/// The values of a x³ + b x² + c x + d at all points `x`.
///
/// # Examples
///
/// ```
/// use speedup_process::{Job, jobs::Cubic};
///
/// let job = Cubic { coefficients: [1.0, 0.0, 0.0, 0.5], x: vec![-2.0, 0.0, 2.0] };
/// assert_eq!(job.run().unwrap(), [-7.5, 0.5, 8.5]);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cubic {
    /// a, b, c and d.
    pub coefficients: [f64; 4],
    /// Where the polynomial is evaluated.
    pub x: Vec<f64>,
}

impl Job for Cubic {
    const NAME: &'static str = "cubic";
    type Output = Vec<f64>;

    fn run(&self) -> Result<Vec<f64>, Box<dyn Error>> {
        Ok(polynomial::values(self.coefficients, &self.x))
    }
}
