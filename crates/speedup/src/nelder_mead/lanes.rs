//! Many searches for targets of three coordinates in lock-step, each in a *lane* of vectors.
//!
//! A search takes one branch or another after each value of the function, and no processor can foresee which. Here an
//! iteration computes both points that it may need and picks by conditions: it has no branches, and the
//! compiler makes vector instructions of the loop over lanes. A lane whose search has ended takes the next target.
//! What is rare is left to [`Search::step`]; every iteration does what that does, to the last bit.
//!
//! Points are written out for three coordinates: of loops over coordinates inside the loop over lanes, the compiler
//! makes vector instructions at one level of optimisation and not at another.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::batch::distance;
use super::search::{Search, start_simplex};
use super::simplex::{Simplex, Vertex};
use super::{F_TOLERANCE, LIMIT, Minimum, X_TOLERANCE};
use crate::simd::Vectorized;

/// Searches at a time.
const LANES: usize = 32;

/// Searches from the origin for targets, as long as there are some that no thread has taken.
pub(super) struct Searches<'a> {
    pub targets: &'a [[f64; 3]],
    pub next: &'a AtomicUsize,
}

impl Vectorized for Searches<'_> {
    /// What was found, each with the number of its target.
    type Output = Vec<(usize, Minimum<3>)>;

    #[inline(always)]
    fn run<const FMA: bool>(self) -> Self::Output {
        let mut found = Vec::with_capacity(self.targets.len().min(1 << 12));
        let mut lanes = Lanes::EMPTY;
        let mut numbers = [None; LANES];
        for (lane, number) in numbers.iter_mut().enumerate() {
            *number = self.start(&mut lanes, lane);
        }
        let mut searching = numbers.iter().flatten().count();
        while searching > 0 {
            if !lanes.advance() {
                continue;
            }
            for (lane, number) in numbers.iter_mut().enumerate() {
                if lanes.stays[lane] != 0
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
    /// Starts the next search in a lane, and gives its number; `None` if all are taken.
    #[inline(never)]
    fn start(&self, lanes: &mut Lanes, lane: usize) -> Option<usize> {
        let number = self.next.fetch_add(1, Relaxed);
        let target = self.targets.get(number)?;
        let at = |x| Vertex {
            x,
            f: distance(&x, target),
        };
        let [x, y, z] = start_simplex([0.0; 3]);
        let mut vertices = [at([0.0; 3]), at(x), at(y), at(z)];
        // Sorted by exchanges of neighbours, as `Simplex` does it; no value is not a number at the start.
        for rank in [0, 1, 2, 1, 0, 1] {
            let (a, b) = (vertices[rank], vertices[rank + 1]);
            let exchanges = b.f < a.f;
            vertices[rank] = pick(exchanges, &b, &a);
            vertices[rank + 1] = pick(exchanges, &a, &b);
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

/// A point in each lane.
#[derive(Clone, Copy)]
struct Points([[f64; LANES]; 3]);

/// A search in each lane: its vertices from best to worst, its target, its counts.
struct Lanes {
    x: [Points; 4],
    f: [[f64; LANES]; 4],
    target: Points,
    evaluations: [u64; LANES],
    /// How often all lanes have advanced.
    steps: usize,
    /// That number when the search in a lane would have begun, had it not stayed since.
    begun: [usize; LANES],
    /// 1 where the last iteration was left to [`Search::step`].
    stays: [u64; LANES],
}

impl Points {
    const ORIGIN: Self = Self([[0.0; LANES]; 3]);

    #[inline(always)]
    fn get(&self, lane: usize) -> [f64; 3] {
        [self.0[0][lane], self.0[1][lane], self.0[2][lane]]
    }

    #[inline(always)]
    fn set(&mut self, lane: usize, x: [f64; 3]) {
        (self.0[0][lane], self.0[1][lane], self.0[2][lane]) = (x[0], x[1], x[2]);
    }
}

impl Lanes {
    const EMPTY: Self = Self {
        x: [Points::ORIGIN; 4],
        f: [[0.0; LANES]; 4],
        target: Points::ORIGIN,
        evaluations: [0; LANES],
        steps: 0,
        begun: [0; LANES],
        stays: [0; LANES],
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

    /// The search in a lane that stayed in the last step.
    fn search(&self, lane: usize) -> Search<3> {
        Search {
            simplex: Simplex {
                best: self.vertex(0, lane),
                others: [1, 2, 3].map(|rank| self.vertex(rank, lane)),
            },
            evaluations: self.evaluations[lane] as usize,
            iterations: (self.steps - 1).wrapping_sub(self.begun[lane]),
        }
    }

    fn set(&mut self, lane: usize, search: &Search<3>) {
        self.set_vertex(0, lane, search.simplex.best);
        for (rank, vertex) in search.simplex.others.into_iter().enumerate() {
            self.set_vertex(rank + 1, lane, vertex);
        }
        self.evaluations[lane] = search.evaluations as u64;
        self.begun[lane] = self.steps.wrapping_sub(search.iterations);
    }

    /// One iteration in all lanes; whether one of them stays, for [`Search::step`].
    #[inline(always)]
    fn advance(&mut self) -> bool {
        self.steps += 1;
        for lane in 0..LANES {
            self.advance_lane(lane);
        }
        self.stays.iter().any(|stays| *stays != 0)
    }

    /// One iteration in a lane, without branches.
    #[inline(always)]
    fn advance_lane(&mut self, lane: usize) {
        let (best, good) = (&self.vertex(0, lane), &self.vertex(1, lane));
        let (bad, worst) = (&self.vertex(2, lane), &self.vertex(3, lane));
        let target = self.target.get(lane);
        let middle = middle(&best.x, &good.x, &bad.x);
        let at = |x: [f64; 3]| {
            let square = |k: usize| (x[k] - target[k]) * (x[k] - target[k]);
            let f = square(0) + square(1) + square(2);
            Vertex { x, f }
        };
        let reflected = at(blend(2.0, &middle, -1.0, &worst.x));
        let is_best = reflected.f < best.f;
        let is_good = reflected.f < bad.f;
        let is_fair = reflected.f < worst.f;
        // An expansion, or a contraction outside or inside.
        let a = if is_fair { 1.5 } else { 0.5 };
        let b = if is_fair { -0.5 } else { 0.5 };
        let a = if is_best { 3.0 } else { a };
        let b = if is_best { -2.0 } else { b };
        let second = at(blend(a, &middle, b, &worst.x));
        let further = is_best & (second.f < reflected.f);
        let outside = !is_good & is_fair & (second.f <= reflected.f);
        let inside = !is_fair & (second.f < worst.f);
        let takes_second = further | outside | inside;
        let new = pick(takes_second, &second, &reflected);

        // What is rare: an end (the worst vertex is near the best), a shrink, no number, the limit.
        let once = is_good & !is_best;
        let used = self.evaluations[lane].wrapping_add(if once { 1 } else { 2 });
        let small = is_near(best, worst) & is_near(best, bad) & is_near(best, good);
        let stays = (small & ((best.f - worst.f).abs() <= F_TOLERANCE))
            | !(takes_second | is_good)
            | (reflected.f.is_nan() | second.f.is_nan())
            | (used > LIMIT as u64 * 3);

        // The new vertex goes before all that are worse, and these move back by one.
        let before_best = !stays & (new.f < best.f);
        let before_good = !stays & (new.f < good.f);
        let before_bad = !stays & (new.f < bad.f);
        let last = pick(before_bad, bad, &new);
        self.set_vertex(3, lane, pick(stays, worst, &last));
        let third = pick(before_bad, &new, bad);
        self.set_vertex(2, lane, pick(before_good, good, &third));
        let second = pick(before_good, &new, good);
        self.set_vertex(1, lane, pick(before_best, best, &second));
        self.set_vertex(0, lane, pick(before_best, &new, best));
        self.evaluations[lane] = if stays { self.evaluations[lane] } else { used };
        self.stays[lane] = u64::from(stays);
    }
}

/// The middle of three points.
#[inline(always)]
fn middle(x: &[f64; 3], y: &[f64; 3], z: &[f64; 3]) -> [f64; 3] {
    let at = |k: usize| (x[k] + y[k] + z[k]) / 3.0;
    [at(0), at(1), at(2)]
}

/// `a x + b y`.
#[inline(always)]
fn blend(a: f64, x: &[f64; 3], b: f64, y: &[f64; 3]) -> [f64; 3] {
    let at = |k: usize| a * x[k] + b * y[k];
    [at(0), at(1), at(2)]
}

/// The first vertex or the second.
#[inline(always)]
fn pick(first: bool, a: &Vertex<3>, b: &Vertex<3>) -> Vertex<3> {
    let at = |k: usize| if first { a.x[k] } else { b.x[k] };
    Vertex {
        x: [at(0), at(1), at(2)],
        f: if first { a.f } else { b.f },
    }
}

/// Whether one vertex is within the tolerances of another.
#[inline(always)]
fn is_near(a: &Vertex<3>, b: &Vertex<3>) -> bool {
    let at = |k: usize| (a.x[k] - b.x[k]).abs() <= X_TOLERANCE;
    at(0) & at(1) & at(2)
}
