//! Pairs of standard normal random numbers, by the method of Box and Muller.
//!
//! A point of the plane with two standard normal coordinates has a uniform angle, and the distance √(−2 ln u)
//! from the origin, with u uniform. Two draws always make two normals, so no lane waits for another. The
//! distance uses all 64 bits of a draw, so the tails reach to 9.4 standard deviations. A standard normal is
//! beyond that once in 10²⁰ draws.
//!
//! Source: G. E. P. Box and M. E. Muller, "A note on the generation of random normal deviates", 1958.

use std::f64::consts::FRAC_PI_2;

use rand::Rng;

use crate::simd::{neg_log_uniform, sin_cos_quarter};

/// Two independent standard normals from two draws of 64 bits.
///
/// The first draw makes the distance. The highest 52 bits of the second make an angle of the first quadrant, and
/// two other bits make the signs of the two coordinates.
///
/// # Examples
///
/// ```
/// use speedup::Streams;
/// use speedup::random::box_muller;
///
/// let mut rng = Streams::new(1).floats(0);
/// let (x, y) = box_muller::pair(&mut rng);
/// assert!(x.abs() < 9.42 && y.abs() < 9.42);
/// ```
pub fn pair(rng: &mut impl Rng) -> (f64, f64) {
    let (first, second) = (rng.next_u64(), rng.next_u64());
    let distance = (-2.0 * ((first | 1) as f64 / 2_f64.powi(64)).ln()).sqrt();
    let (sine, cosine) = (FRAC_PI_2 * (second >> 12) as f64 / 2_f64.powi(52)).sin_cos();
    (
        with_sign(distance * cosine, second << 52),
        with_sign(distance * sine, second << 53),
    )
}

/// The pair of [`pair`] for one lane, without branches.
///
/// Each normal is within 4·10⁻¹⁵ of [`pair`]'s. If the point is more than 5 standard deviations from the origin, which
/// is rare, they are within 10⁻¹⁴.
///
/// Polynomials replace the library's functions. The angle is counted from the middle of the quadrant, so it is
/// between −45° and 45°, where sine and cosine need the shortest polynomials. In
/// cos(φ + 45°) = (cos φ − sin φ)/√2 the √2 cancels that of the distance. `FMA` is that of
/// [`Multiversion`](crate::simd::Multiversion).
///
/// # Examples
///
/// ```
/// use rand::Rng;
/// use speedup::Streams;
/// use speedup::random::box_muller::{lane_pair, pair};
///
/// let mut rng = Streams::new(1).floats(0);
/// let (x, y) = lane_pair::<false>(rng.next_u64(), rng.next_u64());
/// let (exact_x, exact_y) = pair(&mut Streams::new(1).floats(0));
/// assert!((x - exact_x).abs() < 4e-15 && (y - exact_y).abs() < 4e-15);
/// ```
#[inline(always)]
pub fn lane_pair<const FMA: bool>(first: u64, second: u64) -> (f64, f64) {
    let distance = neg_log_uniform::<FMA>((first | 1) as f64).sqrt();
    // A uniform number from 1 to 2, made of its bits.
    let from_one = f64::from_bits((second >> 12) | 1_f64.to_bits());
    let (sine, cosine) = sin_cos_quarter::<FMA>(from_one - 1.5);
    (
        with_sign(distance * (cosine - sine), second << 52),
        with_sign(distance * (cosine + sine), second << 53),
    )
}

/// Changes the sign of a number if the highest bit of `bits` is set.
#[inline(always)]
fn with_sign(x: f64, bits: u64) -> f64 {
    f64::from_bits(x.to_bits() ^ (bits & (1 << 63)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Streams;
    use crate::random::stream_lanes::StreamLanes;
    use crate::simd::{Isa, Multiversion};

    /// Normals of 16 streams side by side.
    struct Draws {
        streams: Streams,
        count: usize,
    }

    impl Multiversion for Draws {
        type Output = Vec<f64>;
        #[inline(always)]
        fn run<const FMA: bool>(self) -> Vec<f64> {
            let mut lanes = StreamLanes::<16>::new(self.streams, 0);
            let mut all = Vec::with_capacity(self.count);
            while all.len() < self.count {
                for lane in 0..16 {
                    let (first, second) = (lanes.next(lane), lanes.next(lane));
                    let (x, y) = lane_pair::<FMA>(first, second);
                    all.extend([x, y]);
                }
            }
            all
        }
    }

    #[test]
    fn lanes_agree_with_single_draws() {
        let streams = Streams::new(11);
        for isa in Isa::available() {
            let all = isa.dispatch(Draws {
                streams,
                count: 320_000,
            });
            let mut rngs: Vec<_> = (0..16).map(|number| streams.floats(number)).collect();
            for (k, drawn) in all.chunks_exact(2).enumerate() {
                let (x, y) = pair(&mut rngs[k % 16]);
                for (drawn, x) in drawn.iter().zip([x, y]) {
                    assert!((drawn - x).abs() <= 4e-15, "{isa}: {drawn} {x}");
                }
            }
        }
    }

    /// Moments 1 to 8 are within five standard errors of the exact ones.
    #[test]
    fn moments_are_those_of_a_standard_normal() {
        let n = 4_000_000;
        let all = Isa::chosen().unwrap().dispatch(Draws {
            streams: Streams::new(12),
            count: n,
        });
        // E z^k: 0 for odd k, (k − 1)!! for even k.
        let exact = |k: i32| {
            (1..k).step_by(2).map(f64::from).product::<f64>() * f64::from(u8::from(k % 2 == 0))
        };
        for k in 1..=8 {
            let moment = all.iter().map(|z| z.powi(k)).sum::<f64>() / n as f64;
            let error = ((exact(2 * k) - exact(k).powi(2)) / n as f64).sqrt();
            assert!(
                (moment - exact(k)).abs() < 5.0 * error,
                "moment {k}: {moment}"
            );
        }
        let pairs = all.chunks_exact(2).map(|z| z[0] * z[1]).sum::<f64>() / (n / 2) as f64;
        assert!(pairs.abs() < 5.0 / ((n / 2) as f64).sqrt(), "{pairs}");
    }

    /// The shares beyond 1 to 5 standard deviations, on both sides, are within five standard errors of the exact ones.
    #[test]
    fn tails_are_those_of_a_standard_normal() {
        let n = 4_000_000;
        let all = Isa::chosen().unwrap().dispatch(Draws {
            streams: Streams::new(13),
            count: n,
        });
        let beyond = [
            0.158_655_253_931_457_05,
            2.275_013_194_817_921e-2,
            1.349_898_031_630_094_5e-3,
            3.167_124_183_311_992e-5,
            2.866_515_718_791_933e-7,
        ];
        for (k, exact) in (1..).map(f64::from).zip(beyond) {
            for sign in [1.0, -1.0] {
                let share = all.iter().filter(|z| sign * **z > k).count() as f64 / n as f64;
                let error = (exact * (1.0 - exact) / n as f64).sqrt();
                // Two more, because only 1.1 events are expected beyond 5.
                assert!(
                    (share - exact).abs() < 5.0 * error + 2.0 / n as f64,
                    "beyond {}: {share}",
                    sign * k
                );
            }
        }
    }
}
