//! Many searches in three dimensions in lock-step, one search per lane of vector instructions.
//!
//! An iteration of [`Search::step`] branches after each value of the function, and a processor cannot predict the
//! branch. Here an iteration computes both points that it may need and selects one by a condition. It has no branches,
//! so the compiler turns the loops over lanes into vector instructions. Rare cases are left to [`Search`]: the end of
//! a search, and an iteration that shrinks the simplex. A lane whose search has ended takes the next target. Every
//! iteration gives the bits of [`Search::step`].
//!
//! The three coordinates are written out. The compiler does not turn a loop over coordinates inside the
//! loop over lanes into vector instructions at every optimisation level.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::batch::distance;
use super::search::{Search, start_simplex};
use super::simplex::{Simplex, Vertex};
use super::{LIMIT, Minimum, X_TOLERANCE};
use crate::simd::{Multiversion, mul_add};

/// Searches in lock-step, one per lane.
const SEARCH_LANES: usize = 32;

/// Lock-step iterations between two checks of the limit of evaluations.
const LIMIT_CHECK: usize = 32;

/// The largest number of evaluations that leaves enough of them until the next check, two per iteration.
const FAR_FROM_LIMIT: usize = LIMIT * 3 - 2 * LIMIT_CHECK;

/// Targets that a thread takes at a time.
const BLOCK: usize = 4;

/// Searches for targets from the origin, until the threads have taken all of them.
pub(super) struct Searches<'a> {
    pub targets: &'a [[f64; 3]],
    /// The number of the next target that no thread has taken.
    pub next: &'a AtomicUsize,
}

impl Multiversion for Searches<'_> {
    /// The results of these searches, each with the number of its target.
    type Output = Vec<(usize, Minimum<3>)>;

    #[inline(always)]
    fn run<const FMA: bool>(self) -> Self::Output {
        let mut found = Vec::with_capacity(self.targets.len().min(1 << 12));
        let mut lanes = SearchLanes::EMPTY;
        let mut block = 0..0;
        let mut numbers = [None; SEARCH_LANES];
        for (lane, number) in numbers.iter_mut().enumerate() {
            *number = self.start(&mut lanes, lane, &mut block);
        }
        let mut searching = numbers.iter().flatten().count();
        while searching > 0 {
            for lane in members(lanes.advance::<FMA>()) {
                if let Some(minimum) = lanes.end(lane) {
                    let searched = numbers[lane];
                    found.extend(searched.map(|number| (number, minimum)));
                    numbers[lane] = self.start(&mut lanes, lane, &mut block);
                    searching -= usize::from(searched.is_some() && numbers[lane].is_none());
                }
            }
        }
        found
    }
}

impl Searches<'_> {
    /// Starts the search for the next target in a lane and returns the target's number.
    ///
    /// If all targets are taken, the lane searches for a target that nobody asked for, and this returns `None`.
    #[inline(never)]
    fn start(
        &self,
        lanes: &mut SearchLanes,
        lane: usize,
        block: &mut Range<usize>,
    ) -> Option<usize> {
        if block.start >= block.end {
            let first = self.next.fetch_add(BLOCK, Relaxed).min(self.targets.len());
            *block = first..(first + BLOCK).min(self.targets.len());
        }
        let number = block.next();
        lanes.start(lane, number.map_or([0.5; 3], |number| self.targets[number]));
        number
    }
}

/// A set of lanes: bit i stands for lane i.
type LaneSet = u64;

/// The set of each lane alone.
const ALONE: [LaneSet; SEARCH_LANES] = {
    let mut sets = [1; SEARCH_LANES];
    let mut lane = 1;
    while lane < SEARCH_LANES {
        sets[lane] = 2 * sets[lane - 1];
        lane += 1;
    }
    sets
};

const ALL: LaneSet = ALONE[SEARCH_LANES - 1] | (ALONE[SEARCH_LANES - 1] - 1);

/// The lanes of a set.
#[inline(always)]
fn members(mut set: LaneSet) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lane = (set != 0).then_some(set.trailing_zeros() as usize);
        set &= set.wrapping_sub(1);
        lane
    })
}

/// One point per lane.
#[derive(Clone, Copy)]
struct Points([[f64; SEARCH_LANES]; 3]);

/// One vertex per lane.
#[derive(Clone, Copy)]
#[repr(C)]
struct Vertices {
    x: Points,
    f: [f64; SEARCH_LANES],
}

