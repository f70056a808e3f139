//! What the targets of fuzzing share.

use std::fs;
use std::path::Path;

pub use libfuzzer_sys;

/// A target: right inputs to begin with, and the function that gets all inputs.
#[macro_export]
macro_rules! target {
    ($seeds:expr, $target:path) => {
        $crate::libfuzzer_sys::fuzz_target!(
            init: $crate::write(&$seeds),
            |bytes: &[u8]| $target(bytes)
        );
    };
}

/// Writes the inputs to begin with into the folder that `FUZZ_SEEDS` names, before libFuzzer reads it.
pub fn write(seeds: &[Vec<u8>]) {
    if let Some(folder) = std::env::var_os("FUZZ_SEEDS") {
        for (k, seed) in seeds.iter().enumerate() {
            let file = Path::new(&folder).join(format!("seed-{k}"));
            fs::write(&file, seed).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        }
    }
}
