//! A cost function that remembers where it was evaluated.

use std::cell::RefCell;

use argmin::core::{CostFunction, Error};

/// A point and the cost there.
pub type Vertex = (Vec<f64>, f64);

/// A problem together with its evaluations so far, in order.
pub struct Watched<O> {
    pub problem: O,
    pub seen: RefCell<Vec<Vertex>>,
}

impl<O> Watched<O> {
    pub fn new(problem: O) -> Self {
        let seen = RefCell::default();
        Self { problem, seen }
    }
}

impl<O: CostFunction<Param = Vec<f64>, Output = f64>> CostFunction for Watched<O> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, x: &Vec<f64>) -> Result<f64, Error> {
        let cost = self.problem.cost(x)?;
        self.seen.borrow_mut().push((x.clone(), cost));
        Ok(cost)
    }
}
