//! The instruction sets of this processor, and running work compiled for one of them.

use std::fmt;
use std::sync::OnceLock;

use crate::Error;

/// An instruction set architecture (ISA) with vector instructions that this processor has.
///
/// Safe code can make a value only of a set that the processor has, so running work compiled for it is sound.
///
/// | name | instructions | doubles per vector |
/// | --- | --- | --- |
/// | `baseline` | what every processor of the architecture has: SSE2 on x86-64, NEON on AArch64 | 2 |
/// | `avx2` | AVX2 and FMA (x86-64 processors since about 2013) | 4 |
/// | `avx512` | AVX-512 F, BW, CD, DQ and VL (x86-64-v4) | 8 |
///
/// # Examples
///
/// ```
/// use speedup::simd::Isa;
///
/// assert!(Isa::available().contains(&Isa::chosen()?));
/// assert!(Isa::available().contains(&Isa::BASELINE));
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Isa(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Baseline,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// Work that is compiled once per [`Isa`] (function multiversioning).
///
/// Every function that `run` calls must be `#[inline(always)]`: only inlined code is compiled for the instruction set.
pub trait Multiversion {
    /// What the work returns.
    type Output;

    /// Does the work. `FMA` is true if the instruction set has a fused multiply-add.
    fn run<const FMA: bool>(self) -> Self::Output;
}

impl Isa {
    /// The instruction set that every processor of this architecture has.
    pub const BASELINE: Self = Self(Kind::Baseline);

    /// The environment variable that names the instruction set to use: `SPEEDUP_ISA`.
    pub const VARIABLE: &str = "SPEEDUP_ISA";

    /// The instruction sets of this processor, from [`Isa::BASELINE`] to the one with the widest vectors.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup::simd::Isa;
    ///
    /// assert_eq!(Isa::available()[0], Isa::BASELINE);
    /// ```
    pub fn available() -> Vec<Self> {
        #[allow(unused_mut)]
        let mut sets = vec![Self::BASELINE];
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            if has!("avx2") && has!("fma") {
                sets.push(Self(Kind::Avx2));
                if has!("avx512f")
                    && has!("avx512bw")
                    && has!("avx512cd")
                    && has!("avx512dq")
                    && has!("avx512vl")
                {
                    sets.push(Self(Kind::Avx512));
                }
            }
        }
        sets
    }

    /// The instruction set that the kernels use.
    ///
    /// It is the last of [`Isa::available`], or the one that the environment variable [`Isa::VARIABLE`] names.
    /// The environment is read once, at the first call.
    ///
    /// # Errors
    ///
    /// [`Error::Isa`] if the variable names a set that this processor does not have.
    ///
    /// # Examples
    ///
    /// ```
    /// let isa = speedup::simd::Isa::chosen()?;
    /// println!("instruction set: {isa}");
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn chosen() -> Result<Self, Error> {
        static CHOSEN: OnceLock<Result<Isa, Error>> = OnceLock::new();
        let choose = || Self::choose(std::env::var(Self::VARIABLE).ok().as_deref());
        CHOSEN.get_or_init(choose).clone()
    }

    fn choose(name: Option<&str>) -> Result<Self, Error> {
        let sets = Self::available();
        let names = || sets.iter().map(Self::to_string).collect();
        match name {
            None => Ok(sets[sets.len() - 1]),
            Some(name) => {
                let found = sets.iter().find(|isa| isa.to_string() == name);
                found.copied().ok_or_else(|| Error::Isa {
                    name: name.to_owned(),
                    available: names(),
                })
            }
        }
    }

    /// Whether this is the set `avx512`.
    /// How many doubles a vector of this instruction set has.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(speedup::simd::Isa::BASELINE.lanes(), 2);
    /// ```
    pub fn lanes(self) -> usize {
        match self.0 {
            Kind::Baseline => 2,
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => 4,
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => 8,
        }
    }

    #[cfg(target_arch = "x86_64")]
    pub(crate) fn is_avx512(self) -> bool {
        self.0 == Kind::Avx512
    }

    /// Runs the version of `work` that is compiled for this instruction set.
    ///
    /// # Panics
    ///
    /// Only if `work` does.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup::simd::{Isa, Multiversion};
    ///
    /// struct Sum<'a>(&'a [f64]);
    /// impl Multiversion for Sum<'_> {
    ///     type Output = f64;
    ///     #[inline(always)]
    ///     fn run<const FMA: bool>(self) -> f64 {
    ///         self.0.iter().sum()
    ///     }
    /// }
    /// assert_eq!(Isa::chosen()?.dispatch(Sum(&[1.0, 2.0])), 3.0);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    #[inline]
    #[cfg_attr(target_arch = "x86_64", allow(unsafe_code))]
    pub fn dispatch<W: Multiversion>(self, work: W) -> W::Output {
        match self.0 {
            // NEON has a fused multiply-add, SSE2 has none.
            Kind::Baseline => work.run::<{ cfg!(target_arch = "aarch64") }>(),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `available` makes this value only if the processor has AVX2 and FMA.
            Kind::Avx2 => unsafe { avx2(work) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `available` makes this value only if the processor has AVX2, FMA and AVX-512.
            Kind::Avx512 => unsafe { avx512(work) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2<W: Multiversion>(work: W) -> W::Output {
    work.run::<true>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512cd,avx512dq,avx512vl")]
fn avx512<W: Multiversion>(work: W) -> W::Output {
    work.run::<true>()
}

impl fmt::Display for Isa {
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
    fn the_last_set_unless_another_is_named() {
        let sets = Isa::available();
        assert_eq!(Isa::choose(None), Ok(sets[sets.len() - 1]));
        for isa in sets {
            assert_eq!(Isa::choose(Some(&isa.to_string())), Ok(isa));
        }
    }

    #[test]
    fn unknown_sets_are_named() {
        let message = Isa::choose(Some("mmx")).unwrap_err().to_string();
        assert!(
            message.contains("mmx") && message.contains("baseline"),
            "{message}"
        );
    }

    #[test]
    fn fused_exactly_if_the_set_has_it() {
        struct Fused;
        impl Multiversion for Fused {
            type Output = bool;
            #[inline(always)]
            fn run<const FMA: bool>(self) -> bool {
                FMA
            }
        }
        for isa in Isa::available() {
            let expected = cfg!(target_arch = "aarch64") || isa != Isa::BASELINE;
            assert_eq!(isa.dispatch(Fused), expected, "{isa}");
        }
    }
}
