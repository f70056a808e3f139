//! One outcome for all ranks.

use mpi::collective::SystemOperation;
use mpi::traits::*;

use crate::collective::all_reduce;
use crate::error::Error;

/// The result of this rank if every rank has one; else on every rank the error of the first rank that has one.
///
/// A collective. Without it the other ranks would wait for one that has given up.
///
/// # Errors
///
/// The error of this rank, or [`Error::OnRank`].
pub fn agree<C: Communicator, T>(comm: &C, result: Result<T, Error>) -> Result<T, Error> {
    let rank = comm.rank();
    let own = if result.is_err() { rank } else { comm.size() };
    let first = all_reduce(comm, &[own], SystemOperation::min())[0];
    if first == comm.size() {
        return result;
    }
    let message = match &result {
        Err(error) if rank == first => error.to_string().into_bytes(),
        _ => Vec::new(),
    };
    let message = broadcast_bytes(comm, first, message);
    match result {
        Err(error) if rank == first => Err(error),
        _ => Err(Error::OnRank {
            rank: first,
            message: String::from_utf8_lossy(&message).into_owned(),
        }),
    }
}

/// The bytes of rank `root` on every rank. A collective.
pub fn broadcast_bytes<C: Communicator>(comm: &C, root: i32, mut bytes: Vec<u8>) -> Vec<u8> {
    let root = comm.process_at_rank(root);
    let mut length = bytes.len() as u64;
    root.broadcast_into(&mut length);
    bytes.resize(length as usize, 0);
    root.broadcast_into(&mut bytes[..]);
    bytes
}

/// Whether a number is the same on every rank. A collective.
pub fn is_same<C: Communicator>(comm: &C, number: u64) -> bool {
    let largest = all_reduce(comm, &[number, !number], SystemOperation::max());
    largest[0] == !largest[1]
}
