//! A household's wealth over time, and the median wealth of many households in the long run.
//!
//! The rule is w′ = R s w + y: wealth w, savings rate s, gross rate of return R and
//! income y, the last two drawn anew each period from lognormal distributions.
//!
//! [`long_run_median`] is the definition: one household after another, one period after another.
//! [`long_run_median_parallel`] is the kernel: 64 households at a time in the lanes of vector instructions,
//! groups of them spread over threads.
//!
//! **Limit.** A period takes 55 multiplications or fused multiply-adds for 8 households, 22 of them for the two
//! exponentials, and a division and a square root, which overlap with them. A processor that begins
//! one of them a cycle (AVX-512 on Zen 4) needs at least 55 cycles. Tables of powers, looked up
//! inside a register, would save a fifth; only AVX-512 has such a look-up, and the code would no longer
//! be the same for all processors.
//!
//! Source: the lecture's section 13.4.

mod lanes;
mod rule;

use rand::Rng;

pub use rule::Rule;

use crate::error::{check_count, check_finite, check_parameter};
use crate::median::median;
use crate::memory::check_fits;
use crate::simd::Level;
use crate::{Error, Streams, Threads};
use lanes::{Households, LANES};

/// How many households, for how many periods, from which wealth.
///
/// # Examples
///
/// ```
/// use speedup::wealth::Population;
///
/// let lecture = Population::lecture();
/// assert_eq!((lecture.households, lecture.periods, lecture.w0), (50_000, 1_000, 1.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Population {
    /// Number of households, at least 1.
    pub households: usize,
    /// Number of periods each is simulated for.
    pub periods: usize,
    /// Wealth that each begins with, 0 or more.
    pub w0: f64,
}

impl Population {
    /// The lecture's: 50,000 households, 1,000 periods, initial wealth 1.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::wealth::Population;
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
        check_count("households", self.households, 1, u64::MAX)?;
        check_parameter("initial wealth w0", self.w0, "0 or more", |w| w >= 0.0)?;
        check_fits::<f64>("households", self.households as u128)
    }
}

/// One household's wealth in periods 0 to `length` − 1, beginning with `w0`.
///
/// # Errors
///
/// [`Error::Count`] for a path of no periods, [`Error::Parameter`] for a bad `w0`,
/// [`Error::Memory`] for a path that does not fit in memory, [`Error::NotFinite`] if wealth becomes
/// too large for 64 bits.
///
/// # Examples
///
/// ```
/// use speedup::{Streams, wealth};
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

/// Median wealth after the last period; household i draws from stream i.
///
/// # Errors
///
/// [`Error::Count`] for no households, [`Error::Parameter`] for a bad initial
/// wealth, [`Error::Memory`] for more households than fit in memory, [`Error::NotFinite`] if the
/// median is too large for 64 bits.
///
/// # Examples
///
/// ```
/// use speedup::{Streams, wealth};
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

/// The median by the kernel: the same bits for any number of threads.
///
/// It agrees with [`long_run_median`] to some 14 digits, as far as roundings go; volatilities beyond
/// 50 are left to the definition, whose exponentials do not overflow before their time.
///
/// # Errors
///
/// As [`long_run_median`]; [`Error::System`] if there are no threads to be had, [`Error::Level`] as [`Level::chosen`].
///
/// # Examples
///
/// ```
/// use speedup::wealth::{Population, Rule, long_run_median, long_run_median_parallel};
/// use speedup::{Streams, Threads};
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
    let level = Level::chosen()?;
    let mut wealth = vec![0.0; people.households];
    let groups = wealth.chunks_mut(LANES).enumerate();
    threads.share(groups, |(group, last)| {
        let first = group * LANES;
        if rule.suits_lanes() {
            level.run(Households {
                rule,
                people,
                streams,
                first: first as u64,
                last,
            });
        } else {
            for (i, last) in (first..).zip(last) {
                *last = last_wealth(rule, people, streams, i);
            }
        }
    })?;
    finite_median(&mut wealth)
}

fn finite_median(wealth: &mut [f64]) -> Result<f64, Error> {
    check_finite("median wealth", median(wealth).unwrap_or(f64::NAN))
}

fn last_wealth(rule: &Rule, people: Population, streams: Streams, household: usize) -> f64 {
    let mut rng = streams.floats(household as u64);
    (0..people.periods).fold(people.w0, |w, _| rule.next(w, &mut rng))
}
