//! Input numbers that are the same in every language: SplitMix64.
//!
//! Source: G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number
//! generators", OOPSLA 2014.

/// The endless sequence of 64-bit numbers that belongs to a seed.
///
/// # Examples
///
/// ```
/// let first = speedup_bench::inputs::splitmix64(1).next();
/// assert_eq!(first, Some(0x910a_2dec_8902_5cc1));
/// ```
pub fn splitmix64(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed;
    std::iter::from_fn(move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Some(z ^ (z >> 31))
    })
}

/// The same sequence as numbers from 0 to 1, of 53 random bits each.
///
/// # Examples
///
/// ```
/// assert!(speedup_bench::inputs::uniforms(1).take(100).all(|u| (0.0..1.0).contains(&u)));
/// ```
pub fn uniforms(seed: u64) -> impl Iterator<Item = f64> {
    splitmix64(seed).map(|bits| (bits >> 11) as f64 / (1_u64 << 53) as f64)
}

/// Standard normals from pairs of these numbers, the cosine of each pair.
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
