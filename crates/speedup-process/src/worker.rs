//! One worker process, seen from the program that sends it jobs.

use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use speedup::error::Cause;

use crate::WorkerError;
use crate::pipe::{self, Deadline, read_exact, set_nonblocking, write_all};
use crate::protocol::{HEAD, HEARTBEAT, frame, read_frame, version};
use crate::traffic::Traffic;

/// Longest time for a new worker to say its version.
pub const START: Duration = Duration::from_secs(20);
/// Longest time for a worker to end by itself when its input ends.
const END: Duration = Duration::from_millis(500);
/// Longest first frame of a new worker, and longest version that is printed, in bytes.
pub const LONGEST_VERSION: u64 = 4096;
/// Longest reply, in bytes. A length beyond it is garbage, which would be waited for in vain.
const LONGEST_REPLY: u64 = 1 << 40;

/// A worker process with its two pipes. Dropping it ends the process.
#[derive(Debug)]
pub struct Worker {
    child: Child,
    input: Option<ChildStdin>,
    output: ChildStdout,
}

impl Worker {
    /// Starts the program; [`Worker::greet`] waits until it is ready.
    pub fn spawn(program: &Path) -> Result<Self, WorkerError> {
        let not_started = |cause: Cause| WorkerError::NotStarted {
            program: file_name(program),
            cause,
        };
        pipe::available().map_err(|error| not_started(error.into()))?;
        let mut command = Command::new(program);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = speedup::parallel::affinity::with_all_cores(|| command.spawn())
            .map_err(|error| not_started(error.into()))?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let Some((input, output)) = pipes else {
            return Err(not_started("it has no pipes".into()));
        };
        set_nonblocking(&input)
            .and_then(|()| set_nonblocking(&output))
            .map_err(|error| not_started(error.into()))?;
        Ok(Self {
            child,
            input: Some(input),
            output,
        })
    }

    /// Waits for the worker's first frame and checks that it is of the same build.
    pub fn greet(&mut self, program: &Path, limit: Duration) -> Result<(), WorkerError> {
        let (end, expected) = (Deadline::after(limit), version());
        let first = read_frame(LONGEST_VERSION, |part| {
            read_exact(&mut self.output, part, end)
        });
        let cause = match first {
            Ok(version) if version == expected.as_bytes() => return Ok(()),
            Ok(version) => {
                let version = String::from_utf8_lossy(&version);
                format!("its version is `{version}`, not `{expected}`").into()
            }
            Err(error) => match error.kind() {
                ErrorKind::TimedOut => {
                    return Err(WorkerError::NotReady {
                        program: file_name(program),
                        limit,
                    });
                }
                ErrorKind::UnexpectedEof => {
                    let status = self.end_status();
                    format!("it ended ({status}) before it said its version").into()
                }
                _ => error.into(),
            },
        };
        Err(WorkerError::OtherProgram {
            program: file_name(program),
            cause,
        })
    }

    /// The operating system's number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether the process has ended, for any reason.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends a message and waits for the reply, for at most `limit` per job.
    ///
    /// After an error the worker must not be used again.
    pub fn exchange(
        &mut self,
        message: &[u8],
        limit: Duration,
        traffic: &mut Traffic,
    ) -> Result<Vec<u8>, WorkerError> {
        let bytes = frame(message);
        traffic.messages += 1;
        traffic.bytes_sent += bytes.len() as u64;
        let reply = self
            .send(&bytes, Deadline::after(limit))
            .and_then(|()| self.reply(limit));
        reply
            .inspect(|reply| traffic.bytes_received += (HEAD + reply.len()) as u64)
            .map_err(|error| match error.kind() {
                ErrorKind::TimedOut => WorkerError::TimedOut { limit },
                ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof => WorkerError::Died {
                    status: self.end_status(),
                },
                _ => WorkerError::message(error),
            })
    }

    fn send(&mut self, bytes: &[u8], end: Deadline) -> io::Result<()> {
        let Some(input) = &mut self.input else {
            return Err(ErrorKind::BrokenPipe.into());
        };
        write_all(input, bytes, end)?;
        input.flush()
    }

    /// Waits for the reply; each heartbeat gives the worker the full time again.
    fn reply(&mut self, limit: Duration) -> io::Result<Vec<u8>> {
        // A job begins at most this much later than the last heartbeat.
        let limit = limit.saturating_add(HEARTBEAT);
        loop {
            let end = Deadline::after(limit);
            let frame = read_frame(LONGEST_REPLY, |part| {
                read_exact(&mut self.output, part, end)
            })?;
            if !frame.is_empty() {
                return Ok(frame);
            }
        }
    }

    /// Closes the worker's input, which ends the worker. Kills a worker that goes on.
    fn end(&mut self) -> io::Result<ExitStatus> {
        self.close();
        let start = Instant::now();
        while start.elapsed() < END {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        self.child.kill()?;
        self.child.wait()
    }

    /// Ends the worker and says how it ended.
    fn end_status(&mut self) -> String {
        match self.end() {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        }
    }

    /// Tells the worker to end, without waiting for it.
    pub fn close(&mut self) {
        drop(self.input.take());
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // An error cannot be returned from here, and there is nothing left to do.
        let _ = self.end();
    }
}

fn file_name(program: &Path) -> String {
    let name = program.file_name().unwrap_or(program.as_os_str());
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_that_is_slow_to_start_is_no_other_program() {
        let cat = Path::new("/bin/cat"); // says nothing until its input ends
        let limit = Duration::from_millis(20);
        let error = Worker::spawn(cat).unwrap().greet(cat, limit).unwrap_err();
        let program = "cat".to_owned();
        assert_eq!(error, WorkerError::NotReady { program, limit });
    }
}
