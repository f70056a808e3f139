//! In place of `pipe.rs` on systems that are no Unix, such as Windows: each function says what to do there.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::time::Duration;

#[derive(Clone, Copy)]
pub struct Deadline;

impl Deadline {
    pub fn after(_: Duration) -> Self {
        Self
    }
}

pub fn available() -> io::Result<()> {
    let problem =
        "worker processes need Linux or macOS; on Windows, take a Linux of WSL 2, or threads";
    Err(io::Error::new(ErrorKind::Unsupported, problem))
}

pub fn of_worker() -> io::Result<(File, File)> {
    available().and(Err(ErrorKind::Unsupported.into()))
}

pub fn end_with_the_input() {}

pub fn set_nonblocking<P>(_: &P) -> io::Result<()> {
    available()
}

pub fn write_all<P>(_: &mut P, _: &[u8], _: Deadline) -> io::Result<()> {
    available()
}

pub fn read_exact<P>(_: &mut P, _: &mut [u8], _: Deadline) -> io::Result<()> {
    available()
}