/// One search per lane: its vertices from best to worst, its target and its counts.
///
/// It starts at a cache line, and so do all arrays in it: a vector across two cache lines takes twice as long.
#[repr(C, align(64))]
struct SearchLanes {
    vertices: [Vertices; 4],
    target: Points,
    centroid: Points,
    reflected_f: [f64; SEARCH_LANES],
    /// The vertex that takes the place of the worst.
    new: Vertices,
    /// Per lane, 2 + 2 · iterations minus the number of evaluations: iterations with one evaluation, if none shrinks.
    single: [u64; SEARCH_LANES],
    /// The number of lock-step iterations so far.
    steps: usize,
    /// Per lane, `steps` minus the number of iterations of its search.
    step_offset: [usize; SEARCH_LANES],
}

impl Points {
    const ORIGIN: Self = Self([[0.0; SEARCH_LANES]; 3]);

    #[inline(always)]
    fn get(&self, lane: usize) -> [f64; 3] {
        [self.0[0][lane], self.0[1][lane], self.0[2][lane]]
    }

    #[inline(always)]
    fn set(&mut self, lane: usize, x: [f64; 3]) {
        (self.0[0][lane], self.0[1][lane], self.0[2][lane]) = (x[0], x[1], x[2]);
    }
}

impl Vertices {
    const ORIGIN: Self = Self {
        x: Points::ORIGIN,
        f: [0.0; SEARCH_LANES],
    };

    #[inline(always)]
    fn get(&self, lane: usize) -> Vertex<3> {
        Vertex {
            x: self.x.get(lane),
            f: self.f[lane],
        }
    }

    #[inline(always)]
    fn set(&mut self, lane: usize, vertex: Vertex<3>) {
        self.x.set(lane, vertex.x);
        self.f[lane] = vertex.f;
    }
}

impl SearchLanes {
    const EMPTY: Self = Self {
        vertices: [Vertices::ORIGIN; 4],
        target: Points::ORIGIN,
        centroid: Points::ORIGIN,
        reflected_f: [0.0; SEARCH_LANES],
        new: Vertices::ORIGIN,
        single: [0; SEARCH_LANES],
        steps: 0,
        step_offset: [0; SEARCH_LANES],
    };

    /// Starts the search for `target` in a lane.
    #[inline(always)]
    fn start(&mut self, lane: usize, target: [f64; 3]) {
        let [x, y, z] = start_simplex([0.0; 3]);
        let points = [[0.0; 3], x, y, z];
        let f = points.map(|x| distance(&x, &target));
        for (j, x) in points.into_iter().enumerate() {
            // Vertices of equal value keep their order, as in `Simplex`.
            let precedes = |i: &usize| (f[*i] < f[j]) | (*i < j) & (f[*i] == f[j]);
            let rank = (0..4).filter(precedes).count();
            self.vertices[rank].set(lane, Vertex { x, f: f[j] });
        }
        self.target.set(lane, target);
        self.set_counts(lane, 1, 4);
    }

    #[inline(always)]
    fn set_counts(&mut self, lane: usize, iterations: usize, evaluations: usize) {
        self.step_offset[lane] = self.steps.wrapping_sub(iterations);
        self.single[lane] = (2 + 2 * iterations).wrapping_sub(evaluations) as u64;
    }

    #[inline(always)]
    fn iterations(&self, lane: usize) -> usize {
        self.steps.wrapping_sub(self.step_offset[lane])
    }

    #[inline(always)]
    fn evaluations(&self, lane: usize) -> usize {
        (2 + 2 * self.iterations(lane)).wrapping_sub(self.single[lane] as usize)
    }

    /// The search in a lane.
    fn search(&self, lane: usize) -> Search<3> {
        let [best, others @ ..] = &self.vertices;
        Search {
            simplex: Simplex {
                best: best.get(lane),
                others: [0, 1, 2].map(|rank: usize| others[rank].get(lane)),
            },
            evaluations: self.evaluations(lane),
            iterations: self.iterations(lane),
        }
    }

    /// Does one iteration in all lanes. Returns the lanes whose searches may end.
    #[inline(always)]
    fn advance<const FMA: bool>(&mut self) -> LaneSet {
        for lane in 0..SEARCH_LANES {
            self.reflect::<FMA>(lane);
        }
        let mut shrinking = 0;
        for lane in 0..SEARCH_LANES {
            shrinking |= self.propose::<FMA>(lane);
        }
        if shrinking != 0 {
            self.shrink(shrinking);
        }
        self.steps += 1;
        let mut small = 0;
        for lane in 0..SEARCH_LANES {
            small |= self.insert::<FMA>(lane);
        }
        match self.steps.is_multiple_of(LIMIT_CHECK) {
            true => ALL,
            false => small | shrinking,
        }
    }

