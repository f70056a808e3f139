//! Where things are below the folder of the kernel, `target/kernel`.

use std::path::{Path, PathBuf};

/// The folder of the kernel in one checkout.
pub struct Layout(PathBuf);

impl Layout {
    /// The layout below `folder`.
    pub fn new(folder: &Path) -> Layout {
        Layout(folder.to_owned())
    }

    /// The program that Jupyter starts.
    pub fn launcher(&self) -> PathBuf {
        self.0.join("launcher")
    }

    /// The file that says where the changed evcxr is.
    pub fn program_note(&self) -> PathBuf {
        self.0.join("evcxr-program")
    }

    /// The file that says which compiler kernels take.
    pub fn toolchain_note(&self) -> PathBuf {
        self.0.join("toolchain.toml")
    }

    /// The package that names all crates of the notebooks, and its lock file.
    pub fn crates(&self) -> PathBuf {
        self.0.join("crates")
    }

    /// The versions of crates that all kernels take.
    pub fn lock_file(&self) -> PathBuf {
        self.crates().join("Cargo.lock")
    }

    /// The folder that kernels start from: the crates, built.
    ///
    /// It is as deep as the folder of a kernel: libraries name others by relative paths.
    pub fn built(&self) -> PathBuf {
        self.0.join("ahead/built")
    }

    /// Held shared while a launcher copies what is built, exclusively while that is swapped.
    pub fn built_lock(&self) -> PathBuf {
        self.0.join("built.lock")
    }

    /// One folder for each kernel that runs.
    pub fn runs(&self) -> PathBuf {
        self.0.join("run")
    }

    /// Compiled cells and types of variables, for all kernels.
    pub fn kept(&self) -> PathBuf {
        self.0.join("kept")
    }

    /// The standard library as type inference reads it.
    pub fn std_sources(&self) -> PathBuf {
        self.0.join("rust-src")
    }
}
