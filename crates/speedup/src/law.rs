//! Speed-up, efficiency, serial fraction, and Amdahl's law.

/// Speed-up: serial time over parallel time, both in the same unit.
///
/// # Examples
///
/// ```
/// assert_eq!(speedup::law::speedup(6.95, 3.475), 2.0);
/// ```
pub fn speedup(serial: f64, parallel: f64) -> f64 {
    serial / parallel
}

/// Efficiency: speed-up divided by the number of threads; 1 is ideal.
///
/// # Examples
///
/// ```
/// assert_eq!(speedup::law::efficiency(3.0, 4), 0.75);
/// ```
pub fn efficiency(speedup: f64, threads: usize) -> f64 {
    speedup / threads as f64
}

/// Amdahl's law: the speed-up of `threads` threads when a share `serial` of the work cannot be split.
///
/// # Formula
///
/// `S(n) = 1 / (f + (1 − f) / n)`, with the serial fraction f in [0, 1].
/// G. M. Amdahl, "Validity of the single processor approach…", AFIPS 1967.
///
/// # Examples
///
/// ```
/// use speedup::law::amdahl;
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
/// use speedup::law::{amdahl, karp_flatt};
///
/// let serial = karp_flatt(amdahl(0.2, 4), 4).unwrap();
/// assert!((serial - 0.2).abs() < 1e-12);
/// assert_eq!(karp_flatt(1.0, 1), None);
/// ```
pub fn karp_flatt(speedup: f64, threads: usize) -> Option<f64> {
    let share = 1.0 / threads as f64;
    (threads > 1).then(|| (1.0 / speedup - share) / (1.0 - share))
}