    /// Computes the centroid of all vertices of a lane but the worst, and the value at the reflected point.
    #[inline(always)]
    fn reflect<const FMA: bool>(&mut self, lane: usize) {
        let [best, second_best, second_worst, worst] = &self.vertices;
        let centroid = each(|k| {
            let sum = best.x.0[k][lane] + second_best.x.0[k][lane] + second_worst.x.0[k][lane];
            third::<FMA>(sum)
        });
        let reflected = reflection::<FMA>(&centroid, &worst.x.get(lane));
        self.reflected_f[lane] = value(&reflected, &self.target.get(lane));
        self.centroid.set(lane, centroid);
    }

    /// Computes the new vertex of a lane, without branches. Returns the lane's set if its simplex shrinks instead.
    ///
    /// No value is NaN. An evaluation makes the largest coordinate at most three times as large, so
    /// all coordinates are below 2.5·10⁻⁴ · 3⁶⁰⁰ < 10²⁸³, and a value can at most be infinite.
    #[inline(always)]
    fn propose<const FMA: bool>(&mut self, lane: usize) -> LaneSet {
        let [best, _, second_worst, worst] = &self.vertices;
        let (centroid, worst) = (self.centroid.get(lane), worst.get(lane));
        let reflected_f = self.reflected_f[lane];
        let beats_best = reflected_f < best.f[lane];
        let beats_second_worst = reflected_f < second_worst.f[lane];
        // The trial point is an expansion, or a contraction outside or inside.
        let b = if reflected_f < worst.f { -0.5 } else { 0.5 };
        let b = if beats_best { -2.0 } else { b };
        let a = 1.0 - b;
        let trial = each(|k| a * centroid[k] + b * worst.x[k]);
        let trial_f = value(&trial, &self.target.get(lane));
        let trial_is_better = trial_f < lesser(reflected_f, worst.f);
        let is_single = beats_second_worst & !beats_best;
        let takes_trial = trial_is_better & !is_single;
        let reflected = reflection::<FMA>(&centroid, &worst.x);
        let new = each(|k| if takes_trial { trial[k] } else { reflected[k] });
        self.new.x.set(lane, new);
        self.new.f[lane] = if takes_trial { trial_f } else { reflected_f };
        self.single[lane] = self.single[lane].wrapping_add(u64::from(is_single));
        // A contraction outside may also be as good as the reflected point. `Search::step` sees to it.
        set_if(!(trial_is_better | beats_second_worst), lane)
    }

    /// Does the iteration of these lanes, which shrinks their simplices.
    #[cold]
    fn shrink(&mut self, shrinking: LaneSet) {
        for lane in members(shrinking) {
            let target = self.target.get(lane);
            let mut search = self.search(lane);
            // The search does not end here: its simplex is not small, and it is far from the limit.
            search.step(|x| distance(x, &target));
            self.vertices[0].set(lane, search.simplex.best);
            for (vertices, vertex) in self.vertices[1..].iter_mut().zip(search.simplex.others) {
                vertices.set(lane, vertex);
            }
            self.set_counts(lane, search.iterations, search.evaluations);
            // The iteration is counted.
            self.step_offset[lane] = self.step_offset[lane].wrapping_add(1);
            // The worst vertex takes its own place.
            self.new.set(lane, self.vertices[3].get(lane));
        }
    }

