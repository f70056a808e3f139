//! The packed product: entries are packed into narrow types, and blocks of them stay in the caches.
//!
//! B is packed once into *panels* of a few dozen columns. Then a *strip* of rows of A is packed and multiplied by each
//! panel. The *micro-kernel* multiplies a few rows of the strip by a panel; its sums stay in registers.
//!
//! Source: K. Goto and R. A. van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34, 2008.

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
    /// The type of `GROUP` packed entries.
    type Word: Copy + Default + Send + Sync;

    /// The type of a sum of products.
    type Sum: Copy;

    /// Packs neighbouring entries.
    fn pack(group: [i64; GROUP]) -> Self::Word;

    /// Converts a sum to an integer.
    fn whole(sum: Self::Sum) -> i64;

    /// Runs the version of `work` that is compiled for the instructions of [`MicroKernel::multiply`].
    fn run<V: Multiversion>(self, work: V) -> V::Output;

    /// The dot products of rows of A and columns of B, which are equally long.
    fn multiply<const FMA: bool>(
        self,
        a: &[[Self::Word; ROWS]],
        b: &[[Self::Word; COLUMNS]],
    ) -> [[Self::Sum; COLUMNS]; ROWS];
}

/// The largest number of rows of a strip. They use a panel one after another, while it is in the caches.
const STRIP: usize = 32;

/// The largest number of groups of the inner dimension at a time, so that a panel stays in the second cache.
const DEPTH: usize = 1 << 10;

/// Columns of B that a thread packs at a time, so that it reads long pieces of a row.
const PACKED_TOGETHER: usize = 64;

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
    check_fits::<[K::Word; COLUMNS]>("packed matrix", groups as u128 * panels as u128)?;
    let mut packed = vec![[K::Word::default(); COLUMNS]; groups * panels];
    threads.install(|| {
        let together = (PACKED_TOGETHER / COLUMNS).max(1);
        let parts = packed.par_chunks_mut(groups.max(1) * together).enumerate();
        parts.with_max_len(1).for_each(|(part, panels)| {
            let first = part * together * COLUMNS;
            kernel.run(Panels::<K, GROUP, ROWS, COLUMNS> {
                b,
                first,
                groups,
                panels,
            });
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
struct Panels<'a, K, const GROUP: usize, const ROWS: usize, const COLUMNS: usize>
where
    K: MicroKernel<GROUP, ROWS, COLUMNS>,
{
    b: &'a IntMatrix,
    first: usize,
    groups: usize,
    panels: &'a mut [[K::Word; COLUMNS]],
}

impl<K, const GROUP: usize, const ROWS: usize, const COLUMNS: usize> Multiversion
    for Panels<'_, K, GROUP, ROWS, COLUMNS>
where
    K: MicroKernel<GROUP, ROWS, COLUMNS>,
{
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for group in 0..self.groups {
            let inside = self.b.rows - group * GROUP;
            for (panel, lines) in self.panels.chunks_mut(self.groups).enumerate() {
                let first = self.first + panel * COLUMNS;
                let width = COLUMNS.min(self.b.columns - first);
                let row = |k| &self.b.row(group * GROUP + k)[first..first + width];
                if width == COLUMNS && inside >= GROUP {
                    let rows = std::array::from_fn(row);
                    pack_line::<K, GROUP, ROWS, COLUMNS>(&mut lines[group], rows);
                } else {
                    // Entries beyond the edges of B are 0.
                    let mut rows = [[0; COLUMNS]; GROUP];
                    for (k, entries) in rows.iter_mut().enumerate().take(inside) {
                        entries[..width].copy_from_slice(row(k));
                    }
                    let rows = rows.each_ref().map(|row| &row[..]);
                    pack_line::<K, GROUP, ROWS, COLUMNS>(&mut lines[group], rows);
                }
            }
        }
    }
}

/// Packs `GROUP` rows of entries of B.
#[inline(always)]
fn pack_line<K, const GROUP: usize, const ROWS: usize, const COLUMNS: usize>(
    line: &mut [K::Word; COLUMNS],
    rows: [&[i64]; GROUP],
) where
    K: MicroKernel<GROUP, ROWS, COLUMNS>,
{
    let rows = rows.map(|row| &row[..COLUMNS]);
    for (j, word) in line.iter_mut().enumerate() {
        *word = K::pack(std::array::from_fn(|k| rows[k][j]));
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
    packed: &'a [[K::Word; COLUMNS]],
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
        let tiles = rows.div_ceil(ROWS);
        let mut packed = vec![[K::Word::default(); ROWS]; tiles * groups];
        for row in 0..rows {
            let (whole, rest) = self.a.row(self.first + row).as_chunks();
            let mut last = [0; GROUP];
            last[..rest.len()].copy_from_slice(rest);
            let tile = &mut packed[row / ROWS * groups..][..groups];
            for (line, &group) in tile.iter_mut().zip(whole.iter().chain([&last])) {
                line[row % ROWS] = K::pack(group);
            }
        }
        // For each panel the sums of all tiles.
        let panels = self.columns.div_ceil(COLUMNS);
        let mut sums = vec![[[0_i64; COLUMNS]; ROWS]; tiles * panels];
        for start in (0..groups).step_by(self.depth) {
            let depth = start..(start + self.depth).min(groups);
            for (panel, sums) in sums.chunks_mut(tiles).enumerate() {
                let b = &self.packed[panel * groups..][depth.clone()];
                for (a, sums) in packed.chunks(groups).zip(sums) {
                    let products = self.kernel.multiply::<FMA>(&a[depth.clone()], b);
                    let products = products.as_flattened();
                    for (sum, &more) in sums.as_flattened_mut().iter_mut().zip(products) {
                        *sum = sum.wrapping_add(K::whole(more));
                    }
                }
            }
        }
        for row in 0..rows {
            for (panel, sums) in sums.chunks(tiles).enumerate() {
                let width = COLUMNS.min(self.columns - panel * COLUMNS);
                let sums = &sums[row / ROWS][row % ROWS];
                if width == COLUMNS {
                    self.out.write(COLUMNS, |j| sums[j]);
                } else {
                    self.out.write(width, |j| sums[j]);
                }
            }
        }
    }
}
