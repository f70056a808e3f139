//! The micro-kernel for entries as `f32` or `f64`, which hold integers of up to 24 or 53 bits exactly.
//!
//! Every instruction set multiplies and adds vectors of floating-point numbers; few do with 64-bit integers.

use super::packed::MicroKernel;
use crate::simd::{Isa, Multiversion};

/// The micro-kernel for `f32` or `f64`. It is exact if no sum of products exceeds 2²⁴ or 2⁵³.
#[derive(Clone, Copy)]
pub(super) struct Floats<T> {
    isa: Isa,
    kind: std::marker::PhantomData<T>,
}

impl<T> Floats<T> {
    pub(super) fn new(isa: Isa) -> Self {
        let kind = std::marker::PhantomData;
        Self { isa, kind }
    }
}

/// Columns of B per panel. The compiler unrolls a loop over fewer and then makes no vector instructions of it.
const COLUMNS: usize = 32;

macro_rules! floats {
    ($float:ident) => {
        impl MicroKernel<1, 2, COLUMNS> for Floats<$float> {
            type Word = $float;
            type Sum = $float;

            #[inline(always)]
            fn pack([entry]: [i64; 1]) -> $float {
                entry as $float
            }

            #[inline(always)]
            fn whole(sum: $float) -> i64 {
                sum as i64
            }

            fn run<V: Multiversion>(self, work: V) -> V::Output {
                self.isa.dispatch(work)
            }

            #[inline(always)]
            fn multiply<const FMA: bool>(
                self,
                a: &[[$float; 2]],
                b: &[[$float; COLUMNS]],
            ) -> [[$float; COLUMNS]; 2] {
                let mut sums = [[0.0; COLUMNS]; 2];
                for (a, b) in a.iter().zip(b) {
                    for (sums, &factor) in sums.iter_mut().zip(a) {
                        for (sum, entry) in sums.iter_mut().zip(b) {
                            // Both give the same bits, because no sum is rounded.
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
