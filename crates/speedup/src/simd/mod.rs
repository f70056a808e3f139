//! Vector instructions (single instruction, multiple data) for plain Rust loops.
//!
//! A kernel is a loop over short arrays, whose elements are called *lanes*. The compiler turns a loop over lanes
//! without branches into vector instructions, if it may use them. [`Isa::dispatch`] compiles the same loop once
//! per instruction set and picks the processor's widest while the program runs. So the speed does not depend on the
//! flags of the build.
//!
//! | item | concept |
//! | --- | --- |
//! | [`Isa`] | an instruction set that this processor has |
//! | [`Multiversion`] | work that is compiled once per instruction set |
//! | [`exp2`], [`neg_log_uniform`], [`sin_cos_quarter`], [`cos`] | mathematics without branches |
//!
//! Three rules make such loops fast:
//!
//! 1. Every function that the loop calls is `#[inline(always)]`.
//! 2. Integers are added and multiplied by `wrapping_…`, because a check for overflow is a branch.
//! 3. Sums and maxima are kept per lane and joined after the loop.
//!
//! **Same bits.** AVX2, AVX-512 and NEON give the same bits. SSE2 has no fused multiply-add: there a product is
//! rounded before the addition, and the last digits differ. To compute the fused operation in software would take about
//! sixty times as long.
//!
//! The crate `multiversion` does not let a test choose the instruction set, and `pulp` adds eight crates that
//! every start of a notebook would load. So the choice is made here.

mod isa;
mod math;

#[cfg(test)]
mod accuracy;

pub use isa::{Isa, Multiversion};
pub use math::{COS_MAX, EXP2_MAX, cos, exp2, mul_add, neg_log_uniform, sin_cos_quarter};
pub(crate) use math::{cos_as_sin, sin_half_turn};
