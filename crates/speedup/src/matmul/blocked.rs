//! A product in blocks that stay in the caches, of entries packed into narrow types.
//!
//! B is packed once into *panels* of a few dozen columns. Then a *strip* of rows of A is packed and multiplied by each
//! panel, tile by tile: a tile's sums stay in registers while the inner dimension runs.
//!
//! Source: K. Goto and R. A. van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34, 2008.

use std::ops::Range;

use super::IntMatrix;
use crate::pages::written;
use crate::room::Room;
use crate::simd::Vectorized;
use crate::{Error, Threads};

/// A way to multiply small entries: `PER` of them together, in tiles of `ROWS` × `COLUMNS` sums.
pub(super) trait Way<const PER: usize, const ROWS: usize, const COLUMNS: usize>:
    Copy + Sync
{
    /// What an entry is packed into.
    type Entry: Copy + Default + Send + Sync;

    /// What products are added up in.
    type Sum: Copy;

    /// Packs an entry.
    fn pack(entry: i64) -> Self::Entry;

    /// The sum as a whole number.
    fn whole(sum: Self::Sum) -> i64;

    /// Does work that calls [`Way::tile`].
    fn run<V: Vectorized>(self, work: V) -> V::Output;

    /// The sums of the products of rows of A with columns of B, where both are `b.len() * PER` long.
    fn tile<const FMA: bool>(
        self,
        a: [&[[Self::Entry; PER]]; ROWS],
        b: &[[[Self::Entry; PER]; COLUMNS]],
    ) -> [[Self::Sum; COLUMNS]; ROWS];
}

/// Rows of a strip, about: its tiles use a panel one after another, while it is in the caches.
const STRIP: usize = 32;

/// At most so many groups of `PER` of the inner dimension at a time, for the panel to stay in the second cache.
const DEPTH: usize = 1 << 10;

/// The entries of the product, row after row, if `depth` products can be added up exactly in `W::Sum`.
pub(super) fn entries<W, const PER: usize, const ROWS: usize, const COLUMNS: usize>(
    way: W,
    (a, b): (&IntMatrix, &IntMatrix),
    depth: usize,
    threads: Threads,
) -> Result<Vec<i64>, Error>
where
    W: Way<PER, ROWS, COLUMNS>,
{
    let groups = a.columns.div_ceil(PER);
    let panels = b.columns.div_ceil(COLUMNS);
    let mut packed = vec![[[W::Entry::default(); PER]; COLUMNS]; groups * panels];
    let unpacked = packed.chunks_mut(groups.max(1)).enumerate();
    threads.share(unpacked, |(panel, lines)| {
        let first = panel * COLUMNS;
        let columns = first..(first + COLUMNS).min(b.columns);
        way.run(Panel::<W, PER, ROWS, COLUMNS> { b, columns, lines });
    })?;
    let rows = STRIP / ROWS * ROWS;
    let part = (rows * b.columns).max(1);
    written(a.rows * b.columns, part, threads, |strip, room| {
        way.run(Strip {
            way,
            a,
            first: strip * rows,
            packed: &packed,
            columns: b.columns,
            depth: (depth / PER).clamp(1, DEPTH),
            room,
        });
    })
}

/// Some columns of B, to be packed.
struct Panel<'a, W, const PER: usize, const ROWS: usize, const COLUMNS: usize>
where
    W: Way<PER, ROWS, COLUMNS>,
{
    b: &'a IntMatrix,
    columns: Range<usize>,
    lines: &'a mut [[[W::Entry; PER]; COLUMNS]],
}

impl<W, const PER: usize, const ROWS: usize, const COLUMNS: usize> Vectorized
    for Panel<'_, W, PER, ROWS, COLUMNS>
where
    W: Way<PER, ROWS, COLUMNS>,
{
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let width = self.columns.len();
        for (group, line) in self.lines.iter_mut().enumerate() {
            // What lies beyond the edges of B counts as 0.
            let mut entries = [[0; COLUMNS]; PER];
            for (entries, k) in entries.iter_mut().zip(group * PER..self.b.rows) {
                entries[..width].copy_from_slice(&self.b.row(k)[self.columns.clone()]);
            }
            for (j, word) in line.iter_mut().enumerate() {
                for (part, entries) in word.iter_mut().zip(&entries) {
                    *part = W::pack(entries[j]);
                }
            }
        }
    }
}

/// Some rows of A, to be multiplied by all of B.
struct Strip<'a, 'b, W, const PER: usize, const ROWS: usize, const COLUMNS: usize>
where
    W: Way<PER, ROWS, COLUMNS>,
{
    way: W,
    a: &'a IntMatrix,
    first: usize,
    packed: &'a [[[W::Entry; PER]; COLUMNS]],
    columns: usize,
    depth: usize,
    room: &'a mut Room<'b, i64>,
}

impl<W, const PER: usize, const ROWS: usize, const COLUMNS: usize> Vectorized
    for Strip<'_, '_, W, PER, ROWS, COLUMNS>
where
    W: Way<PER, ROWS, COLUMNS>,
{
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let rows = self.room.left() / self.columns;
        let groups = self.a.columns.div_ceil(PER);
        let mut packed = vec![[W::Entry::default(); PER]; rows.next_multiple_of(ROWS) * groups];
        for (row, packed) in packed.chunks_mut(groups.max(1)).take(rows).enumerate() {
            let row = self.a.row(self.first + row);
            for (packed, &entry) in packed.as_flattened_mut().iter_mut().zip(row) {
                *packed = W::pack(entry);
            }
        }
        let mut sums = vec![[0_i64; COLUMNS]; rows * self.columns.div_ceil(COLUMNS)];
        let panels = self.columns.div_ceil(COLUMNS);
        for start in (0..groups).step_by(self.depth) {
            let depth = start..(start + self.depth).min(groups);
            for panel in 0..panels {
                let b = &self.packed[panel * groups..][depth.clone()];
                for first in (0..rows).step_by(ROWS) {
                    let row = |r| &packed[(first + r) * groups..][depth.clone()];
                    let tile = self.way.tile::<FMA>(std::array::from_fn(row), b);
                    let rows = sums.chunks_mut(panels).skip(first);
                    for (sums, tile) in rows.zip(&tile) {
                        for (sum, &more) in sums[panel].iter_mut().zip(tile) {
                            *sum = sum.wrapping_add(W::whole(more));
                        }
                    }
                }
            }
        }
        for sums in sums.chunks(panels.max(1)) {
            let sums = sums.as_flattened();
            self.room.write(self.columns, |j| sums[j]);
        }
    }
}
