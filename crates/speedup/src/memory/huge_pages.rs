//! Parallel fill of a vector, in new memory with huge pages or in memory that exists already.
//!
//! The operating system gives a program a *page* of memory when the program first writes to it: it interrupts the
//! program and fills the page with zeros. A page has 4 KiB, so 200 MB take 49,000 interrupts. Here Linux is asked
//! for *huge pages* of 2 MiB (`madvise(MADV_HUGEPAGE)`), as NumPy asks for its arrays. Other systems choose the size
//! of pages themselves. The new vector is not filled with zeros first: one pass writes the values.
//!
//! A virtual machine can give memory back to its host when the memory was free for some seconds (free page reporting). The
//! next program that writes to it waits for the host as well. On one machine a huge page then took 4.5 ms instead
//! of 0.17 ms, and 200 MB took 460 ms instead of 17. So times for new memory depend on what ran before.

use std::mem::MaybeUninit;

use rayon::prelude::*;

use crate::Error;
use crate::Threads;
use crate::memory::write_only::{Word, WriteOnly};

/// Makes a vector of `length` values in new memory, written in parts of `part` values by several threads.
///
/// `write` gets the number k of a part, which starts at value `k * part`, and the part's memory. It must write all
/// values of the part.
///
/// # Errors
///
/// [`Error::System`] if the system gives no memory or no threads.
///
/// # Panics
///
/// If `write` writes fewer values than the part has, or if `part` is 0.
pub(crate) fn parallel_fill_new<T: Word>(
    length: usize,
    part: usize,
    threads: Threads,
    write: impl Fn(usize, &mut WriteOnly<T>) + Sync,
) -> Result<Vec<T>, Error> {
    let mut values = Vec::new();
    values
        .try_reserve_exact(length)
        .map_err(|error| Error::system("memory", error))?;
    let slots = &mut values.spare_capacity_mut()[..length];
    ask_for_huge_pages(slots);
    for_each_part(slots, part, threads, |(k, slots)| {
        let mut out = WriteOnly::new(slots);
        write(k, &mut out);
        assert!(
            out.remaining() == 0,
            "part {k}: {} values are missing",
            out.remaining()
        );
    })?;
    // SAFETY: the parts cover all `length` slots, `for_each_part` has run `write` for each of them, and a part
    // with a slot that is not written panics.
    #[allow(unsafe_code)]
    unsafe {
        values.set_len(length);
    }
    Ok(values)
}

/// Overwrites `values` in parts of `part` values by several threads, as [`parallel_fill_new`].
///
/// A value that `write` does not write keeps its old content.
///
/// # Errors
///
/// [`Error::System`] if the system gives no threads.
///
/// # Panics
///
/// If `part` is 0.
pub(crate) fn parallel_fill<T: Word>(
    values: &mut [T],
    part: usize,
    threads: Threads,
    write: impl Fn(usize, &mut WriteOnly<T>) + Sync,
) -> Result<(), Error> {
    for_each_part(values, part, threads, |(k, values)| {
        // SAFETY: `MaybeUninit<T>` has the layout of `T`, and a `WriteOnly` writes only initialised values.
        #[allow(unsafe_code)]
        let slots = unsafe { &mut *(std::ptr::from_mut(values) as *mut [MaybeUninit<T>]) };
        write(k, &mut WriteOnly::new(slots));
    })
}

/// Runs `work` for each part with its number, with one thread in the calling thread.
fn for_each_part<T: Send>(
    values: &mut [T],
    part: usize,
    threads: Threads,
    work: impl Fn((usize, &mut [T])) + Sync + Send,
) -> Result<(), Error> {
    if threads.count() == 1 {
        values.chunks_mut(part).enumerate().for_each(work);
        return Ok(());
    }
    threads.install(|| {
        values
            .par_chunks_mut(part)
            .enumerate()
            .with_max_len(1)
            .for_each(work)
    })
}

/// Asks for huge pages for the part of `slots` that whole huge pages cover. The system may ignore it.
#[cfg(all(target_os = "linux", not(miri)))]
fn ask_for_huge_pages<T>(slots: &mut [MaybeUninit<T>]) {
    use nix::sys::mman::{MmapAdvise, madvise};
    const HUGE: usize = 2 << 20;
    let skipped = slots.as_ptr().cast::<u8>().align_offset(HUGE);
    let bytes = size_of_val(slots).saturating_sub(skipped) / HUGE * HUGE;
    if bytes > 0 {
        let start = std::ptr::NonNull::from(slots).cast::<u8>();
        // SAFETY: the pages lie inside `slots`; the advice changes the size of pages, not their content.
        #[allow(unsafe_code)]
        let _ = unsafe { madvise(start.add(skipped).cast(), bytes, MmapAdvise::MADV_HUGEPAGE) };
    }
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn ask_for_huge_pages<T>(_: &mut [MaybeUninit<T>]) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn thread_counts() -> impl Iterator<Item = Threads> {
        [1, 2, 3, 8].into_iter().map(|n| Threads::new(n).unwrap())
    }

    #[test]
    fn every_value_is_written_where_it_belongs() {
        for threads in thread_counts() {
            // Miri takes a minute for a hundred thousand values.
            let long = if cfg!(miri) { 4_500 } else { 600_001 };
            for length in [0, 1, 7, 999, long] {
                for part in [1_000, 4_096] {
                    let counted = parallel_fill_new(length, part, threads, |k, out| {
                        out.write(out.remaining().min(3), |j| (k * part + j) as i64);
                        let (count, start) = (out.remaining(), k * part + 3);
                        out.stream(count, |j| (start + j) as i64);
                    });
                    assert!(counted.unwrap().into_iter().eq(0..length as i64));
                }
            }
        }
    }

    #[test]
    fn values_are_written_again() {
        for threads in thread_counts() {
            let mut values = vec![7.0; 10_000];
            parallel_fill(&mut values, 999, threads, |k, out| {
                out.stream(out.remaining(), |j| (k * 999 + j) as f64);
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
    #[should_panic(expected = "part 1: 5 values are missing")]
    fn a_part_with_missing_values_panics() {
        let less = |k: usize, out: &mut WriteOnly<f64>| out.write(out.remaining() - 5 * k, |_| 0.0);
        let _ = parallel_fill_new(20, 10, Threads::Sequential, less);
    }

    #[test]
    #[cfg_attr(miri, ignore = "Miri ends where memory is refused")]
    fn too_much_memory_is_an_error() {
        let none = parallel_fill_new::<f64>(usize::MAX / 16, 1, Threads::Sequential, |_, _| ());
        assert!(none.unwrap_err().to_string().contains("memory"));
    }
}
