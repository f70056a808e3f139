//! Many searches in three dimensions in lock-step, one search per lane of vector instructions.
//!
//! An iteration of [`Search::step`] branches after each value of the function, and a processor cannot predict the
//! branch. Here an iteration computes both points that it may need and selects one by a condition. It has no branches,
//! so the compiler turns the loop over lanes into vector instructions. Rare cases, such as the end of a
//! search, are deferred to [`Search::step`]. A lane whose search has ended takes the next target. Every iteration
//! gives the bits of [`Search::step`].
//!
//! The three coordinates are written out. The compiler does not turn a loop over coordinates inside the
//! loop over lanes into vector instructions at every optimisation level.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::batch::distance;
use super::search::{Search, start_simplex};
use super::simplex::{Simplex, Vertex};
use super::{F_TOLERANCE, LIMIT, Minimum, X_TOLERANCE};
use crate::simd::Multiversion;

/// Searches in lock-step, one per lane.
const SEARCH_LANES: usize = 32;

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
        let mut numbers = [None; SEARCH_LANES];
        for (lane, number) in numbers.iter_mut().enumerate() {
            *number = self.start(&mut lanes, lane);
        }
        let mut searching = numbers.iter().flatten().count();
        while searching > 0 {
            if !lanes.advance() {
                continue;
            }
            for (lane, number) in numbers.iter_mut().enumerate() {
                if lanes.deferred[lane] != 0
                    && let Some(searched) = *number
                {
                    let mut search = lanes.search(lane);
                    match search.step(|x| distance(x, &self.targets[searched])) {
                        None => lanes.set(lane, &search),
                        Some(minimum) => {
                            found.push((searched, minimum));
                            *number = self.start(&mut lanes, lane);
                            searching -= usize::from(number.is_none());
                        }
                    }
                }
            }
        }
        found
    }
}

impl Searches<'_> {
    /// Starts the search for the next target in a lane and returns the target's number; `None` if all are taken.
    #[inline(never)]
    fn start(&self, lanes: &mut SearchLanes, lane: usize) -> Option<usize> {
        let number = self.next.fetch_add(1, Relaxed);
        let target = self.targets.get(number)?;
        let at = |x| Vertex {
            x,
            f: distance(&x, target),
        };
        let [x, y, z] = start_simplex([0.0; 3]);
        let mut vertices = [at([0.0; 3]), at(x), at(y), at(z)];
        // Sorted by exchanges of neighbours. Equal values keep their order, as in `Simplex`; no value is NaN here.
        for rank in [0, 1, 2, 1, 0, 1] {
            let (a, b) = (vertices[rank], vertices[rank + 1]);
            let exchanges = b.f < a.f;
            vertices[rank] = select(exchanges, &b, &a);
            vertices[rank + 1] = select(exchanges, &a, &b);
        }
        let [best, others @ ..] = vertices;
        let search = Search {
            simplex: Simplex { best, others },
            evaluations: 4,
            iterations: 1,
        };
        lanes.set(lane, &search);
        lanes.target.set(lane, *target);
        Some(number)
    }
}

/// One point per lane.
#[derive(Clone, Copy)]
struct Points([[f64; SEARCH_LANES]; 3]);

/// One search per lane: its vertices from best to worst, its target and its counts.
struct SearchLanes {
    x: [Points; 4],
    f: [[f64; SEARCH_LANES]; 4],
    target: Points,
    evaluations: [u64; SEARCH_LANES],
    /// The number of lock-step iterations so far.
    steps: usize,
    /// Per lane, `steps` minus the number of iterations of its search.
    step_offset: [usize; SEARCH_LANES],
    /// 1 if the lane's last iteration is deferred to [`Search::step`], else 0.
    deferred: [u64; SEARCH_LANES],
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

impl SearchLanes {
    const EMPTY: Self = Self {
        x: [Points::ORIGIN; 4],
        f: [[0.0; SEARCH_LANES]; 4],
        target: Points::ORIGIN,
        evaluations: [0; SEARCH_LANES],
        steps: 0,
        step_offset: [0; SEARCH_LANES],
        deferred: [0; SEARCH_LANES],
    };

    #[inline(always)]
    fn vertex(&self, rank: usize, lane: usize) -> Vertex<3> {
        Vertex {
            x: self.x[rank].get(lane),
            f: self.f[rank][lane],
        }
    }

    #[inline(always)]
    fn set_vertex(&mut self, rank: usize, lane: usize, vertex: Vertex<3>) {
        self.x[rank].set(lane, vertex.x);
        self.f[rank][lane] = vertex.f;
    }

    /// The search in a lane whose last iteration is deferred.
    fn search(&self, lane: usize) -> Search<3> {
        Search {
            simplex: Simplex {
                best: self.vertex(0, lane),
                others: [1, 2, 3].map(|rank| self.vertex(rank, lane)),
            },
            evaluations: self.evaluations[lane] as usize,
            iterations: (self.steps - 1).wrapping_sub(self.step_offset[lane]),
        }
    }

