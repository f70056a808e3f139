//! One search, which advances by one iteration at a time.

use super::simplex::{Evaluations, Simplex};
use super::{F_TOLERANCE, LIMIT, Minimum, STEP, STEP_FROM_ZERO, X_TOLERANCE};

/// The state of a search between two iterations.
pub(super) struct Search<const N: usize> {
    pub simplex: Simplex<N>,
    pub evaluations: usize,
    pub iterations: usize,
}

impl<const N: usize> Search<N> {
    /// The search at its start. N must be at least 1.
    pub fn new(start: [f64; N], f: impl FnMut(&[f64; N]) -> f64) -> Self {
        let mut evaluations = Evaluations::new(f, 0, LIMIT * N);
        let simplex = Simplex::new(start, start_simplex(start), &mut evaluations);
        Self {
            simplex,
            evaluations: evaluations.count(),
            iterations: 1,
        }
    }

    /// The result if the search ends here: it met the tolerances or reached a limit.
    pub fn end(&self) -> Option<Minimum<N>> {
        let limit = self.evaluations.max(self.iterations) >= LIMIT * N;
        let converged = !limit && self.simplex.is_within(X_TOLERANCE, F_TOLERANCE);
        let best = self.simplex.best;
        (limit || converged).then_some(Minimum {
            x: best.x,
            f: best.f,
            iterations: self.iterations,
            evaluations: self.evaluations,
            converged,
        })
    }

    /// Does one iteration and returns `None`, or returns the result if the search ends here.
    pub fn step(&mut self, f: impl FnMut(&[f64; N]) -> f64) -> Option<Minimum<N>> {
        let end = self.end();
        if end.is_none() {
            let mut evaluations = Evaluations::new(f, self.evaluations, LIMIT * N);
            // An iteration that the limit of evaluations interrupts is not counted, as in SciPy.
            if self.simplex.advance(&mut evaluations).is_some() {
                self.iterations += 1;
            }
            self.evaluations = evaluations.count();
        }
        end
    }
}

/// The points of the start simplex without the start itself: one step along each axis.
pub(super) fn start_simplex<const N: usize>(start: [f64; N]) -> [[f64; N]; N] {
    std::array::from_fn(|axis| {
        let mut point = start;
        point[axis] = if point[axis] == 0.0 {
            STEP_FROM_ZERO
        } else {
            (1.0 + STEP) * point[axis]
        };
        point
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_simplex_steps_along_each_axis() {
        assert_eq!(start_simplex([0.0, -2.0]), [[0.000_25, -2.0], [0.0, -2.1]]);
    }
}
