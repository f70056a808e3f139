//! A cost function that remembers where it was evaluated.

use std::cell::RefCell;

use argmin::core::{CostFunction, Error};

/// A point and the cost there.
pub type Vertex = (Vec<f64>, f64);

/// A problem together with its evaluations so far, in order, and the first error.
///
/// argmin panics when the cost of a point of the start simplex is an error. So it sees infinity in place
/// of an error, and whoever watches looks for the error after each step.
pub struct Watched<O> {
    pub problem: O,
    pub seen: RefCell<Vec<Vertex>>,
    pub failed: RefCell<Option<Error>>,
}

impl<O> Watched<O> {
    pub fn new(problem: O) -> Self {
        Self {
            problem,
            seen: RefCell::default(),
            failed: RefCell::default(),
        }
    }
}

impl<O: CostFunction<Param = Vec<f64>, Output = f64>> CostFunction for Watched<O> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, x: &Vec<f64>) -> Result<f64, Error> {
        let cost = match self.problem.cost(x) {
            Ok(cost) if cost.is_nan() => Err(Error::msg(format!(
                "the cost at {x:?} is NaN; give a cost that is a number everywhere, \
                 infinity where a point is not allowed"
            ))),
            result => result,
        };
        let cost = cost.unwrap_or_else(|error| {
            self.failed.borrow_mut().get_or_insert(error);
            f64::INFINITY
        });
        self.seen.borrow_mut().push((x.clone(), cost));
        Ok(cost)
    }
}
