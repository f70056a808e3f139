//! The main loop of a worker: read jobs, run them, write their results.

use std::io::{self, ErrorKind, Read, Write};
use std::time::Instant;

use crate::jobs::registry;
use crate::pipe;
use crate::protocol::{HEARTBEAT, frame, read_frame, reply, version};

/// Runs the jobs that arrive at standard input, until it is closed.
///
/// Only results are written to standard output. What a job prints goes to standard error.
/// The process ends when its standard input is closed, also in the middle of a job. The
/// operating system closes it even if the program that started the worker was killed.
///
/// # Errors
///
/// Any error of the operating system when reading or writing. On Windows always [`ErrorKind::Unsupported`].
///
/// # Examples
///
/// ```no_run
/// # // Not run: it would wait for jobs on the test's own standard input.
/// speedup_process::serve()?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn serve() -> io::Result<()> {
    // The input is not buffered: a buffer would copy every message once more.
    let (mut input, mut results) = pipe::of_worker()?;
    // The text of a panic is part of the job's answer, so it is not printed.
    std::panic::set_hook(Box::new(|_| {}));
    std::thread::spawn(pipe::end_with_the_input);

    let jobs = registry();
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
