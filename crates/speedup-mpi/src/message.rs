//! The messages that ranks send to rank 0 while they work.

/// A message to rank 0, sent as a list of words of 64 bits.
///
/// # Examples
///
/// ```
/// use speedup_mpi::message::Message;
///
/// let message = Message::Done { first: 7, count: 2, checksums: vec![] };
/// assert_eq!(Message::from_words(&message.to_words()), Some(message));
/// assert_eq!(Message::from_words(&[9, 9]), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Blocks are done, and stored if there is a checkpoint.
    Done {
        /// The first of the blocks.
        first: u64,
        /// How many neighbouring blocks.
        count: u64,
        /// The checksums of their records, if there is a checkpoint.
        checksums: Vec<u64>,
    },
    /// The rank cannot go on, for this reason.
    Failed(String),
}

const DONE: u64 = 1;
const FAILED: u64 = 2;

impl Message {
    /// Blocks with checksums that one message may name: it then has less than 2 KiB, which MPI delivers without
    /// the sender's help.
    pub const MOST_BLOCKS: u64 = 200;

    /// The message as words.
    pub fn to_words(&self) -> Vec<u64> {
        match self {
            Self::Done {
                first,
                count,
                checksums,
            } => [&[DONE, *first, *count], checksums.as_slice()].concat(),
            Self::Failed(reason) => {
                let bytes = reason.bytes().take(1_000).map(u64::from);
                [FAILED].into_iter().chain(bytes).collect()
            }
        }
    }

    /// The message of these words; `None` if they are none.
    pub fn from_words(words: &[u64]) -> Option<Self> {
        match words {
            [DONE, first, count, checksums @ ..]
                if checksums.is_empty() || checksums.len() as u64 == *count =>
            {
                Some(Self::Done {
                    first: *first,
                    count: *count,
                    checksums: checksums.to_vec(),
                })
            }
            [FAILED, bytes @ ..] => {
                let bytes: Vec<u8> = bytes.iter().map(|byte| *byte as u8).collect();
                Some(Self::Failed(String::from_utf8_lossy(&bytes).into_owned()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_back_and_others_are_none() {
        let checksums = vec![u64::MAX, 0, 5];
        let done = Message::Done {
            first: 3,
            count: 3,
            checksums,
        };
        let failed = Message::Failed("no space left — sorry".to_owned());
        for message in [done.clone(), failed] {
            assert_eq!(Message::from_words(&message.to_words()), Some(message));
        }
        let words = done.to_words();
        for length in [0, 1, 2, 4, 5] {
            assert_eq!(Message::from_words(&words[..length]), None, "{length}");
        }
        assert_eq!(Message::from_words(&[7, 1, 1]), None);
    }
}
