//! The parameters of the rule by which wealth changes from one period to the next.

use rand::Rng;

use crate::Error;
use crate::error::check_parameter;
use crate::random::box_muller;

/// The parameters of the rule w′ = R s w + y, each in its allowed range.
///
/// # Examples
///
/// ```
/// use speedup::kernels::wealth::Rule;
///
/// let rule = Rule::lecture();
/// assert_eq!(rule.savings(), 0.3);
/// assert!(Rule::new(0.1, f64::NAN, 0.1, 1.0).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    pub(super) r: f64,
    pub(super) s: f64,
    pub(super) v1: f64,
    pub(super) v2: f64,
}

impl Rule {
    /// The rule with rate of return `r` per period (0.1 is 10 %), savings rate `s` and volatilities `v1`, `v2`.
    ///
    /// # Formula
    ///
    /// R = (1 + r) exp(v1 z₁) and y = exp(v2 z₂), with independent standard normals z₁ and z₂. So `v1` is the standard
    /// deviation of log R, and `v2` that of log y.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] unless r > −1, 0 ≤ s ≤ 1, v1 ≥ 0 and v2 ≥ 0, all finite.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::kernels::wealth::Rule;
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
    /// # use speedup::kernels::wealth::Rule;
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
    /// # use speedup::kernels::wealth::Rule;
    /// assert_eq!(Rule::new(0.0, 0.5, 0.0, 0.0)?.savings(), 0.5);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn savings(&self) -> f64 {
        self.s
    }

    /// Next period's wealth, if this period's is `w`. Draws two normals.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup::Streams;
    /// use speedup::kernels::wealth::Rule;
    ///
    /// let certain = Rule::new(0.0, 0.5, 0.0, 0.0)?; // R = y = 1
    /// assert_eq!(certain.next(4.0, &mut Streams::new(1).stream(0)), 3.0);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    #[inline]
    pub fn next(&self, w: f64, rng: &mut impl Rng) -> f64 {
        let (z_return, z_income) = box_muller::pair(rng);
        let gross_return = (1.0 + self.r) * (self.v1 * z_return).exp();
        let income = (self.v2 * z_income).exp();
        gross_return * self.s * w + income
    }

    /// Whether all exponents are in the range of [`crate::simd::exp2`]; normals are at most 9.42.
    pub(super) fn suits_lanes(&self) -> bool {
        self.v1.max(self.v2) <= 50.0
    }
}
