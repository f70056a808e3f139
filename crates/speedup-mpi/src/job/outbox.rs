//! Messages of a rank to rank 0, sent without waiting for it.
//!
//! A standard send may wait until the receiver looks: Open MPI's did so after 17 messages of 256 bytes between
//! two ranks of one node. So the sends are immediate ones. Their buffers live until the end of the work.

use std::cell::OnceCell;
use std::collections::VecDeque;
use std::slice::Iter;

use mpi::request::{LocalScope, Request};
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;

use super::watch::TAG;
use super::work::Naps;
use crate::message::Message;

/// Room for one message.
pub type Cell = OnceCell<Vec<u64>>;

/// The messages that were sent.
pub struct Outbox<'a, 'b> {
    scope: &'b LocalScope<'a>,
    free: Iter<'a, Cell>,
    sent: VecDeque<Request<'a, [u64], &'b LocalScope<'a>>>,
}

impl<'a, 'b> Outbox<'a, 'b> {
    /// An outbox with room for as many messages as there are cells.
    pub fn new(scope: &'b LocalScope<'a>, cells: &'a [Cell]) -> Self {
        Self {
            scope,
            free: cells.iter(),
            sent: VecDeque::new(),
        }
    }

    /// Sends a message.
    pub fn send(&mut self, world: &SimpleCommunicator, message: &Message) {
        let root = world.process_at_rank(0);
        let Some(cell) = self.free.next() else {
            // Without room for it the rank may have to wait.
            return root.send_with_tag(&message.to_words()[..], TAG);
        };
        let words = cell.get_or_init(|| message.to_words());
        let request = root.immediate_send_with_tag(self.scope, &words[..], TAG);
        self.sent.push_back(request);
        self.is_empty();
    }

    /// Waits until all messages have left.
    pub fn wait(&mut self) {
        let mut naps = Naps::new();
        while !self.is_empty() {
            naps.sleep();
        }
    }

    /// Forgets the messages that have left; whether none is left.
    fn is_empty(&mut self) -> bool {
        while let Some(first) = self.sent.pop_front() {
            if let Err(waiting) = first.test() {
                self.sent.push_front(waiting);
                return false;
            }
        }
        true
    }
}
