//! Charts and tables as the last value of a notebook cell.

pub mod chart;
mod comparison;
mod escape;
mod hardware;
pub mod table;
