//! Whole numbers in the order of the doubles.

/// The key of a value: keys are in the order of [`f64::total_cmp`].
///
/// A positive number gets its sign bit set, and a negative number has all bits inverted.
///
/// # Examples
///
/// ```
/// use speedup_mpi::key::{key, value};
///
/// assert!(key(-1.0) < key(-0.0) && key(-0.0) < key(0.0) && key(0.0) < key(1e-300));
/// assert_eq!(value(key(0.1)), 0.1);
/// ```
pub fn key(value: f64) -> u64 {
    let bits = value.to_bits();
    // All ones for a negative number, else the sign bit.
    let mask = (bits.cast_signed() >> 63).cast_unsigned() | 1 << 63;
    bits ^ mask
}

/// The value with this key, bit by bit.
pub fn value(key: u64) -> f64 {
    let mask = match key >> 63 {
        0 => u64::MAX,
        _ => 1 << 63,
    };
    f64::from_bits(key ^ mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_the_order_and_all_bits_of_the_values() {
        let (nan, inf, tiny) = (f64::NAN, f64::INFINITY, 5e-324);
        let sorted = [-nan, -inf, -1.5, -tiny, -0.0, 0.0, tiny, 1.5, inf, nan];
        for pair in sorted.windows(2) {
            assert!(key(pair[0]) < key(pair[1]), "{pair:?}");
        }
        for number in sorted {
            assert_eq!(value(key(number)).to_bits(), number.to_bits());
        }
    }
}
