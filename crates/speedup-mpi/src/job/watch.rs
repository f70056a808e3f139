//! Rank 0's knowledge of all blocks: progress, checkpoints, failures.

use std::time::{Duration, Instant};

use mpi::point_to_point::MatchedReceiveVec;
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;

use crate::checkpoint::files::Files;
use crate::error::Error;
use crate::message::Message;

/// The tag of the messages to rank 0.
pub const TAG: i32 = 29_002;

/// What rank 0 knows.
pub struct Watch {
    blocks: u64,
    restored: u64,
    done: u64,
    files: Option<Files>,
    every: Duration,
    started: Instant,
    saved: Instant,
    /// Whether blocks were noted since the last manifest.
    is_new: bool,
    printed: Instant,
}

impl Watch {
    /// Begins with the blocks that a checkpoint had.
    pub fn new(blocks: u64, restored: u64, files: Option<Files>, every: Duration) -> Self {
        let now = Instant::now();
        Self {
            blocks,
            restored,
            done: restored,
            files,
            every,
            started: now,
            saved: now,
            is_new: false,
            printed: now,
        }
    }

    /// Whether all blocks are done.
    pub fn is_complete(&self) -> bool {
        self.done >= self.blocks
    }

    /// Notes blocks that are done, and stored if there is a checkpoint.
    pub fn note(&mut self, first: u64, count: u64, checksums: &[u64]) {
        self.done += count;
        self.is_new = true;
        if let Some(files) = &mut self.files {
            files.note(first, checksums);
        }
    }

    /// Reads the messages that have come, saves and prints what is due. Does not wait.
    ///
    /// # Errors
    ///
    /// [`Error::OnRank`] if a rank failed; [`Error::Checkpoint`] if the manifest cannot be written.
    pub fn poll(&mut self, world: &SimpleCommunicator) -> Result<(), Error> {
        while let Some(found) = world.any_process().immediate_matched_probe_with_tag(TAG) {
            let rank = found.1.source_rank();
            let (words, _) = found.matched_receive_vec::<u64>();
            let message = match Message::from_words(&words) {
                Some(Message::Done {
                    first,
                    count,
                    checksums,
                }) => {
                    self.note(first, count, &checksums);
                    continue;
                }
                Some(Message::Failed(message)) => message,
                None => String::from("a message that rank 0 cannot read"),
            };
            return Err(Error::OnRank { rank, message });
        }
        if self.saved.elapsed() >= self.every || self.is_complete() {
            self.save()?;
        }
        if self.printed.elapsed() >= Duration::from_secs(1) {
            self.printed = Instant::now();
            eprintln!("{}", self.progress(self.started.elapsed()));
        }
        Ok(())
    }

    /// Writes the manifest, if there is a checkpoint and something new to say.
    ///
    /// # Errors
    ///
    /// [`Error::Checkpoint`] if it cannot be written.
    pub fn save(&mut self) -> Result<(), Error> {
        if let Some(files) = self.files.as_ref().filter(|_| self.is_new) {
            files.save()?;
        }
        (self.saved, self.is_new) = (Instant::now(), false);
        Ok(())
    }

    /// The checkpoint's files.
    pub fn into_files(self) -> Option<Files> {
        self.files
    }

    fn progress(&self, elapsed: Duration) -> String {
        let percent = 100.0 * self.done as f64 / self.blocks as f64;
        let now = self.done - self.restored;
        let left = match now {
            0 => String::from("time left unknown"),
            _ => {
                let each = elapsed.as_secs_f64() / now as f64;
                let seconds = each * (self.blocks - self.done.min(self.blocks)) as f64;
                format!("{} left", in_words(seconds))
            }
        };
        format!("speedup-mpi: {percent:.1} % done, {left}")
    }
}

/// A time in seconds, or in hours and minutes.
fn in_words(seconds: f64) -> String {
    let whole = seconds.ceil() as u64;
    match whole {
        0..120 => format!("{whole} s"),
        120..7_200 => format!("{} min", whole.div_ceil(60)),
        _ => format!("{} h {} min", whole / 3_600, whole % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_counts_the_blocks_of_this_run_only() {
        let mut watch = Watch::new(100, 40, None, Duration::MAX);
        let second = Duration::from_secs(1);
        assert!(
            watch
                .progress(second)
                .ends_with("40.0 % done, time left unknown")
        );
        watch.note(40, 20, &[]);
        assert!(watch.progress(second).ends_with("60.0 % done, 2 s left"));
        watch.note(60, 40, &[]);
        assert!(watch.is_complete());
        assert!(watch.progress(second).ends_with("100.0 % done, 0 s left"));
        assert_eq!(in_words(7_260.0), "2 h 1 min");
        assert_eq!(in_words(121.0), "3 min");
    }
}
