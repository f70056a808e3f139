//! Checks of random draws against the exact distribution. What each error probability is follows from an inequality, not
//! from a table.

// Not every test uses all of it.
#![allow(dead_code)]

use std::f64::consts::SQRT_2;

/// Each check rejects good draws with a probability of at most 2 e^−X = 2·10⁻⁹.
const X: f64 = 20.7;

/// For a normal statistic: beyond 6 standard errors with a probability of 2·10⁻⁹.
const STANDARD_ERRORS: f64 = 6.0;

/// The number of draws: that of the short form, or that of the variable `SPEEDUP_DRAWS`.
pub fn count(short: u64) -> u64 {
    let asked = std::env::var("SPEEDUP_DRAWS").ok();
    asked.map_or(short, |count| count.parse().expect("a number of draws"))
}

/// The counts of bins against the expected ones, by χ².
///
/// For k degrees of freedom χ² is above k + 2√(kX) + 2X, or below k − 2√(kX), with a probability of at most e^−X each
/// (B. Laurent and P. Massart, "Adaptive estimation of a quadratic functional", 2000, lemma 1).
pub fn chi_square(name: &str, counts: &[(u64, f64)]) -> Result<String, String> {
    let freedom = (counts.len() - 1) as f64;
    let squares = counts
        .iter()
        .map(|&(found, exact)| (found as f64 - exact).powi(2) / exact);
    let sum: f64 = squares.sum();
    let spread = 2.0 * (freedom * X).sqrt();
    let text = format!("{name}: χ² {sum:.1} of {freedom} degrees of freedom");
    match sum > freedom - spread && sum < freedom + spread + 2.0 * X {
        true => Ok(text),
        false => Err(text),
    }
}

/// A number of events of probability p in n draws.
///
/// A count as far from n p has a probability of at most e^−n D on each side, D the divergence of the share from p (H.
/// Chernoff, "A measure of asymptotic efficiency", 1952).
pub fn events(name: &str, found: u64, n: u64, p: f64) -> Result<String, String> {
    let share = found as f64 / n as f64;
    let term = |a: f64, b: f64| if a > 0.0 { a * (a / b).ln() } else { 0.0 };
    let divergence = term(share, p) + term(1.0 - share, 1.0 - p);
    let text = format!("{name}: {found} times, expected {:.2}", n as f64 * p);
    match n as f64 * divergence <= X {
        true => Ok(text),
        false => Err(text),
    }
}

/// A sum of uncorrelated terms with mean 0, divided by its standard deviation.
pub fn standard(name: &str, sum: f64, deviation: f64) -> Result<String, String> {
    let text = format!("{name}: {:.2} standard errors", sum / deviation);
    match (sum / deviation).abs() < STANDARD_ERRORS {
        true => Ok(text),
        false => Err(text),
    }
}

/// The probability that a standard normal is above z.
fn above(z: f64) -> f64 {
    0.5 * libm::erfc(z / SQRT_2)
}

const BINS_PER_ONE: f64 = 16.0;

/// The bins reach from −10 to 10.
const BINS: usize = 320;

