//! The median, as NumPy defines it.

/// The middle value, or the mean of the two middle values; `None` if there are no values.
///
/// If a value is NaN, the median is NaN, as in NumPy. The function reorders the slice. It takes time proportional to the
/// number of values (quickselect).
///
/// # Examples
///
/// ```
/// use speedup::kernels::median::median;
///
/// assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
/// assert_eq!(median(&mut [4.0, 1.0, 3.0, 2.0]), Some(2.5));
/// assert_eq!(median(&mut []), None);
/// assert!(median(&mut [1.0, 2.0, f64::NAN]).unwrap().is_nan());
/// ```
pub fn median(values: &mut [f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    if values.iter().any(|value| value.is_nan()) {
        return Some(f64::NAN);
    }
    let middle = values.len() / 2;
    let even = values.len().is_multiple_of(2);
    let (below, upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if !even {
        return Some(*upper);
    }
    let lower = below.iter().copied().max_by(f64::total_cmp)?;
    Some(f64::midpoint(lower, *upper))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Streams;
    use rand::RngExt;

    #[test]
    fn agrees_with_sorting() {
        let mut rng = Streams::new(3).stream(0);
        for n in 1..60 {
            let mut values: Vec<f64> = (0..n).map(|_| rng.random()).collect();
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let expected = f64::midpoint(sorted[(n - 1) / 2], sorted[n / 2]);
            assert_eq!(median(&mut values), Some(expected));
        }
    }

    #[test]
    fn nan_infinity_and_the_largest_numbers_are_as_in_numpy() {
        for place in 0..5 {
            for nan in [f64::NAN, -f64::NAN] {
                let mut values = [4.0, 1.0, 3.0, 2.0, 5.0];
                values[place] = nan;
                assert!(median(&mut values).unwrap().is_nan());
            }
        }
        let (max, inf) = (f64::MAX, f64::INFINITY);
        assert_eq!(median(&mut [max, max]), Some(max));
        assert_eq!(median(&mut [1.0, inf, 2.0]), Some(2.0));
        assert_eq!(median(&mut [1.0, inf]), Some(inf));
        assert!(median(&mut [-inf, inf]).unwrap().is_nan());
    }
}
