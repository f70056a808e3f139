//! The messages: frames of bytes, and a check that both sides are of one build.
//!
//! A frame is its length as 8 bytes, lowest first, followed by so many bytes. The
//! worker begins with a frame that holds its [`version`]. After that each frame to
//! the worker is a job's name and a list of jobs of that kind. The frame that answers
//! it is a byte 0 and, in the same order, a result or an error for each of them; or a
//! byte 1 and the reason why the whole message was not understood.

use std::io;

/// Bytes in front of each frame.
pub(crate) const HEAD: usize = 8;

/// What a worker calls itself: the protocol's version and a number that stands for its sources.
///
/// A worker that was built from other sources says something else, and is refused.
///
/// # Examples
///
/// ```
/// assert!(speedup_process::protocol::version().starts_with("speedup-worker protocol 1 sources "));
/// ```
pub fn version() -> &'static str {
    concat!(
        "speedup-worker protocol 1 sources ",
        env!("SPEEDUP_WORKER_SOURCES")
    )
}

/// Puts the length in front.
pub(crate) fn frame(content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEAD + content.len());
    bytes.extend_from_slice(&(content.len() as u64).to_le_bytes());
    bytes.extend_from_slice(content);
    bytes
}

/// What the worker replies: packed answers, or why there are none.
pub(crate) fn reply(answers: Result<Vec<u8>, String>) -> Vec<u8> {
    let (mark, mut content) = match answers {
        Ok(answers) => (0, answers),
        Err(problem) => (1, problem.into_bytes()),
    };
    content.insert(0, mark);
    content
}

/// What is in a reply.
pub(crate) fn read_reply(reply: &[u8]) -> Result<&[u8], String> {
    match reply.split_first() {
        Some((0, answers)) => Ok(answers),
        Some((1, problem)) => Err(String::from_utf8_lossy(problem).into_owned()),
        _ => Err("a reply that is none".to_owned()),
    }
}

/// Reads one frame by means of `fill`, which fills a slice or fails.
///
/// `most` is the largest length that is believed. Memory is taken as the bytes come in.
pub(crate) fn read_frame(
    most: u64,
    mut fill: impl FnMut(&mut [u8]) -> io::Result<()>,
) -> io::Result<Vec<u8>> {
    let mut head = [0; HEAD];
    fill(&mut head)?;
    let length = u64::from_le_bytes(head);
    if length > most {
        let problem = format!("a frame of {length} bytes, at most {most} are allowed");
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

/// Bytes for which memory is taken at once.
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
    fn replies_are_answers_or_a_problem() {
        assert_eq!(read_reply(&reply(Ok(vec![7, 8]))), Ok(&[7, 8][..]));
        assert_eq!(read_reply(&reply(Err("no".into()))), Err("no".into()));
        assert!(read_reply(&[]).is_err() && read_reply(&[9]).is_err());
    }

    #[test]
    fn short_and_monstrous_frames_are_errors() {
        let mut bytes = frame(b"hello");
        bytes.pop();
        let mut rest = bytes.as_slice();
        assert!(read_frame(99, |part| rest.read_exact(part)).is_err());
        let mut monster: &[u8] = &[255; 64];
        let error = read_frame(1 << 40, |part| monster.read_exact(part)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        let mut liar: &[u8] = &[255, 255, 255, 255, 255, 0, 0, 0, 1];
        assert!(read_frame(u64::MAX, |part| liar.read_exact(part)).is_err());
    }
}
