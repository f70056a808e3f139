//! A search by argmin: one problem of the handout on optimizers.

use std::error::Error;

use serde::{Deserialize, Serialize};

use crate::Job;

/// Minimizes the squared distance to the target (α, β, γ) from the origin by argmin's Nelder–Mead,
/// with SciPy's stopping rule and SciPy's first simplex.
///
/// The result is the best point, `result.x` in the handout, and the number of evaluations. The
/// search ends after 600 iterations if it has not converged, SciPy's limit for three dimensions.
///
/// Only a program that was built with the feature `argmin` can run this job. The worker program
/// always is.
///
/// # Examples
///
/// ```
/// use speedup_process::{Workers, jobs::Argmin};
///
/// let job = Argmin { target: [0.25, 0.5, 0.75] };
/// let results = Workers::start(1)?.map(&[job], 1)?;
/// let (x, evaluations) = results[0].clone().unwrap();
/// assert!((x[2] - 0.75).abs() < 1e-3);
/// assert_eq!(evaluations, 311); // as SciPy
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Argmin {
    /// α, β and γ.
    pub target: [f64; 3],
}

impl Job for Argmin {
    const NAME: &'static str = "argmin";
    type Output = (Vec<f64>, u64);

    fn run(&self) -> Result<(Vec<f64>, u64), Box<dyn Error>> {
        run(self.target)
    }
}

#[cfg(not(feature = "argmin"))]
fn run(_: [f64; 3]) -> Result<(Vec<f64>, u64), Box<dyn Error>> {
    Err("this program was built without the feature `argmin`; send the job to a worker".into())
}

#[cfg(feature = "argmin")]
fn run(target: [f64; 3]) -> Result<(Vec<f64>, u64), Box<dyn Error>> {
    use speedup_optim::SciPyNelderMead;
    use speedup_optim::argmin::core::{CostFunction, Executor, State};

    struct Distance([f64; 3]);

    impl CostFunction for Distance {
        type Param = Vec<f64>;
        type Output = f64;

        fn cost(&self, x: &Vec<f64>) -> Result<f64, speedup_optim::argmin::core::Error> {
            let (a, b, c) = (x[0] - self.0[0], x[1] - self.0[1], x[2] - self.0[2]);
            Ok(a * a + b * b + c * c)
        }
    }

    const STEP: f64 = 0.000_25;
    let simplex = [
        [0.0, 0.0, 0.0],
        [STEP, 0.0, 0.0],
        [0.0, STEP, 0.0],
        [0.0, 0.0, STEP],
    ];
    let solver = SciPyNelderMead::new(simplex.map(Vec::from).into());
    let result = Executor::new(Distance(target), solver)
        .configure(|state| state.max_iters(600).counting(true))
        .run()?;
    let best = result.state().get_best_param();
    let best = best.ok_or("argmin found no point of finite cost")?;
    let evaluations = result.state().get_func_counts()["cost_count"];
    Ok((best.clone(), evaluations))
}

#[cfg(all(test, feature = "argmin"))]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_is_not_a_number_is_an_error() {
        let target = [0.0, f64::NAN, 0.0];
        assert!(Argmin { target }.run().is_err());
    }

    #[test]
    fn argmin_makes_the_moves_of_our_own_search() {
        let target = [0.25, 0.5, 0.75];
        let ours = crate::jobs::NelderMead { target }.run().unwrap();
        let (found, _) = Argmin { target }.run().unwrap();
        let off = ours.iter().zip(&found).map(|(a, b)| (a - b).abs());
        assert!(off.fold(0.0, f64::max) < 1e-9, "{ours:?} {found:?}");
    }
}
