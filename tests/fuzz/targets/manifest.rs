#![no_main]
#![allow(dead_code)]

// The crate itself needs an MPI to build, so its files are compiled here once more.
#[path = "../../../crates/speedup-mpi/src/checkpoint"]
mod checkpoint {
    pub mod fuzz;
    pub mod manifest;
}
#[path = "../../../crates/speedup-mpi/src/checksum.rs"]
mod checksum;

speedup_fuzz::target!(checkpoint::fuzz::manifests(), checkpoint::fuzz::manifest);
