//! The main loop of a worker: read jobs, run them, write their results.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::time::Instant;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::{dup, dup2_stdout};

use crate::jobs::registry;
use crate::protocol::{HEARTBEAT, frame, read_frame, reply, version};

/// Runs the jobs that arrive at standard input, until it is closed.
///
/// Only results are written to standard output. What a job prints goes to standard error.
/// The process ends when its standard input is closed, also in the middle of a job. The
/// operating system closes it even if the program that started the worker was killed.
///
/// # Errors
///
/// Any error of the operating system when reading or writing.
///
/// # Examples
///
/// ```no_run
/// # // Not run: it would wait for jobs on the test's own standard input.
/// speedup_process::serve()?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn serve() -> io::Result<()> {
    let mut results = File::from(dup(io::stdout())?);
    dup2_stdout(io::stderr())?;
    // The text of a panic is part of the job's answer, so it is not printed.
    std::panic::set_hook(Box::new(|_| {}));
    std::thread::spawn(end_with_the_input);

    let jobs = registry();
    // Not buffered: a buffer would copy every message once more.
    let mut input = File::from(dup(io::stdin())?);
    results.write_all(&frame(version().as_bytes()))?;
    loop {
        let message = match read_frame(u64::MAX, |part| input.read_exact(part)) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(()),
            message => message?,
        };
        let mut last = Instant::now();
        let answers = jobs.run(&message, &mut || {
            if last.elapsed() >= HEARTBEAT {
                // The reply will meet the same error, and that one is returned.
                let _ = results.write_all(&frame(&[]));
                last = Instant::now();
            }
        });
        results.write_all(&frame(&reply(answers)))?;
    }
}

/// Ends the process when standard input is closed, even while a job runs.
fn end_with_the_input() {
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
