//! Input numbers that are the same in every language: SplitMix64.
//!
//! Source: G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number
//! generators", OOPSLA 2014.

use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// The endless sequence of 64-bit numbers that belongs to a seed.
///
/// # Examples
///
/// ```
/// let first = speedup_bench::inputs::splitmix64(1).next();
/// assert_eq!(first, Some(0x910a_2dec_8902_5cc1));
/// ```
pub fn splitmix64(seed: u64) -> impl Iterator<Item = u64> {
    let mut generator = SplitMix64::from_seed(seed.to_le_bytes());
    std::iter::repeat_with(move || generator.next_u64())
}

/// The same sequence as numbers from 0 to 1, with 53 random bits per number.
///
/// # Examples
///
/// ```
/// assert!(speedup_bench::inputs::uniforms(1).take(100).all(|u| (0.0..1.0).contains(&u)));
/// ```
pub fn uniforms(seed: u64) -> impl Iterator<Item = f64> {
    splitmix64(seed).map(|bits| (bits >> 11) as f64 / (1_u64 << 53) as f64)
}

/// Standard normals from pairs of these numbers: the cosine of the Box–Muller transform.
///
/// Source: G. E. P. Box and M. E. Muller, 1958.
///
/// # Examples
///
/// ```
/// let sum: f64 = speedup_bench::inputs::normals(1).take(10_000).sum();
/// assert!(sum.abs() < 500.0);
/// ```
pub fn normals(seed: u64) -> impl Iterator<Item = f64> {
    let mut draws = uniforms(seed);
    std::iter::from_fn(move || {
        let (u, v) = (draws.next()?, draws.next()?);
        Some((-2.0 * (-u).ln_1p()).sqrt() * (std::f64::consts::TAU * v).cos())
    })
}
