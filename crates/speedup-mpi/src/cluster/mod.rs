//! What the ranks agree upon before they work.
//!
//! | module | holds |
//! | --- | --- |
//! | [`agree`] | one error for all ranks, the same arguments on all ranks |
//! | [`bits`] | whether all processors compute the same bits |
//! | [`node`] | memory and cores of the ranks that share a node |

pub mod agree;
pub mod bits;
pub mod node;
