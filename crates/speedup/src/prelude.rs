//! The kernels' modules, [`Threads`], [`Streams`] and the error type, for `use speedup::prelude::*`.

pub use crate::error::Error;
pub use crate::kernels::median::median;
pub use crate::kernels::{
    grid, map, matmul, nelder_mead, pi, polynomial, schedule, squares, wealth,
};
pub use crate::parallel::affinity;
pub use crate::parallel::threads::Threads;
pub use crate::random::streams::Streams;
pub use crate::simd;
