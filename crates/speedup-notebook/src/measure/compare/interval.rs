//! A median with its confidence interval.

use std::fmt;

/// The fewest values whose median has a 95 % interval by order statistics.
pub const FEWEST: usize = 6;

/// A measured number with the ends of its 95 % confidence interval.
///
/// It prints as `1.94 (1.91 to 1.97)`.
///
/// # Examples
///
/// ```
/// use speedup_notebook::measure::compare::Interval;
///
/// let gain = Interval { value: 1.94, low: 1.91, high: 1.97 };
/// assert_eq!(gain.to_string(), "1.94 (1.91 to 1.97)");
/// assert_eq!(gain.verdict(), "faster");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The number itself.
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

impl Interval {
    /// The median of some values, with its interval; `None` for fewer than 6 values, or if one is
    /// not a number.
    ///
    /// # Formula
    ///
    /// The interval is from the k-th smallest to the k-th largest value. k is the largest number for
    /// which the median lies between the two with a probability of at least 95 %: the number of
    /// values below the median has the binomial distribution B(n, ½), whatever the distribution of
    /// the values is.
    /// H. A. David and H. N. Nagaraja, *Order Statistics*, 3rd edition, 2003, section 7.1.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_notebook::measure::compare::Interval;
    ///
    /// let median = Interval::of_median(&[5.0, 1.0, 4.0, 2.0, 3.0, 6.0]).unwrap();
    /// assert_eq!((median.value, median.low, median.high), (3.5, 1.0, 6.0));
    /// assert_eq!(Interval::of_median(&[1.0; 5]), None);
    /// ```
    pub fn of_median(values: &[f64]) -> Option<Self> {
        if values.len() < FEWEST || values.iter().any(|value| value.is_nan()) {
            return None;
        }
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len();
        let outside = ranks_outside(n);
        Some(Self {
            value: f64::midpoint(sorted[(n - 1) / 2], sorted[n / 2]),
            low: sorted[outside],
            high: sorted[n - 1 - outside],
        })
    }

    /// The width of the interval as a share of the number.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::measure::compare::Interval;
    /// assert_eq!(Interval { value: 2.0, low: 1.9, high: 2.4 }.relative_width(), 0.25);
    /// ```
    pub fn relative_width(&self) -> f64 {
        (self.high - self.low) / self.value
    }

    /// What a speed-up says: `faster` if the whole interval is above 1, `slower` if it is below 1, and
    /// otherwise `no difference to be seen`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::measure::compare::Interval;
    /// let verdict = |low, high| Interval { value: 1.0, low, high }.verdict();
    /// assert_eq!(verdict(0.97, 1.02), "no difference to be seen");
    /// assert_eq!(verdict(0.5, 0.9), "slower");
    /// ```
    pub fn verdict(&self) -> &'static str {
        if self.low > 1.0 {
            "faster"
        } else if self.high < 1.0 {
            "slower"
        } else {
            "no difference to be seen"
        }
    }

    /// The interval after a function that only rises or only falls, such as a change of unit.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::measure::compare::Interval;
    /// let seconds = Interval { value: 0.5, low: 0.25, high: 1.0 };
    /// let per_second = seconds.map(|time| 1.0 / time);
    /// assert_eq!((per_second.value, per_second.low, per_second.high), (2.0, 1.0, 4.0));
    /// ```
    #[must_use]
    pub fn map(self, function: impl Fn(f64) -> f64) -> Self {
        let [value, a, b] = [self.value, self.low, self.high].map(function);
        Self {
            value,
            low: a.min(b),
            high: a.max(b),
        }
    }
}