    /// Inserts the new vertex of a lane before all that are worse, without branches.
    ///
    /// Returns the lane's set if its simplex may be small enough to end the search.
    #[inline(always)]
    fn insert<const FMA: bool>(&mut self, lane: usize) -> LaneSet {
        let [best, second_best, second_worst, worst] = &mut self.vertices;
        let (f, f0) = (self.new.f[lane], best.f[lane]);
        let (f1, f2) = (second_best.f[lane], second_worst.f[lane]);
        let (before0, before1, before2) = (f < f0, f < f1, f < f2);
        best.f[lane] = other(f, f0, greater(f0, f));
        second_best.f[lane] = greater(f0, lesser(f1, f));
        second_worst.f[lane] = greater(f1, lesser(f2, f));
        worst.f[lane] = greater(f2, f);
        // Coordinate by coordinate, so that the values in use fit into the registers.
        let d = each(|k| {
            let (x, x0) = (self.new.x.0[k][lane], best.x.0[k][lane]);
            let (x1, x2) = (second_best.x.0[k][lane], second_worst.x.0[k][lane]);
            let worse0 = if before0 { x0 } else { x };
            let worse1 = if before1 { x1 } else { worse0 };
            let worse2 = if before2 { x2 } else { worse1 };
            let better0 = other(x, x0, worse0);
            best.x.0[k][lane] = better0;
            second_best.x.0[k][lane] = other(worse0, x1, worse1);
            second_worst.x.0[k][lane] = other(worse1, x2, worse2);
            worst.x.0[k][lane] = worse2;
            worse2 - better0
        });
        // If all coordinates are within the tolerance, the distance is, but for rounding, within √3 of it.
        const DISTANCE2: f64 = 3.001 * X_TOLERANCE * X_TOLERANCE;
        let distance2 = mul_add::<FMA>(d[0], d[0], mul_add::<FMA>(d[1], d[1], d[2] * d[2]));
        set_if(distance2 <= DISTANCE2, lane)
    }

    /// The result of the search in a lane, if it ends here or is near the limit of evaluations.
    #[inline(never)]
    fn end(&self, lane: usize) -> Option<Minimum<3>> {
        let mut search = self.search(lane);
        if search.evaluations <= FAR_FROM_LIMIT {
            return search.end();
        }
        let target = self.target.get(lane);
        loop {
            if let Some(minimum) = search.step(|x| distance(x, &target)) {
                return Some(minimum);
            }
        }
    }
}

/// The set of a lane if `condition` holds, else no lane.
#[inline(always)]
fn set_if(condition: bool, lane: usize) -> LaneSet {
    if condition { ALONE[lane] } else { 0 }
}

/// A point by its coordinates.
#[inline(always)]
fn each(mut coordinate: impl FnMut(usize) -> f64) -> [f64; 3] {
    [coordinate(0), coordinate(1), coordinate(2)]
}

/// The third of a finite number that is far from overflow, rounded as x / 3 is.
///
/// A fused multiply-add gives the exact remainder of a quotient that is wrong by a unit in the last place at most. The
/// corrected quotient is within 10⁻¹⁵ units of the exact one, which is a sixth of a unit or more from where rounding
/// changes. On all processors this takes less than half the time of a division.
#[inline(always)]
fn third<const FMA: bool>(x: f64) -> f64 {
    if !FMA {
        return x / 3.0;
    }
    const THIRD: f64 = 1.0 / 3.0;
    let quotient = x * THIRD;
    let remainder = 3.0_f64.mul_add(quotient, -x);
    remainder.mul_add(-THIRD, quotient)
}

/// The reflection of a point at the centroid. Fused or not, the product with 2 is exact.
#[inline(always)]
fn reflection<const FMA: bool>(centroid: &[f64; 3], x: &[f64; 3]) -> [f64; 3] {
    each(|k| mul_add::<FMA>(2.0, centroid[k], -x[k]))
}

/// The value at a point, as [`distance`] has it.
#[inline(always)]
fn value(x: &[f64; 3], target: &[f64; 3]) -> f64 {
    let square = |k: usize| (x[k] - target[k]) * (x[k] - target[k]);
    square(0) + square(1) + square(2)
}

/// `b` if `one` is `a`, and `a` if it is `b`.
#[inline(always)]
fn other(a: f64, b: f64, one: f64) -> f64 {
    f64::from_bits(a.to_bits() ^ b.to_bits() ^ one.to_bits())
}

/// The lesser of two numbers, by one instruction; `f64::min` takes care of NaN, too.
#[inline(always)]
fn lesser(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// The greater of two numbers.
#[inline(always)]
fn greater(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Streams;
    use rand::RngExt;

    #[test]
    fn a_third_is_rounded_as_the_quotient() {
        let mut rng = Streams::new(6).stream(0);
        let few = [0.0, 1.0, 3.0, f64::MIN_POSITIVE, 1e300].map(f64::to_bits);
        let near = few.into_iter().flat_map(|bits| bits..bits + 1000);
        let random = (0..1_000_000).map(|_| rng.random::<u64>());
        for x in near.chain(random).map(f64::from_bits) {
            if x.abs() < 1e307 {
                for x in [x, -x] {
                    let (fused, divided) = (third::<true>(x), third::<false>(x));
                    assert_eq!(fused.to_bits(), divided.to_bits(), "{x:e}");
                }
            }
        }
    }
}
