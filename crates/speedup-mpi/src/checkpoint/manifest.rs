//! The manifest: which job a checkpoint belongs to, and which blocks are done.

use crate::checksum::checksum;

/// The first bytes of every manifest, with the version of its format.
pub const MAGIC: &[u8] = b"speedup-mpi checkpoint, format 1\n";

/// The part of [`MAGIC`] that all versions of the format have.
const ANY_VERSION: &[u8] = b"speedup-mpi checkpoint, format ";

/// A job and its blocks: `Some` checksum of its record for a block that is done.
///
/// # Examples
///
/// ```
/// use speedup_mpi::checkpoint::manifest::Manifest;
///
/// let manifest = Manifest::new("pi points=1000", 3);
/// assert_eq!(Manifest::decode(&manifest.encode(), "pi points=1000", 3).unwrap(), manifest);
/// assert!(Manifest::decode(&manifest.encode(), "pi points=1001", 3).is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The kernel, all its parameters, the version of the program and the kind of its bits, in one line.
    pub job: String,
    /// For each block the checksum of its record, if it is done.
    pub blocks: Vec<Option<u64>>,
}

/// Why bytes are not the manifest of a job.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The file does not begin as a manifest does.
    #[error("it is not a checkpoint of speedup-mpi, and stays as it is")]
    Foreign,
    /// The manifest has another version of the format.
    #[error("its format is {theirs}, this program writes format 1")]
    Version {
        /// The version that the file names.
        theirs: String,
    },
    /// The file is shorter or longer than its contents say.
    #[error("it has {length} bytes instead of {expected}: it was cut short or lengthened")]
    Length {
        /// The bytes of the file.
        length: usize,
        /// The bytes that it should have; more than `length` if its head is cut.
        expected: usize,
    },
    /// The checksum of the manifest does not fit its bytes.
    #[error("it is damaged: its checksum does not fit")]
    Damaged,
    /// The checkpoint was written by a job with other parameters, another version, or other instructions.
    #[error("it belongs to another job: {theirs}; this job is: {ours}")]
    OtherJob {
        /// The job of the checkpoint.
        theirs: String,
        /// The job that was started.
        ours: String,
    },
}

/// Bytes of the head: magic, length of the job's line, number of blocks.
const HEAD: usize = MAGIC.len() + 16;

/// The most bytes of a version, with the end of its line. A head that is cut within it is shorter than [`HEAD`].
const VERSION: usize = 16;

impl Manifest {
    /// A manifest without done blocks.
    pub fn new(job: &str, blocks: u64) -> Self {
        Self {
            job: job.to_owned(),
            blocks: vec![None; blocks as usize],
        }
    }

    /// The number of blocks that are done.
    pub fn done(&self) -> u64 {
        self.blocks.iter().flatten().count() as u64
    }

