//! An axis: the numbers that it spans, their positions on it, and its ticks.

use super::ticks::{self, MAX_LABELS, Tick};
use super::{check_series, text};
use speedup::Error;

/// A linear axis treats numbers below this as 0.
const SMALLEST: f64 = 1e-290;

/// The function of a number that an axis is linear in.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Scale {
    Linear,
    Log10,
    Log2,
}

impl Scale {
    fn apply(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log10 => value.log10(),
            Self::Log2 => value.log2(),
        }
    }
}

/// An axis over a range of numbers. An axis whose ends are not finite is refused with [`Error::Data`].
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    scale: Scale,
    /// The scaled number at the low end.
    low: f64,
    /// The scaled number at the high end.
    high: f64,
    ticks: Vec<Tick>,
}

impl Axis {
    /// A linear axis from one number to another.
    pub fn linear(low: f64, high: f64) -> Result<Self, Error> {
        let ticks = || ticks::linear(low, high, false);
        Self::between(Scale::Linear, low, high, ticks)
    }

    /// A linear axis with labels at whole numbers only.
    pub fn integers(low: f64, high: f64) -> Result<Self, Error> {
        let ticks = || ticks::linear(low, high, true);
        Self::between(Scale::Linear, low, high, ticks)
    }

    /// A linear axis over all values, with a small margin and labels at whole numbers only.
    pub fn integers_around(values: impl Iterator<Item = f64> + Clone) -> Result<Self, Error> {
        let (low, high) = ends(values);
        let margin = f64::max(0.05 * (high - low), 0.2);
        Self::integers(low - margin, high + margin)
    }

    /// An axis between two scaled numbers. Its ticks can be found only if these are finite.
    fn between(
        scale: Scale,
        low: f64,
        high: f64,
        ticks: impl FnOnce() -> Vec<Tick>,
    ) -> Result<Self, Error> {
        check_series("ends of an axis", &[low, high])?;
        let ticks = ticks();
        Ok(Self {
            scale,
            low,
            high,
            ticks,
        })
    }

    /// A linear axis over all values with a margin; it begins at zero if that is near.
    pub fn with_margin(values: impl Iterator<Item = f64> + Clone) -> Result<Self, Error> {
        let (low, high) = ends(values);
        let from_zero = low >= 0.0 && low < 0.5 * high;
        let low = if from_zero { 0.0 } else { low };
        let half = 0.5 * high - 0.5 * low;
        let size = low.abs().max(high.abs());
        // Between values that differ by less, no label has room for the digits that differ.
        let margin = match 0.12 * half {
            margin if margin > 1e-12 * size && size > SMALLEST => margin,
            _ if size > SMALLEST => 0.5 * size,
            _ => 1.0,
        };
        let bound = |end: f64| end.clamp(-f64::MAX, f64::MAX);
        let low = if from_zero || (low == 0.0 && high > 0.0) {
            0.0
        } else {
            bound(low - margin)
        };
        Self::linear(low, bound(high + margin))
    }

    /// A linear axis from the lowest value to the highest; with a margin if these are equal.
    pub fn tight(values: impl Iterator<Item = f64> + Clone) -> Result<Self, Error> {
        let (low, high) = ends(values.clone());
        let size = low.abs().max(high.abs());
        if 0.5 * high - 0.5 * low > 1e-12 * size && size > SMALLEST {
            Self::linear(low, high)
        } else {
            Self::with_margin(values)
        }
    }

    /// A logarithmic axis over positive values; with `whole_decades` it ends at powers of ten.
    pub fn log10(
        values: impl Iterator<Item = f64> + Clone,
        whole_decades: bool,
    ) -> Result<Self, Error> {
        let (low, high) = ends(values.map(f64::log10));
        let (low, high) = match whole_decades {
            true => (low.floor(), high.ceil().max(low.floor() + 1.0)),
            false if high - low > 1e-9 => (low, high),
            false => (low - 0.5, high + 0.5),
        };
        Self::log10_between(low, high)
    }

    /// A logarithmic axis whose ends are given by their logarithms to the base 10.
    pub fn log10_between(low: f64, high: f64) -> Result<Self, Error> {
        Self::between(Scale::Log10, low, high, || ticks::log10(low, high))
    }

    /// A logarithmic axis from 1 to a number, with powers of two as labels.
    pub fn log2(high: f64) -> Result<Self, Error> {
        Self::between(Scale::Log2, -0.2, high.log2() + 0.2, || ticks::log2(high))
    }

    /// An axis of `count` bands of width 1, without labels.
    pub fn bands(count: usize) -> Self {
        Self {
            scale: Scale::Linear,
            low: 0.0,
            high: count as f64,
            ticks: Vec::new(),
        }
    }

    /// A vertical axis of `count` bands, the first at the top, each labelled in its middle. Of many
    /// bands only some have labels.
    pub fn rows(count: usize, label: impl Fn(usize) -> String) -> Self {
        let step = count.div_ceil(2 * MAX_LABELS).max(1);
        let middle = |row: usize| count as f64 - 0.5 - row as f64;
        let rows = (0..count).step_by(step);
        Self {
            ticks: rows.map(|row| (middle(row), label(row))).collect(),
            ..Self::bands(count)
        }
    }

