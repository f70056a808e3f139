//! One worker process, seen from the program that sends it jobs.

use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::WorkerError;
use crate::pipe::{Deadline, never_wait, read_exact, write_all};
use crate::protocol::{HEAD, frame, read_frame, version};
use crate::traffic::Traffic;

/// Longest time for a new worker to say its version.
const START: Duration = Duration::from_secs(20);
/// Longest time for a worker to end by itself when its input ends.
const END: Duration = Duration::from_millis(500);

/// A worker process with its two pipes. Dropping it ends the process.
#[derive(Debug)]
pub struct Worker {
    child: Child,
    input: Option<ChildStdin>,
    output: ChildStdout,
}

impl Worker {
    /// Starts the program; [`Worker::greet`] waits until it is there.
    pub fn spawn(program: &Path) -> Result<Self, WorkerError> {
        let mut command = Command::new(program);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = speedup::affinity::with_all_cores(|| command.spawn())
            .map_err(|error| not_started(program, &error.to_string()))?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let Some((input, output)) = pipes else {
            return Err(not_started(program, "it has no pipes"));
        };
        let worker = Self {
            child,
            input: Some(input),
            output,
        };
        let prepared = worker.input.iter().try_for_each(never_wait);
        prepared
            .and_then(|()| never_wait(&worker.output))
            .map_err(|error| not_started(program, &error.to_string()))?;
        Ok(worker)
    }

    /// Waits for the worker's first frame and checks that it is of the same build.
    pub fn greet(&mut self, program: &Path) -> Result<(), WorkerError> {
        let (end, expected) = (Deadline::after(START), version());
        let said = read_frame(4096, |part| read_exact(&mut self.output, part, end));
        match said {
            Ok(said) if said == expected.as_bytes() => Ok(()),
            Ok(said) => {
                let said = String::from_utf8_lossy(&said);
                let problem = format!("it is `{said}`, needed is `{expected}`: build it again");
                Err(not_started(program, &problem))
            }
            Err(error) if error.kind() == ErrorKind::TimedOut => {
                let problem = format!("it said nothing for {} s", START.as_secs());
                Err(not_started(program, &problem))
            }
            Err(_) => Err(not_started(program, "it is no worker program")),
        }
    }

    /// The number by which the operating system knows the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether the process has ended, for whatever reason.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends a message and waits for the reply.
    ///
    /// After an error the worker is in no state to be used again.
    pub fn exchange(
        &mut self,
        message: &[u8],
        limit: Duration,
        traffic: &mut Traffic,
    ) -> Result<Vec<u8>, WorkerError> {
        let end = Deadline::after(limit);
        let bytes = frame(message);
        traffic.messages += 1;
        traffic.bytes_sent += bytes.len() as u64;
        let reply = self
            .send(&bytes, end)
            .and_then(|()| read_frame(u64::MAX, |part| read_exact(&mut self.output, part, end)));
        match reply {
            Ok(reply) => {
                traffic.bytes_received += (HEAD + reply.len()) as u64;
                Ok(reply)
            }
            Err(error) if error.kind() == ErrorKind::TimedOut => {
                Err(WorkerError::TimedOut { limit })
            }
            Err(_) => Err(WorkerError::Died {
                status: self
                    .end()
                    .map_or_else(|error| error.to_string(), |s| s.to_string()),
            }),
        }
    }

    fn send(&mut self, bytes: &[u8], end: Deadline) -> io::Result<()> {
        let Some(input) = &mut self.input else {
            return Err(ErrorKind::BrokenPipe.into());
        };
        write_all(input, bytes, end)?;
        input.flush()
    }

    /// Closes the worker's input, upon which it ends; kills it if it does not.
    fn end(&mut self) -> io::Result<ExitStatus> {
        drop(self.input.take());
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

    /// Tells the worker to end, without waiting for it.
    pub fn close(&mut self) {
        drop(self.input.take());
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Nobody is left to tell if the system refuses.
        let _ = self.end();
    }
}

fn not_started(program: &Path, problem: &str) -> WorkerError {
    let name = program.file_name().unwrap_or(program.as_os_str());
    WorkerError::NotStarted {
        problem: format!("{}: {problem}", name.to_string_lossy()),
    }
}
