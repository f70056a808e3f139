//! The micro-kernel for entries that fit in bytes, for x86-64 processors with AVX-512 VNNI.
//!
//! The instruction `vpdpbusd` multiplies 64 bytes by 64 bytes and adds the products in groups of four to sixteen sums
//! of 32 bits. The compiler does not use it for a plain loop, so it is called as an intrinsic.

use super::packed::MicroKernel;
use crate::simd::{Isa, Multiversion};
use std::arch::x86_64::{__m512i, _mm512_dpbusd_epi32, _mm512_set1_epi32, _mm512_setzero_si512};
use std::mem::transmute;
use std::ops::RangeInclusive;

/// The micro-kernel for unsigned bytes in A and signed bytes in B.
///
/// A value of this type exists only if the processor has the instruction.
#[derive(Clone, Copy)]
pub(super) struct Bytes(());

impl Bytes {
    /// The micro-kernel, if the entries fit in bytes, `isa` is `avx512` and the processor has the instruction.
    pub(super) fn for_entries(
        isa: Isa,
        a: RangeInclusive<i64>,
        b: RangeInclusive<i64>,
    ) -> Option<Self> {
        let unsigned = *a.start() >= 0 && *a.end() <= u8::MAX.into();
        let signed = *b.start() >= i8::MIN.into() && *b.end() <= i8::MAX.into();
        let has = isa.is_avx512() && std::arch::is_x86_feature_detected!("avx512vnni");
        (unsigned && signed && has).then_some(Self(()))
    }
}

impl MicroKernel<4, 5, 64> for Bytes {
    type Entry = u8;
    type Sum = i32;

    #[inline(always)]
    fn pack(entry: i64) -> u8 {
        entry as u8
    }

    #[inline(always)]
    fn whole(sum: i32) -> i64 {
        sum.into()
    }

    #[allow(unsafe_code)]
    fn run<V: Multiversion>(self, work: V) -> V::Output {
        // SAFETY: `for_entries` makes this value only if the processor has the instructions.
        unsafe { vnni(work) }
    }

    #[inline(always)]
    #[allow(unsafe_code)]
    fn multiply<const FMA: bool>(self, a: [&[[u8; 4]]; 5], b: &[[[u8; 4]; 64]]) -> [[i32; 64]; 5] {
        // SAFETY: `for_entries` makes this value only if the processor has the instructions. The types that are
        // transmuted have the same size, and every pattern of bits is a value of them.
        unsafe {
            let mut sums = [[_mm512_setzero_si512(); 4]; 5];
            for (k, b) in b.iter().enumerate() {
                let columns: [__m512i; 4] = transmute(*b);
                for (sums, a) in sums.iter_mut().zip(&a) {
                    let factor = _mm512_set1_epi32(i32::from_ne_bytes(a[k]));
                    for (sum, &column) in sums.iter_mut().zip(&columns) {
                        *sum = _mm512_dpbusd_epi32(*sum, factor, column);
                    }
                }
            }
            transmute(sums)
        }
    }
}

#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vnni")]
fn vnni<V: Multiversion>(work: V) -> V::Output {
    work.run::<true>()
}
