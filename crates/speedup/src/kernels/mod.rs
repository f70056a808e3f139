//! The kernels: each is a serial function, with a twin `…_parallel` that takes a number of threads.
//!
//! The [crate's page](crate) has a table of the functions, with their random streams and bounds.
//!
//! The parallel functions give rayon large pieces of work and call `with_max_len(1)`, so that each piece can be stolen by
//! itself: a thread that is late then holds up one piece and not a whole run of them.
//!
//! | module | what it computes |
//! | --- | --- |
//! | [`grid`] | maximum of a function over a square grid |
//! | [`map`] | twice every number of a list |
//! | [`pi`] | π by Monte Carlo |
//! | [`polynomial`] | cubics over a grid of coefficients |
//! | [`squares`] | the matrix i² + j², filled row by row |
//! | [`matmul`] | exact products of integer matrices |
//! | [`nelder_mead`] | minimum of a function of several variables |
//! | [`schedule`] | the time of a loop on workers that steal, simulated |
//! | [`wealth`] | a household's wealth over time and its long-run median |
//! | [`median`] | the median, as NumPy defines it |

pub mod grid;
pub mod map;
pub mod matmul;
pub mod median;
pub mod nelder_mead;
pub mod pi;
pub mod polynomial;
pub mod schedule;
pub mod squares;
pub mod wealth;
