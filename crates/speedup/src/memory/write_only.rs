//! A write-only slice: memory that is written once, from its start to its end.
//!
//! A processor writes memory in *cache lines* of 64 bytes. It reads a line into the cache before it changes the
//! first byte, because it cannot know that the program will overwrite the whole line. A *streaming* store writes a
//! whole line past the caches, so the line is not read and the memory traffic is halved. It pays for memory
//! that is much larger than the caches and has been written before. A new page has just been filled
//! with zeros by the system, so it is in the cache already.

use std::mem::MaybeUninit;

/// A slice of uninitialised or old values that can only be written, from its start to its end.
pub(crate) struct WriteOnly<'a, T> {
    slots: &'a mut [MaybeUninit<T>],
    written: usize,
    streamed: bool,
}

/// A fence ends streaming stores, so that other threads see the values. It also runs when a closure panics.
impl<T> Drop for WriteOnly<'_, T> {
    #[inline(always)]
    fn drop(&mut self) {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        if self.streamed {
            // SAFETY: SSE is part of x86-64.
            #[allow(unsafe_code)]
            unsafe {
                std::arch::x86_64::_mm_sfence();
            }
        }
    }
}

/// A value of 64 bits.
pub(crate) trait Word: Copy + Default + Send {
    /// The bits of the value.
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
    fn bits(self) -> u64;
}

impl Word for f64 {
    #[inline(always)]
    fn bits(self) -> u64 {
        self.to_bits()
    }
}

impl Word for i64 {
    #[inline(always)]
    fn bits(self) -> u64 {
        self.cast_unsigned()
    }
}

impl<'a, T: Word> WriteOnly<'a, T> {
    /// The write-only view of `slots`. Only this module makes one, so that no closure can put another in its place.
    pub(super) fn new(slots: &'a mut [MaybeUninit<T>]) -> Self {
        Self {
            slots,
            written: 0,
            streamed: false,
        }
    }

    /// The number of values that are still to be written.
    #[inline(always)]
    pub fn remaining(&self) -> usize {
        self.slots.len() - self.written
    }

    /// Writes the next `count` values: `value(0)`, `value(1)`, …
    ///
    /// # Panics
    ///
    /// If `count` is more than [`WriteOnly::remaining`].
    #[inline(always)]
    pub fn write(&mut self, count: usize, mut value: impl FnMut(usize) -> T) {
        let slots = &mut self.slots[self.written..][..count];
        for (k, slot) in slots.iter_mut().enumerate() {
            slot.write(value(k));
        }
        self.written = self.written.wrapping_add(count);
    }

    /// Writes for each of `rows` in turn `f(row, value)` for each of `values`.
    ///
    /// # Panics
    ///
    /// If `values` is empty, or if these are more values than [`WriteOnly::remaining`].
    #[inline(always)]
    pub fn write_rows<R>(&mut self, rows: &[R], values: &[T], f: impl Fn(&R, T) -> T) {
        let count = rows.len().saturating_mul(values.len());
        let slots = &mut self.slots[self.written..][..count];
        for (slots, row) in slots.chunks_exact_mut(values.len()).zip(rows) {
            for (slot, &value) in slots.iter_mut().zip(values) {
                slot.write(f(row, value));
            }
        }
        self.written = self.written.wrapping_add(count);
    }

    /// Writes as [`WriteOnly::write`], with streaming stores if the processor is an x86-64.
    ///
    /// # Panics
    ///
    /// If `count` is more than [`WriteOnly::remaining`].
    #[inline(always)]
    pub fn stream(&mut self, count: usize, mut value: impl FnMut(usize) -> T) {
        self.streamed = true;
        let slots = &mut self.slots[self.written..][..count];
        let (before, lines) = slots.split_at_mut(slots.as_ptr().align_offset(64).min(count));
        for (k, slot) in before.iter_mut().enumerate() {
            slot.write(value(k));
        }
        let mut start = before.len();
        // The values are computed into a block in the cache and copied from there.
        let mut block = Block([T::default(); BLOCK]);
        for slots in lines.chunks_mut(BLOCK) {
            let values = &mut block.0[..slots.len()];
            for (k, slot) in values.iter_mut().enumerate() {
                *slot = value(start.wrapping_add(k));
            }
            copy_past_the_caches(values, slots);
            start += slots.len();
        }
        self.written += count;
    }
}

/// Values that `stream` computes before it writes them: 4 KiB.
const BLOCK: usize = 512;

/// A block of values that starts at a cache line.
#[repr(align(64))]
struct Block<T>([T; BLOCK]);

#[cfg(any(not(target_arch = "x86_64"), miri))]
fn copy_past_the_caches<T: Word>(from: &[T], to: &mut [MaybeUninit<T>]) {
    for (&from, to) in from.iter().zip(to) {
        to.write(from);
    }
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
fn copy_past_the_caches<T: Word>(from: &[T], to: &mut [MaybeUninit<T>]) {
    const { assert!(size_of::<T>() == 8) };
    assert!(to.len() == from.len() && to.as_ptr().align_offset(64) == 0);
    if std::arch::is_x86_feature_detected!("avx") {
        // SAFETY: the processor has AVX.
        #[allow(unsafe_code)]
        unsafe {
            stream_avx(from, to);
        }
    } else {
        stream_sse2(from, to);
    }
}

/// Copies with streaming stores of 32 bytes.
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[target_feature(enable = "avx")]
fn stream_avx<T: Word>(from: &[T], to: &mut [MaybeUninit<T>]) {
    use std::arch::x86_64::{__m256i, _mm256_stream_si256};
    let (from, last_from) = from.as_chunks::<4>();
    let (to, last_to) = to.as_chunks_mut::<4>();
    for (from, to) in from.iter().zip(to) {
        let to = to.as_mut_ptr().cast::<__m256i>();
        // SAFETY: `to` points to four values of 64 bits, at a multiple of 32 bytes.
        #[allow(unsafe_code)]
        unsafe {
            let from: __m256i = std::mem::transmute(from.map(T::bits));
            _mm256_stream_si256(to, from);
        }
    }
    for (&from, to) in last_from.iter().zip(last_to) {
        to.write(from);
    }
}

/// Copies with streaming stores of 16 bytes.
#[cfg(all(target_arch = "x86_64", not(miri)))]
fn stream_sse2<T: Word>(from: &[T], to: &mut [MaybeUninit<T>]) {
    use std::arch::x86_64::{__m128i, _mm_stream_si128};
    let (from, last_from) = from.as_chunks::<2>();
    let (to, last_to) = to.as_chunks_mut::<2>();
    for (from, to) in from.iter().zip(to) {
        let to = to.as_mut_ptr().cast::<__m128i>();
        // SAFETY: SSE2 is part of x86-64. `to` points to two values of 64 bits, at a multiple of 16 bytes.
        #[allow(unsafe_code)]
        unsafe {
            let from: __m128i = std::mem::transmute(from.map(T::bits));
            _mm_stream_si128(to, from);
        }
    }
    for (&from, to) in last_from.iter().zip(last_to) {
        to.write(from);
    }
}
