//! Who owns which items.

use std::ops::Range;

/// The items that a rank owns, of `items` items in all: a contiguous range.
///
/// The shares of all ranks cover the items in order, and differ by at most one item. With more ranks than items some
/// ranks own none. The share of a rank outside `0..ranks` is empty.
///
/// # Examples
///
/// ```
/// use speedup_mpi::share;
///
/// assert_eq!(share(10, 0, 4), 0..2);
/// assert_eq!(share(10, 1, 4), 2..5);
/// assert_eq!(share(10, 3, 4), 7..10);
/// assert!(share(2, 0, 4).is_empty());
/// ```
pub fn share(items: u64, rank: i32, ranks: i32) -> Range<u64> {
    if !(0..ranks).contains(&rank) {
        return 0..0;
    }
    let (rank, ranks) = (rank as u128, ranks as u128);
    // At most `items`, because `rank` is below `ranks`.
    let start_of = |rank: u128| (u128::from(items) * rank / ranks) as u64;
    start_of(rank)..start_of(rank + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_cover_the_items_in_order_and_evenly() {
        for items in [0, 1, 2, 7, 100, 101, u64::MAX] {
            for ranks in [1, 2, 3, 4, 5, 64, 1_000] {
                let mut next = 0;
                for rank in 0..ranks {
                    let share = share(items, rank, ranks);
                    assert_eq!(share.start, next);
                    let even = items / ranks as u64;
                    assert!([0, 1].contains(&(share.end - share.start - even)));
                    next = share.end;
                }
                assert_eq!(next, items);
            }
        }
    }

    #[test]
    fn other_ranks_own_nothing() {
        for (rank, ranks) in [(-1, 4), (4, 4), (0, 0), (0, -1), (i32::MIN, i32::MAX)] {
            assert!(share(10, rank, ranks).is_empty());
        }
    }
}
