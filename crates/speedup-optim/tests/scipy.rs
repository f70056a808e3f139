//! argmin's moves under SciPy's stopping rule, against the same moves in `speedup::kernels::nelder_mead`.

use argmin::core::{CostFunction, Error, Executor, IterState, OptimizationResult, State};
use argmin::core::{TerminationReason, TerminationStatus};
use rand::RngExt;
use speedup::Streams;
use speedup::kernels::nelder_mead::{Minimum, minimize};
use speedup_optim::SciPyNelderMead;

#[derive(Clone, Copy)]
struct Function<const N: usize>(fn(&[f64; N], &[f64; N]) -> f64, [f64; N]);

impl<const N: usize> CostFunction for Function<N> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, x: &Vec<f64>) -> Result<f64, Error> {
        Ok((self.0)(x.as_slice().try_into()?, &self.1))
    }
}

type Outcome<const N: usize> =
    OptimizationResult<Function<N>, SciPyNelderMead, IterState<Vec<f64>, (), (), (), (), f64>>;

fn by_argmin<const N: usize>(f: Function<N>, start: [f64; N]) -> Outcome<N> {
    let mut simplex = vec![start.to_vec(); N + 1];
    for axis in 0..N {
        let x = &mut simplex[axis + 1][axis];
        *x = if *x == 0.0 { 0.000_25 } else { 1.05 * *x };
    }
    let limit = 200 * N as u64;
    Executor::new(f, SciPyNelderMead::new(simplex))
        .configure(|state| state.max_iters(limit).counting(true))
        .run()
        .unwrap()
}

fn by_us<const N: usize>(f: Function<N>, start: [f64; N]) -> Minimum<N> {
    minimize(|x| (f.0)(x, &f.1), start).unwrap()
}

fn distance(x: &[f64; 3], target: &[f64; 3]) -> f64 {
    x.iter().zip(target).map(|(x, t)| (x - t) * (x - t)).sum()
}

fn rosenbrock(&[x, y]: &[f64; 2], _: &[f64; 2]) -> f64 {
    (1.0 - x) * (1.0 - x) + 100.0 * (y - x * x) * (y - x * x)
}

/// Its ridges make the simplex shrink.
fn ridges(&[x, y]: &[f64; 2], _: &[f64; 2]) -> f64 {
    x.abs() + y.abs() + (20.0 * x).sin().abs() + (20.0 * y).sin().abs()
}

/// argmin computes its moves by other formulas, so some roundings and a few counts differ.
#[test]
fn nearly_always_the_same_number_of_evaluations() {
    let mut rng = Streams::new(8).stream(0);
    let mut same = 0;
    for _ in 0..200 {
        let f = Function(distance, rng.random());
        let (argmin, ours) = (by_argmin(f, [0.0; 3]), by_us(f, [0.0; 3]));
        let state = argmin.state();
        let evaluations = state.get_func_counts()["cost_count"];
        let equal = evaluations as usize == ours.evaluations
            && state.get_iter() as usize + 1 == ours.iterations;
        same += usize::from(equal);
        let best = state.get_best_param().unwrap();
        assert!(best.iter().zip(f.1).all(|(x, t)| (x - t).abs() < 0.03));
    }
    assert!(same > 180, "{same} of 200");
}

#[test]
fn shrinks_are_followed() {
    let mut same = 0;
    for k in 1..=50 {
        let start = [0.07 * f64::from(k), -0.11 * f64::from(k)];
        for f in [Function(ridges, [0.0; 2]), Function(rosenbrock, [0.0; 2])] {
            let (argmin, ours) = (by_argmin(f, start), by_us(f, start));
            let evaluations = argmin.state().get_func_counts()["cost_count"];
            same += usize::from(evaluations as usize == ours.evaluations);
        }
    }
    assert!(same > 85, "{same} of 100");
}

#[test]
fn a_limit_is_not_convergence() {
    let down = by_argmin(Function(|[x], _| -x, [0.0]), [1.0]);
    let stopped = TerminationStatus::Terminated(TerminationReason::MaxItersReached);
    assert_eq!(down.state().get_termination_status(), &stopped);
    let found = by_argmin(Function(|[x], [t]| (x - t).powi(2), [3.0]), [1.0]);
    let converged = TerminationStatus::Terminated(TerminationReason::SolverConverged);
    assert_eq!(found.state().get_termination_status(), &converged);
}

#[test]
fn wrong_simplexes_and_costs_are_named() {
    struct Root;
    impl CostFunction for Root {
        type Param = Vec<f64>;
        type Output = f64;

        fn cost(&self, x: &Vec<f64>) -> Result<f64, Error> {
            Ok(x[0].sqrt())
        }
    }
    let problem = |simplex: &[&[f64]]| {
        let simplex = simplex.iter().map(|point| point.to_vec()).collect();
        let run = Executor::new(Root, SciPyNelderMead::new(simplex));
        let run = run.configure(|state| state.max_iters(100)).run();
        run.err().unwrap().to_string()
    };
    let nan = problem(&[&[-1.0], &[1.0]]);
    assert!(nan.starts_with("the cost at [-1.0] is NaN"), "{nan}");
    // The cost is NaN at a later point of the search.
    let nan = problem(&[&[0.5], &[1.5]]);
    assert!(nan.contains("is NaN"), "{nan}");
    for (simplex, words) in [
        (&[] as &[&[f64]], "0 points of 0 dimensions"),
        (&[&[1.0]], "1 points of 1 dimensions"),
        (&[&[1.0], &[1.0, 2.0]], "[1.0, 2.0] is not allowed"),
        (&[&[1.0], &[f64::INFINITY]], "[inf] is not allowed"),
    ] {
        let message = problem(simplex);
        assert!(message.contains(words), "{message}");
    }
}
