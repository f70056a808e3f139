//! The wealth of a household over time, and the median wealth of many households in the long run.
//!
//! # Formula
//!
//! Next period's wealth is w′ = R s w + y, with wealth w, savings rate s, gross rate of return R and income y. R and y
//! are drawn in each period from lognormal distributions.
//!
//! [`long_run_median`] is the serial loop: one household after another, one period after another.
//! [`long_run_median_parallel`] simulates 64 households at a time in the lanes of vector instructions, and spreads
//! groups of households over threads.
//!
//! **Lower bound of the time.** A period of 8 households takes 55 multiplications or fused multiply-adds, 22 of
//! them for the two exponentials. A division and a square root overlap with them. A processor that starts one
//! such operation per cycle (AVX-512 on Zen 4) needs at least 55 cycles. Tables of powers inside a register
//! would save a fifth, but only AVX-512 can look them up.
//!
//! Source: the lecture's section 13.4.

mod household_lanes;
mod rule;

use rand::Rng;

pub use rule::Rule;

use rayon::prelude::*;

use crate::Error;
use crate::Streams;
use crate::Threads;
use crate::error::{check_count, check_finite, check_parameter};
use crate::kernels::median::median;
use crate::memory::budget::check_fits;
use crate::simd::Isa;
use household_lanes::{HOUSEHOLD_LANES, Households};

/// The households to simulate: their number, the number of periods and the initial wealth.
///
/// # Examples
///
/// ```
/// use speedup::kernels::wealth::Population;
///
/// let lecture = Population::lecture();
/// assert_eq!((lecture.households, lecture.periods, lecture.w0), (50_000, 1_000, 1.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Population {
    /// The number of households, at least 1.
    pub households: usize,
    /// The number of periods.
    pub periods: usize,
    /// The initial wealth of each household, 0 or more.
    pub w0: f64,
}

impl Population {
    /// The lecture's households: 50,000 households, 1,000 periods, initial wealth 1.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::kernels::wealth::Population;
    /// let richer = Population { w0: 50.0, ..Population::lecture() };
    /// assert_eq!(richer.households, 50_000);
    /// ```
    pub fn lecture() -> Self {
        Self {
            households: 50_000,
            periods: 1_000,
            w0: 1.0,
        }
    }

    fn check(&self) -> Result<(), Error> {
        self.check_values()?;
        check_fits::<f64>("households", self.households as u128)
    }

    fn check_values(&self) -> Result<(), Error> {
        check_count("households", self.households, 1, u64::MAX)?;
        check_parameter("initial wealth w0", self.w0, "0 or more", |w| w >= 0.0)?;
        Ok(())
    }
}

/// The wealth of one household in the periods 0 to `length` − 1. Element 0 is `w0`.
///
/// # Errors
///
/// [`Error::Count`] if `length` is 0; [`Error::Parameter`] if `w0` is negative or not finite; [`Error::Memory`] if the
/// path does not fit in memory; [`Error::NotFinite`] if the wealth exceeds the largest `f64`.
///
/// # Examples
///
/// ```
/// use speedup::Streams;
/// use speedup::kernels::wealth;
///
/// let path = wealth::path(&wealth::Rule::lecture(), 5.0, 100, &mut Streams::new(1).stream(0))?;
/// assert_eq!((path.len(), path[0]), (100, 5.0));
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn path(rule: &Rule, w0: f64, length: usize, rng: &mut impl Rng) -> Result<Vec<f64>, Error> {
    check_count("periods", length, 1, u64::MAX)?;
    check_parameter("initial wealth w0", w0, "0 or more", |w| w >= 0.0)?;
    check_fits::<f64>("path", length as u128)?;
    let step = |w: &f64| Some(rule.next(*w, rng));
    let path: Vec<f64> = std::iter::successors(Some(w0), step).take(length).collect();
    for &wealth in &path {
        check_finite("wealth on the path", wealth)?;
    }
    Ok(path)
}

/// The median wealth after the last period, by a serial loop.
///
/// Household i draws from stream i.
///
/// # Errors
///
/// [`Error::Count`] if there are no households; [`Error::Parameter`] if the initial wealth is negative or not finite;
/// [`Error::Memory`] if the households do not fit in memory; [`Error::NotFinite`] if the wealth of a household
/// exceeds the largest `f64`.
///
/// # Examples
///
/// ```
/// use speedup::Streams;
/// use speedup::kernels::wealth;
///
/// let people = wealth::Population { households: 2_000, periods: 50, w0: 1.0 };
/// let median = wealth::long_run_median(&wealth::Rule::lecture(), people, Streams::new(1))?;
/// assert!((median - 1.835).abs() < 0.2);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn long_run_median(rule: &Rule, people: Population, streams: Streams) -> Result<f64, Error> {
    people.check()?;
    let mut wealth: Vec<f64> = (0..people.households)
        .map(|i| last_wealth(rule, people, streams, i))
        .collect();
    finite_median(&mut wealth)
}

