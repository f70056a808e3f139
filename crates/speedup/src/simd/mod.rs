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
//!
//! Why not a library for the choice: `multiversion` cannot be told to use a lower level, which tests and
//! curious readers need; `pulp` can, and adds eight crates that every start of a notebook would load.

mod level;

pub use level::{Level, VARIABLE, Vectorized};
