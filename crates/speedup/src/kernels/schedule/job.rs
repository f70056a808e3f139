//! A loop as a tree of ranges: the times of its leaves, and what splitting and stealing cost.

use crate::Error;
use crate::error::{check_count, check_finite, check_parameter};

/// What splitting and stealing cost, in seconds.
///
/// # Examples
///
/// ```
/// use speedup::kernels::schedule::Costs;
///
/// let free = Costs { split: 0.0, steal: 0.0 };
/// assert_ne!(free, Costs { steal: 1e-6, ..free });
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Costs {
    /// To split a range into halves, and to join them at the end.
    pub split: f64,
    /// To look at one other worker, and to take a range from it if there is any.
    pub steal: f64,
}

/// A loop to be run in parallel: the time of each leaf, in the order of the loop, and the costs.
///
/// # Examples
///
/// ```
/// use speedup::kernels::schedule::{Costs, Job};
///
/// let job = Job::new(vec![1.0, 2.0, 4.0], Costs { split: 0.5, steal: 0.1 })?;
/// // Two splits: {1} and {2, 4}, then {2} and {4}.
/// assert_eq!((job.work(), job.span()), (8.0, 5.0));
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    leaves: Vec<f64>,
    costs: Costs,
}

impl Job {
    /// A loop whose leaves take these times, in seconds.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] without leaves; [`Error::Parameter`] if a time or a cost is negative or not finite;
    /// [`Error::NotFinite`] if all times together exceed the largest `f64`.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup::kernels::schedule::{Costs, Job};
    ///
    /// let error = Job::new(vec![1.0], Costs { split: -1.0, steal: 0.0 }).unwrap_err();
    /// assert_eq!(error.to_string(), "cost of a split: -1 is not allowed, use 0 or more seconds");
    /// ```
    pub fn new(leaves: Vec<f64>, costs: Costs) -> Result<Self, Error> {
        check_count("leaves", leaves.len(), 1, u64::MAX)?;
        let seconds = |what, value| {
            check_parameter(what, value, "0 or more seconds", |seconds| seconds >= 0.0)
        };
        seconds("cost of a split", costs.split)?;
        seconds("cost of a steal", costs.steal)?;
        for &leaf in &leaves {
            seconds("time of a leaf", leaf)?;
        }
        let job = Self { leaves, costs };
        check_finite("work of the job", job.work())?;
        Ok(job)
    }

    /// The time of each leaf in seconds.
    ///
    /// # Examples
    ///
    /// See [`Job`].
    pub fn leaves(&self) -> &[f64] {
        &self.leaves
    }

    /// The costs of splitting and stealing.
    ///
    /// # Examples
    ///
    /// See [`Job`].
    pub fn costs(&self) -> Costs {
        self.costs
    }

    /// The work T₁ in seconds: all leaves, and all splits, of which there is one less. One worker takes this time.
    ///
    /// # Examples
    ///
    /// See [`Job`].
    pub fn work(&self) -> f64 {
        let splits = (self.leaves.len() - 1) as f64;
        self.leaves.iter().sum::<f64>() + splits * self.costs.split
    }

    /// The span T∞ in seconds, also called the critical path: the longest way from the whole loop to the end of a leaf.
    ///
    /// No number of workers takes less time, as each split has to wait for the one before.
    ///
    /// # Examples
    ///
    /// See [`Job`].
    pub fn span(&self) -> f64 {
        self.span_of(&self.leaves)
    }

    fn span_of(&self, leaves: &[f64]) -> f64 {
        match leaves {
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(leaves.len() / 2);
                self.costs.split + self.span_of(left).max(self.span_of(right))
            }
        }
    }
}
