//! Random numbers of the kernels against their exact distributions. `SPEEDUP_DRAWS=1000000000` makes the long form.

#[path = "support/draws.rs"]
mod draws;

use draws::{Normals, chi_square, count, events, standard};
use rand::RngExt;
use speedup::Streams;
use speedup::kernels::matmul::IntMatrix;
use speedup::random::box_muller::{lane_pair, pair};
use speedup::random::stream_lanes::StreamLanes;
use speedup::simd::{Isa, Multiversion};

/// The draws of the short form: a second without optimisation.
const SHORT: u64 = 1 << 20;

const LANES: usize = 64;
const PERIODS: usize = 100;

/// The normals of 64 households from `first` on: those of a period lie side by side.
struct Households {
    streams: Streams,
    first: u64,
}

impl Multiversion for Households {
    type Output = Vec<f64>;

    #[inline(always)]
    fn run<const FMA: bool>(self) -> Vec<f64> {
        let mut lanes = StreamLanes::<LANES>::new(self.streams, self.first);
        let mut all = vec![0.0; 2 * LANES * PERIODS];
        for period in all.chunks_exact_mut(2 * LANES) {
            for (lane, normals) in period.chunks_exact_mut(2).enumerate() {
                let (first, second) = (lanes.next(lane), lanes.next(lane));
                (normals[0], normals[1]) = lane_pair::<FMA>(first, second);
            }
        }
        all
    }
}

fn print(what: &str, found: Result<Vec<String>, String>) {
    let found = found.unwrap_or_else(|wrong| panic!("{what}: {wrong}"));
    println!("{what}: {}", found.join("; "));
}

#[test]
fn normals_of_the_vector_kernels() {
    let isa = Isa::chosen().unwrap();
    let lags = [
        (1, "the two of a pair, and neighbouring streams"),
        (2, "neighbouring streams"),
        (2 * LANES, "the next period"),
    ];
    let (mut normals, streams) = (Normals::new(&lags), Streams::new(31));
    for first in (0..).step_by(LANES) {
        if normals.draws() >= count(SHORT) {
            break;
        }
        normals.add(&isa.dispatch(Households { streams, first }));
    }
    print(&format!("vector normals, {isa}"), normals.check());
}

#[test]
fn normals_one_by_one() {
    let lags = [
        (1, "the two of a pair, and the next"),
        (2, "the next pair"),
        (200, "the next stream"),
    ];
    let (mut normals, streams) = (Normals::new(&lags), Streams::new(32));
    for number in (0..).step_by(100) {
        if normals.draws() >= count(SHORT) {
            break;
        }
        let stream = |number| {
            let mut stream = streams.stream(number);
            (0..100).flat_map(move |_| <[f64; 2]>::from(pair(&mut stream)))
        };
        normals.add(&(number..number + 100).flat_map(stream).collect::<Vec<_>>());
    }
    print("normals one by one", normals.check());
}

/// Doubles from 0 to 1, of both kinds of streams: the highest 16 bits, the lowest 16 of the 53, and the ends.
#[test]
fn uniform_doubles() {
    let n = count(SHORT);
    let streams = Streams::new(33);
    let (mut general, mut floats) = (streams.stream(0), streams.floats(1));
    let draws: [(&str, &mut dyn FnMut() -> f64); 2] = [
        ("stream", &mut || general.random()),
        ("floats", &mut || floats.random()),
    ];
    for (name, draw) in draws {
        let mut counts = [[0_u64; 1 << 12]; 2];
        let (mut least, mut most, mut before, mut product) = (1.0_f64, 0.0_f64, 0.5, 0.0);
        for _ in 0..n {
            let u = draw();
            assert!((0.0..1.0).contains(&u));
            let bits = (u * 2_f64.powi(53)) as u64;
            counts[0][(bits >> 41) as usize] += 1;
            counts[1][(bits & 0xfff) as usize] += 1;
            (least, most) = (least.min(u), most.max(u));
            product += (u - 0.5) * (before - 0.5);
            before = u;
        }
        let expected = n as f64 / 4096.0;
        let mut found = vec![format!("{n} draws")];
        for (which, counts) in ["high", "low"].iter().zip(counts) {
            let counts: Vec<_> = counts.iter().map(|&found| (found, expected)).collect();
            found.push(chi_square(&format!("{which} bits"), &counts).unwrap());
        }
        found.push(standard("neighbouring draws", 12.0 * product, (n as f64).sqrt()).unwrap());
        // How near the ends are: n times the distance is above 20.7 with a probability of 10⁻⁹.
        for end in [least, 1.0 - most] {
            assert!(
                end * (n as f64) < 20.7,
                "{name}: no draw within {end} of the end"
            );
        }
        found.push(format!("{least:e} from 0, {:e} from 1", 1.0 - most));
        print(&format!("uniform doubles, {name}"), Ok(found));
    }
}