/// The median of [`long_run_median`], by vector instructions and several threads.
///
/// **Same bits** for any number of threads. The result differs from that of [`long_run_median`] by a relative 10⁻¹³
/// at most for the lecture's rule, because polynomials replace the system's exponential, logarithm, sine and cosine.
/// For any rule, the relative difference is at most `periods` · (1 + 10 v) · 10⁻¹⁵, where v is the larger of the two
/// volatilities: each period adds an error of that size, and the median moves by no more than the households do.
///
/// For volatilities above 50 the bits are those of [`long_run_median`], because there the exponent of
/// [`exp2`](crate::simd::exp2) could leave its range. If an intermediate number exceeds the largest `f64`, one of
/// the two functions may return [`Error::NotFinite`] and the other a number.
///
/// # Errors
///
/// As [`long_run_median`]; [`Error::System`] if the system gives no threads; [`Error::Isa`] as [`Isa::chosen`].
///
/// # Examples
///
/// ```
/// use speedup::kernels::wealth::{Population, Rule, long_run_median, long_run_median_parallel};
/// use speedup::Streams;
/// use speedup::Threads;
///
/// let people = Population { households: 501, periods: 20, w0: 1.0 };
/// let (rule, streams) = (Rule::lecture(), Streams::new(1));
/// let parallel = long_run_median_parallel(&rule, people, streams, Threads::new(2)?)?;
/// let serial = long_run_median(&rule, people, streams)?;
/// assert!((parallel / serial - 1.0).abs() < 1e-13);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn long_run_median_parallel(
    rule: &Rule,
    people: Population,
    streams: Streams,
    threads: Threads,
) -> Result<f64, Error> {
    people.check()?;
    let mut wealth = vec![0.0; people.households];
    last_wealth_parallel(rule, people, streams, 0, &mut wealth, threads)?;
    finite_median(&mut wealth)
}

/// The wealth after the last period of a range of households, by vector instructions and several threads.
///
/// `last` receives the wealth of the households `first` to `first + last.len()` − 1. [`long_run_median_parallel`]
/// computes all households at once; a program with several processes can give each a range.
///
/// **Same bits** for any number of threads, and for any ranges: a household's wealth depends on its number only. An
/// element can be infinite or NaN, if a number on the way exceeds the largest `f64`.
///
/// # Errors
///
/// [`Error::Count`] if there are no households, or the range has more of them than follow `first`; [`Error::Parameter`]
/// if the initial wealth is negative or not finite; [`Error::System`] if the system gives no threads; [`Error::Isa`] as
/// [`Isa::chosen`].
///
/// # Examples
///
/// ```
/// use speedup::kernels::wealth::{Population, Rule, last_wealth_parallel};
/// use speedup::{Streams, Threads};
///
/// let people = Population { households: 100, periods: 20, w0: 1.0 };
/// let (rule, streams, threads) = (Rule::lecture(), Streams::new(1), Threads::new(2)?);
/// let mut all = [0.0; 100];
/// last_wealth_parallel(&rule, people, streams, 0, &mut all, threads)?;
/// let mut some = [0.0; 30];
/// last_wealth_parallel(&rule, people, streams, 50, &mut some, threads)?;
/// assert_eq!(some, all[50..80]);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn last_wealth_parallel(
    rule: &Rule,
    people: Population,
    streams: Streams,
    first: usize,
    last: &mut [f64],
    threads: Threads,
) -> Result<(), Error> {
    people.check_values()?;
    let rest = people.households.saturating_sub(first);
    check_count("households of the range", last.len(), 0, rest as u64)?;
    let isa = Isa::chosen()?;
    let simulate = |(group, last): (usize, &mut [f64])| {
        let first = first + group * HOUSEHOLD_LANES;
        if rule.suits_lanes() {
            isa.dispatch(Households {
                rule,
                people,
                streams,
                first: first as u64,
                last,
            });
        } else {
            for (i, last) in last.iter_mut().enumerate() {
                *last = last_wealth(rule, people, streams, first + i);
            }
        }
    };
    threads.install(|| {
        let groups = last
            .par_chunks_mut(HOUSEHOLD_LANES)
            .enumerate()
            .with_max_len(1);
        groups.for_each(simulate);
    })
}

/// The median; an error if one household's wealth is not finite, even if the median is.
///
/// An infinite product may be that of a large number by a small one, in an unlucky order. Then nobody can tell whether
/// the household is richer than the median.
fn finite_median(wealth: &mut [f64]) -> Result<f64, Error> {
    let mut not_finite = wealth.iter().filter(|wealth| !wealth.is_finite());
    let median = not_finite.next().copied().or(median(wealth));
    check_finite("median wealth", median.unwrap_or(f64::NAN))
}

fn last_wealth(rule: &Rule, people: Population, streams: Streams, household: usize) -> f64 {
    let mut rng = streams.floats(household as u64);
    (0..people.periods).fold(people.w0, |w, _| rule.next(w, &mut rng))
}
