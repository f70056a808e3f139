//! An axis: which numbers it spans, where they are on it, and which of them have labels.
//!
//! Charts are drawn in shares of their axes, from 0 to 1, so that any finite numbers can be drawn.

use std::ops::Range;

use plotters::coord::Shift;
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::prelude::*;

use super::style::{self, Drawn, FAINT, FONT, TEXT};

/// Labels that an axis has at most.
const MOST: usize = 10;

/// Numbers below this are as good as zero on a linear axis.
const SMALLEST: f64 = 1e-290;

/// How numbers become places.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Scale {
    Linear,
    /// By the logarithm to the base 10.
    Decades,
    /// By the logarithm to the base 2.
    Doublings,
}

impl Scale {
    fn of(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Decades => value.log10(),
            Self::Doublings => value.log2(),
        }
    }
}

/// An axis over a range of numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    scale: Scale,
    /// The ends, as the scale has them.
    low: f64,
    high: f64,
    /// Numbers and their labels.
    ticks: Vec<(f64, String)>,
}

/// Shares of an axis, from 0 to 1, for plotters: those that have labels.
pub struct Shares(Vec<f64>);

impl Ranged for Shares {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, share: &f64, (low, high): (i32, i32)) -> i32 {
        low + (f64::from(high - low) * share + 1e-3).floor() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        match hint.weight().allow_light_points() {
            true => Vec::new(),
            false => self.0.clone(),
        }
    }

    fn range(&self) -> Range<f64> {
        0.0..1.0
    }
}

/// A chart in shares of its axes.
pub type Frame<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Shares, Shares>>;

impl Axis {
    /// A linear axis from one number to another.
    pub fn exact(low: f64, high: f64) -> Self {
        Self::linear(low, high, usize::MAX)
    }

    /// A linear axis with whole numbers only.
    pub fn whole(low: f64, high: f64) -> Self {
        Self::linear(low, high, 0)
    }

    /// A linear axis that holds all values, with a margin, and zero if that is near.
    pub fn around(values: impl Iterator<Item = f64> + Clone) -> Self {
        let (low, high) = ends(values);
        let from_zero = low >= 0.0 && low < 0.5 * high;
        let low = if from_zero { 0.0 } else { low };
        let half = 0.5 * high - 0.5 * low;
        let size = low.abs().max(high.abs());
        // Values that are equal, or as good as: an axis has no room for their digits.
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
        Self::exact(low, bound(high + margin))
    }

    /// A linear axis from the lowest value to the highest; around it, if it is only one.
    pub fn from_lowest_to_highest(values: impl Iterator<Item = f64> + Clone) -> Self {
        let (low, high) = ends(values.clone());
        let size = low.abs().max(high.abs());
        if 0.5 * high - 0.5 * low > 1e-12 * size && size > SMALLEST {
            Self::exact(low, high)
        } else {
            Self::around(values)
        }
    }

    /// A logarithmic axis over positive values; with `whole` it ends at powers of ten.
    pub fn decades(values: impl Iterator<Item = f64> + Clone, whole: bool) -> Self {
        let (low, high) = ends(values.map(f64::log10));
        let (low, high) = match whole {
            true => (low.floor(), high.ceil().max(low.floor() + 1.0)),
            false if high - low > 1e-9 => (low, high),
            false => (low - 0.5, high + 0.5),
        };
        Self::exponents(low, high)
    }

    /// A logarithmic axis from 1 to a number, with the powers of two as labels.
    pub fn doublings(high: f64) -> Self {
        let powers = (0..64).map(|k| f64::from(k).exp2());
        let ticks = powers.take_while(|power| *power <= high * (1.0 + 1e-12));
        let ticks: Vec<_> = ticks.map(|power| (power, power.to_string())).collect();
        Self {
            scale: Scale::Doublings,
            low: -0.2,
            high: high.log2() + 0.2,
            ticks: thinned(ticks),
        }
    }

    /// A logarithmic axis from one power of ten to another, given by their exponents.
    pub fn exponents(low: f64, high: f64) -> Self {
        let mut axis = Self {
            scale: Scale::Decades,
            low,
            high,
            ticks: Vec::new(),
        };
        axis.label_decades();
        axis
    }

    /// A horizontal axis of so many slots of width 1, without labels.
    pub fn slots(count: usize) -> Self {
        Self {
            scale: Scale::Linear,
            low: 0.0,
            high: count as f64,
            ticks: Vec::new(),
        }
    }

    /// A vertical axis of rows of height 1, the first on top, each named in its middle; of many rows
    /// only some are named.
    pub fn rows(count: usize, name: impl Fn(usize) -> String) -> Self {
        let each = count.div_ceil(2 * MOST).max(1);
        let middle = |row: usize| count as f64 - 0.5 - row as f64;
        let named = (0..count).step_by(each).map(|row| (middle(row), name(row)));
        Self {
            scale: Scale::Linear,
            low: 0.0,
            high: count as f64,
            ticks: named.collect(),
        }
    }

