//! How the items of a job are cut into blocks.

use std::ops::Range;

/// The blocks of a job: neighbouring items that one step of work takes together.
///
/// Their size depends on the number of items only, never on the number of ranks or threads. So a reduction by
/// blocks has the same bits for any number of them, and a checkpoint fits any number of them.
///
/// A block yields a *record*: one value per item, or one value in all.
///
/// # Examples
///
/// ```
/// use speedup_mpi::blocks::{Blocks, Record};
///
/// let blocks = Blocks::new(1_000, 64, Record::PerItem);
/// assert_eq!(blocks.count(), 16);
/// assert_eq!(blocks.items(&(15..16)), 960..1_000);
/// assert_eq!(blocks.values(&(15..16)), 960..1_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks {
    items: u64,
    size: u64,
    record: Record,
}

/// The values that a block yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// One value for each item, as the wealth of a household.
    PerItem,
    /// One value for the block, as a count or a maximum.
    PerBlock,
}

impl Blocks {
    /// The largest number of blocks of a job. Ranks beyond it have no work.
    pub const MOST: u64 = 1 << 16;

    /// Blocks of `items` items. A block has `unit` items, or the multiple of it with which there are at most
    /// [`Blocks::MOST`] blocks; the last block may have fewer.
    ///
    /// A `unit` of 0 counts as 1.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_mpi::blocks::{Blocks, Record};
    ///
    /// assert!(Blocks::new(1_000_000_000, 64, Record::PerItem).count() <= Blocks::MOST);
    /// ```
    pub fn new(items: u64, unit: u64, record: Record) -> Self {
        let unit = unit.max(1);
        let units = items.div_ceil(unit);
        let size = unit.saturating_mul(units.div_ceil(Self::MOST).max(1));
        Self {
            items,
            size,
            record,
        }
    }

    /// The number of blocks.
    pub fn count(&self) -> u64 {
        self.items.div_ceil(self.size)
    }

    /// The items of a range of blocks.
    pub fn items(&self, blocks: &Range<u64>) -> Range<u64> {
        let start_of = |block: u64| block.saturating_mul(self.size).min(self.items);
        start_of(blocks.start)..start_of(blocks.end)
    }

    /// The places of the values of a range of blocks among all values of the job.
    pub fn values(&self, blocks: &Range<u64>) -> Range<u64> {
        match self.record {
            Record::PerItem => self.items(blocks),
            Record::PerBlock => blocks.clone(),
        }
    }

    /// The number of values of a block; the last block may have fewer.
    pub fn values_each(&self) -> u64 {
        match self.record {
            Record::PerItem => self.size,
            Record::PerBlock => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_the_items_and_are_not_too_many() {
        for items in [1, 63, 64, 65, 1 << 22, (1 << 22) + 1, 1 << 53, u64::MAX] {
            for unit in [0, 1, 64, 1 << 20] {
                let blocks = Blocks::new(items, unit, Record::PerItem);
                let count = blocks.count();
                assert!((1..=Blocks::MOST).contains(&count));
                assert_eq!(blocks.items(&(0..count)), 0..items);
                assert_eq!(blocks.values(&(0..count)), 0..items);
                let last = blocks.items(&(count - 1..count));
                assert!(!last.is_empty() && last.end - last.start <= blocks.values_each());
            }
        }
    }

    #[test]
    fn a_value_per_block_or_per_item() {
        let blocks = Blocks::new(100, 30, Record::PerBlock);
        assert_eq!((blocks.count(), blocks.values_each()), (4, 1));
        assert_eq!(blocks.values(&(1..4)), 1..4);
        assert_eq!(blocks.items(&(1..4)), 30..100);
    }
}
