//! The worker's side: take jobs, run them, send their results, until there are no more.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsFd;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::{dup, dup2_stdout};

use crate::jobs::registry;
use crate::protocol::{frame, read_frame, reply, version};

/// Serves jobs from standard input until it ends; this is all that the worker program does.
///
/// Standard output belongs to the results alone: what a job prints goes to standard
/// error. The process ends when its standard input is closed, which the operating
/// system does even if the program that started it was killed, and also in the middle of a job.
///
/// # Errors
///
/// What the operating system refuses, such as reading or writing.
///
/// # Examples
///
/// ```no_run
/// # // Would wait for jobs on the test's own standard input.
/// speedup_process::serve()?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn serve() -> io::Result<()> {
    let mut results = File::from(dup(io::stdout())?);
    dup2_stdout(io::stderr())?;
    // A panic is part of the job's answer and needs no words here.
    std::panic::set_hook(Box::new(|_| {}));
    std::thread::spawn(end_with_the_input);

    let jobs = registry();
    // Unbuffered: a buffer would read ahead, and copy every message once more.
    let mut input = File::from(dup(io::stdin())?);
    results.write_all(&frame(version().as_bytes()))?;
    loop {
        let message = match read_frame(u64::MAX, |part| input.read_exact(part)) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(()),
            message => message?,
        };
        results.write_all(&frame(&reply(jobs.run(&message))))?;
    }
}

/// Ends the process as soon as nobody can send to it any more, even while a job runs.
fn end_with_the_input() {
    let input = io::stdin();
    loop {
        // No events are asked for; that the other end was closed is always told.
        let mut ends = [PollFd::new(input.as_fd(), PollFlags::empty())];
        match poll(&mut ends, PollTimeout::NONE) {
            Err(nix::Error::EINTR) => {}
            Ok(_) => std::process::exit(0),
            // Without the watch the worker still ends at the end of its input.
            Err(_) => return,
        }
    }
}
