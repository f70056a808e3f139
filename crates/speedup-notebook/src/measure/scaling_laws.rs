//! Speed-up, efficiency, serial fraction, Amdahl's law and Gustafson's law.

/// Speed-up: serial time over parallel time, both in the same unit.
///
/// # Examples
///
/// ```
/// assert_eq!(speedup_notebook::measure::scaling_laws::speedup(6.95, 3.475), 2.0);
/// ```
pub fn speedup(serial: f64, parallel: f64) -> f64 {
    serial / parallel
}

/// Efficiency: speed-up divided by the number of threads; 1 is ideal.
///
/// # Examples
///
/// ```
/// assert_eq!(speedup_notebook::measure::scaling_laws::efficiency(3.0, 4), 0.75);
/// ```
pub fn efficiency(speedup: f64, threads: usize) -> f64 {
    speedup / threads as f64
}

/// Amdahl's law: the speed-up of `threads` threads if a fraction `serial` of the work is serial.
///
/// # Formula
///
/// `S(n) = 1 / (f + (1 − f) / n)`, with the serial fraction f in [0, 1].
/// G. M. Amdahl, "Validity of the single processor approach…", AFIPS 1967.
///
/// # Examples
///
/// ```
/// use speedup_notebook::measure::scaling_laws::amdahl;
///
/// assert_eq!(amdahl(0.0, 8), 8.0);
/// assert_eq!(amdahl(1.0, 8), 1.0);
/// assert!(amdahl(0.1, 1_000_000) < 10.0);
/// ```
pub fn amdahl(serial: f64, threads: usize) -> f64 {
    1.0 / (serial + (1.0 - serial) / threads as f64)
}

/// Karp–Flatt metric: the serial fraction that a measured speed-up implies; `None` for one thread.
///
/// # Formula
///
/// `f = (1/S − 1/n) / (1 − 1/n)`. It is Amdahl's law solved for f.
/// A. H. Karp and H. P. Flatt, "Measuring parallel processor performance", CACM 1990.
///
/// # Examples
///
/// ```
/// use speedup_notebook::measure::scaling_laws::{amdahl, karp_flatt};
///
/// let serial = karp_flatt(amdahl(0.2, 4), 4).unwrap();
/// assert!((serial - 0.2).abs() < 1e-12);
/// assert_eq!(karp_flatt(1.0, 1), None);
/// ```
pub fn karp_flatt(speedup: f64, threads: usize) -> Option<f64> {
    let share = 1.0 / threads as f64;
    (threads > 1).then(|| (1.0 / speedup - share) / (1.0 - share))
}

/// The serial fraction that fits several measured speed-ups best.
///
/// Each measurement is a number of threads and its speed-up. The result is `None` if none has 2
/// threads or more.
///
/// # Formula
///
/// Amdahl's law is linear in f: `1/S − 1/n = f (1 − 1/n)`. This is its least-squares
/// solution over the measurements; for a single one it is [`karp_flatt`].
///
/// # Examples
///
/// ```
/// use speedup_notebook::measure::scaling_laws::{amdahl, amdahl_fit};
///
/// let measured = [2, 4, 8].map(|n| (n, amdahl(0.1, n)));
/// assert!((amdahl_fit(&measured).unwrap() - 0.1).abs() < 1e-12);
/// assert_eq!(amdahl_fit(&[(1, 1.0)]), None);
/// ```
pub fn amdahl_fit(measured: &[(usize, f64)]) -> Option<f64> {
    let parts = measured.iter().filter(|(threads, _)| *threads > 1);
    let (above, below) = parts.fold((0.0, 0.0), |(above, below), (threads, speedup)| {
        let share = 1.0 / *threads as f64;
        let slope = 1.0 - share;
        let rise = 1.0 / speedup - share;
        (above + rise * slope, below + slope * slope)
    });
    (below > 0.0).then(|| above / below)
}

/// Gustafson's law: the scaled speed-up of `threads` threads, where the parallel work grows with
/// their number.
///
/// # Formula
///
/// `S(n) = f + (1 − f) n`, with f in [0, 1] the serial fraction of the time of the *parallel* run.
/// J. L. Gustafson, "Reevaluating Amdahl's law", CACM 1988.
///
/// # Examples
///
/// ```
/// use speedup_notebook::measure::scaling_laws::{amdahl, gustafson};
///
/// assert_eq!(gustafson(0.0, 8), 8.0);
/// assert_eq!(gustafson(1.0, 8), 1.0);
/// assert!(gustafson(0.1, 1_000) > 900.0);
/// // For work of a fixed size:
/// assert!(amdahl(0.1, 1_000) < 10.0);
/// ```
pub fn gustafson(serial: f64, threads: usize) -> f64 {
    serial + (1.0 - serial) * threads as f64
}

/// The serial fraction of the parallel time that a measured scaled speed-up implies; `None` for one
/// thread.
///
/// # Formula
///
/// `f = (n − S) / (n − 1)`. It is Gustafson's law solved for f.
///
/// # Examples
///
/// ```
/// use speedup_notebook::measure::scaling_laws::{gustafson, gustafson_serial_fraction};
///
/// let serial = gustafson_serial_fraction(gustafson(0.2, 4), 4).unwrap();
/// assert!((serial - 0.2).abs() < 1e-12);
/// assert_eq!(gustafson_serial_fraction(1.0, 1), None);
/// ```
pub fn gustafson_serial_fraction(scaled_speedup: f64, threads: usize) -> Option<f64> {
    let threads = threads as f64;
    (threads > 1.0).then(|| (threads - scaled_speedup) / (threads - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both laws describe a run with serial time s and parallelizable time p, on one thread and on n.
    #[test]
    fn both_laws_agree_on_one_run() {
        let (s, p, n) = (2.0, 30.0, 5);
        let (serial, parallel) = (s + p, s + p / n as f64);
        let measured = speedup(serial, parallel);
        assert!((amdahl(s / serial, n) - measured).abs() < 1e-12);
        assert!((gustafson(s / parallel, n) - measured).abs() < 1e-12);
    }

    #[test]
    fn the_fit_of_one_measurement_is_the_karp_flatt_metric() {
        let fitted = amdahl_fit(&[(1, 0.98), (4, 3.2)]).unwrap();
        assert!((fitted - karp_flatt(3.2, 4).unwrap()).abs() < 1e-15);
    }

    #[test]
    fn efficiency_is_speedup_over_threads() {
        assert_eq!(efficiency(amdahl(0.0, 6), 6), 1.0);
        assert_eq!(efficiency(gustafson(0.5, 4), 4), 0.625);
    }
}