/// A number that was not measured is its own interval.
impl From<f64> for Interval {
    fn from(value: f64) -> Self {
        Self {
            value,
            low: value,
            high: value,
        }
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As many decimals as the precision of the formatter, or about 3 digits in all.
        let digits = f.precision().unwrap_or_else(|| {
            let exponent = self.value.abs().log10().floor();
            match exponent {
                exponent if exponent >= 0.0 => 2_usize.saturating_sub(exponent as usize),
                exponent if exponent >= -9.0 => 1 + (-exponent) as usize,
                _ => 2,
            }
        });
        let Self { value, low, high } = self;
        write!(f, "{value:.digits$} ({low:.digits$} to {high:.digits$})")
    }
}

/// How many of n sorted values lie outside a 95 % interval for their median, at each end.
fn ranks_outside(n: usize) -> usize {
    // With k values outside at each end, the median is outside with probability 2 P(B(n, ½) ≤ k).
    let mut term = 0.5_f64.powi(n.try_into().unwrap_or(i32::MAX));
    if term == 0.0 {
        // Beyond a thousand values the normal distribution is as good.
        let half = 0.5 * n as f64;
        return (half - 0.98 * (n as f64).sqrt()).floor().max(0.0) as usize;
    }
    let (mut below, mut k) = (term, 0);
    loop {
        term *= (n - k) as f64 / (k + 1) as f64;
        if below + term > 0.025 || k + 1 >= n / 2 {
            return k;
        }
        below += term;
        k += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Table of the ranks in J.-Y. Le Boudec, *Performance Evaluation of Computer and
    /// Communication Systems*, 2010, appendix A: the interval is from the j-th to the k-th value.
    #[test]
    fn ranks_are_those_of_the_published_table() {
        for (n, j) in [
            (6, 1),
            (8, 1),
            (9, 2),
            (11, 2),
            (12, 3),
            (15, 4),
            (20, 6),
            (31, 10),
            (70, 27),
        ] {
            assert_eq!(ranks_outside(n) + 1, j, "{n} values");
        }
        // 0.98 √n is half the width for many values.
        assert_eq!(ranks_outside(2_000), 956);
    }

    #[test]
    fn the_interval_contains_the_true_median_95_times_in_100() {
        let mut state = 1_u64;
        let mut uniform = || {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let trials = 4_000;
        let hits = (0..trials)
            .filter(|_| {
                // A skewed distribution, as times have it; its median is ln 2.
                let values: Vec<f64> = (0..15).map(|_| -(1.0 - uniform()).ln()).collect();
                let interval = Interval::of_median(&values).unwrap();
                interval.low <= 2_f64.ln() && 2_f64.ln() <= interval.high
            })
            .count();
        let share = hits as f64 / f64::from(trials);
        assert!((0.95..0.985).contains(&share), "{share}");
    }

    #[test]
    fn digits_follow_the_size() {
        let print = |value: f64| Interval::from(value).to_string();
        assert_eq!(print(0.0), "0.00 (0.00 to 0.00)");
        assert_eq!(print(f64::NAN), "NaN (NaN to NaN)");
        assert_eq!(print(0.000109), "0.00011 (0.00011 to 0.00011)");
        assert_eq!(print(0.5), "0.50 (0.50 to 0.50)");
        assert_eq!(print(1.0), "1.00 (1.00 to 1.00)");
        assert_eq!(print(9.876), "9.88 (9.88 to 9.88)");
        assert_eq!(print(98.76), "98.8 (98.8 to 98.8)");
        assert_eq!(print(98765.4), "98765 (98765 to 98765)");
        let gain = Interval {
            value: 0.0123,
            low: 0.0119,
            high: 0.0130,
        };
        assert_eq!(format!("{gain:.4}"), "0.0123 (0.0119 to 0.0130)");
    }

    #[test]
    fn the_largest_numbers_have_a_median_between_them() {
        let largest = Interval::of_median(&[f64::MAX; 6]).unwrap();
        assert_eq!(largest, Interval::from(f64::MAX));
    }

    #[test]
    fn a_value_that_is_no_number_has_no_interval() {
        assert_eq!(
            Interval::of_median(&[1.0, 1.0, 1.0, 1.0, 1.0, f64::NAN]),
            None
        );
    }
}
