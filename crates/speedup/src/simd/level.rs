//! Which vector instructions this processor has, and running a kernel compiled for them.

use std::fmt;
use std::sync::OnceLock;

use crate::Error;

/// The environment variable that asks for a lower level than the processor's best.
pub const VARIABLE: &str = "SPEEDUP_LEVEL";

/// A set of vector instructions that this processor has: a value of this type is the proof.
///
/// | level | instructions | doubles at once |
/// | --- | --- | --- |
/// | `baseline` | those that every processor of the architecture has: SSE2 on x86-64, NEON on AArch64 | 2 |
/// | `avx2` | AVX2 and FMA (x86-64 processors since about 2013) | 4 |
/// | `avx512` | AVX-512 F, BW, CD, DQ and VL (x86-64-v4) | 8 |
///
/// # Examples
///
/// ```
/// use speedup::simd::Level;
///
/// assert!(Level::available().contains(&Level::chosen()?));
/// assert!(Level::available().contains(&Level::BASELINE));
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Baseline,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// Work that is compiled once for each [`Level`].
///
/// All that `run` calls must be `#[inline(always)]`: only what is inlined is compiled for the level.
pub trait Vectorized {
    /// What the work returns.
    type Output;

    /// Does the work; `FMA` tells whether the level has a fused multiply-add instruction.
    fn run<const FMA: bool>(self) -> Self::Output;
}

impl Level {
    /// What every processor of this architecture can do.
    pub const BASELINE: Self = Self(Kind::Baseline);

    /// The levels of this processor, the lowest first.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup::simd::Level;
    ///
    /// assert_eq!(Level::available()[0], Level::BASELINE);
    /// ```
    pub fn available() -> Vec<Self> {
        #[allow(unused_mut)]
        let mut levels = vec![Self::BASELINE];
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            if has!("avx2") && has!("fma") {
                levels.push(Self(Kind::Avx2));
                if has!("avx512f")
                    && has!("avx512bw")
                    && has!("avx512cd")
                    && has!("avx512dq")
                    && has!("avx512vl")
                {
                    levels.push(Self(Kind::Avx512));
                }
            }
        }
        levels
    }

    /// The level that the kernels use: the processor's best, or the one that [`VARIABLE`] names.
    ///
    /// The environment is read once, at the first call.
    ///
    /// # Errors
    ///
    /// [`Error::Level`] if the variable names something that this processor does not have.
    ///
    /// # Examples
    ///
    /// ```
    /// let level = speedup::simd::Level::chosen()?;
    /// println!("vector instructions: {level}");
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn chosen() -> Result<Self, Error> {
        static CHOSEN: OnceLock<Result<Level, Error>> = OnceLock::new();
        let choose = || Self::choose(std::env::var(VARIABLE).ok().as_deref());
        CHOSEN.get_or_init(choose).clone()
    }

    fn choose(name: Option<&str>) -> Result<Self, Error> {
        let levels = Self::available();
        let names = || levels.iter().map(Self::to_string).collect();
        match name {
            None => Ok(levels[levels.len() - 1]),
            Some(name) => {
                let found = levels.iter().find(|level| level.to_string() == name);
                found.copied().ok_or_else(|| Error::Level {
                    name: name.to_owned(),
                    available: names(),
                })
            }
        }
    }

    /// Whether this is the level `avx512`, so that further instructions of that family may be looked for.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn is_avx512(self) -> bool {
        self.0 == Kind::Avx512
    }

    /// Runs work that was compiled for this level.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup::simd::{Level, Vectorized};
    ///
    /// struct Sum<'a>(&'a [f64]);
    /// impl Vectorized for Sum<'_> {
    ///     type Output = f64;
    ///     #[inline(always)]
    ///     fn run<const FMA: bool>(self) -> f64 {
    ///         self.0.iter().sum()
    ///     }
    /// }
    /// assert_eq!(Level::chosen()?.run(Sum(&[1.0, 2.0])), 3.0);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    #[inline]
    #[cfg_attr(target_arch = "x86_64", allow(unsafe_code))]
    pub fn run<V: Vectorized>(self, work: V) -> V::Output {
        match self.0 {
            // NEON has a fused multiply-add, SSE2 has none.
            Kind::Baseline => work.run::<{ cfg!(target_arch = "aarch64") }>(),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `available` makes this value only where the processor has AVX2 and FMA.
            Kind::Avx2 => unsafe { avx2(work) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `available` makes this value only where the processor has AVX2, FMA and AVX-512.
            Kind::Avx512 => unsafe { avx512(work) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2<V: Vectorized>(work: V) -> V::Output {
    work.run::<true>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512cd,avx512dq,avx512vl")]
fn avx512<V: Vectorized>(work: V) -> V::Output {
    work.run::<true>()
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Baseline => "baseline",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => "avx512",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_level_unless_another_is_named() {
        let levels = Level::available();
        assert_eq!(Level::choose(None), Ok(levels[levels.len() - 1]));
        for level in levels {
            assert_eq!(Level::choose(Some(&level.to_string())), Ok(level));
        }
    }

    #[test]
    fn unknown_levels_are_named() {
        let message = Level::choose(Some("mmx")).unwrap_err().to_string();
        assert!(
            message.contains("mmx") && message.contains("baseline"),
            "{message}"
        );
    }

    #[test]
    fn fused_exactly_where_the_level_has_it() {
        struct Fused;
        impl Vectorized for Fused {
            type Output = bool;
            #[inline(always)]
            fn run<const FMA: bool>(self) -> bool {
                FMA
            }
        }
        for level in Level::available() {
            let expected = cfg!(target_arch = "aarch64") || level != Level::BASELINE;
            assert_eq!(level.run(Fused), expected, "{level}");
        }
    }
}