    /// A linear axis whose labels have so many decimals at most.
    fn linear(low: f64, high: f64, decimals: usize) -> Self {
        let half = 0.5 * high - 0.5 * low;
        let mut exponent = (half / (0.5 * MOST as f64)).log10().floor();
        if decimals == 0 {
            exponent = exponent.max(0.0);
        }
        let steps = [1.0, 2.0, 5.0, 10.0, 20.0].map(|digit| power(digit, exponent as i32));
        let count = |step: f64| (high / step).floor() - (low / step).ceil() + 1.0;
        let fits = |step: &&f64| step.is_finite() && count(**step) <= MOST as f64;
        let step = steps.iter().find(fits).copied().unwrap_or(f64::MAX);
        let first = (low / step).ceil();
        let numbers = (0..count(step).max(0.0) as usize).map(|k| (first + k as f64) * step);
        let numbers: Vec<f64> = numbers.filter(|number| number.is_finite()).collect();
        let ticks = labelled(&numbers, step);
        Self {
            scale: Scale::Linear,
            low,
            high,
            ticks,
        }
    }

    /// Powers of ten as labels; where there are fewer than two, 1, 2 and 5 times them, or any numbers.
    fn label_decades(&mut self) {
        let inside = |number: f64| {
            let at = number.log10();
            number.is_finite() && at >= self.low - 1e-9 && at <= self.high + 1e-9
        };
        let exponents = (self.low - 1e-9).floor() as i32..=(self.high + 1e-9).ceil() as i32;
        let powers = exponents.clone().map(|k| (power(1.0, k), k));
        let powers = powers.filter(|(number, _)| inside(*number));
        let powers: Vec<_> = powers
            .map(|(number, k)| (number, style::power_of_ten(k)))
            .collect();
        if powers.len() >= 2 {
            self.ticks = thinned(powers);
            return;
        }
        let numbers = exponents.flat_map(|k| [1.0, 2.0, 5.0].map(|digit| power(digit, k)));
        let numbers: Vec<f64> = numbers.filter(|number| inside(*number)).collect();
        self.ticks = match numbers.as_slice() {
            [first, _, ..] => labelled(&numbers, *first),
            _ => {
                let (low, high) = (10_f64.powf(self.low), 10_f64.powf(self.high));
                Self::exact(low, high.min(f64::MAX)).ticks
            }
        };
        if self.ticks.len() < 2 {
            // Only the smallest numbers that there are.
            let ends = [self.low, self.high].map(|end| 10_f64.powf(end));
            self.ticks = ends.map(|end| (end, style::tick(end))).to_vec();
        }
    }

    /// Where a number is on the axis: 0 at its low end, 1 at its high end.
    pub fn place(&self, value: f64) -> f64 {
        let value = self.scale.of(value);
        // Halves, as the difference may be too large.
        (0.5 * value - 0.5 * self.low) / (0.5 * self.high - 0.5 * self.low)
    }

    /// Pixels that the labels of a vertical axis and its title take.
    fn width(&self) -> i32 {
        let widest = self.ticks.iter().map(|(_, label)| style::width(label));
        66.max(30 + widest.max().unwrap_or(0))
    }

    /// Pixels right of a horizontal axis, into which its last label may reach.
    fn beyond(&self) -> i32 {
        let last = self
            .ticks
            .last()
            .map(|(_, label)| style::width(label) / 2 + 4);
        last.unwrap_or(0).max(24)
    }

    fn coordinate(&self) -> Shares {
        let places = self.ticks.iter().map(|(number, _)| self.place(*number));
        Shares(places.collect())
    }

    fn label(&self, place: f64) -> String {
        let near = |(number, _): &&(f64, String)| (self.place(*number) - place).abs() < 1e-9;
        let tick = self.ticks.iter().find(near);
        tick.map(|(_, label)| label.clone()).unwrap_or_default()
    }
}

/// Draws two axes with grid lines and titles; in the chart everything is in shares of the axes.
pub fn frame<'a, 'b>(
    area: &'a DrawingArea<SVGBackend<'b>, Shift>,
    (x, y): (&Axis, &Axis),
    titles: (&str, &str),
) -> Result<Frame<'a, 'b>, style::Undrawn> {
    frame_over(area, (46, x.beyond()), (x, y), titles)
}

/// The same with the pixels below the horizontal axis and right of it.
pub fn frame_over<'a, 'b>(
    area: &'a DrawingArea<SVGBackend<'b>, Shift>,
    (below, right): (i32, i32),
    (x, y): (&Axis, &Axis),
    (x_title, y_title): (&str, &str),
) -> Result<Frame<'a, 'b>, style::Undrawn> {
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .margin_right(right)
        .x_label_area_size(below)
        .y_label_area_size(y.width())
        .build_cartesian_2d(x.coordinate(), y.coordinate())?;
    let (width, height) = chart.plotting_area().dim_in_pixel();
    let x_title = style::shortened(x_title, width as i32);
    // It may reach beyond the ends of its axis a little.
    let y_title = style::shortened(y_title, height as i32 + 40);
    draw(&mut chart, (x, y), (&x_title, &y_title))?;
    Ok(chart)
}

