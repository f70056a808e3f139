//! argmin's Nelder–Mead under SciPy's stopping rule.

use argmin::core::{
    CostFunction, Error, IterState, KV, Problem, Solver, TerminationReason, TerminationStatus,
};
use argmin::solver::neldermead::NelderMead;

use crate::recorded::{Recorded, Vertex};

/// SciPy's default for `xatol` and for `fatol`.
const TOLERANCE: f64 = 1e-4;

type State = IterState<Vec<f64>, (), (), (), (), f64>;

/// argmin's `NelderMead` with SciPy's stopping rule.
///
/// The search ends when every coordinate of every point differs by at most 1e-4 from that
/// of the best point (`xatol`), and every cost by at most 1e-4 from the best cost (`fatol`).
/// argmin counts one iteration less than SciPy, which counts the start simplex as an iteration.
///
/// argmin does not give access to its simplex, so this type has a copy. It follows from the
/// points that argmin evaluates. A reflection evaluates one point, which enters the simplex. An
/// expansion or a contraction evaluates two points, of which one enters. A shrink evaluates the
/// two points of a contraction that failed, and then all new points.
///
/// # Examples
///
/// ```
/// use argmin::core::{CostFunction, Error, Executor, State};
/// use speedup_optim::SciPyNelderMead;
///
/// struct Distance {
///     target: [f64; 2],
/// }
///
/// impl CostFunction for Distance {
///     type Param = Vec<f64>;
///     type Output = f64;
///
///     fn cost(&self, x: &Vec<f64>) -> Result<f64, Error> {
///         Ok(x.iter().zip(&self.target).map(|(x, t)| (x - t).powi(2)).sum())
///     }
/// }
///
/// let simplex = vec![vec![0.0, 0.0], vec![0.1, 0.0], vec![0.0, 0.1]];
/// let problem = Distance { target: [1.0, 2.0] };
/// let result = Executor::new(problem, SciPyNelderMead::new(simplex))
///     .configure(|state| state.max_iters(400))
///     .run()?;
/// let best = result.state().get_best_param().unwrap();
/// assert!((best[0] - 1.0).abs() < 1e-3 && (best[1] - 2.0).abs() < 1e-3);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone)]
pub struct SciPyNelderMead {
    moves: NelderMead<Vec<f64>, f64>,
    start: Vec<Vec<f64>>,
    /// A copy of argmin's simplex, from the best to the worst point.
    simplex: Vec<Vertex>,
}

impl SciPyNelderMead {
    /// A search from this start simplex, which has one point more than dimensions.
    ///
    /// A wrong simplex is no error here, but one of the run of argmin's `Executor`. The run ends
    /// with an error that names the wrong value if the simplex has another number of points, if
    /// its points differ in their dimensions, if a coordinate is not finite, or if the cost at a
    /// point is NaN.
    ///
    /// # Examples
    ///
    /// ```
    /// let line = speedup_optim::SciPyNelderMead::new(vec![vec![0.0], vec![1.0]]);
    /// ```
    pub fn new(start_simplex: Vec<Vec<f64>>) -> Self {
        // argmin panics for some wrong simplexes. `init` returns an error for them.
        let moves = match check(&start_simplex) {
            Ok(()) => start_simplex.clone(),
            Err(_) => vec![vec![0.0], vec![1.0]],
        };
        Self {
            moves: NelderMead::new(moves),
            start: start_simplex,
            simplex: Vec::new(),
        }
    }

