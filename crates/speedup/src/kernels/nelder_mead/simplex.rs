//! The simplex, its moves, and a function that counts its evaluations.

/// A point `x` and the value `f` of the function there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Vertex<const N: usize> {
    pub x: [f64; N],
    pub f: f64,
}

/// A function that counts its evaluations and has a limit for them.
pub struct Evaluations<F> {
    f: F,
    count: usize,
    limit: usize,
}

impl<F> Evaluations<F> {
    /// The function `f`, evaluated `count` times before.
    pub fn new(f: F, count: usize, limit: usize) -> Self {
        Self { f, count, limit }
    }

    pub fn count(&self) -> usize {
        self.count
    }

    pub fn used_up(&self) -> bool {
        self.count >= self.limit
    }

    /// The vertex at `x`; `None` if the limit is reached.
    fn at<const N: usize>(&mut self, x: [f64; N]) -> Option<Vertex<N>>
    where
        F: FnMut(&[f64; N]) -> f64,
    {
        (!self.used_up()).then(|| self.always_at(x))
    }

    /// The vertex at `x`, whether or not the limit is reached, for the start simplex.
    fn always_at<const N: usize>(&mut self, x: [f64; N]) -> Vertex<N>
    where
        F: FnMut(&[f64; N]) -> f64,
    {
        self.count += 1;
        let f = (self.f)(&x);
        Vertex { x, f }
    }
}

/// N + 1 vertices in the order of their values, the best first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Simplex<const N: usize> {
    pub best: Vertex<N>,
    pub others: [Vertex<N>; N],
}

impl<const N: usize> Simplex<N> {
    /// The simplex with the vertices `start` and `others`. N must be at least 1.
    pub fn new<F: FnMut(&[f64; N]) -> f64>(
        start: [f64; N],
        others: [[f64; N]; N],
        evaluations: &mut Evaluations<F>,
    ) -> Self {
        let best = evaluations.always_at(start);
        let others = others.map(|x| evaluations.always_at(x));
        let mut simplex = Self { best, others };
        simplex.sort();
        simplex
    }

    /// Whether all coordinates and values are within these tolerances of the best vertex's.
    pub fn is_within(&self, x_tolerance: f64, f_tolerance: f64) -> bool {
        self.others.iter().all(|other| {
            let moved = other.x.iter().zip(&self.best.x);
            moved.into_iter().all(|(a, b)| (a - b).abs() <= x_tolerance)
                && (self.best.f - other.f).abs() <= f_tolerance
        })
    }

    /// Does one iteration; `None` if the limit of evaluations interrupts it.
    pub fn advance<F>(&mut self, evaluations: &mut Evaluations<F>) -> Option<()>
    where
        F: FnMut(&[f64; N]) -> f64,
    {
        let worst = self.others[N - 1];
        let second_worst = if N > 1 {
            self.others[N - 2].f
        } else {
            self.best.f
        };
        let centroid = self.centroid();
        let reflected = evaluations.at(affine_combination(2.0, &centroid, -1.0, &worst.x))?;
        let replacement = if reflected.f < self.best.f {
            let expanded = evaluations.at(affine_combination(3.0, &centroid, -2.0, &worst.x))?;
            let further = expanded.f < reflected.f;
            Some(if further { expanded } else { reflected })
        } else if reflected.f < second_worst {
            Some(reflected)
        } else if reflected.f < worst.f {
            let outside = evaluations.at(affine_combination(1.5, &centroid, -0.5, &worst.x))?;
            (outside.f <= reflected.f).then_some(outside)
        } else {
            let inside = evaluations.at(affine_combination(0.5, &centroid, 0.5, &worst.x))?;
            (inside.f < worst.f).then_some(inside)
        };
        match replacement {
            Some(vertex) => self.insert(N, vertex),
            None => self.shrink(evaluations)?,
        }
        Some(())
    }

