//! A problem that records the evaluations of its cost function.

use std::cell::RefCell;

use argmin::core::{CostFunction, Error};

/// A point and the cost there.
pub type Vertex = (Vec<f64>, f64);

/// A problem, its evaluations in order, and the first error.
///
/// argmin panics if the cost function returns an error at a point of the start simplex.
/// Therefore argmin gets infinity instead of an error, and the caller looks at `error` after
/// each step.
pub struct Recorded<O> {
    pub problem: O,
    pub evaluations: RefCell<Vec<Vertex>>,
    pub error: RefCell<Option<Error>>,
}

impl<O> Recorded<O> {
    pub fn new(problem: O) -> Self {
        Self {
            problem,
            evaluations: RefCell::default(),
            error: RefCell::default(),
        }
    }
}

impl<O: CostFunction<Param = Vec<f64>, Output = f64>> CostFunction for Recorded<O> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, x: &Vec<f64>) -> Result<f64, Error> {
        let cost = match self.problem.cost(x) {
            Ok(cost) if cost.is_nan() => Err(Error::msg(format!(
                "the cost at {x:?} is NaN, which is not allowed; \
                 return infinity at points that are not allowed"
            ))),
            result => result,
        };
        let cost = cost.unwrap_or_else(|error| {
            self.error.borrow_mut().get_or_insert(error);
            f64::INFINITY
        });
        self.evaluations.borrow_mut().push((x.clone(), cost));
        Ok(cost)
    }
}