/// Whole numbers of a range that is no power of two, as a matrix at random has them.
#[test]
fn whole_numbers() {
    let n = count(SHORT);
    let mut counts = [0_u64; 19];
    for number in 0..n.div_ceil(10_000) {
        let matrix = IntMatrix::random(100, 100, -9, 9, Streams::new(34), number).unwrap();
        for value in matrix.values() {
            counts[(value + 9) as usize] += 1;
        }
    }
    let all: u64 = counts.iter().sum();
    let with_expected = counts.map(|found| (found, all as f64 / 19.0));
    let found = chi_square("values", &with_expected).unwrap();
    print("whole numbers", Ok(vec![format!("{all} draws"), found]));
}

/// The least and the largest words: no normal is infinite or NaN, and the two ways agree.
#[test]
fn normals_of_the_ends_of_the_range() {
    struct Words([u64; 2], usize);
    impl rand::TryRng for Words {
        type Error = std::convert::Infallible;
        fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
            self.try_next_u64().map(|word| word as u32)
        }
        fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
            self.1 += 1;
            Ok(self.0[self.1 - 1])
        }
        fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
            unreachable!("a normal takes two words")
        }
    }
    let near = |word: u64| (0..3).flat_map(move |k| [word.wrapping_add(k), word.wrapping_sub(k)]);
    let words: Vec<u64> = (0..64).flat_map(|bit| near(1 << bit)).collect();
    for &first in &words {
        for &second in &words {
            let (x, y) = pair(&mut Words([first, second], 0));
            for (lane_x, lane_y) in [
                lane_pair::<false>(first, second),
                lane_pair::<true>(first, second),
            ] {
                assert!(x.hypot(y) <= 9.42, "{first} {second}: {x} {y}");
                let near = (lane_x - x).abs() <= 4e-15 && (lane_y - y).abs() <= 4e-15;
                assert!(near, "{first} {second}: {lane_x} {x}, {lane_y} {y}");
            }
        }
    }
}

/// Draws that are nearly right do not pass.
#[test]
fn bad_draws_are_noticed() {
    let n = SHORT as usize / 4;
    let mut stream = Streams::new(35).stream(0);
    let good: Vec<f64> = (0..n / 2)
        .flat_map(|_| <[f64; 2]>::from(pair(&mut stream)))
        .collect();
    let uniform: Vec<f64> = (0..12 * n).map(|_| stream.random()).collect();
    let check = |draws: &[f64]| {
        let mut normals = Normals::new(&[(1, "neighbours")]);
        normals.add(draws);
        normals.check()
    };
    check(&good).unwrap();
    let changed = |change: &dyn Fn(usize, f64) -> f64| {
        let draws: Vec<f64> = good
            .iter()
            .enumerate()
            .map(|(k, &z)| change(k, z))
            .collect();
        check(&draws).unwrap_err()
    };
    let wrong = [
        ("1 % too wide", changed(&|_, z| 1.01 * z)),
        ("0.02 too large", changed(&|_, z| z + 0.02)),
        ("cut at 3.5", changed(&|_, z| z.clamp(-3.5, 3.5))),
        (
            "neighbours alike",
            changed(&|k, z| 0.02 * good[k.max(1) - 1] + (1.0 - 0.0004_f64).sqrt() * z),
        ),
        (
            "wider in turn, 64 draws each",
            changed(&|k, z| z * if k / 64 % 2 == 0 { 1.21_f64 } else { 0.79 }.sqrt()),
        ),
        ("each draw twice", changed(&|k, _| good[k / 2])),
        ("the sum of 12 uniforms", {
            let draws: Vec<f64> = uniform
                .chunks_exact(12)
                .map(|u| u.iter().sum::<f64>() - 6.0)
                .collect();
            check(&draws).unwrap_err()
        }),
    ];
    for (name, found) in wrong {
        println!("{name}: {found}");
    }
    assert!(
        events("tail", 30, 1_000_000, 3e-6).is_err() && events("tail", 4, 1_000_000, 3e-6).is_ok()
    );
    let short_of_bits: Vec<_> = (0..256).map(|k| ((k % 2) * 2_000, 1_000.0)).collect();
    assert!(chi_square("bits", &short_of_bits).is_err());
    let too_even = [(1_000, 1_000.0); 256];
    assert!(chi_square("bins", &too_even).is_err());
}
