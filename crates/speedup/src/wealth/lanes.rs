//! The vector kernel: neighbouring households, one a lane.

use std::f64::consts::LOG2_E;

use super::{Population, Rule};
use crate::Streams;
use crate::normals::lane_pair;
use crate::simd::{Lanes, Vectorized, exp2, mul_add};

/// Households simulated together. Their state fits in the fastest cache, and there are enough of
/// them to keep the processor busy while one lane's operations wait for one another.
pub const LANES: usize = 64;

/// Simulates up to [`LANES`] households, beginning with number `first`, and writes their last wealth.
pub struct Households<'a> {
    pub rule: &'a Rule,
    pub people: Population,
    pub streams: Streams,
    pub first: u64,
    pub last: &'a mut [f64],
}

impl Vectorized for Households<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Rule { r, s, v1, v2 } = *self.rule;
        let mut lanes = Lanes::<LANES>::new(self.streams, self.first);
        // exp(v z) = 2 to the power of v z / ln 2.
        let exponents = |lanes: &mut Lanes<LANES>, lane| {
            let (first, second) = (lanes.next(lane), lanes.next(lane));
            let (z_return, z_income) = lane_pair::<FMA>(first, second);
            (v1 * LOG2_E * z_return, v2 * LOG2_E * z_income)
        };
        let mut wealth = [self.people.w0; LANES];
        let (mut of_return, mut of_income) = ([0.0; LANES], [0.0; LANES]);
        for lane in 0..LANES {
            (of_return[lane], of_income[lane]) = exponents(&mut lanes, lane);
        }
        for _ in 0..self.people.periods {
            for lane in 0..LANES {
                let (now_return, now_income) = (of_return[lane], of_income[lane]);
                // The next period's exponents do not need this period's wealth: while
                // one of the two chains of operations waits, the other goes on.
                (of_return[lane], of_income[lane]) = exponents(&mut lanes, lane);
                let kept = (1.0 + r) * s * wealth[lane];
                let income = exp2::<FMA>(now_income);
                wealth[lane] = mul_add::<FMA>(exp2::<FMA>(now_return), kept, income);
            }
        }
        self.last.copy_from_slice(&wealth[..self.last.len()]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::last_wealth;
    use super::*;
    use crate::simd::Level;

    #[test]
    fn each_lane_is_its_household_at_every_level() {
        let people = Population {
            households: 100,
            periods: 300,
            w0: 2.5,
        };
        let rules = [
            Rule::lecture(),
            Rule::new(0.02, 0.9, 0.3, 2.0).unwrap(),
            Rule::new(-0.5, 0.0, 0.0, 0.0).unwrap(),
        ];
        for rule in &rules {
            for level in Level::available() {
                let mut last = [0.0; 50];
                let streams = Streams::new(3);
                level.run(Households {
                    rule,
                    people,
                    streams,
                    first: 30,
                    last: &mut last,
                });
                for (household, last) in (30..).zip(last) {
                    let expected = last_wealth(rule, people, streams, household);
                    assert!(
                        (last / expected - 1.0).abs() < 2e-13,
                        "{level}: {last} {expected}"
                    );
                }
            }
        }
    }
}
