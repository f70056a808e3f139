//! A household's wealth over time, and the median wealth of many households in the long run.
//!
//! The rule is w′ = R s w + y: wealth w, savings rate s, gross rate of return R and
//! income y, the last two drawn anew each period from lognormal distributions.
//!
//! Source: the lecture's section 13.4.

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use crate::error::{check_count, check_parameter};
use crate::median::median;
use crate::memory::check_fits;
use crate::{Error, Streams, Threads};

/// The rule's parameters, checked.
///
/// # Examples
///
/// ```
/// use speedup::wealth::Rule;
///
/// let rule = Rule::lecture();
/// assert_eq!(rule.savings(), 0.3);
/// assert!(Rule::new(0.1, f64::NAN, 0.1, 1.0).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    r: f64,
    s: f64,
    v1: f64,
    v2: f64,
}

impl Rule {
    /// Mean return `r` (0.1 is 10 % a period), savings rate `s`, and the standard
    /// deviations `v1` of log R and `v2` of log y.
    ///
    /// R is `(1 + r) exp(v1 z)` and y is `exp(v2 z)` with standard normal z.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] unless r > −1, 0 ≤ s ≤ 1, v1 ≥ 0 and v2 ≥ 0, all finite.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::wealth::Rule;
    /// assert_eq!(Rule::new(0.1, 0.3, 0.1, 1.0)?, Rule::lecture());
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn new(r: f64, s: f64, v1: f64, v2: f64) -> Result<Self, Error> {
        Ok(Self {
            r: check_parameter("rate of return r", r, "a number above -1", |r| r > -1.0)?,
            s: check_parameter("savings rate s", s, "0 to 1", |s| (0.0..=1.0).contains(&s))?,
            v1: check_parameter("volatility v1", v1, "0 or more", |v| v >= 0.0)?,
            v2: check_parameter("volatility v2", v2, "0 or more", |v| v >= 0.0)?,
        })
    }

    /// The lecture's parameters: r = 0.1, s = 0.3, v1 = 0.1, v2 = 1.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::wealth::Rule;
    /// assert_eq!(Rule::lecture().savings(), 0.3);
    /// ```
    pub fn lecture() -> Self {
        Self {
            r: 0.1,
            s: 0.3,
            v1: 0.1,
            v2: 1.0,
        }
    }

    /// The savings rate s.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::wealth::Rule;
    /// assert_eq!(Rule::new(0.0, 0.5, 0.0, 0.0)?.savings(), 0.5);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn savings(&self) -> f64 {
        self.s
    }

    /// Next period's wealth, from this period's; draws two normals.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup::{Streams, wealth::Rule};
    ///
    /// let certain = Rule::new(0.0, 0.5, 0.0, 0.0)?; // R = y = 1
    /// assert_eq!(certain.next(4.0, &mut Streams::new(1).stream(0)), 3.0);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    #[inline]
    pub fn next(&self, w: f64, rng: &mut impl Rng) -> f64 {
        let z_return: f64 = StandardNormal.sample(rng);
        let z_income: f64 = StandardNormal.sample(rng);
        let gross_return = (1.0 + self.r) * (self.v1 * z_return).exp();
        let income = (self.v2 * z_income).exp();
        gross_return * self.s * w + income
    }
}

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
/// [`Error::Memory`] for a path that does not fit in memory.
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
    Ok(std::iter::successors(Some(w0), step).take(length).collect())
}

/// Median wealth after the last period; household i draws from stream i.
///
/// # Errors
///
/// [`Error::Count`] for no households, [`Error::Parameter`] for a bad initial
/// wealth, [`Error::Memory`] for more households than fit in memory.
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
    Ok(median(&mut wealth).unwrap_or(f64::NAN))
}

/// The same median, households spread over threads: the same bits for any number of them.
///
/// # Errors
///
/// As [`long_run_median`]; [`Error::System`] if there are no threads to be had.
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
/// assert_eq!(parallel, long_run_median(&rule, people, streams)?);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn long_run_median_parallel(
    rule: &Rule,
    people: Population,
    streams: Streams,
    threads: Threads,
) -> Result<f64, Error> {
    people.check()?;
    if threads == Threads::Sequential {
        return long_run_median(rule, people, streams);
    }
    let mut wealth: Vec<f64> = threads.install(|| {
        (0..people.households)
            .into_par_iter()
            .map(|i| last_wealth(rule, people, streams, i))
            .collect()
    })?;
    Ok(median(&mut wealth).unwrap_or(f64::NAN))
}

fn last_wealth(rule: &Rule, people: Population, streams: Streams, household: usize) -> f64 {
    let mut rng = streams.stream(household as u64);
    (0..people.periods).fold(people.w0, |w, _| rule.next(w, &mut rng))
}
