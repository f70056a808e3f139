//! Everything a notebook needs, by one `use`.

pub use crate::chart::{BarChart, Chart, LineChart, SpeedupChart, TimelineChart};
pub use crate::error::Error;
pub use crate::load::{Load, record_load};
pub use crate::median::median;
pub use crate::meter::Meter;
pub use crate::repeat::{Repeated, take_turns, timeit};
pub use crate::streams::Streams;
pub use crate::table::Table;
pub use crate::threads::Threads;
pub use crate::timeline::Timeline;
pub use crate::timing::{Timed, timed};
pub use crate::{
    affinity, course, exercise, grid, hardware, law, map, matmul, nelder_mead, notebook, pi,
    polynomial, progress, simd, squares, wealth,
};
