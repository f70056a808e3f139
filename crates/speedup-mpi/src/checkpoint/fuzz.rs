//! A target of fuzzing: the manifest of a checkpoint. `tests/fuzz` gives it inputs without end; here are some.

use super::manifest::{Manifest, Refusal};
use crate::checksum::checksum;

#[cfg(test)]
#[path = "../../../speedup/tests/support/mod.rs"]
mod support;

const JOB: &str = "wealth households=300 seed=42";
const BLOCKS: u64 = 5;

/// A manifest: refused, or one that comes back when it is written again.
///
/// The bytes are tried as they are, and with the checksum that they need.
pub fn manifest(bytes: &[u8]) {
    read(bytes);
    if let Some((body, _)) = bytes.split_last_chunk::<8>() {
        read(&[body, &checksum(body).to_le_bytes()].concat());
    }
}

fn read(bytes: &[u8]) {
    match Manifest::decode(bytes, JOB, BLOCKS) {
        Ok(manifest) => {
            assert_eq!((manifest.job.as_str(), manifest.blocks.len()), (JOB, 5));
            assert!(manifest.done() <= BLOCKS);
            let again = Manifest::decode(&manifest.encode(), JOB, BLOCKS);
            assert_eq!(again.as_ref(), Ok(&manifest));
        }
        Err(Refusal::Length { length, expected }) => assert_ne!(length, expected),
        Err(refusal) => assert!(!refusal.to_string().is_empty()),
    }
}

/// Right manifests to begin with.
pub fn manifests() -> Vec<Vec<u8>> {
    let none = Manifest::new(JOB, BLOCKS);
    let mut some = none.clone();
    some.blocks[1] = Some(77);
    some.blocks[4] = Some(0);
    let other = Manifest::new("pi points=7", 0);
    [none, some, other]
        .map(|manifest| manifest.encode())
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_near_right_ones() {
        support::survives(2_000, manifests(), manifest);
    }
}
