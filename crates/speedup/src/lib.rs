//! Parallel kernels for the handouts: each is a serial function with a parallel twin that takes a number of threads.
//!
//! # Example
//!
//! ```
//! use speedup::prelude::*;
//!
//! let threads = Threads::new(2)?; // how many threads; `Threads::all()` is one per core
//! let streams = Streams::new(42); // the seed of all random numbers
//! let serial = pi::estimate(100_000, streams)?;
//! let parallel = pi::estimate_parallel(100_000, streams, threads)?;
//! assert_eq!(serial.to_bits(), parallel.to_bits());
//! # Ok::<(), speedup::Error>(())
//! ```
//!
//! # Kernels
//!
//! | what it computes | serial | parallel | random stream | parallel and serial differ by |
//! | --- | --- | --- | --- | --- |
//! | π by Monte Carlo | [`pi::estimate`] | [`pi::estimate_parallel`] | c for chunk c of points | 0 |
//! | maximum of a function over a grid | [`grid::maximum`] | [`grid::maximum_parallel`] | none | 4 units in the last place |
//! | twice every number of a list | [`map::double`] | [`map::double_parallel`] | none | 0 |
//! | the matrix i² + j² | [`squares::fill`] | [`squares::fill_parallel`] | none | 0 |
//! | cubics over a grid of coefficients | [`polynomial::poly_grid`] | [`polynomial::poly_grid_parallel`] | none | 0 |
//! | product of integer matrices | [`matmul::product`] | [`matmul::product_parallel`] | none | 0 |
//! | minima by Nelder and Mead | [`nelder_mead::solve_all`] | [`nelder_mead::solve_all_parallel`] | none | 0 |
//! | median wealth of households | [`wealth::long_run_median`] | [`wealth::long_run_median_parallel`] | i for household i | a relative 10⁻¹³ |
//! | a loop on workers that steal, simulated | [`schedule::simulate_all`] | [`schedule::simulate_all_parallel`] | i for run i | 0 |
//!
//! Four functions compute a part of a kernel, for programs with several processes: [`wealth::last_wealth_parallel`],
//! [`pi::outside_parallel`], [`grid::maximum_of_rows_parallel`] and [`polynomial::parameter_rows`]. The parts have the bits
//! of the whole.
//!
//! A `_parallel` function takes its number of threads as a [`Threads`]. A kernel that draws random numbers
//! takes [`Streams`], a family of streams with one seed. [`median`](kernels::median) and
//! [`nelder_mead::minimize`] are serial only.
//!
//! # Rules
//!
//! 1. **A wrong or meaningless value is never `Ok`.** A function that cannot compute its result returns an [`Error`],
//!    which names the bad value and the allowed range. Two results hold what IEEE 754 arithmetic gives: a single element
//!    of [`polynomial::poly_grid`] can be infinite or NaN, and [`median`](kernels::median) of numbers with a NaN is NaN.
//!    A search that found no minimum says so in [`Minimum::converged`](kernels::nelder_mead::Minimum::converged).
//! 2. **No input makes a function hang or panic.** The time grows in proportion to the sizes given, and work that does
//!    not fit in memory is refused before it starts. The
//!    few functions that panic as indexing does, or pass on the panic of a closure, have a section *Panics*.
//! 3. **Same bits.** See below.
//! 4. **Safe functions are sound.** `unsafe` stands only in [`memory`], [`simd`] and the packed matrix product; each
//!    block names its reason, and no caller of a public function has a condition to keep.
//!
//! # Same bits
//!
//! A `_parallel` function returns the same bits for any number of threads, in every run. Where the
//! division of the work could change bits, it depends on the size only. A random number belongs to a task, never to a thread.
//!
//! The kernels with 0 in the last column return the bits of their serial twin as well, with every instruction set: they
//! do the same IEEE operations, or work with integers. The other two replace the system's mathematics by vector
//! polynomials ([`simd`]), whose last digits differ:
//!
//! - [`grid::maximum_parallel`]: by at most 4 units in the last place, because the cosine is within 2. A maximum below
//!   10⁻⁹, next to a zero of the cosine, may differ by up to 10⁻²⁴.
//! - [`wealth::long_run_median_parallel`]: by a relative 10⁻¹³ for the lecture's rule, because exponential,
//!   logarithm, sine and cosine are within 2 units. The documentation has the bound for other rules.
//!
//! These two return the same bits with AVX2, AVX-512 and NEON. With SSE2, which has no fused multiply-add, they
//! return others, within the same bounds. The test `same_bits` holds both promises, with
//! each instruction set: equal bits for 1, 2, 3 and 8 threads, with the widest also for 5, 64 and 256, and the bounds
//! against the serial twin.
//!
//! # Modules
//!
//! | module | holds |
//! | --- | --- |
//! | [`kernels`] | the kernels |
//! | [`parallel`] | how many threads work, and on which cores they run |
//! | [`simd`] | loops compiled once per instruction set, and mathematics without branches |
//! | [`random`] | independent, seeded streams of random numbers |
//! | [`memory`] | whether work fits in memory, huge pages, stores that bypass the caches |
//! | [`error`] | the error type |
//!
//! Kernels use the other modules, and no other module uses the kernels.
//!
//! [`wealth::last_wealth_parallel`]: kernels::wealth::last_wealth_parallel
//! [`pi::outside_parallel`]: kernels::pi::outside_parallel
//! [`grid::maximum_of_rows_parallel`]: kernels::grid::maximum_of_rows_parallel
//! [`polynomial::parameter_rows`]: kernels::polynomial::parameter_rows
//! [`pi::estimate`]: kernels::pi::estimate
//! [`pi::estimate_parallel`]: kernels::pi::estimate_parallel
//! [`grid::maximum`]: kernels::grid::maximum
//! [`grid::maximum_parallel`]: kernels::grid::maximum_parallel
//! [`map::double`]: kernels::map::double
//! [`map::double_parallel`]: kernels::map::double_parallel
//! [`squares::fill`]: kernels::squares::fill
//! [`squares::fill_parallel`]: kernels::squares::fill_parallel
//! [`polynomial::poly_grid`]: kernels::polynomial::poly_grid
//! [`polynomial::poly_grid_parallel`]: kernels::polynomial::poly_grid_parallel
//! [`matmul::product`]: kernels::matmul::product
//! [`matmul::product_parallel`]: kernels::matmul::product_parallel
//! [`nelder_mead::minimize`]: kernels::nelder_mead::minimize
//! [`nelder_mead::solve_all`]: kernels::nelder_mead::solve_all
//! [`nelder_mead::solve_all_parallel`]: kernels::nelder_mead::solve_all_parallel
//! [`schedule::simulate_all`]: kernels::schedule::simulate_all
//! [`schedule::simulate_all_parallel`]: kernels::schedule::simulate_all_parallel
//! [`wealth::long_run_median`]: kernels::wealth::long_run_median
//! [`wealth::long_run_median_parallel`]: kernels::wealth::long_run_median_parallel

#![deny(unsafe_code)]

#[cfg(not(target_pointer_width = "64"))]
compile_error!("sizes and counts are taken to have 64 bits");

pub mod error;
pub mod kernels;
pub mod memory;
pub mod parallel;
pub mod prelude;
pub mod random;
pub mod simd;

// Two dynamic libraries that a cell links can share a crate only if a library that both link holds it. So this crate
// links num-traits for the charts of speedup-notebook and the eigenvalues of speedup-linalg.
use num_traits as _;

pub use error::Error;
pub use parallel::threads::Threads;
pub use random::streams::Streams;
