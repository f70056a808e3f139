//! Room for values: memory that is written once, from its start to its end.
//!
//! A processor writes to memory by *lines* of 64 bytes. Before the first byte of a line is written, the line is
//! read into the cache: it cannot know that all of the line will be overwritten. *Streaming* stores tell it,
//! which halves the traffic. They pay where what is written is much larger than the caches and was there before;
//! a page that is new has just been filled with zeros, and is in the cache.

use std::mem::MaybeUninit;

/// Room for values, written from its start to its end.
pub(crate) struct Room<'a, T> {
    slots: &'a mut [MaybeUninit<T>],
    written: usize,
    streamed: bool,
}

/// What was streamed has left the processor before the room is given back, so that other threads see it.
impl<T> Drop for Room<'_, T> {
    #[inline(always)]
    fn drop(&mut self) {
        #[cfg(target_arch = "x86_64")]
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
    /// The bits of it.
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

impl<'a, T: Word> Room<'a, T> {
    /// Room for as many values as there are slots.
    pub fn new(slots: &'a mut [MaybeUninit<T>]) -> Self {
        Self {
            slots,
            written: 0,
            streamed: false,
        }
    }

    /// How many values there is room for.
    #[inline(always)]
    pub fn left(&self) -> usize {
        self.slots.len() - self.written
    }

    /// Writes the next `count` values, `value(0)`, `value(1)`, …
    #[inline(always)]
    pub fn write(&mut self, count: usize, mut value: impl FnMut(usize) -> T) {
        let slots = &mut self.slots[self.written..][..count];
        for (k, slot) in slots.iter_mut().enumerate() {
            slot.write(value(k));
        }
        self.written = self.written.wrapping_add(count);
    }

    /// Writes `f` of each of the values `from`.
    ///
    /// The compiler makes vector instructions of both loops over a block, at opt-level 2 and 3.
    #[inline(always)]
    pub fn map(&mut self, from: &[T], f: impl Fn(T) -> T) {
        let (blocks, last) = from.as_chunks::<LANES>();
        let slots = &mut self.slots[self.written..][..from.len()];
        let (block_slots, last_slots) = slots.as_chunks_mut::<LANES>();
        for (block, slots) in blocks.iter().zip(block_slots) {
            let mut values = *block;
            for value in &mut values {
                *value = f(*value);
            }
            for (value, slot) in values.into_iter().zip(slots) {
                slot.write(value);
            }
        }
        for (&value, slot) in last.iter().zip(last_slots) {
            slot.write(f(value));
        }
        self.written = self.written.wrapping_add(from.len());
    }

    /// The same past the caches, where the processor can: lines are not read before they are written.
    #[inline(always)]
    pub fn stream(&mut self, count: usize, mut value: impl FnMut(usize) -> T) {
        self.streamed = true;
        let slots = &mut self.slots[self.written..][..count];
        let (before, lines) = slots.split_at_mut(slots.as_ptr().align_offset(64).min(count));
        for (k, slot) in before.iter_mut().enumerate() {
            slot.write(value(k));
        }
        let mut start = before.len();
        // Values are computed into the cache, as fast as `write` does it, and copied from there.
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

/// Values mapped at a time.
const LANES: usize = 16;

/// Values that are computed before they are streamed: 4 KiB.
const BLOCK: usize = 512;

/// They start at a line of the cache.
#[repr(align(64))]
struct Block<T>([T; BLOCK]);

#[cfg(not(target_arch = "x86_64"))]
fn copy_past_the_caches<T: Word>(from: &[T], to: &mut [MaybeUninit<T>]) {
    for (&from, to) in from.iter().zip(to) {
        to.write(from);
    }
}

#[cfg(target_arch = "x86_64")]
fn copy_past_the_caches<T: Word>(from: &[T], to: &mut [MaybeUninit<T>]) {
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

/// 32 bytes at a time.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx")]
fn stream_avx<T: Word>(from: &[T], to: &mut [MaybeUninit<T>]) {
    use std::arch::x86_64::{__m256i, _mm256_stream_si256};
    let (from, last_from) = from.as_chunks::<4>();
    let (to, last_to) = to.as_chunks_mut::<4>();
    for (from, to) in from.iter().zip(to) {
        let to = to.as_mut_ptr().cast::<__m256i>();
        // SAFETY: `to` has room for four values of 64 bits, and a multiple of 32 for its address, as the first one.
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

/// 16 bytes at a time.
#[cfg(target_arch = "x86_64")]
fn stream_sse2<T: Word>(from: &[T], to: &mut [MaybeUninit<T>]) {
    use std::arch::x86_64::{__m128i, _mm_stream_si128};
    let (from, last_from) = from.as_chunks::<2>();
    let (to, last_to) = to.as_chunks_mut::<2>();
    for (from, to) in from.iter().zip(to) {
        let to = to.as_mut_ptr().cast::<__m128i>();
        // SAFETY: SSE2 is part of x86-64; `to` has room for two values of 64 bits, and a multiple of 16 for its address.
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
