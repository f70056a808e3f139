//! The instruction sets at which our kernels and the programs in C are measured.

use std::fmt;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use speedup::simd::Isa;

/// An instruction set by its name, also one that this processor does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// What every processor of the architecture has: SSE2 on x86-64.
    Baseline,
    /// AVX2 with a fused multiply-add.
    Avx2,
    /// AVX-512.
    Avx512,
}

impl Level {
    /// All levels, from the narrowest vectors to the widest.
    pub const ALL: [Self; 3] = [Self::Baseline, Self::Avx2, Self::Avx512];

    /// The levels that this processor has.
    pub fn available() -> Vec<Self> {
        let sets: Vec<String> = Isa::available().iter().map(Isa::to_string).collect();
        let mut levels = Self::ALL.to_vec();
        levels.retain(|level| sets.contains(&level.to_string()));
        levels
    }

    /// The level of this processor that has that name.
    ///
    /// # Errors
    ///
    /// The names of the levels, if it is none of them.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_bench::level::Level;
    ///
    /// assert_eq!(Level::named("baseline").unwrap(), Level::Baseline);
    /// assert!(Level::named("mmx").is_err());
    /// ```
    pub fn named(name: &str) -> Result<Self> {
        let levels = Self::available();
        let names: Vec<String> = levels.iter().map(Self::to_string).collect();
        let found = levels.into_iter().find(|level| level.to_string() == name);
        found.with_context(|| {
            format!(
                "no level {name}; this processor has {}",
                names.join(" and ")
            )
        })
    }

    /// The doubles in a vector.
    pub fn lanes(self) -> f64 {
        [2.0, 4.0, 8.0][self as usize]
    }

    /// The options for which gcc compiles for this level. The widest one is all that the processor has.
    pub fn c_flags(self) -> &'static [&'static str] {
        match self {
            Self::Baseline if cfg!(target_arch = "x86_64") => &["-march=x86-64"],
            Self::Avx2 => &["-mavx2", "-mfma"],
            Self::Baseline | Self::Avx512 => &["-march=native"],
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(["baseline", "avx2", "avx512"][*self as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instruction_set_of_the_kernels_is_a_level() {
        assert_eq!(Level::available().len(), Isa::available().len());
        assert_eq!(Level::available()[0], Level::Baseline);
    }

    #[test]
    fn a_level_is_written_as_the_kernels_name_it() {
        for level in Level::ALL {
            let json = serde_json::to_string(&level).unwrap();
            assert_eq!(json, format!("\"{level}\""));
        }
    }
}
