//! The simulation of neighbouring households by vector instructions, one household per lane.

use std::f64::consts::LOG2_E;

use super::{Population, Rule};
use crate::Streams;
use crate::random::box_muller::lane_pair;
use crate::random::stream_lanes::StreamLanes;
use crate::simd::{Multiversion, exp2, mul_add};

/// Households that are simulated together, one per lane.
///
/// Their state fits in the first cache. The operations of one household wait for one another; with 64
/// households the processor always has others to do.
pub const HOUSEHOLD_LANES: usize = 64;

/// Simulates up to [`HOUSEHOLD_LANES`] households, the first of which is `first`, and writes their wealth into `last`.
pub struct Households<'a> {
    pub rule: &'a Rule,
    pub people: Population,
    pub streams: Streams,
    pub first: u64,
    pub last: &'a mut [f64],
}

impl Multiversion for Households<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Rule { r, s, v1, v2 } = *self.rule;
        let mut lanes = StreamLanes::<HOUSEHOLD_LANES>::new(self.streams, self.first);
        // exp(v z) is 2 to the power of v z / ln 2.
        let exponents = |lanes: &mut StreamLanes<HOUSEHOLD_LANES>, lane| {
            let (first, second) = (lanes.next(lane), lanes.next(lane));
            let (z_return, z_income) = lane_pair::<FMA>(first, second);
            (v1 * LOG2_E * z_return, v2 * LOG2_E * z_income)
        };
        let mut wealth = [self.people.w0; HOUSEHOLD_LANES];
        let (mut of_return, mut of_income) = ([0.0; HOUSEHOLD_LANES], [0.0; HOUSEHOLD_LANES]);
        for lane in 0..HOUSEHOLD_LANES {
            (of_return[lane], of_income[lane]) = exponents(&mut lanes, lane);
        }
        for _ in 0..self.people.periods {
            for lane in 0..HOUSEHOLD_LANES {
                let (now_return, now_income) = (of_return[lane], of_income[lane]);
                // The next period's exponents do not depend on this period's wealth, so the processor can
                // compute both at the same time.
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
    use crate::simd::Isa;

    #[test]
    fn each_lane_is_its_household_with_every_isa() {
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
            for isa in Isa::available() {
                let mut last = [0.0; 50];
                let streams = Streams::new(3);
                isa.dispatch(Households {
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
                        "{isa}: {last} {expected}"
                    );
                }
            }
        }
    }
}
