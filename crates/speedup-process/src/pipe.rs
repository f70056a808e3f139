//! Reading and writing a pipe with a time limit, and the pipes of a worker.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::{dup, dup2_stdout};

/// The time at which a read or write gives up; `None` if that is too far away to count.
#[derive(Clone, Copy)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// The deadline that lies `limit` after now.
    pub fn after(limit: Duration) -> Self {
        Self(Instant::now().checked_add(limit))
    }

    /// The time left, or an error if there is none.
    fn left(self) -> io::Result<PollTimeout> {
        let Some(end) = self.0 else {
            return Ok(PollTimeout::NONE);
        };
        match end.saturating_duration_since(Instant::now()).as_millis() {
            0 if Instant::now() >= end => Err(ErrorKind::TimedOut.into()),
            // Rounded up: a time-out of 0 ms would spin in the last millisecond.
            left => Ok(PollTimeout::try_from(left + 1).unwrap_or(PollTimeout::MAX)),
        }
    }
}

/// Whether this system has what is needed.
pub fn available() -> io::Result<()> {
    Ok(())
}

/// The pipes of a worker, from standard input and to standard output. From now on, what a job prints goes to standard
/// error.
pub fn of_worker() -> io::Result<(File, File)> {
    let results = File::from(dup(io::stdout())?);
    dup2_stdout(io::stderr())?;
    Ok((File::from(dup(io::stdin())?), results))
}

/// Ends the process when standard input is closed, even while a job runs.
pub fn end_with_the_input() {
    let input = io::stdin();
    loop {
        // Without any flag, `poll` returns only when the other end was closed.
        let mut ends = [PollFd::new(input.as_fd(), PollFlags::empty())];
        match poll(&mut ends, PollTimeout::NONE) {
            Err(nix::Error::EINTR) => {}
            Ok(_) => std::process::exit(0),
            // The main loop still ends when it reads the end of the input.
            Err(_) => return,
        }
    }
}

/// Makes reads and writes return at once instead of blocking.
pub fn set_nonblocking(pipe: &impl AsFd) -> io::Result<()> {
    let flags = OFlag::from_bits_retain(fcntl(pipe, FcntlArg::F_GETFL)?);
    fcntl(pipe, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
    Ok(())
}

/// Writes all bytes before the deadline.
pub fn write_all<W: Write + AsFd>(pipe: &mut W, mut bytes: &[u8], end: Deadline) -> io::Result<()> {
    while !bytes.is_empty() {
        match pipe.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) => wait_if_needed(pipe, error, PollFlags::POLLOUT, end)?,
        }
    }
    Ok(())
}

/// Fills the slice before the deadline.
pub fn read_exact<R: Read + AsFd>(
    pipe: &mut R,
    mut part: &mut [u8],
    end: Deadline,
) -> io::Result<()> {
    while !part.is_empty() {
        match pipe.read(part) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(read) => part = &mut part[read..],
            Err(error) => wait_if_needed(pipe, error, PollFlags::POLLIN, end)?,
        }
    }
    Ok(())
}

/// Waits until the pipe is ready, if the error says that it is not.
fn wait_if_needed(
    pipe: &impl AsFd,
    error: io::Error,
    what: PollFlags,
    end: Deadline,
) -> io::Result<()> {
    match error.kind() {
        ErrorKind::Interrupted => Ok(()),
        ErrorKind::WouldBlock => {
            let ready = poll(&mut [PollFd::new(pipe.as_fd(), what)], end.left()?);
            match ready {
                Ok(0) => end.left().map(drop),
                Ok(_) | Err(nix::Error::EINTR) => Ok(()),
                Err(error) => Err(error.into()),
            }
        }
        _ => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_pipe_and_a_full_one_time_out() {
        let (mut from, mut to) = io::pipe().unwrap();
        set_nonblocking(&from).unwrap();
        set_nonblocking(&to).unwrap();
        let end = || Deadline::after(Duration::from_millis(20));
        let start = Instant::now();
        let silent = read_exact(&mut from, &mut [0], end()).unwrap_err();
        assert_eq!(silent.kind(), ErrorKind::TimedOut);
        let full = write_all(&mut to, &vec![0; 1 << 24], end()).unwrap_err();
        assert_eq!(full.kind(), ErrorKind::TimedOut);
        assert!(start.elapsed() >= Duration::from_millis(40));
    }

    #[test]
    fn a_closed_pipe_is_its_end() {
        let (mut from, to) = io::pipe().unwrap();
        set_nonblocking(&from).unwrap();
        drop(to);
        let end = Deadline::after(Duration::MAX);
        let error = read_exact(&mut from, &mut [0], end).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    }
}
