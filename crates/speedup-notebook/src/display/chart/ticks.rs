//! Ticks: the numbers of an axis that have labels.

use super::numbers::{format_number, power_of_ten, scaled};
use crate::measure::format::at_most_decimals;

/// The most labels of an axis.
pub const MAX_LABELS: usize = 10;

/// A number and its label.
pub type Tick = (f64, String);

/// The ticks of a linear axis: multiples of 1, 2 or 5 times a power of ten; with `integers`, whole
/// numbers only.
pub fn linear(low: f64, high: f64, integers: bool) -> Vec<Tick> {
    let half = 0.5 * high - 0.5 * low;
    let mut exponent = (half / (0.5 * MAX_LABELS as f64)).log10().floor();
    if integers {
        exponent = exponent.max(0.0);
    }
    let steps = [1.0, 2.0, 5.0, 10.0, 20.0].map(|digit| power(digit, exponent as i32));
    let count = |step: f64| (high / step).floor() - (low / step).ceil() + 1.0;
    let fits = |step: &&f64| step.is_finite() && count(**step) <= MAX_LABELS as f64;
    let step = steps.iter().find(fits).copied().unwrap_or(f64::MAX);
    let first = (low / step).ceil();
    let numbers = (0..count(step).max(0.0) as usize).map(|k| (first + k as f64) * step);
    let numbers: Vec<f64> = numbers.filter(|number| number.is_finite()).collect();
    labelled(&numbers, step)
}

/// The ticks of an axis by logarithms to the base 10, whose ends are these logarithms: powers of ten.
///
/// Where fewer than two powers fit, the ticks are 1, 2 and 5 times them, or those of a linear axis.
pub fn log10(low: f64, high: f64) -> Vec<Tick> {
    let inside = |number: f64| {
        let at = number.log10();
        number.is_finite() && at >= low - 1e-9 && at <= high + 1e-9
    };
    let exponents = (low - 1e-9).floor() as i32..=(high + 1e-9).ceil() as i32;
    let powers = exponents.clone().map(|k| (power(1.0, k), k));
    let powers = powers.filter(|(number, _)| inside(*number));
    let powers: Vec<_> = powers
        .map(|(number, k)| (number, power_of_ten(k)))
        .collect();
    if powers.len() >= 2 {
        return thinned(powers);
    }
    let numbers = exponents.flat_map(|k| [1.0, 2.0, 5.0].map(|digit| power(digit, k)));
    let numbers: Vec<f64> = numbers.filter(|number| inside(*number)).collect();
    let ends = [low, high].map(|end| 10_f64.powf(end));
    let ticks = match numbers.as_slice() {
        [first, _, ..] => labelled(&numbers, *first),
        _ => linear(ends[0], ends[1].min(f64::MAX), false),
    };
    // Subnormal numbers may have fewer than two ticks by all of these rules.
    if ticks.len() < 2 {
        return ends.map(|end| (end, format_number(end))).to_vec();
    }
    ticks
}

/// The ticks of an axis from 1 to a number by logarithms to the base 2: powers of two.
pub fn log2(high: f64) -> Vec<Tick> {
    let powers = (0..64).map(|k| f64::from(k).exp2());
    let powers = powers.take_while(|power| *power <= high * (1.0 + 1e-12));
    thinned(powers.map(|power| (power, power.to_string())).collect())
}

/// `digit` times ten to the power `exponent`, rounded once.
fn power(digit: f64, exponent: i32) -> f64 {
    format!("{digit}e{exponent}")
        .parse()
        .unwrap_or(f64::INFINITY)
}

/// Every second, third … tick, so that there are at most [`MAX_LABELS`].
fn thinned(ticks: Vec<Tick>) -> Vec<Tick> {
    let step = ticks.len().div_ceil(MAX_LABELS).max(1);
    ticks.into_iter().step_by(step).collect()
}

/// Numbers with labels of one form: plain, or times a power of a thousand.
fn labelled(numbers: &[f64], step: f64) -> Vec<Tick> {
    let largest = numbers.iter().fold(0.0, |most: f64, n| most.max(n.abs()));
    let plain = (largest < 1e6 && step > 0.99e-4) || largest == 0.0;
    let exponent = if plain {
        0
    } else {
        3 * (largest.log10() / 3.0).floor() as i32
    };
    let decimals = exponent - (step * (1.0 + 1e-9)).log10().floor() as i32;
    let label = |number: f64| {
        let unit = if plain {
            number
        } else {
            scaled(number, exponent)
        };
        // The rounding error of a multiple of the step may take the place of 0.
        let text = at_most_decimals(unit, decimals.clamp(0, 17) as usize);
        match text.as_str() {
            _ if plain => text,
            "0" => text,
            _ => format!("{text}·{}", power_of_ten(exponent)),
        }
    };
    numbers.iter().map(|n| (*n, label(*n))).collect()
}
