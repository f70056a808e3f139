//! New memory in large pages, filled by several threads.
//!
//! The operating system gives a program its memory by *pages*, each when it is first written: it interrupts the
//! program, fills a page with zeros and goes on. A page has 4 KiB, so 200 MB take 49,000 interrupts. Here
//! Linux is asked for *huge* pages of 2 MiB (`madvise(MADV_HUGEPAGE)`), as NumPy asks for its arrays; other
//! systems decide for themselves. Memory that the allocator gives out a second time has its pages already: so the
//! new vector is not filled with zeros before the values are written, one pass over it is enough.

use std::mem::MaybeUninit;

use crate::room::{Room, Word};
use crate::{Error, Threads};

/// A vector of `length` values in new memory, each part of it written by one of the threads.
///
/// Part k starts at value `k * part`; `write` gets k and the room for it, and must fill that.
///
/// # Errors
///
/// [`Error::System`] if there is no memory, or there are no threads, to be had.
///
/// # Panics
///
/// If `write` leaves room, or `part` is 0.
pub(crate) fn written<T: Word>(
    length: usize,
    part: usize,
    threads: Threads,
    write: impl Fn(usize, &mut Room<T>) + Sync,
) -> Result<Vec<T>, Error> {
    let mut values = Vec::new();
    values
        .try_reserve_exact(length)
        .map_err(|error| Error::System {
            what: "memory",
            problem: error.to_string(),
        })?;
    let slots = &mut values.spare_capacity_mut()[..length];
    ask_for_huge_pages(slots);
    threads.share(slots.chunks_mut(part).enumerate(), |(k, slots)| {
        let mut room = Room::new(slots);
        write(k, &mut room);
        assert!(room.left() == 0, "part {k}: room for {} more", room.left());
    })?;
    // SAFETY: the parts cover all `length` slots, `share` has handed out each of them, and a
    // part that is not full of values panics.
    #[allow(unsafe_code)]
    unsafe {
        values.set_len(length);
    }
    Ok(values)
}

/// Writes `values` again, parts of it by each of the threads: as [`written`], into memory that is there.
pub(crate) fn rewritten<T: Word>(
    values: &mut [T],
    part: usize,
    threads: Threads,
    write: impl Fn(usize, &mut Room<T>) + Sync,
) -> Result<(), Error> {
    threads.share(values.chunks_mut(part).enumerate(), |(k, values)| {
        // SAFETY: a value may stand where an uninitialised one may, and a `Room` writes nothing but values.
        #[allow(unsafe_code)]
        let slots = unsafe { &mut *(std::ptr::from_mut(values) as *mut [MaybeUninit<T>]) };
        write(k, &mut Room::new(slots));
    })
}

/// Asks for huge pages where whole ones lie in `slots`; it is a wish, nothing depends on it.
#[cfg(target_os = "linux")]
fn ask_for_huge_pages<T>(slots: &mut [MaybeUninit<T>]) {
    use nix::sys::mman::{MmapAdvise, madvise};
    const HUGE: usize = 2 << 20;
    let skipped = slots.as_ptr().cast::<u8>().align_offset(HUGE);
    let bytes = size_of_val(slots).saturating_sub(skipped) / HUGE * HUGE;
    if bytes > 0 {
        let start = std::ptr::NonNull::from(slots).cast::<u8>();
        // SAFETY: the pages lie inside `slots`; the advice changes their size, not their content.
        #[allow(unsafe_code)]
        let _ = unsafe { madvise(start.add(skipped).cast(), bytes, MmapAdvise::MADV_HUGEPAGE) };
    }
}

#[cfg(not(target_os = "linux"))]
fn ask_for_huge_pages<T>(_: &mut [MaybeUninit<T>]) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn ways() -> impl Iterator<Item = Threads> {
        [1, 2, 3, 8].into_iter().map(|n| Threads::new(n).unwrap())
    }

    #[test]
    fn every_value_is_written_where_it_belongs() {
        for threads in ways() {
            for length in [0, 1, 7, 999, 600_001] {
                for part in [1_000, 4_096] {
                    let counted = written(length, part, threads, |k, room| {
                        room.write(room.left().min(3), |j| (k * part + j) as i64);
                        let (count, start) = (room.left(), k * part + 3);
                        room.stream(count, |j| (start + j) as i64);
                    });
                    assert!(counted.unwrap().into_iter().eq(0..length as i64));
                }
            }
        }
    }

    #[test]
    fn values_are_written_again() {
        for threads in ways() {
            let mut values = vec![7.0; 10_000];
            rewritten(&mut values, 999, threads, |k, room| {
                room.stream(room.left(), |j| (k * 999 + j) as f64);
            })
            .unwrap();
            assert!(
                values
                    .iter()
                    .enumerate()
                    .all(|(k, value)| *value == k as f64)
            );
        }
    }

    #[test]
    #[should_panic(expected = "part 1: room for 5 more")]
    fn room_that_is_left_is_no_value() {
        let less = |k: usize, room: &mut Room<f64>| room.write(room.left() - 5 * k, |_| 0.0);
        let _ = written(20, 10, Threads::Sequential, less);
    }

    #[test]
    fn more_memory_than_there_is() {
        let none = written::<f64>(usize::MAX / 16, 1, Threads::Sequential, |_, _| ());
        assert!(none.unwrap_err().to_string().contains("memory"));
    }
}
