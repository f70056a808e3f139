//! The packed product: entries are packed into narrow types, and blocks of them stay in the caches.
//!
//! B is packed once into *panels* of a few dozen columns. Then a *strip* of rows of A is packed and multiplied by each
//! panel. The *micro-kernel* multiplies a few rows of the strip by a panel; its sums stay in registers.
//!
//! Source: K. Goto and R. A. van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34, 2008.

use std::ops::Range;

use rayon::prelude::*;

use super::IntMatrix;
use crate::Error;
use crate::Threads;
use crate::memory::budget::check_fits;
use crate::memory::huge_pages::parallel_fill_new;
use crate::memory::write_only::WriteOnly;
use crate::simd::Multiversion;

/// The innermost loop of the product: multiplies `ROWS` packed rows of A by `COLUMNS` packed columns of B.
///
/// `GROUP` neighbouring entries of the inner dimension are packed together.
pub(super) trait MicroKernel<const GROUP: usize, const ROWS: usize, const COLUMNS: usize>:
    Copy + Sync
{
    /// The type of a packed entry.
    type Entry: Copy + Default + Send + Sync;

    /// The type of a sum of products.
    type Sum: Copy;

    /// Packs an entry.
    fn pack(entry: i64) -> Self::Entry;

    /// Converts a sum to an integer.
    fn whole(sum: Self::Sum) -> i64;

    /// Runs the version of `work` that is compiled for the instructions of [`MicroKernel::multiply`].
    fn run<V: Multiversion>(self, work: V) -> V::Output;

    /// The dot products of rows of A and columns of B, each of `b.len() * GROUP` entries.
    fn multiply<const FMA: bool>(
        self,
        a: [&[[Self::Entry; GROUP]]; ROWS],
        b: &[[[Self::Entry; GROUP]; COLUMNS]],
    ) -> [[Self::Sum; COLUMNS]; ROWS];
}

/// The largest number of rows of a strip. They use a panel one after another, while it is in the caches.
const STRIP: usize = 32;

/// The largest number of groups of the inner dimension at a time, so that a panel stays in the second cache.
const DEPTH: usize = 1 << 10;

/// The entries of the product, row after row. At least `depth` products must add up exactly in a `K::Sum`.
pub(super) fn product<K, const GROUP: usize, const ROWS: usize, const COLUMNS: usize>(
    kernel: K,
    (a, b): (&IntMatrix, &IntMatrix),
    depth: usize,
    threads: Threads,
) -> Result<Vec<i64>, Error>
where
    K: MicroKernel<GROUP, ROWS, COLUMNS>,
{
    let groups = a.columns.div_ceil(GROUP);
    let panels = b.columns.div_ceil(COLUMNS);
    check_fits::<[[K::Entry; GROUP]; COLUMNS]>("packed matrix", groups as u128 * panels as u128)?;
    let mut packed = vec![[[K::Entry::default(); GROUP]; COLUMNS]; groups * panels];
    threads.install(|| {
        let unpacked = packed
            .par_chunks_mut(groups.max(1))
            .enumerate()
            .with_max_len(1);
        unpacked.for_each(|(panel, lines)| {
            let first = panel * COLUMNS;
            let columns = first..(first + COLUMNS).min(b.columns);
            kernel.run(Panel::<K, GROUP, ROWS, COLUMNS> { b, columns, lines });
        });
    })?;
    let rows = STRIP / ROWS * ROWS;
    let part = (rows * b.columns).max(1);
    parallel_fill_new(a.rows * b.columns, part, threads, |strip, out| {
        kernel.run(Strip {
            kernel,
            a,
            first: strip * rows,
            packed: &packed,
            columns: b.columns,
            depth: (depth / GROUP).clamp(1, DEPTH),
            out,
        });
    })
}

/// The work of packing some columns of B.
struct Panel<'a, K, const GROUP: usize, const ROWS: usize, const COLUMNS: usize>
where
    K: MicroKernel<GROUP, ROWS, COLUMNS>,
{
    b: &'a IntMatrix,
    columns: Range<usize>,
    lines: &'a mut [[[K::Entry; GROUP]; COLUMNS]],
}

impl<K, const GROUP: usize, const ROWS: usize, const COLUMNS: usize> Multiversion
    for Panel<'_, K, GROUP, ROWS, COLUMNS>
where
    K: MicroKernel<GROUP, ROWS, COLUMNS>,
{
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let width = self.columns.len();
        for (group, line) in self.lines.iter_mut().enumerate() {
            // Entries beyond the edges of B are 0.
            let mut entries = [[0; COLUMNS]; GROUP];
            for (entries, k) in entries.iter_mut().zip(group * GROUP..self.b.rows) {
                entries[..width].copy_from_slice(&self.b.row(k)[self.columns.clone()]);
            }
            for (j, word) in line.iter_mut().enumerate() {
                for (part, entries) in word.iter_mut().zip(&entries) {
                    *part = K::pack(entries[j]);
                }
            }
        }
    }
}

/// The work of multiplying some rows of A by all of B.
struct Strip<'a, 'b, K, const GROUP: usize, const ROWS: usize, const COLUMNS: usize>
where
    K: MicroKernel<GROUP, ROWS, COLUMNS>,
{
    kernel: K,
    a: &'a IntMatrix,
    first: usize,
    packed: &'a [[[K::Entry; GROUP]; COLUMNS]],
    columns: usize,
    depth: usize,
    out: &'a mut WriteOnly<'b, i64>,
}

impl<K, const GROUP: usize, const ROWS: usize, const COLUMNS: usize> Multiversion
    for Strip<'_, '_, K, GROUP, ROWS, COLUMNS>
where
    K: MicroKernel<GROUP, ROWS, COLUMNS>,
{
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let rows = self.out.remaining() / self.columns;
        let groups = self.a.columns.div_ceil(GROUP);
        let mut packed = vec![[K::Entry::default(); GROUP]; rows.next_multiple_of(ROWS) * groups];
        for (row, packed) in packed.chunks_mut(groups.max(1)).take(rows).enumerate() {
            let row = self.a.row(self.first + row);
            for (packed, &entry) in packed.as_flattened_mut().iter_mut().zip(row) {
                *packed = K::pack(entry);
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
                    let products = self.kernel.multiply::<FMA>(std::array::from_fn(row), b);
                    let rows = sums.chunks_mut(panels).skip(first);
                    for (sums, products) in rows.zip(&products) {
                        for (sum, &more) in sums[panel].iter_mut().zip(products) {
                            *sum = sum.wrapping_add(K::whole(more));
                        }
                    }
                }
            }
        }
        for sums in sums.chunks(panels.max(1)) {
            let sums = sums.as_flattened();
            self.out.write(self.columns, |j| sums[j]);
        }
    }
}