/// What is left of standard normal draws: counts, sums of powers, and sums of products with later draws.
pub struct Normals {
    draws: u64,
    bins: [u64; BINS],
    /// The numbers below −k and above k, for k from 1 to 6.
    tails: [[u64; 2]; 6],
    largest: f64,
    powers: [f64; 8],
    /// For each distance of two draws: their name, the number of pairs, the sums of products and of products of squares.
    lags: Vec<(usize, &'static str, u64, f64, f64)>,
}

impl Normals {
    /// `lags`: distances within a block of draws, with what a pair of draws at this distance is.
    pub fn new(lags: &[(usize, &'static str)]) -> Self {
        let lags = lags.iter().map(|&(lag, name)| (lag, name, 0, 0.0, 0.0));
        Self {
            draws: 0,
            bins: [0; BINS],
            tails: [[0; 2]; 6],
            largest: 0.0,
            powers: [0.0; 8],
            lags: lags.collect(),
        }
    }

    pub fn draws(&self) -> u64 {
        self.draws
    }

    pub fn add(&mut self, block: &[f64]) {
        self.draws += block.len() as u64;
        // Sums of a block first: the rounding errors stay small.
        let mut powers = [0.0; 8];
        for &z in block {
            let bin = (z * BINS_PER_ONE).floor() + (BINS / 2) as f64;
            self.bins[(bin.max(0.0) as usize).min(BINS - 1)] += 1;
            if z.abs() > 1.0 {
                for k in 1..=6 {
                    self.tails[k - 1][usize::from(z > 0.0)] += u64::from(z.abs() > k as f64);
                }
                self.largest = self.largest.max(z.abs());
            }
            let mut power = 1.0;
            for sum in &mut powers {
                power *= z;
                *sum += power;
            }
        }
        for (sum, power) in self.powers.iter_mut().zip(powers) {
            *sum += power;
        }
        for (lag, _, pairs, products, squares) in &mut self.lags {
            let later = block.get(*lag..).unwrap_or_default();
            *pairs += later.len() as u64;
            let (mut of_products, mut of_squares) = (0.0, 0.0);
            for (a, b) in block.iter().zip(later) {
                of_products += a * b;
                of_squares += (a * a - 1.0) * (b * b - 1.0);
            }
            *products += of_products;
            *squares += of_squares;
        }
    }

    /// All checks; what was found, or what is wrong.
    pub fn check(&self) -> Result<Vec<String>, String> {
        let n = self.draws;
        let mut found = vec![format!("{n} draws")];
        found.push(chi_square("bins", &self.bins_with_expected())?);
        for (k, tails) in (1..).zip(self.tails) {
            for (sign, count) in ["below −", "above "].into_iter().zip(tails) {
                found.push(events(&format!("{sign}{k}"), count, n, above(k.into()))?);
            }
        }
        // The largest of n draws, and the number of draws that is expected beyond it.
        let beyond = n as f64 * 2.0 * above(self.largest);
        let text = format!(
            "largest: {:.4}, beyond which {beyond:.3} are expected",
            self.largest
        );
        if !((-X).exp()..=X).contains(&beyond) {
            return Err(text);
        }
        found.push(text);
        // E z^k: (k − 1)!! for even k, else 0.
        let exact = |k: i32| match k % 2 {
            0 => (1..k).step_by(2).map(f64::from).product::<f64>(),
            _ => 0.0,
        };
        for (k, sum) in (1..).zip(self.powers) {
            let variance = exact(2 * k) - exact(k).powi(2);
            let sum = sum - n as f64 * exact(k);
            found.push(standard(
                &format!("moment {k}"),
                sum,
                (n as f64 * variance).sqrt(),
            )?);
        }
        for &(_, name, pairs, products, squares) in &self.lags {
            let deviation = (pairs as f64).sqrt();
            found.push(standard(name, products, deviation)?);
            // The variance of z² is 2.
            found.push(standard(
                &format!("{name}, squared"),
                squares,
                2.0 * deviation,
            )?);
        }
        Ok(found)
    }

    /// The counts and the expected numbers of the bins; those of which less than 20 are expected are one with the next ones
    /// towards the middle.
    fn bins_with_expected(&self) -> Vec<(u64, f64)> {
        let half = BINS / 2;
        let expected = |bin: usize| {
            // By the upper tail on both sides: it has full relative precision.
            let outwards = (if bin >= half {
                bin - half
            } else {
                half - 1 - bin
            }) as f64;
            let next = if bin == 0 || bin == BINS - 1 {
                0.0
            } else {
                above((outwards + 1.0) / BINS_PER_ONE)
            };
            self.draws as f64 * (above(outwards / BINS_PER_ONE) - next)
        };
        let mut all = Vec::new();
        for side in [(0..half).collect::<Vec<_>>(), (half..BINS).rev().collect()] {
            let mut waiting = (0, 0.0);
            for bin in side {
                waiting = (waiting.0 + self.bins[bin], waiting.1 + expected(bin));
                if waiting.1 >= 20.0 {
                    all.push(std::mem::replace(&mut waiting, (0, 0.0)));
                }
            }
        }
        all
    }
}
