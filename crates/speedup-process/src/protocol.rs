//! The messages between a program and its workers: frames of bytes.
//!
//! A frame is its length as 8 bytes, lowest first, followed by that number of bytes.
//!
//! 1. The worker sends a frame that holds its [`version`], so that the program
//!    knows that the worker is of the same build.
//! 2. Each frame to the worker holds the name of a kind of job and a list of jobs of
//!    that kind.
//! 3. While the worker runs these jobs, it sends an empty frame before the first job and
//!    after each job, at most one per 10 ms. This heartbeat tells that the worker has come
//!    to its next step, so the time limit holds for each job and not for all jobs of a
//!    message together.
//! 4. The frame that answers the message is a byte 0 and one result or error per job, in
//!    the same order. If the worker cannot read the message, the frame is a byte 1 and
//!    the reason.

use std::io;
use std::time::Duration;

/// Bytes of the length in front of each frame.
pub(crate) const HEAD: usize = 8;

/// Shortest time between two heartbeats of a worker.
pub(crate) const HEARTBEAT: Duration = Duration::from_millis(10);

/// The version of a worker: that of the protocol, and a hash of the worker's sources.
///
/// A worker that was built from other sources has another version, and is not used.
///
/// # Examples
///
/// ```
/// assert!(speedup_process::protocol::version().starts_with("speedup-worker protocol 2 sources "));
/// ```
pub fn version() -> &'static str {
    concat!(
        "speedup-worker protocol 2 sources ",
        env!("SPEEDUP_WORKER_SOURCES")
    )
}

/// A frame with this content.
pub(crate) fn frame(content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEAD + content.len());
    bytes.extend_from_slice(&(content.len() as u64).to_le_bytes());
    bytes.extend_from_slice(content);
    bytes
}

/// The content of a reply: packed answers, or the reason why there are none.
pub(crate) fn reply(answers: Result<Vec<u8>, String>) -> Vec<u8> {
    let (mark, mut content) = match answers {
        Ok(answers) => (0, answers),
        Err(problem) => (1, problem.into_bytes()),
    };
    content.insert(0, mark);
    content
}

/// The packed answers in a reply, or the reason why there are none.
pub(crate) fn read_reply(reply: &[u8]) -> Result<&[u8], String> {
    match reply.split_first() {
        Some((0, answers)) => Ok(answers),
        Some((1, problem)) => Err(String::from_utf8_lossy(problem).into_owned()),
        _ => Err("the worker sent something that is not a reply".to_owned()),
    }
}

/// Reads one frame by calls of `fill`, which fills a slice or fails.
///
/// A frame of more than `most` bytes is an error. Memory is allocated in steps, as bytes arrive.
pub(crate) fn read_frame(
    most: u64,
    mut fill: impl FnMut(&mut [u8]) -> io::Result<()>,
) -> io::Result<Vec<u8>> {
    let mut head = [0; HEAD];
    fill(&mut head)?;
    let length = u64::from_le_bytes(head);
    if length > most {
        let problem = format!("its message has {length} bytes, at most {most} are allowed");
        return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
    }
    let mut content = Vec::new();
    let mut missing = usize::try_from(length).map_err(io::Error::other)?;
    while missing > 0 {
        let (start, more) = (content.len(), missing.min(STEP));
        content.resize(start + more, 0);
        fill(&mut content[start..])?;
        missing -= more;
    }
    Ok(content)
}

/// Bytes of memory that are allocated in one step.
const STEP: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn frames_come_back_whole() {
        for length in [0, 1, 7, STEP - 1, STEP, 2 * STEP + 5] {
            let content: Vec<u8> = (0..length).map(|k| k as u8).collect();
            let bytes = frame(&content);
            let mut rest = bytes.as_slice();
            let read = read_frame(u64::MAX, |part| rest.read_exact(part)).unwrap();
            assert!(read == content && rest.is_empty());
        }
    }

    #[test]
    fn a_reply_is_answers_or_a_reason() {
        assert_eq!(read_reply(&reply(Ok(vec![7, 8]))), Ok(&[7, 8][..]));
        assert_eq!(read_reply(&reply(Err("no".into()))), Err("no".into()));
        assert!(read_reply(&[]).is_err() && read_reply(&[9]).is_err());
    }

    #[test]
    fn frames_that_are_cut_or_too_long_are_errors() {
        let mut bytes = frame(b"hello");
        bytes.pop();
        let mut rest = bytes.as_slice();
        assert!(read_frame(99, |part| rest.read_exact(part)).is_err());
        let mut too_long: &[u8] = &[255; 64];
        let error = read_frame(1 << 40, |part| too_long.read_exact(part)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        let mut cut: &[u8] = &[255, 255, 255, 255, 255, 0, 0, 0, 1];
        assert!(read_frame(u64::MAX, |part| cut.read_exact(part)).is_err());
    }
}
