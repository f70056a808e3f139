//! Measured times as a table.

use std::fmt::Display;

use super::Table;
use crate::{law, timing};

impl Table<3> {
    /// The median times that [`take_turns`](crate::repeat::take_turns) gives, in one unit,
    /// with each way's speed-up over the first.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup::table::Table;
    ///
    /// let times = [("plain loop", 0.352), ("2 threads", 0.180)];
    /// let table = Table::of_times("Sum of squares", "way", &times);
    /// assert_eq!(
    ///     table.to_string(),
    ///     "Sum of squares\n\
    ///      way         median [ms]  speed-up\n\
    ///      plain loop          352      1.00\n\
    ///      2 threads           180      1.96"
    /// );
    /// ```
    pub fn of_times<W: Display>(caption: &str, what: &str, times: &[(W, f64)]) -> Self {
        let times = || times.iter().map(|(way, time)| (way, *time));
        let first = times().next().map_or(f64::NAN, |(_, time)| time);
        let shortest = times().map(|(_, time)| time).fold(f64::INFINITY, f64::min);
        let longest = times().map(|(_, time)| time).fold(0.0, f64::max);
        let (factor, unit) = timing::unit(shortest);
        let digits = decimals(3, shortest * factor).min(2);
        let gain_digits = decimals(2, law::speedup(first, longest)).max(2);
        let mut table = Table::new(caption, [what, &format!("median [{unit}]"), "speed-up"]);
        for (way, time) in times() {
            let gain = law::speedup(first, time);
            let time = format!("{:.digits$}", time * factor);
            table = table.row([way, &time, &format!("{gain:.gain_digits$}")]);
        }
        table
    }
}

/// Decimals that give a number so many significant digits, at most 4.
fn decimals(digits: i32, number: f64) -> usize {
    let below = f64::from(digits - 1) - number.log10().floor();
    below.clamp(0.0, 4.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_share_a_unit_and_their_decimals() {
        let times = [("copy", 963e-6), ("task", 7.52e-6), ("long", 2.03)];
        let text = Table::of_times("Costs", "what", &times).to_string();
        let expected = "Costs\n\
                        what  median [µs]  speed-up\n\
                        copy       963.00    1.0000\n\
                        task         7.52  128.0585\n\
                        long   2030000.00    0.0005";
        assert_eq!(text, expected);
        let none: [(&str, f64); 0] = [];
        let empty = Table::of_times("Costs", "what", &none);
        assert_eq!(empty.to_string(), "Costs\nwhat  median [s]  speed-up");
    }
}