    /// The manifest as bytes: magic, length of the job's line, number of blocks, the line, for each block a byte 0 or
    /// 1 and 8 bytes of checksum, and the checksum of all these. Numbers are little-endian.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend((self.job.len() as u64).to_le_bytes());
        bytes.extend((self.blocks.len() as u64).to_le_bytes());
        bytes.extend(self.job.bytes());
        for block in &self.blocks {
            bytes.push(block.is_some().into());
            bytes.extend(block.unwrap_or(0).to_le_bytes());
        }
        bytes.extend(checksum(&bytes).to_le_bytes());
        bytes
    }

    /// The manifest of these bytes, if it belongs to `job` with this number of blocks.
    ///
    /// # Errors
    ///
    /// The [`Refusal`] says what is wrong with the bytes.
    pub fn decode(bytes: &[u8], job: &str, blocks: u64) -> Result<Self, Refusal> {
        if !is_ours(bytes) || bytes.is_empty() {
            return Err(Refusal::Foreign);
        }
        let length = bytes.len();
        let cut = |expected| Refusal::Length { length, expected };
        if !bytes.starts_with(MAGIC) {
            let Some(rest) = bytes.strip_prefix(ANY_VERSION) else {
                return Err(cut(HEAD));
            };
            let Some(end) = rest.iter().take(VERSION).position(|byte| *byte == b'\n') else {
                return Err(match rest.len() < VERSION {
                    true => cut(HEAD),
                    false => Refusal::Damaged,
                });
            };
            let theirs = String::from_utf8_lossy(&rest[..end]).into_owned();
            return Err(Refusal::Version { theirs });
        }
        let number = |at: usize| {
            let bytes = bytes.get(at..at + 8)?.try_into().ok()?;
            Some(u64::from_le_bytes(bytes))
        };
        let (Some(line), Some(count)) = (number(MAGIC.len()), number(MAGIC.len() + 8)) else {
            return Err(cut(HEAD));
        };
        let expected = (count.saturating_mul(9))
            .saturating_add(line)
            .saturating_add(HEAD as u64 + 8) as usize;
        if expected != length {
            return Err(cut(expected));
        }
        let (body, sum) = bytes.split_at(length - 8);
        if sum != checksum(body).to_le_bytes() {
            return Err(Refusal::Damaged);
        }
        let (line, flags) = body[HEAD..].split_at(line as usize);
        let theirs = String::from_utf8_lossy(line).into_owned();
        if theirs != job || count != blocks {
            let ours = job.to_owned();
            return Err(Refusal::OtherJob { theirs, ours });
        }
        let block = |bytes: &[u8]| {
            let sum = bytes.get(1..9)?.try_into().ok()?;
            (bytes[0] == 1).then_some(u64::from_le_bytes(sum))
        };
        Ok(Self {
            job: theirs,
            blocks: flags.chunks(9).map(block).collect(),
        })
    }
}

/// Whether bytes are those of a manifest, whole or cut short; so are no bytes at all.
pub fn is_ours(bytes: &[u8]) -> bool {
    bytes.starts_with(ANY_VERSION) || ANY_VERSION.starts_with(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOB: &str = "wealth households=300 seed=42";

    fn some() -> Manifest {
        let mut manifest = Manifest::new(JOB, 5);
        manifest.blocks[1] = Some(77);
        manifest.blocks[4] = Some(0);
        manifest
    }

    #[test]
    fn a_manifest_comes_back() {
        assert_eq!(Manifest::decode(&some().encode(), JOB, 5), Ok(some()));
        assert_eq!(some().done(), 2);
    }

    #[test]
    fn cut_at_each_byte_and_lengthened() {
        let bytes = some().encode();
        for length in 0..bytes.len() {
            let refusal = Manifest::decode(&bytes[..length], JOB, 5).unwrap_err();
            match length {
                0 => assert_eq!(refusal, Refusal::Foreign),
                _ => assert!(matches!(refusal, Refusal::Length { .. }), "{length}"),
            }
        }
        let longer = [bytes, vec![0]].concat();
        let refusal = Manifest::decode(&longer, JOB, 5).unwrap_err();
        assert!(matches!(refusal, Refusal::Length { .. }));
    }

    #[test]
    fn each_bit_flipped() {
        let bytes = some().encode();
        for bit in 0..8 * bytes.len() {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Manifest::decode(&flipped, JOB, 5).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn other_jobs_versions_and_files() {
        let bytes = some().encode();
        let other = Manifest::decode(&bytes, "pi points=7", 5).unwrap_err();
        let message = other.to_string();
        assert!(
            message.contains(JOB) && message.contains("pi points=7"),
            "{message}"
        );
        assert!(Manifest::decode(&bytes, JOB, 6).is_err());
        let newer = b"speedup-mpi checkpoint, format 12\n and more";
        let theirs = "12".to_owned();
        assert_eq!(
            Manifest::decode(newer, JOB, 5),
            Err(Refusal::Version { theirs })
        );
        for foreign in [
            b"my thesis".as_slice(),
            b"speedup-mpi checkpoint\n",
            &[0; 500],
        ] {
            assert_eq!(Manifest::decode(foreign, JOB, 5), Err(Refusal::Foreign));
        }
        // As long as a head, so that it was not cut.
        let damaged = b"speedup-mpi checkpoint, format ".repeat(2);
        for length in [HEAD, HEAD + 1] {
            let refusal = Manifest::decode(&damaged[..length], JOB, 5);
            assert_eq!(refusal, Err(Refusal::Damaged));
        }
    }
}
