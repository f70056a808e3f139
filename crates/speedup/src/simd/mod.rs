//! Vector instructions (single instruction, multiple data) without writing any.
//!
//! Kernels are plain loops over short arrays of *lanes*. A loop over lanes without branches is turned into
//! vector instructions by the compiler, if it may use them; [`Level::run`] compiles the same loop for each
//! set of instructions and picks the processor's best while the program runs. So the speed does not depend on
//! the flags of the build.
//!
//! | item | concept |
//! | --- | --- |
//! | [`Level`] | a set of vector instructions that this processor has |
//! | [`Vectorized`] | work that is compiled for each of them |
//! | [`Lanes`] | streams of random bits side by side |
//! | [`exp2`], [`minus_ln_fraction`], [`sin_cos_quarter`], [`cos`] | mathematics without branches |
//!
//! Three rules make such loops fast: all that is called is `#[inline(always)]`; whole numbers are added and
//! multiplied by `wrapping_…`, since a check for overflow is a branch; sums and maxima are kept
//! for each lane and joined at the end.
//!
//! **Same bits.** AVX2 and AVX-512 give the same bits, and so does NEON. SSE2 has no fused multiply-add; computing it
//! in software would take some sixty times as long, so there products are rounded once more, and the
//! last digits differ.
//!
//! Why not a library for the choice: `multiversion` cannot be told to use a lower level, which tests and
//! curious readers need; `pulp` can, and adds eight crates that every start of a notebook would load.

mod exp2;
mod horner;
mod lanes;
mod level;
mod ln;
mod sin_cos;

#[cfg(test)]
mod accuracy;

pub use exp2::{EXP2_MAX, exp2};
pub use horner::mul_add;
pub use lanes::Lanes;
pub use level::{Level, VARIABLE, Vectorized};
pub use ln::minus_ln_fraction;
pub use sin_cos::{COS_MAX, cos, sin_cos_quarter};