fn draw(chart: &mut Frame<'_, '_>, (x, y): (&Axis, &Axis), titles: (&str, &str)) -> Drawn {
    chart
        .configure_mesh()
        .bold_line_style(FAINT)
        .light_line_style(TRANSPARENT)
        .x_label_formatter(&|place| x.label(*place))
        .y_label_formatter(&|place| y.label(*place))
        .x_desc(titles.0)
        .y_desc(titles.1)
        .label_style((FONT, TEXT))
        .axis_desc_style((FONT, TEXT))
        .draw()
}

/// `digit` times ten to the power `exponent`, rounded once.
fn power(digit: f64, exponent: i32) -> f64 {
    format!("{digit}e{exponent}")
        .parse()
        .unwrap_or(f64::INFINITY)
}

fn ends(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let low = values.clone().fold(f64::INFINITY, f64::min);
    (low, values.fold(f64::NEG_INFINITY, f64::max))
}

/// Every second, third … label, so that there are not too many.
fn thinned(ticks: Vec<(f64, String)>) -> Vec<(f64, String)> {
    let each = ticks.len().div_ceil(MOST).max(1);
    ticks.into_iter().step_by(each).collect()
}

/// Numbers with labels of one form: plain, or times a power of a thousand.
fn labelled(numbers: &[f64], step: f64) -> Vec<(f64, String)> {
    let largest = numbers.iter().fold(0.0, |most: f64, n| most.max(n.abs()));
    let plain = (largest < 1e6 && step > 0.99e-4) || largest == 0.0;
    let exponent = if plain {
        0
    } else {
        3 * (largest.log10() / 3.0).floor() as i32
    };
    let digits = exponent - (step * (1.0 + 1e-9)).log10().floor() as i32;
    let label = |number: f64| {
        let unit = if plain {
            number
        } else {
            style::scaled(number, exponent)
        };
        // A step that was counted up has rounding errors: near zero there is no other label.
        let text = style::decimals(unit, digits.clamp(0, 17) as usize);
        match text.as_str() {
            _ if plain => text,
            "0" => text,
            _ => format!("{text}·{}", style::power_of_ten(exponent)),
        }
    };
    numbers.iter().map(|n| (*n, label(*n))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    /// At least two labels, all different, short and on the axis.
    fn check(axis: &Axis) {
        let labels = labels(axis);
        assert!((2..=MOST).contains(&labels.len()), "{axis:?}");
        for (k, (number, label)) in axis.ticks.iter().enumerate() {
            assert!(
                !label.is_empty() && !labels[..k].contains(&label.as_str()),
                "{axis:?}"
            );
            let place = axis.place(*number);
            assert!((-1e-9..=1.0 + 1e-9).contains(&place), "{axis:?}");
            assert_eq!(axis.label(place), *label);
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
                check(&Axis::around(pair.into_iter()));
                check(&Axis::from_lowest_to_highest(pair.into_iter()));
                check(&Axis::around(pair.into_iter().map(|x| -x)));
                check(&Axis::around([-low, high].into_iter()));
                check(&Axis::decades(pair.into_iter(), true));
                check(&Axis::decades(pair.into_iter(), false));
            }
        }
        check(&Axis::around([0.0].into_iter()));
        check(&Axis::around([-f64::MAX, f64::MAX].into_iter()));
        check(&Axis::from_lowest_to_highest([-1e308, 1e308].into_iter()));
        for most in [2.0, 3.0, 96.0, 4096.0] {
            check(&Axis::doublings(most));
            check(&Axis::whole(0.8, most + 0.2));
        }
    }

    #[test]
    fn labels_are_as_people_write_numbers() {
        let axis = |values: &[f64]| Axis::around(values.iter().copied());
        assert_eq!(labels(&axis(&[0.0, 0.4]))[1], "0.05");
        assert_eq!(labels(&axis(&[0.0, 50_000.0]))[1], "10000");
        assert_eq!(labels(&axis(&[2.5e9, 1e12]))[..2], ["0", "0.2·10¹²"]);
        assert_eq!(labels(&axis(&[1e-16, 4e-16]))[1], "50·10⁻¹⁸");
        let narrow = Axis::decades([2.0, 4.0, 8.0].into_iter(), false);
        assert_eq!(labels(&narrow), ["2", "5"]);
        let wide = Axis::decades([0.02, 700.0].into_iter(), true);
        assert_eq!(labels(&wide), ["10⁻²", "10⁻¹", "1", "10", "10²", "10³"]);
        assert_eq!(labels(&Axis::whole(0.8, 3.2)), ["1", "2", "3"]);
        assert_eq!(labels(&Axis::doublings(8.0)), ["1", "2", "4", "8"]);
    }
}
