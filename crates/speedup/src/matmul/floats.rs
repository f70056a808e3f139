//! Entries as floating-point numbers, which hold whole numbers of up to 24 or 53 bits exactly.
//!
//! Every processor multiplies and adds several of them with one instruction; with whole numbers of 64 bits few do.

use super::blocked::Way;
use crate::simd::{Level, Vectorized};

/// `f32` or `f64`, exact while no sum of products is beyond 2²⁴ or 2⁵³.
#[derive(Clone, Copy)]
pub(super) struct Floats<T> {
    level: Level,
    kind: std::marker::PhantomData<T>,
}

impl<T> Floats<T> {
    pub(super) fn new(level: Level) -> Self {
        let kind = std::marker::PhantomData;
        Self { level, kind }
    }
}

/// Columns of a tile. A loop over fewer is unrolled before the compiler makes vector instructions of it.
const LANES: usize = 32;

macro_rules! floats {
    ($float:ident) => {
        impl Way<1, 2, LANES> for Floats<$float> {
            type Entry = $float;
            type Sum = $float;

            #[inline(always)]
            fn pack(entry: i64) -> $float {
                entry as $float
            }

            #[inline(always)]
            fn whole(sum: $float) -> i64 {
                sum as i64
            }

            fn run<V: Vectorized>(self, work: V) -> V::Output {
                self.level.run(work)
            }

            #[inline(always)]
            fn tile<const FMA: bool>(
                self,
                a: [&[[$float; 1]]; 2],
                b: &[[[$float; 1]; LANES]],
            ) -> [[$float; LANES]; 2] {
                let mut sums = [[0.0; LANES]; 2];
                for (k, b) in b.iter().enumerate() {
                    for (sums, a) in sums.iter_mut().zip(&a) {
                        let [factor] = a[k];
                        for (sum, [entry]) in sums.iter_mut().zip(b) {
                            // The same bits in both cases: nothing is rounded.
                            *sum = if FMA {
                                factor.mul_add(*entry, *sum)
                            } else {
                                factor * entry + *sum
                            };
                        }
                    }
                }
                sums
            }
        }
    };
}

floats!(f32);
floats!(f64);
