//! Lets the programs find the library of MPI where it was when they were built, so that they also start without
//! `mpirun`.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=MPICC");
    // The build of mpi-sys says what is wrong if there is no MPI.
    for folder in build_probe_mpi::probe().map_or(Vec::new(), |found| found.lib_paths) {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{}", folder.display());
    }
}
