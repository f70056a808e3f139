//! Whether work fits in memory, huge pages, and stores that bypass the caches.

pub mod budget;
pub(crate) mod huge_pages;
pub(crate) mod write_only;