    /// The position of a number on the axis: 0 at the low end, 1 at the high end.
    pub fn fraction(&self, value: f64) -> f64 {
        let value = self.scale.apply(value);
        // The halves' differences are finite where the difference itself overflows.
        (0.5 * value - 0.5 * self.low) / (0.5 * self.high - 0.5 * self.low)
    }

    /// The positions of the ticks.
    pub fn tick_fractions(&self) -> Vec<f64> {
        let ticks = self.ticks.iter();
        ticks.map(|(number, _)| self.fraction(*number)).collect()
    }

    /// The label at a position; empty where there is none.
    pub fn label(&self, fraction: f64) -> String {
        let near = |(number, _): &&Tick| (self.fraction(*number) - fraction).abs() < 1e-9;
        let tick = self.ticks.iter().find(near);
        tick.map(|(_, label)| label.clone()).unwrap_or_default()
    }

    /// Pixels for the labels of a vertical axis.
    pub fn label_width(&self) -> i32 {
        let widths = self.ticks.iter().map(|(_, label)| text::width(label));
        10 + widths.max().unwrap_or(0)
    }

    /// Pixels right of a horizontal axis, for the half of its last label that lies there.
    pub fn overhang(&self) -> i32 {
        let last = self.ticks.last();
        let half = last.map_or(0, |(_, label)| text::width(label) / 2 + 4);
        half.max(24)
    }
}

/// The lowest and the highest value.
fn ends(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let low = values.clone().fold(f64::INFINITY, f64::min);
    (low, values.fold(f64::NEG_INFINITY, f64::max))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    /// At least two labels, all different, short and on the axis.
    fn check(axis: Result<Axis, Error>) {
        let axis = axis.unwrap();
        let labels = labels(&axis);
        assert!((2..=MAX_LABELS).contains(&labels.len()), "{axis:?}");
        for (k, (number, label)) in axis.ticks.iter().enumerate() {
            assert!(
                !label.is_empty() && !labels[..k].contains(&label.as_str()),
                "{axis:?}"
            );
            let fraction = axis.fraction(*number);
            assert!((-1e-9..=1.0 + 1e-9).contains(&fraction), "{axis:?}");
            assert_eq!(axis.label(fraction), *label);
        }
    }

    #[test]
    fn any_numbers_have_labels_that_can_be_told_apart() {
        let sizes = [
            1e-280, 1e-16, 2e-5, 0.3, 1.0, 7.5, 999.0, 12_345.0, 2.5e9, 1e12, 1e308,
        ];
        for low in sizes {
            for factor in [1.0, 1.0 + 1e-15, 1.001, 1.5, 2.0, 9.0, 1e3, 1e40] {
                let high = f64::min(low * factor, f64::MAX);
                let pair = [low, high];
                check(Axis::with_margin(pair.into_iter()));
                check(Axis::tight(pair.into_iter()));
                check(Axis::with_margin(pair.into_iter().map(|x| -x)));
                check(Axis::with_margin([-low, high].into_iter()));
                check(Axis::log10(pair.into_iter(), true));
                check(Axis::log10(pair.into_iter(), false));
            }
        }
        check(Axis::with_margin([0.0].into_iter()));
        check(Axis::with_margin([-f64::MAX, f64::MAX].into_iter()));
        check(Axis::tight([-1e308, 1e308].into_iter()));
        for most in [2.0, 3.0, 96.0, 4096.0] {
            check(Axis::log2(most));
            check(Axis::integers(0.8, most + 0.2));
        }
    }

    #[test]
    fn ends_that_are_not_finite_are_refused() {
        for bad in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            let numbers = || [0.0, bad].into_iter();
            for axis in [
                Axis::linear(0.0, bad),
                Axis::linear(bad, 1.0),
                Axis::integers(0.0, bad),
                Axis::log10_between(0.0, bad),
                Axis::log2(bad),
                Axis::log10(numbers(), true),
                Axis::log10(numbers(), false),
                Axis::tight([bad].into_iter()),
            ] {
                let words = axis.unwrap_err().to_string();
                assert!(words.starts_with("ends of an axis: "), "{words}");
            }
        }
    }

    #[test]
    fn labels_are_as_people_write_numbers() {
        let axis = |values: &[f64]| Axis::with_margin(values.iter().copied()).unwrap();
        assert_eq!(labels(&axis(&[0.0, 0.4]))[1], "0.05");
        assert_eq!(labels(&axis(&[0.0, 50_000.0]))[1], "10000");
        assert_eq!(labels(&axis(&[2.5e9, 1e12]))[..2], ["0", "0.2·10¹²"]);
        assert_eq!(labels(&axis(&[1e-16, 4e-16]))[1], "50·10⁻¹⁸");
        let narrow = Axis::log10([2.0, 4.0, 8.0].into_iter(), false).unwrap();
        assert_eq!(labels(&narrow), ["2", "5"]);
        let wide = Axis::log10([0.02, 700.0].into_iter(), true).unwrap();
        assert_eq!(labels(&wide), ["10⁻²", "10⁻¹", "1", "10", "10²", "10³"]);
        assert_eq!(labels(&Axis::integers(0.8, 3.2).unwrap()), ["1", "2", "3"]);
        assert_eq!(labels(&Axis::log2(8.0).unwrap()), ["1", "2", "4", "8"]);
    }
}