    /// Lets argmin take one step, and returns the points that it evaluated.
    fn record<O>(
        &mut self,
        problem: &mut Problem<O>,
        step: impl FnOnce(
            &mut NelderMead<Vec<f64>, f64>,
            &mut Problem<Recorded<O>>,
        ) -> Result<(State, Option<KV>), Error>,
    ) -> Result<(State, Option<KV>, Vec<Vertex>), Error> {
        let inner = problem.take_problem().ok_or_else(|| {
            Error::msg("argmin gave the solver no problem; start the search by its Executor")
        })?;
        let mut recorded = Problem {
            problem: Some(Recorded::new(inner)),
            counts: std::mem::take(&mut problem.counts),
        };
        let (state, notes) = step(&mut self.moves, &mut recorded)?;
        let Recorded {
            problem: inner,
            evaluations,
            error,
        } = recorded
            .take_problem()
            .ok_or_else(|| Error::msg("argmin's solver did not return the problem"))?;
        problem.problem = Some(inner);
        problem.counts = recorded.counts;
        match error.into_inner() {
            Some(error) => Err(error),
            None => Ok((state, notes, evaluations.into_inner())),
        }
    }

    /// Makes argmin's step on the copy of the simplex.
    fn update(&mut self, mut evaluations: Vec<Vertex>) {
        let worst = self.simplex.len() - 1;
        let shrunk = evaluations.len() > 2;
        if shrunk {
            self.simplex.truncate(1);
            self.simplex.extend(evaluations.drain(2..));
        } else {
            let expanded = evaluations[0].1 < self.simplex[0].1;
            let second_enters =
                evaluations.len() == 2 && (!expanded || evaluations[1].1 < evaluations[0].1);
            self.simplex[worst] = evaluations.swap_remove(usize::from(second_enters));
        }
        self.sort();
    }

    /// Sorts by cost as argmin does: points of equal cost stay in their order.
    fn sort(&mut self) {
        self.simplex
            .sort_by(|a, b| a.1.partial_cmp(&b.1).unwrap_or(std::cmp::Ordering::Equal));
    }

    /// SciPy's stopping rule.
    fn has_converged(&self) -> bool {
        let Some((best, others)) = self.simplex.split_first() else {
            return false;
        };
        others.iter().all(|(x, f)| {
            x.iter()
                .zip(&best.0)
                .all(|(a, b)| (a - b).abs() <= TOLERANCE)
                && (f - best.1).abs() <= TOLERANCE
        })
    }
}

/// An error for a simplex from which no search can begin.
fn check(simplex: &[Vec<f64>]) -> Result<(), Error> {
    let dimensions = simplex.first().map_or(0, Vec::len);
    if dimensions == 0 || simplex.len() != dimensions + 1 {
        return Err(Error::msg(format!(
            "start simplex: {} points of {dimensions} dimensions are not allowed, use at least one dimension and one point more than dimensions",
            simplex.len()
        )));
    }
    for point in simplex {
        if point.len() != dimensions || point.iter().any(|x| !x.is_finite()) {
            return Err(Error::msg(format!(
                "start simplex: {point:?} is not allowed, use points of {dimensions} finite numbers"
            )));
        }
    }
    Ok(())
}

impl<O> Solver<O, State> for SciPyNelderMead
where
    O: CostFunction<Param = Vec<f64>, Output = f64>,
{
    fn name(&self) -> &str {
        "Nelder-Mead method, SciPy's stopping rule"
    }

    fn init(
        &mut self,
        problem: &mut Problem<O>,
        state: State,
    ) -> Result<(State, Option<KV>), Error> {
        check(&self.start)?;
        let step = |moves: &mut NelderMead<_, _>, problem: &mut _| moves.init(problem, state);
        let (state, notes, evaluations) = self.record(problem, step)?;
        self.simplex = evaluations;
        self.sort();
        Ok((state, notes))
    }

    fn next_iter(
        &mut self,
        problem: &mut Problem<O>,
        state: State,
    ) -> Result<(State, Option<KV>), Error> {
        let step = |moves: &mut NelderMead<_, _>, problem: &mut _| moves.next_iter(problem, state);
        let (state, notes, evaluations) = self.record(problem, step)?;
        self.update(evaluations);
        Ok((state, notes))
    }

    fn terminate(&mut self, _state: &State) -> TerminationStatus {
        if self.has_converged() {
            TerminationStatus::Terminated(TerminationReason::SolverConverged)
        } else {
            TerminationStatus::NotTerminated
        }
    }
}
