//! The smallest task of all: 2k for every k of a list.
//!
//! Source: the handout's `f` over 2,000,000 numbers. It reads and writes 8 bytes for
//! one addition, so the memory sets its speed, not the processor.

use rayon::prelude::*;

use crate::{Error, Threads};

/// Twice every value, in a new list.
///
/// # Errors
///
/// [`Error::Overflow`] if twice a value does not fit in 64 bits.
///
/// # Examples
///
/// ```
/// use speedup::map::double;
///
/// assert_eq!(double(&[0, 1, -2])?, [0, 2, -4]);
/// assert!(double(&[i64::MAX]).is_err());
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn double(values: &[i64]) -> Result<Vec<i64>, Error> {
    let mut doubled = vec![0; values.len()];
    check(values, fill(&mut doubled, values))?;
    Ok(doubled)
}

/// The same list, chunks of it spread over threads.
///
/// # Errors
///
/// As [`double`]; [`Error::System`] if there are no threads to be had.
///
/// # Examples
///
/// ```
/// use speedup::Threads;
/// use speedup::map::{double, double_parallel};
///
/// let values: Vec<i64> = (0..1_000).collect();
/// assert_eq!(double_parallel(&values, Threads::new(3)?)?, double(&values)?);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn double_parallel(values: &[i64], threads: Threads) -> Result<Vec<i64>, Error> {
    if threads == Threads::Sequential {
        return double(values);
    }
    let mut doubled = vec![0; values.len()];
    let fits = threads.install(|| {
        doubled
            .par_chunks_mut(CHUNK)
            .zip(values.par_chunks(CHUNK))
            .map(|(doubled, values)| fill(doubled, values))
            .reduce(|| true, |a, b| a & b)
    })?;
    check(values, fits)?;
    Ok(doubled)
}

/// Values in a task: 512 KiB, some 50 µs of work.
const CHUNK: usize = 1 << 16;

/// Doubles, and tells whether all results fit. Without branches, so that it uses vector instructions.
fn fill(doubled: &mut [i64], values: &[i64]) -> bool {
    let mut lost = 0;
    for (doubled, value) in doubled.iter_mut().zip(values) {
        *doubled = value.wrapping_mul(2);
        // The sign changes exactly if the highest bit was lost.
        lost |= *doubled ^ value;
    }
    lost >= 0
}

/// Names the first value that is too large, if there is one.
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
        let parallel = double_parallel(&values, Threads::new(2).unwrap());
        assert_eq!(parallel.unwrap_err().to_string(), expected);
    }
}