    /// The centroid of all vertices but the worst.
    #[inline(always)]
    fn centroid(&self) -> [f64; N] {
        let mut sum = self.best.x;
        for vertex in &self.others[..N - 1] {
            for (sum, x) in sum.iter_mut().zip(&vertex.x) {
                *sum += x;
            }
        }
        sum.map(|sum| sum / N as f64)
    }

    /// Moves all vertices halfway to the best; `None` if the limit of evaluations interrupts it.
    fn shrink<F>(&mut self, evaluations: &mut Evaluations<F>) -> Option<()>
    where
        F: FnMut(&[f64; N]) -> f64,
    {
        let best = self.best.x;
        let mut halves = self.others.iter_mut().map(|vertex| {
            let half = std::array::from_fn(|k| best[k] + 0.5 * (vertex.x[k] - best[k]));
            *vertex = evaluations.at(half)?;
            Some(())
        });
        let complete = halves.all(|half| half.is_some());
        self.sort();
        complete.then_some(())
    }

    /// Sorts the vertices by insertion. Vertices of equal value keep their order.
    fn sort(&mut self) {
        for rank in 1..=N {
            self.insert(rank, self.others[rank - 1]);
        }
    }

    /// Inserts a vertex among the first `rank` vertices, which are sorted, and overwrites the vertex at `rank`.
    fn insert(&mut self, mut rank: usize, vertex: Vertex<N>) {
        while rank > 1 && is_better(vertex.f, self.others[rank - 2].f) {
            self.others[rank - 1] = self.others[rank - 2];
            rank -= 1;
        }
        if rank == 1 && is_better(vertex.f, self.best.f) {
            self.others[0] = std::mem::replace(&mut self.best, vertex);
        } else {
            self.others[rank - 1] = vertex;
        }
    }
}

/// Whether value `a` is better than `b`. NaN is worse than any number.
fn is_better(a: f64, b: f64) -> bool {
    a < b || (b.is_nan() && !a.is_nan())
}

/// The affine combination a x + b y, with a + b = 1.
#[inline(always)]
fn affine_combination<const N: usize>(a: f64, x: &[f64; N], b: f64, y: &[f64; N]) -> [f64; N] {
    let mut combination = [0.0; N];
    for (combination, (x, y)) in combination.iter_mut().zip(x.iter().zip(y)) {
        *combination = a * x + b * y;
    }
    combination
}

#[cfg(test)]
mod tests {
    use super::*;

    fn simplex_of(values: [f64; 4]) -> Simplex<3> {
        let at = |f| Vertex { x: [f; 3], f };
        let mut simplex = Simplex {
            best: at(values[0]),
            others: [at(values[1]), at(values[2]), at(values[3])],
        };
        simplex.sort();
        simplex
    }

    fn values(simplex: &Simplex<3>) -> Vec<f64> {
        let others = simplex.others.iter().map(|vertex| vertex.f);
        std::iter::once(simplex.best.f).chain(others).collect()
    }

    #[test]
    fn vertices_are_kept_in_order() {
        assert_eq!(
            values(&simplex_of([3.0, 1.0, 2.0, 0.0])),
            [0.0, 1.0, 2.0, 3.0]
        );
        let mut simplex = simplex_of([f64::NAN, 4.0, f64::INFINITY, 2.0]);
        assert_eq!(values(&simplex)[..3], [2.0, 4.0, f64::INFINITY]);
        simplex.insert(
            3,
            Vertex {
                x: [0.0; 3],
                f: 1.0,
            },
        );
        assert_eq!(values(&simplex), [1.0, 2.0, 4.0, f64::INFINITY]);
    }

    #[test]
    fn a_shrink_that_reaches_the_limit_returns_none() {
        let mut simplex = simplex_of([0.0, 1.0, 2.0, 3.0]);
        let mut two = Evaluations::new(|x: &[f64; 3]| x[0], 0, 2);
        assert_eq!(simplex.shrink(&mut two), None);
        assert_eq!(
            (two.count(), values(&simplex)),
            (2, vec![0.0, 0.5, 1.0, 3.0])
        );
    }
}
