//! Durations and numbers as text.

/// A duration in seconds as text, as IPython writes it.
///
/// Below a minute the text has three significant digits and a fitting unit. From a minute on it
/// has whole minutes and seconds, from an hour on whole hours and minutes.
///
/// # Examples
///
/// ```
/// use speedup_notebook::measure::format::format_duration;
///
/// assert_eq!(format_duration(6.95), "6.95 s");
/// assert_eq!(format_duration(0.0135), "13.5 ms");
/// assert_eq!(format_duration(0.0), "0 ns");
/// assert_eq!(format_duration(95.0), "1min 35s");
/// assert_eq!(format_duration(5400.0), "1h 30min");
/// ```
pub fn format_duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return format!("{seconds} s");
    }
    // Rounded before the unit is chosen: 0.9999 is 1 s, not 1000 ms.
    let rounded = format!("{seconds:.2e}").parse().unwrap_or(seconds);
    if rounded < 60.0 {
        let (factor, unit) = duration_unit(rounded);
        return format!("{} {unit}", significant(rounded * factor, 3));
    }
    let sixties = |count: f64| ((count / 60.0).floor(), count % 60.0);
    if seconds.round() < 3600.0 {
        let (minutes, seconds) = sixties(seconds.round());
        format!("{minutes:.0}min {seconds:.0}s")
    } else {
        let (hours, minutes) = sixties((seconds / 60.0).round());
        format!("{hours:.0}h {minutes:.0}min")
    }
}

/// The unit that fits a duration in seconds: how many of the unit make a second, and its symbol.
///
/// # Examples
///
/// ```
/// assert_eq!(speedup_notebook::measure::format::duration_unit(0.0135), (1e3, "ms"));
/// ```
pub fn duration_unit(seconds: f64) -> (f64, &'static str) {
    match seconds.abs() {
        s if s < 1e-6 => (1e9, "ns"),
        s if s < 1e-3 => (1e6, "µs"),
        s if s < 1.0 => (1e3, "ms"),
        _ => (1.0, "s"),
    }
}

/// A number with `digits` significant digits, without trailing zeros.
///
/// # Examples
///
/// ```
/// use speedup_notebook::measure::format::significant;
///
/// assert_eq!(significant(482.4, 3), "482");
/// assert_eq!(significant(2.4649, 3), "2.46");
/// assert_eq!(significant(10.0, 3), "10");
/// assert_eq!(significant(0.0, 3), "0");
/// ```
pub fn significant(value: f64, digits: u32) -> String {
    if value.is_finite() && value != 0.0 {
        at_most_decimals(value, decimals_for(value, digits))
    } else {
        value.to_string()
    }
}

/// The decimals that a number needs for `digits` significant digits; of 0, more than any other.
pub(crate) fn decimals_for(value: f64, digits: u32) -> usize {
    // A double has no more decimals than 1074.
    (f64::from(digits) - 1.0 - value.abs().log10().floor()).clamp(0.0, 1074.0) as usize
}

/// A number with at most `decimals` decimals, without trailing zeros. What rounds to 0 is `0`.
pub(crate) fn at_most_decimals(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => &text,
    };
    match text {
        "-0" => "0".to_owned(),
        text => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_near_a_change_of_unit_are_in_the_larger_one() {
        let texts = [
            (0.9999, "1 s"),
            (0.9994, "999 ms"),
            (9.999e-7, "1 µs"),
            (9.999e-4, "1 ms"),
            (59.94, "59.9 s"),
            (59.99, "1min 0s"),
            (95.4, "1min 35s"),
            (3599.4, "59min 59s"),
            (3599.6, "1h 0min"),
            (5400.0, "1h 30min"),
            (100.0 * 3600.0, "100h 0min"),
            (-0.5, "-500 ms"),
            (f64::INFINITY, "inf s"),
            (f64::NAN, "NaN s"),
        ];
        for (seconds, text) in texts {
            assert_eq!(format_duration(seconds), text, "{seconds}");
        }
    }

    #[test]
    fn trailing_zeros_and_the_sign_of_zero_are_left_out() {
        let texts = [
            (-0.04, 1, "0"),
            (2.5, 2, "2.5"),
            (100.0, 0, "100"),
            (-1.25, 1, "-1.2"),
        ];
        for (value, decimals, text) in texts {
            assert_eq!(at_most_decimals(value, decimals), text);
        }
        assert_eq!(significant(5e-324, 3), format!("0.{}494", "0".repeat(323)));
        assert_eq!(significant(1.0, 70_000), "1");
        assert_eq!(significant(0.5, u32::MAX), "0.5");
        assert_eq!((decimals_for(123.0, 3), decimals_for(0.0123, 3)), (0, 4));
    }
}
