//! argmin's Nelder–Mead under SciPy's stopping rule.

use argmin::core::{
    CostFunction, Error, IterState, KV, Problem, Solver, TerminationReason, TerminationStatus,
};
use argmin::solver::neldermead::NelderMead;

use crate::watched::{Vertex, Watched};

/// SciPy's default for `xatol` and for `fatol`.
const TOLERANCE: f64 = 1e-4;

type State = IterState<Vec<f64>, (), (), (), (), f64>;

/// argmin's `NelderMead`, stopped as SciPy stops its own.
///
/// The search ends when every coordinate of every point is within 1e-4 of the best
/// point's (`xatol`) and every value within 1e-4 of the best value (`fatol`). argmin
/// counts an iteration less than SciPy, which counts the start simplex as one.
///
/// argmin does not show its simplex, so this type keeps a copy, from the points that
/// argmin evaluates: a reflection evaluates one point, which it keeps; an expansion or
/// a contraction two, of which it keeps one; a shrink evaluates all but the best anew.
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
    /// From best to worst.
    simplex: Vec<Vertex>,
}

impl SciPyNelderMead {
    /// A search from this start simplex: one point more than there are dimensions.
    ///
    /// The run ends with an error that names what is wrong if the simplex has another number of points,
    /// points of different dimensions or coordinates that are not finite, or if the cost is NaN
    /// somewhere.
    ///
    /// # Examples
    ///
    /// ```
    /// let line = speedup_optim::SciPyNelderMead::new(vec![vec![0.0], vec![1.0]]);
    /// ```
    pub fn new(start_simplex: Vec<Vec<f64>>) -> Self {
        // argmin panics for some of those that `init` refuses.
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

    /// Lets argmin take one step, and hands back which points it evaluated.
    fn watch<O>(
        &mut self,
        problem: &mut Problem<O>,
        step: impl FnOnce(
            &mut NelderMead<Vec<f64>, f64>,
            &mut Problem<Watched<O>>,
        ) -> Result<(State, Option<KV>), Error>,
    ) -> Result<(State, Option<KV>, Vec<Vertex>), Error> {
        let inner = problem
            .take_problem()
            .ok_or_else(|| Error::msg("the problem is not there"))?;
        let mut watched = Problem {
            problem: Some(Watched::new(inner)),
            counts: std::mem::take(&mut problem.counts),
        };
        let (state, notes) = step(&mut self.moves, &mut watched)?;
        let Watched {
            problem: inner,
            seen,
            failed,
        } = watched
            .take_problem()
            .ok_or_else(|| Error::msg("the solver kept the problem"))?;
        problem.problem = Some(inner);
        problem.counts = watched.counts;
        match failed.into_inner() {
            Some(error) => Err(error),
            None => Ok((state, notes, seen.into_inner())),
        }
    }

    /// Repeats on the copy what argmin did to its simplex.
    fn follow(&mut self, mut seen: Vec<Vertex>) {
        let worst = self.simplex.len() - 1;
        let shrunk = seen.len() > 2;
        if shrunk {
            self.simplex.truncate(1);
            self.simplex.extend(seen.drain(2..));
        } else {
            let expanded = seen[0].1 < self.simplex[0].1;
            let keep_second = seen.len() == 2 && (!expanded || seen[1].1 < seen[0].1);
            self.simplex[worst] = seen.swap_remove(usize::from(keep_second));
        }
        self.sort();
    }

    /// argmin's order: equal values stay as they are.
    fn sort(&mut self) {
        self.simplex
            .sort_by(|a, b| a.1.partial_cmp(&b.1).unwrap_or(std::cmp::Ordering::Equal));
    }

    fn is_small(&self) -> bool {
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

/// Refuses a simplex from which no search can begin.
fn check(simplex: &[Vec<f64>]) -> Result<(), Error> {
    let dimensions = simplex.first().map_or(0, Vec::len);
    if dimensions == 0 || simplex.len() != dimensions + 1 {
        return Err(Error::msg(format!(
            "start simplex: {} points of {dimensions} dimensions are not allowed, use one point more than dimensions",
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
        let (state, notes, seen) = self.watch(problem, step)?;
        self.simplex = seen;
        self.sort();
        Ok((state, notes))
    }

    fn next_iter(
        &mut self,
        problem: &mut Problem<O>,
        state: State,
    ) -> Result<(State, Option<KV>), Error> {
        let step = |moves: &mut NelderMead<_, _>, problem: &mut _| moves.next_iter(problem, state);
        let (state, notes, seen) = self.watch(problem, step)?;
        self.follow(seen);
        Ok((state, notes))
    }

    fn terminate(&mut self, _state: &State) -> TerminationStatus {
        if self.is_small() {
            TerminationStatus::Terminated(TerminationReason::SolverConverged)
        } else {
            TerminationStatus::NotTerminated
        }
    }
}
