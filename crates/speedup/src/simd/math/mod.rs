//! Mathematical functions without branches, for loops over lanes.

mod exp2;
mod horner;
mod ln;
mod sin_cos;

pub use exp2::{EXP2_MAX, exp2};
pub use horner::mul_add;
pub use ln::neg_log_uniform;
pub use sin_cos::{COS_MAX, cos, cos_as_sin, sin_cos_quarter, sin_half_turn};
