//! The Rust kernel of the notebooks: evcxr with some changes, and what runs beside it.
//!
//! # From the start of a kernel to the first chart
//!
//! 1. **Jupyter** reads the kernelspec `rust`, which the set-up wrote, and starts the *launcher*
//!    (`src/bin/launcher.rs`) with a connection file.
//! 2. **The launcher** ([`launch`]) makes a folder for this kernel alone ([`run_folders`]), takes the crates over
//!    that were built ahead ([`clone_tree`]: libraries are linked, cargo's notes copied), and writes the kernel's
//!    [`settings`]. When the kernel's [`ports`] are free, it starts the changed evcxr and stays beside it
//!    ([`supervise`]): when the Jupyter server is killed, nothing of the kernel is left.
//! 3. **evcxr** reads the settings and starts the process that will run cells. It takes the compiler that the set-up
//!    found, and does not look for one.
//! 4. **The first cell** names crates by `:dep`. All that notebooks name were resolved together by the set-up, under
//!    the repository's lock file; the kernel makes these versions known to cargo before it asks it anything. A
//!    hidden package depends on all of them, so that each crate has the same features in every notebook and is
//!    built once.
//! 5. **A cell** is written as the source of a crate. If the same crate was compiled before, by any kernel, its
//!    library is taken from the folder of what is kept; else cargo builds it, and the library is kept. What a library
//!    depends on is its key: code, manifest, versions, the sources of crates with a path, compiler and settings.
//! 6. **Variables** are carried to later cells, for which their types must be known. They are kept, too. Only for code
//!    that is new rust-analyzer is asked, a part of evcxr; it reads the standard library as [`std_sources`] has made it
//!    ready, without most bodies of functions.
//! 7. **The library is loaded** and runs. Text is sent on as it comes. A chart prints its forms between two marks, and
//!    evcxr sends them to Jupyter as a result. A panic and an error that `?` returns are sent as errors, and the cells
//!    that wait are dropped.
//!
//! # What is where
//!
//! | module | what it is |
//! | --- | --- |
//! | [`changes`] and `evcxr-0.22.0/` | the changes to evcxr, and the copy that cargo builds |
//! | [`std_sources`], [`signatures`] | the standard library for type inference, made at set-up |
//! | [`early_build`] | the crates, built while the program is |
//! | [`layout`] | where things are below `target/kernel` |
//! | [`launch`], [`run_folders`], [`clone_tree`], [`settings`], [`ports`], [`supervise`] | what runs when a kernel starts |
//! | [`kept`] | deleting what was kept and is no longer used |
//! | [`files`], [`lock`], [`programs`] | small tools |
#![forbid(unsafe_code)]

pub mod changes;
pub mod clone_tree;
pub mod early_build;
pub mod files;
#[cfg(test)]
mod fuzz;
pub mod kept;
pub mod launch;
pub mod layout;
pub mod lock;
pub mod ports;
pub mod programs;
pub mod run_folders;
pub mod settings;
mod signatures;
pub mod std_sources;
pub mod supervise;
pub mod toolchain;
