//! The names that a notebook imports with one `use`.

pub use crate::display::chart::{
    BarChart, Chart, Histogram, LineChart, SpeedupChart, TimelineChart,
};
pub use crate::display::table::Table;
pub use crate::measure::compare::{Compare, Comparison, Interval, compare};
pub use crate::measure::load::{Load, record_load};
pub use crate::measure::progress_meter::ProgressMeter;
pub use crate::measure::timeit::{TimeitResult, timeit};
pub use crate::measure::timeline::Timeline;
pub use crate::measure::timing::{Timing, timed};
pub use crate::measure::{hardware, scaling_laws};
pub use crate::notebook::{self, checks, limits, progress};
pub use speedup::prelude::*;
