//! Twice every number of a list.
//!
//! The kernel reads and writes 8 bytes per addition, so the speed of the memory limits it, not that of the processor.
//!
//! Source: the handout's `f` over 2,000,000 numbers.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::Error;
use crate::Threads;
use crate::error::check_count;
use crate::memory::huge_pages::{parallel_fill, parallel_fill_new};
use crate::memory::write_only::WriteOnly;
use crate::simd::{Isa, Multiversion};

/// Twice every value, in a new list of the same length.
///
/// # Errors
///
/// [`Error::Overflow`] if twice a value does not fit in 64 bits; [`Error::System`] if the system gives no memory;
/// [`Error::Isa`] as [`Isa::chosen`].
///
/// # Examples
///
/// ```
/// use speedup::kernels::map::double;
///
/// assert_eq!(double(&[0, 1, -2])?, [0, 2, -4]);
/// assert!(double(&[i64::MAX]).is_err());
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn double(values: &[i64]) -> Result<Vec<i64>, Error> {
    double_parallel(values, Threads::Sequential)
}

/// The list of [`double`], computed by several threads.
///
/// **Same bits** for any number of threads, and as [`double`]: integers are not rounded.
///
/// # Errors
///
/// As [`double`]; [`Error::System`] if the system gives no threads.
///
/// # Examples
///
/// ```
/// use speedup::Threads;
/// use speedup::kernels::map::{double, double_parallel};
///
/// let values: Vec<i64> = (0..1_000).collect();
/// assert_eq!(double_parallel(&values, Threads::new(3)?)?, double(&values)?);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn double_parallel(values: &[i64], threads: Threads) -> Result<Vec<i64>, Error> {
    let (isa, fits) = (Isa::chosen()?, AtomicBool::new(true));
    let doubled = parallel_fill_new(values.len(), PART, threads, |part, out| {
        let values = &values[part * PART..][..out.remaining()];
        if !isa.dispatch(Double { values, out }) {
            fits.store(false, Relaxed);
        }
    })?;
    check(values, fits.into_inner())?;
    Ok(doubled)
}

/// The list of [`double`], written into `doubled` by several threads.
///
/// **Same bits** for any number of threads, and as [`double`].
///
/// # Errors
///
/// As [`double_parallel`]; [`Error::Count`] unless `doubled` is as long as `values`. After any other error
/// than [`Error::Count`], `doubled` may hold wrong values.
///
/// # Examples
///
/// ```
/// use speedup::Threads;
/// use speedup::kernels::map::double_into_parallel;
///
/// let mut doubled = [0; 3];
/// double_into_parallel(&[1, 2, -3], &mut doubled, Threads::new(2)?)?;
/// assert_eq!(doubled, [2, 4, -6]);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn double_into_parallel(
    values: &[i64],
    doubled: &mut [i64],
    threads: Threads,
) -> Result<(), Error> {
    let count = values.len() as u64;
    check_count("length of the doubled list", doubled.len(), count, count)?;
    let (isa, fits) = (Isa::chosen()?, AtomicBool::new(true));
    parallel_fill(doubled, PART, threads, |part, out| {
        let values = &values[part * PART..][..out.remaining()];
        if !isa.dispatch(Double { values, out }) {
            fits.store(false, Relaxed);
        }
    })?;
    check(values, fits.into_inner())
}

/// Values that a thread doubles at a time: 1 MiB.
const PART: usize = 1 << 17;

/// Doubles values without branches. Returns whether all results fit in 64 bits.
struct Double<'a, 'b> {
    values: &'a [i64],
    out: &'a mut WriteOnly<'b, i64>,
}

impl Multiversion for Double<'_, '_> {
    type Output = bool;

    #[inline(always)]
    fn run<const FMA: bool>(self) -> bool {
        let mut lost = 0;
        let values = self.values;
        self.out.write(values.len(), |k| {
            let twice = values[k].wrapping_mul(2);
            // The sign changes exactly if the result does not fit.
            lost |= twice ^ values[k];
            twice
        });
        lost >= 0
    }
}

/// Returns an error with the position of the first value that does not fit, unless all `fits`.
fn check(values: &[i64], fits: bool) -> Result<(), Error> {
    let position = || {
        values
            .iter()
            .position(|value| value.checked_mul(2).is_none())
    };
    match if fits { None } else { position() } {
        Some(position) => Err(Error::Overflow {
            what: "doubled list",
            place: format!("value {position}"),
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_list_for_any_number_of_threads() {
        let values: Vec<i64> = (-70_000..200_123).map(|k| k * k * k).collect();
        let serial = double(&values).unwrap();
        assert!(
            serial
                .iter()
                .zip(&values)
                .all(|(twice, once)| *twice == once + once)
        );
        for n in [1, 2, 3, 8] {
            let threads = Threads::new(n).unwrap();
            assert_eq!(double_parallel(&values, threads).unwrap(), serial);
            let mut old = vec![7; values.len()];
            double_into_parallel(&values, &mut old, threads).unwrap();
            assert_eq!(old, serial);
        }
        assert_eq!(double_parallel(&[], Threads::new(2).unwrap()), Ok(vec![]));
    }

    #[test]
    fn exact_up_to_the_last_value_that_fits() {
        let (low, high) = (i64::MIN / 2, i64::MAX / 2);
        assert_eq!(double(&[low, high]), Ok(vec![i64::MIN, i64::MAX - 1]));
        let mut values = vec![0; 200_000];
        values[150_000] = low - 1;
        values[199_999] = high + 1;
        let expected = "doubled list: value 150000 does not fit in 64 bits";
        assert_eq!(double(&values).unwrap_err().to_string(), expected);
        let two = Threads::new(2).unwrap();
        let parallel = double_parallel(&values, two);
        assert_eq!(parallel.unwrap_err().to_string(), expected);
        let into = double_into_parallel(&values, &mut vec![0; 200_000], two);
        assert_eq!(into.unwrap_err().to_string(), expected);
        assert!(double_into_parallel(&values, &mut [0; 5], two).is_err());
    }

    #[test]
    fn same_values_with_every_isa() {
        let values: Vec<i64> = (-99..1_000).collect();
        for isa in Isa::available() {
            for (largest, fits) in [(i64::MAX / 2, true), (i64::MAX / 2 + 1, false)] {
                let values = &[&values[..], &[largest]].concat();
                let double = |_, out: &mut WriteOnly<i64>| {
                    assert_eq!(isa.dispatch(Double { values, out }), fits);
                };
                let doubled =
                    parallel_fill_new(values.len(), values.len(), Threads::Sequential, double)
                        .unwrap();
                let expected = values.iter().map(|value| value.wrapping_mul(2));
                assert!(doubled.into_iter().eq(expected), "{isa}");
            }
        }
    }
}
