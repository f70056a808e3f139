//! The error type of a job.

use std::fmt::{self, Write as _};
use std::io;
use std::path::Path;

use speedup::error::Cause;

use crate::checkpoint::manifest::Refusal;

/// Why a job does not begin, or cannot go on.
#[derive(Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A kernel refused its input, or was refused something by the operating system.
    #[error(transparent)]
    Kernel(#[from] speedup::Error),
    /// A checkpoint that cannot be used.
    #[error("checkpoint {file}: {problem}")]
    Checkpoint {
        /// The name of the checkpoint.
        file: String,
        /// What is wrong.
        problem: CheckpointProblem,
    },
    /// Ranks whose processors would compute other bits than rank 0's.
    #[error("{}", other_bits(*ranks, others))]
    OtherBits {
        /// The number of all ranks.
        ranks: usize,
        /// The ranks that differ, with the names of their hosts and instruction sets; the first entry is rank 0.
        others: Vec<(i32, String)>,
    },
    /// A record of a block could not be stored.
    #[error("records of the checkpoint: {0}")]
    Records(#[source] CheckpointProblem),
    /// A thread of a rank panicked; its message went to standard error.
    #[error("a thread of the rank panicked")]
    Panicked,
    /// The error of another rank.
    #[error("rank {rank}: {message}")]
    OnRank {
        /// The rank.
        rank: i32,
        /// The message of its error.
        message: String,
    },
}

/// What is wrong with a checkpoint.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointProblem {
    /// The manifest is not one of this job.
    #[error(transparent)]
    Manifest(#[from] Refusal),
    /// There is a file of records without a manifest.
    #[error("there is no such file, but one of its name with .records, which stays as it is")]
    ForeignRecords,
    /// The name of the temporary file is taken by another file.
    #[error("the file of its name with .partial is not one of speedup-mpi, and stays as it is")]
    ForeignPartial,
    /// The file of records was cut short, lengthened or removed.
    #[error("its file of records has {stored} bytes instead of {length}")]
    Records {
        /// The bytes of the file.
        stored: u64,
        /// The bytes that it should have.
        length: u64,
    },
    /// The record of a block does not fit its checksum.
    #[error("the record of block {block} is damaged: its checksum does not fit")]
    Record {
        /// The number of the block.
        block: u64,
    },
    /// Another job has the checkpoint open.
    #[error("it is in use by another job")]
    InUse,
    /// The operating system refused a file.
    #[error("{0}")]
    System(#[source] Cause),
}

impl From<io::Error> for CheckpointProblem {
    fn from(cause: io::Error) -> Self {
        Self::System(cause.into())
    }
}

/// The message, which `unwrap` shows.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error {
    pub(crate) fn checkpoint(file: &Path, problem: impl Into<CheckpointProblem>) -> Self {
        Self::Checkpoint {
            file: file.display().to_string(),
            problem: problem.into(),
        }
    }
}

fn other_bits(ranks: usize, others: &[(i32, String)]) -> String {
    let mut message = String::from("ranks whose processors give other bits:");
    for (rank, what) in others.iter().take(20) {
        let _ = write!(message, " rank {rank} has {what},");
    }
    if others.len() > 20 {
        let _ = write!(message, " and {} more of {ranks} ranks,", others.len() - 20);
    }
    message + " use nodes of one kind, or the same SPEEDUP_ISA on all"
}
