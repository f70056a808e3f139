//! Entries as bytes, for processors of the x86-64 family with AVX-512 VNNI.
//!
//! Their instruction `vpdpbusd` multiplies 64 bytes by 64 bytes and adds the products, four to each, to
//! sixteen sums of 32 bits. The compiler does not find it by itself, so that here it is called by its name.

use super::blocked::Way;
use crate::simd::{Level, Vectorized};
use std::arch::x86_64::{__m512i, _mm512_dpbusd_epi32, _mm512_set1_epi32, _mm512_setzero_si512};
use std::mem::transmute;
use std::ops::RangeInclusive;

/// Bytes, without sign in A and with one in B: a value of this type is the proof that the processor has the instruction.
#[derive(Clone, Copy)]
pub(super) struct Bytes(());

impl Bytes {
    /// If the entries are bytes, the level is `avx512` and the processor has the instruction.
    pub(super) fn for_entries(
        level: Level,
        a: RangeInclusive<i64>,
        b: RangeInclusive<i64>,
    ) -> Option<Self> {
        let unsigned = *a.start() >= 0 && *a.end() <= u8::MAX.into();
        let signed = *b.start() >= i8::MIN.into() && *b.end() <= i8::MAX.into();
        let has = level.is_avx512() && std::arch::is_x86_feature_detected!("avx512vnni");
        (unsigned && signed && has).then_some(Self(()))
    }
}

impl Way<4, 5, 64> for Bytes {
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
    fn run<V: Vectorized>(self, work: V) -> V::Output {
        // SAFETY: `for_entries` makes this value only where the processor has the instructions.
        unsafe { vnni(work) }
    }

    #[inline(always)]
    #[allow(unsafe_code)]
    fn tile<const FMA: bool>(self, a: [&[[u8; 4]]; 5], b: &[[[u8; 4]; 64]]) -> [[i32; 64]; 5] {
        // SAFETY: as above; the types that are transmuted hold nothing but numbers, in the same bytes.
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
fn vnni<V: Vectorized>(work: V) -> V::Output {
    work.run::<true>()
}
