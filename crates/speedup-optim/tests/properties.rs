//! Start simplexes and cost functions at random: a result that is that of the cost function, or an error that says what
//! is wrong. See the same test of the crate `speedup`.

#[path = "../../speedup/tests/support/mod.rs"]
mod support;

use argmin::core::{CostFunction, Error, Executor, State};
use proptest::collection::vec;
use proptest::prelude::*;
use speedup_optim::SciPyNelderMead;
use support::{CASES, finite, holds, number, same};

/// Cost functions of all kinds of behaviour.
#[derive(Clone, Copy)]
struct Cost(u8);

impl CostFunction for Cost {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, x: &Vec<f64>) -> Result<f64, Error> {
        let squares = || x.iter().map(|x| x * x).sum::<f64>();
        match self.0 {
            0 => Ok(squares()),
            1 => Ok(-x.iter().sum::<f64>()),
            2 => Ok(f64::NAN),
            3 => Ok(f64::INFINITY),
            4 => Ok(f64::NEG_INFINITY),
            5 => Ok(x.iter().map(|x| x.sqrt()).sum()),
            6 if squares() > 1.0 => Ok(f64::INFINITY),
            7 if squares() > 1.0 => Err(Error::msg("beyond the unit circle")),
            _ => Ok((1e3 * x[0]).sin() + squares()),
        }
    }
}

#[test]
fn searches_end_with_a_cost_or_an_error() {
    let coordinate =
        prop_oneof![20 => (-3.0..3.0).boxed(), 2 => finite().boxed(), 1 => number().boxed()];
    let simplex = (1..5_usize).prop_flat_map(move |n| {
        let point = vec(coordinate.clone(), n);
        // Now and then a point too many or too few, or one of another dimension.
        let other = vec(vec(coordinate.clone(), 0..4), 0..5);
        prop_oneof![9 => vec(point, n + 1), 1 => other]
    });
    holds(CASES, (0..9_u8, simplex), |(kind, simplex)| {
        let dimensions = simplex.first().map_or(0, Vec::len);
        let right = simplex
            .iter()
            .all(|x| x.len() == dimensions && x.iter().all(|x| x.is_finite()));
        let right = right && dimensions > 0 && simplex.len() == dimensions + 1;
        let run = Executor::new(Cost(kind), SciPyNelderMead::new(simplex.clone()));
        match run.configure(|state| state.max_iters(60)).run() {
            Ok(result) => {
                assert!(right && kind != 2, "{simplex:?}");
                let state = result.state();
                assert!(state.get_iter() <= 60);
                if let Some(best) = state.get_best_param() {
                    assert!(same(state.get_best_cost(), Cost(kind).cost(best).unwrap()));
                }
            }
            Err(error) => {
                let message = error.to_string();
                let words = match right {
                    false => "is not allowed, use",
                    true if kind == 7 => "beyond the unit circle",
                    true => "is NaN, which is not allowed",
                };
                let plural = words.replace("is not", "are not");
                let known = message.contains(words) || message.contains(&plural);
                assert!(known || message.contains("is NaN"), "{message}");
            }
        }
    });
}

/// `test_neldermead_initial_simplex` of SciPy 1.17.1's `test_optimize.py`: 100 evaluations, some of which are known
/// since SciPy 0.15. argmin rounds its moves differently, so a few more are allowed.
#[test]
fn the_simplex_of_scipys_own_test() {
    struct Entropy;
    impl CostFunction for Entropy {
        type Param = Vec<f64>;
        type Output = f64;

        fn cost(&self, x: &Vec<f64>) -> Result<f64, Error> {
            let [a, b, c] = x[..].try_into()?;
            let exponents: [f64; 5] = [a + b + c, a + b, a + c, a, a];
            let sum: f64 = exponents.iter().map(|x| x.exp()).sum();
            Ok(sum.ln() - (a + 0.3 * b + 0.5 * c))
        }
    }
    let point = |axis: usize| (1..=3).map(|k| if k == axis { 0.1 } else { 0.0 }).collect();
    let simplex = (0..4).map(point).collect();
    let run = Executor::new(Entropy, SciPyNelderMead::new(simplex));
    let run = run.configure(|state| state.max_iters(1_000).counting(true));
    let result = run.run().unwrap();
    let evaluations = result.state().get_func_counts()["cost_count"];
    assert!((95..=105).contains(&evaluations), "{evaluations}");
    let solution = Entropy.cost(&vec![0.0, -0.524869316, 0.487525860]).unwrap();
    assert!((result.state().get_best_cost() - solution).abs() < 1e-6);
}