    /// Puts a search into a lane.
    fn set(&mut self, lane: usize, search: &Search<3>) {
        self.set_vertex(0, lane, search.simplex.best);
        for (rank, vertex) in search.simplex.others.into_iter().enumerate() {
            self.set_vertex(rank + 1, lane, vertex);
        }
        self.evaluations[lane] = search.evaluations as u64;
        self.step_offset[lane] = self.steps.wrapping_sub(search.iterations);
    }

    /// Does one iteration in all lanes. Returns whether a lane is deferred.
    #[inline(always)]
    fn advance(&mut self) -> bool {
        self.steps += 1;
        for lane in 0..SEARCH_LANES {
            self.advance_lane(lane);
        }
        self.deferred.iter().any(|deferred| *deferred != 0)
    }

    /// Does one iteration in a lane, without branches.
    #[inline(always)]
    fn advance_lane(&mut self, lane: usize) {
        let (best, second_best) = (&self.vertex(0, lane), &self.vertex(1, lane));
        let (second_worst, worst) = (&self.vertex(2, lane), &self.vertex(3, lane));
        let target = self.target.get(lane);
        let centroid = centroid(&best.x, &second_best.x, &second_worst.x);
        let at = |x: [f64; 3]| {
            let square = |k: usize| (x[k] - target[k]) * (x[k] - target[k]);
            let f = square(0) + square(1) + square(2);
            Vertex { x, f }
        };
        let reflected = at(affine_combination(2.0, &centroid, -1.0, &worst.x));
        let beats_best = reflected.f < best.f;
        let beats_second_worst = reflected.f < second_worst.f;
        let beats_worst = reflected.f < worst.f;
        // The trial point is an expansion, or a contraction outside or inside.
        let a = if beats_worst { 1.5 } else { 0.5 };
        let b = if beats_worst { -0.5 } else { 0.5 };
        let a = if beats_best { 3.0 } else { a };
        let b = if beats_best { -2.0 } else { b };
        let trial = at(affine_combination(a, &centroid, b, &worst.x));
        let expands = beats_best & (trial.f < reflected.f);
        let contracts_outside = !beats_second_worst & beats_worst & (trial.f <= reflected.f);
        let contracts_inside = !beats_worst & (trial.f < worst.f);
        let takes_trial = expands | contracts_outside | contracts_inside;
        let new = select(takes_trial, &trial, &reflected);

        // The rare cases: the end of the search, a shrink, NaN, the limit of evaluations.
        let one_evaluation = beats_second_worst & !beats_best;
        let evaluations = self.evaluations[lane].wrapping_add(if one_evaluation { 1 } else { 2 });
        let is_small = is_within_x_tolerance(best, worst)
            & is_within_x_tolerance(best, second_worst)
            & is_within_x_tolerance(best, second_best);
        let deferred = (is_small & ((best.f - worst.f).abs() <= F_TOLERANCE))
            | !(takes_trial | beats_second_worst)
            | (reflected.f.is_nan() | trial.f.is_nan())
            | (evaluations > LIMIT as u64 * 3);

        // The new vertex is inserted before all that are worse.
        let before_best = !deferred & (new.f < best.f);
        let before_second_best = !deferred & (new.f < second_best.f);
        let before_second_worst = !deferred & (new.f < second_worst.f);
        let last = select(before_second_worst, second_worst, &new);
        self.set_vertex(3, lane, select(deferred, worst, &last));
        let third_rank = select(before_second_worst, &new, second_worst);
        self.set_vertex(
            2,
            lane,
            select(before_second_best, second_best, &third_rank),
        );
        let second_rank = select(before_second_best, &new, second_best);
        self.set_vertex(1, lane, select(before_best, best, &second_rank));
        self.set_vertex(0, lane, select(before_best, &new, best));
        self.evaluations[lane] = if deferred {
            self.evaluations[lane]
        } else {
            evaluations
        };
        self.deferred[lane] = u64::from(deferred);
    }
}

/// The centroid of three points.
#[inline(always)]
fn centroid(x: &[f64; 3], y: &[f64; 3], z: &[f64; 3]) -> [f64; 3] {
    let at = |k: usize| (x[k] + y[k] + z[k]) / 3.0;
    [at(0), at(1), at(2)]
}

/// The affine combination a x + b y, with a + b = 1.
#[inline(always)]
fn affine_combination(a: f64, x: &[f64; 3], b: f64, y: &[f64; 3]) -> [f64; 3] {
    let at = |k: usize| a * x[k] + b * y[k];
    [at(0), at(1), at(2)]
}

/// `a` if `first` is true, else `b`.
#[inline(always)]
fn select(first: bool, a: &Vertex<3>, b: &Vertex<3>) -> Vertex<3> {
    let at = |k: usize| if first { a.x[k] } else { b.x[k] };
    Vertex {
        x: [at(0), at(1), at(2)],
        f: if first { a.f } else { b.f },
    }
}

/// Whether all coordinates of two vertices are within [`X_TOLERANCE`] of each other.
#[inline(always)]
fn is_within_x_tolerance(a: &Vertex<3>, b: &Vertex<3>) -> bool {
    let at = |k: usize| (a.x[k] - b.x[k]).abs() <= X_TOLERANCE;
    at(0) & at(1) & at(2)
}
