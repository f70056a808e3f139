//! Checkpoints: what a job has done so far, in two files, so that a job that was killed goes on where it was.
//!
//! | module | holds |
//! | --- | --- |
//! | [`manifest`] | the file `FILE`: the job, its done blocks and their checksums |
//! | [`records`] | the file `FILE.records`: the values of the blocks, each at its own place |
//! | [`files`] | both files on rank 0: opened, replaced in one step, removed |
//!
//! **Order.** A rank writes the records of its blocks and waits until they are on the disk. Only then does it tell
//! rank 0, which names them in the next manifest. So a manifest never names a block that is not stored. The bytes
//! of a block depend on the job only: a rank that computes a block again writes the same bytes.
//!
//! **In one step.** A new manifest is written to `FILE.partial`, brought to the disk, and renamed to `FILE`. A kill
//! at any moment leaves the old manifest or the new one. What is lost are the blocks since the last manifest.
//!
//! **One folder for all.** Every rank writes to the same file of records, so ranks on several nodes need a folder
//! that all nodes share.
//!
//! **Never another's file.** A file that does not begin as a manifest does is left as it is, and the job does not
//! begin.

pub mod files;
#[cfg(any(fuzzing, test))]
pub mod fuzz;
pub mod manifest;
pub mod records;

#[cfg(test)]
mod tests;
