//! The micro-kernels for entries of 8 or 16 bits, for x86-64 processors.
//!
//! One instruction multiplies a vector of narrow integers by another and adds the products in groups. The compiler does
//! not use these instructions for a plain loop, so they are called as intrinsics.

use super::packed::MicroKernel;
use crate::simd::{Isa, Multiversion};
use std::arch::x86_64::*;
use std::mem::transmute;

/// Defines a micro-kernel.
///
/// `$multiply_add(sum, a, b)` adds groups of products to the lanes of a vector `sum`. After [`MicroKernel::multiply`] has
/// done so `steps` times, `$widen` makes sums of 32 bits of the lanes.
macro_rules! micro_kernel {
    (
        $(#[$text:meta])* $kernel:ident, $features:literal, $group:literal of $bits:literal bits,
        $rows:literal of [$vector:ident; $vectors:literal],
        $zero:ident, $all:ident, $add:ident, $multiply_add:expr, $widen:expr
    ) => {
        $(#[$text])*
        ///
        /// A value of this type exists only if the processor has the instructions.
        #[derive(Clone, Copy)]
        pub(super) struct $kernel {
            steps: usize,
        }

        impl MicroKernel<$group, $rows, { $vectors * size_of::<$vector>() / 4 }> for $kernel {
            type Word = i32;
            type Sum = i32;

            #[inline(always)]
            fn pack(group: [i64; $group]) -> i32 {
                let low = (1 << $bits) - 1;
                let word = group.iter().rev().fold(0, |word, entry| word << $bits | entry & low);
                word as i32
            }

            #[inline(always)]
            fn whole(sum: i32) -> i64 {
                sum.into()
            }

            #[allow(unsafe_code)]
            fn run<V: Multiversion>(self, work: V) -> V::Output {
                #[target_feature(enable = $features)]
                fn run<V: Multiversion>(work: V) -> V::Output {
                    work.run::<true>()
                }
                // SAFETY: a value of this type exists only if the processor has the instructions.
                unsafe { run(work) }
            }

            #[inline(always)]
            #[allow(unsafe_code)]
            fn multiply<const FMA: bool>(
                self,
                a: &[[i32; $rows]],
                b: &[[i32; $vectors * size_of::<$vector>() / 4]],
            ) -> [[i32; $vectors * size_of::<$vector>() / 4]; $rows] {
                // SAFETY: a value of this type exists only if the processor has the instructions. The types that are
                // transmuted have the same size, and every pattern of bits is a value of them.
                unsafe {
                    let mut sums = [[$zero(); $vectors]; $rows];
                    for (a, b) in a.chunks(self.steps).zip(b.chunks(self.steps)) {
                        let mut narrow = [[$zero(); $vectors]; $rows];
                        for (a, b) in a.iter().zip(b) {
                            let columns: [$vector; $vectors] = transmute(*b);
                            for (narrow, &a) in narrow.iter_mut().zip(a) {
                                let factor = $all(a);
                                for (sum, &column) in narrow.iter_mut().zip(&columns) {
                                    *sum = $multiply_add(*sum, factor, column);
                                }
                            }
                        }
                        let narrow = narrow.as_flattened();
                        for (sum, &narrow) in sums.as_flattened_mut().iter_mut().zip(narrow) {
                            *sum = $add(*sum, $widen(narrow));
                        }
                    }
                    transmute(sums)
                }
            }
        }
    };
}

micro_kernel! {
    /// The micro-kernel for unsigned bytes in A and signed bytes in B, with AVX-512 VNNI: `vpdpbusd` adds 64 products
    /// in groups of four to sums of 32 bits.
    WideBytes, "avx2,fma,avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vnni", 4 of 8 bits, 5 of [__m512i; 4],
    _mm512_setzero_si512, _mm512_set1_epi32, _mm512_add_epi32,
    |sum, a, b| _mm512_dpbusd_epi32(sum, a, b),
    |sum| sum
}

micro_kernel! {
    /// The micro-kernel for unsigned bytes in A and signed bytes in B, with AVX2: `vpmaddubsw` adds 32 products in
    /// pairs, to sums of 16 bits.
    Bytes, "avx2,fma", 4 of 8 bits, 5 of [__m256i; 2],
    _mm256_setzero_si256, _mm256_set1_epi32, _mm256_add_epi32,
    |sum, a, b| _mm256_add_epi16(sum, _mm256_maddubs_epi16(a, b)),
    |sum| _mm256_madd_epi16(sum, _mm256_set1_epi16(1))
}

micro_kernel! {
    /// The micro-kernel for entries of 16 bits, with AVX2: `vpmaddwd` adds 16 products in pairs, to sums of 32 bits.
    WideShorts, "avx2,fma", 2 of 16 bits, 5 of [__m256i; 2],
    _mm256_setzero_si256, _mm256_set1_epi32, _mm256_add_epi32,
    |sum, a, b| _mm256_add_epi32(sum, _mm256_madd_epi16(a, b)),
    |sum| sum
}

micro_kernel! {
    /// The micro-kernel for entries of 16 bits, with SSE2: `pmaddwd` adds 8 products in pairs, to sums of 32 bits.
    Shorts, "sse2", 2 of 16 bits, 5 of [__m128i; 2],
    _mm_setzero_si128, _mm_set1_epi32, _mm_add_epi32,
    |sum, a, b| _mm_add_epi32(sum, _mm_madd_epi16(a, b)),
    |sum| sum
}

impl WideBytes {
    /// The micro-kernel, if `isa` is `avx512` and the processor has the instruction.
    pub(super) fn new(isa: Isa) -> Option<Self> {
        let has = isa.is_avx512() && is_x86_feature_detected!("avx512vnni");
        has.then_some(Self { steps: usize::MAX })
    }
}

impl Bytes {
    /// The fewest steps that pay for the sums of 32 bits.
    const FEWEST: u128 = 8;

    /// The micro-kernel, if `isa` has AVX2 and many products, at most of the size `product`, add up in 16 bits.
    pub(super) fn new(isa: Isa, product: u128) -> Option<Self> {
        // A step adds two products to each sum.
        let steps = i16::MAX as u128 / (2 * product.max(1));
        let steps = (isa != Isa::BASELINE && steps >= Self::FEWEST).then_some(steps)?;
        Some(Self {
            steps: steps as usize,
        })
    }
}

impl WideShorts {
    /// The micro-kernel, if `isa` has AVX2.
    pub(super) fn new(isa: Isa) -> Option<Self> {
        (isa != Isa::BASELINE).then_some(Self { steps: usize::MAX })
    }
}

impl Shorts {
    /// The micro-kernel.
    pub(super) const NEW: Self = Self { steps: usize::MAX };
}
