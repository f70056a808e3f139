//! The ratios that are wanted, and how near the values of a workload must be.

use crate::measurement::Measurement;
use crate::workload::Failure;

/// What is wanted of one row of the table of ratios, at all cores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// The kernel.
    pub workload: &'static str,
    /// Our implementation.
    pub implementation: &'static str,
    /// A short name, for charts.
    pub short: &'static str,
    /// Our time is to be at most so many times that of the fastest Python.
    pub python: Option<f64>,
    /// The same for the handout's own way.
    pub handout: Option<f64>,
    /// The same for C.
    pub c: Option<f64>,
    /// What every implementation must give …
    pub value: f64,
    /// … to within this; statistical where the work is.
    pub tolerance: f64,
}

const NONE: Target = Target {
    workload: "",
    implementation: "speedup",
    short: "",
    python: None,
    handout: None,
    c: None,
    value: 0.0,
    tolerance: 0.0,
};

/// All targets, in the order of the table.
///
/// Medians of wealth differ by 0.007 (one standard deviation) between runs around
/// 1.83524, the value of a deterministic computation on a grid; estimates of π by
/// 1.64·10⁻⁴. Five to six standard deviations are allowed.
pub const TARGETS: [Target; 10] = [
    Target {
        workload: "nelder_mead",
        short: "optimizer",
        python: Some(0.25),
        c: Some(1.5),
        // SciPy 1.17 gives 1475.97214; solvers that stop by another rule end elsewhere.
        value: 1475.97214,
        tolerance: 0.01,
        ..NONE
    },
    Target {
        workload: "eigenvalues",
        short: "eigenvalues",
        python: Some(0.9),
        // LAPACK's, of the inputs of this crate.
        value: 421_600.592_882_5,
        tolerance: 1e-3,
        ..NONE
    },
    Target {
        workload: "grid_max",
        short: "grid",
        python: Some(1.0 / 15.0),
        c: Some(1.0),
        value: 0.999_999_279_712_172_8,
        tolerance: 1e-12,
        ..NONE
    },
    Target {
        workload: "wealth",
        short: "wealth",
        python: Some(1.0 / 12.0),
        handout: Some(1.0 / 30.0),
        c: Some(1.0),
        value: 1.835_24,
        tolerance: 0.04,
        ..NONE
    },
    Target {
        workload: "pi",
        short: "π",
        python: Some(1.0 / 20.0),
        c: Some(1.0),
        value: std::f64::consts::PI,
        tolerance: 1e-3,
        ..NONE
    },
    Target {
        workload: "int_matmul",
        short: "integers",
        c: Some(1.0),
        value: 658_021_070_307.0,
        ..NONE
    },
    Target {
        workload: "poly_grid",
        short: "cubic",
        python: Some(1.0),
        value: 3_741_496.598_639_45,
        tolerance: 1e-4,
        ..NONE
    },
    Target {
        workload: "map_double",
        short: "double",
        python: Some(1.0),
        value: 3_999_998_000_000.0,
        ..NONE
    },
    Target {
        workload: "fill_squares",
        implementation: "speedup-new",
        short: "fill new",
        python: Some(1.0),
        c: Some(1.0),
        value: 416_566_665_290_000.0,
        ..NONE
    },
    Target {
        workload: "fill_squares",
        implementation: "speedup-old",
        short: "fill old",
        python: Some(1.0),
        c: Some(1.0),
        value: 416_566_665_290_000.0,
        ..NONE
    },
];

/// The target of a workload's row.
///
/// # Examples
///
/// ```
/// let target = speedup_bench::target::of("pi", "speedup").unwrap();
/// assert!(target.check(3.1416).is_ok() && target.check(3.2).is_err());
/// ```
pub fn of(workload: &str, implementation: &str) -> Option<&'static Target> {
    let same = |t: &&Target| t.workload == workload && t.implementation == implementation;
    TARGETS.iter().find(same)
}

/// Checks the value of every measurement, those of the machine apart.
///
/// # Errors
///
/// The first implementation whose value is not the expected one, or that belongs to no row.
pub fn check_all(measurements: &[Measurement]) -> Result<(), Failure> {
    for m in measurements.iter().filter(|m| m.build != "machine") {
        let of_row =
            |t: &&Target| t.workload == m.workload && m.implementation.ends_with(t.suffix());
        let name = format!("{}: {} {}", m.workload, m.build, m.implementation);
        let target = TARGETS.iter().find(of_row);
        target
            .ok_or_else(|| format!("{name} is in no row"))?
            .check(m.value)
            .map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}

impl Target {
    /// What peers' implementations of this row end with, if the workload has several rows.
    ///
    /// # Examples
    ///
    /// ```
    /// let suffix = |name| speedup_bench::target::of("fill_squares", name).unwrap().suffix();
    /// assert_eq!(suffix("speedup-new"), "-new");
    /// ```
    pub fn suffix(&self) -> &'static str {
        self.implementation.trim_start_matches("speedup")
    }

    /// Compares a value with the expected one.
    ///
    /// # Errors
    ///
    /// Both values, if they differ by more than the tolerance.
    pub fn check(&self, value: f64) -> Result<(), Failure> {
        if (value - self.value).abs() <= self.tolerance {
            return Ok(());
        }
        let (wanted, tolerance) = (self.value, self.tolerance);
        Err(format!("the value {value} is not {wanted} (± {tolerance})").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ratio::planted;

    #[test]
    fn a_wrong_value_is_named() {
        let mut all = planted();
        for m in &mut all {
            m.value = TARGETS
                .iter()
                .find(|t| t.workload == m.workload)
                .map_or(0.0, |t| t.value);
        }
        check_all(&all).unwrap();
        all[5].value = 1.9;
        let error = check_all(&all).unwrap_err().to_string();
        assert_eq!(error, "wealth: c c: the value 1.9 is not 1.83524 (± 0.04)");
        all[5].value = f64::NAN;
        assert!(check_all(&all).is_err());
    }
}
