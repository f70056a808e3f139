//! The streams as the kernels use them, through batteries of statistical tests. The batteries take an hour and are no part
//! of a usual test:
//!
//! ```text
//! cargo test --release -p speedup --test batteries -- --ignored --nocapture
//! ```

mod programs;
mod ways;

use programs::{assessments, dieharder, small_crush, suspicious};
use rand::Rng;
use speedup::Streams;
use ways::{BAD, Draws, WAYS};

/// Words of 32 bits, made of draws.
type Part = fn(Draws) -> Box<dyn Iterator<Item = u32>>;

/// Which bits a battery gets. It looks at the high bits of its words most, so the low ones come reversed too.
const PARTS: [(&str, Part); 3] = [
    ("both halves", |draws| {
        Box::new(draws.flat_map(|draw| [draw as u32, (draw >> 32) as u32]))
    }),
    ("high half", |draws| {
        Box::new(draws.map(|draw| (draw >> 32) as u32))
    }),
    ("low half, reversed", |draws| {
        Box::new(draws.map(|draw| (draw as u32).reverse_bits()))
    }),
];

/// Tests of Dieharder that its authors call good, and their sizes: lags, or numbers of bits or dimensions.
const DIEHARDER: [(u32, &[u32]); 27] = [
    (0, &[0]),
    (1, &[0]),
    (2, &[0]),
    (3, &[0]),
    (4, &[0]),
    (8, &[0]),
    (9, &[0]),
    (10, &[0]),
    (11, &[0]),
    (12, &[0]),
    (13, &[0]),
    (15, &[0]),
    (16, &[0]),
    (17, &[0]),
    (100, &[0]),
    (101, &[0]),
    (102, &[16]),
    (200, &[1, 2, 4, 8, 12]),
    (201, &[2, 3, 4, 5]),
    (202, &[2, 3, 4, 5]),
    (203, &[0, 1, 2, 3, 7, 15, 31]),
    (204, &[0]),
    (205, &[0]),
    (206, &[0]),
    (207, &[0]),
    (208, &[0]),
    (209, &[0]),
];

#[test]
#[ignore = "a minute, and needs TestU01"]
fn bad_ways_are_noticed() {
    for (name, way) in BAD {
        let found = suspicious(&small_crush(PARTS[0].1(way(1))).text);
        println!("{name}: {} of 15 statistics are suspicious", found.len());
        assert!(found.len() >= 3, "{name}: {found:?}");
    }
}

/// A p-value outside 0.001 to 0.999 is suspicious. One of the 360 is so with a probability of about a half. The way is bad
/// if the same statistic is suspicious again with another seed.
#[test]
#[ignore = "a few minutes, and needs TestU01"]
fn ways_of_the_kernels_pass_small_crush() {
    let (mut bytes, mut runs, mut repeated) = (0, 0, Vec::new());
    for (name, way) in WAYS {
        for (part_name, part) in PARTS {
            let mut crush = |seed: u64| {
                let report = small_crush(part(way(seed)));
                (bytes, runs) = (bytes + report.bytes, runs + 1);
                suspicious(&report.text)
            };
            let first = crush(1);
            if first.is_empty() {
                continue;
            }
            for seed in [1 << 32, 1 << 33] {
                let again = crush(seed);
                let same = first.iter().any(|test| again.contains(test));
                assert!(!same, "{name}, {part_name}: {first:?}, then {again:?}");
            }
            repeated.push(format!("{name}, {part_name}: {first:?}"));
        }
    }
    println!("SmallCrush: {runs} runs on {bytes} bytes passed; repeated: {repeated:?}");
}

/// A statistic is weak with a probability of 0.01. The way is bad if it is weak again with another seed, or failed.
#[test]
#[ignore = "half an hour, and needs Dieharder"]
fn ways_of_the_kernels_pass_dieharder() {
    let (mut bytes, mut passed, mut seed, mut repeated) = (0, 0, 100, Vec::new());
    for (name, way) in &WAYS[..2] {
        for (test, sizes) in DIEHARDER {
            for size in sizes {
                let mut run = || {
                    seed += 1;
                    let words = PARTS[0].1(way(seed));
                    let report = dieharder(&test.to_string(), &size.to_string(), words);
                    let (good, weak) = assessments(&report.text);
                    (bytes, passed) = (bytes + report.bytes, passed + good);
                    weak
                };
                let weak = run();
                if !weak.is_empty() {
                    let again = run();
                    let same = weak.iter().any(|test| again.contains(test));
                    assert!(!same, "{name}: {weak:?}, then {again:?}");
                    repeated.push(format!("{name}: {weak:?}"));
                }
            }
        }
    }
    println!("Dieharder: {passed} statistics on {bytes} bytes passed; repeated: {repeated:?}");
}

/// Each way has the draws of the streams that it is named after.
#[test]
fn ways_are_those_of_the_streams() {
    let seed = 5;
    let floats = |number: u64, place: usize| {
        let mut stream = Streams::new(seed).floats(number);
        (0..=place).map(|_| stream.next_u64()).last().unwrap()
    };
    let stream = |number: u64, place: usize| {
        let mut stream = Streams::new(seed).stream(number);
        (0..=place).map(|_| stream.next_u64()).last().unwrap()
    };
    let expected: [&dyn Fn(usize) -> u64; 8] = [
        &|k| floats(k as u64, 0),
        // 128 draws a period, and 100 periods for 64 streams.
        &|k| {
            floats(
                (k / 12_800 * 64 + k % 128 / 2) as u64,
                k % 12_800 / 128 * 2 + k % 2,
            )
        },
        &|k| floats((k / (32 << 14) * 32 + k % 32) as u64, k % (32 << 14) / 32),
        &|k| floats(0, k),
        &|k| stream(0, k),
        &|k| stream((k / 400) as u64, k % 400),
        &|k| {
            let mut stream = Streams::new(seed + k as u64 / 2).floats(0);
            [stream.next_u64(), stream.next_u64()][k % 2]
        },
        &|k| {
            let mut stream = Streams::new(seed + k as u64 % 16).floats(0);
            (0..=k / 16).map(|_| stream.next_u64()).last().unwrap()
        },
    ];
    for ((name, way), expected) in WAYS.iter().zip(expected) {
        for (k, draw) in way(seed).enumerate().take(13_000).step_by(97) {
            assert_eq!(draw, expected(k), "{name}: draw {k}");
        }
    }
}

#[test]
fn reports_are_read() {
    let head = "Number of statistics:  15\n Total CPU time:   00:00:05.57\n\n";
    assert!(suspicious(&format!("{head} All tests were passed\n")).is_empty());
    let table = "Test                          p-value\n ------\n  3  Gap                              eps  \n \
        10  RandomWalk1 H                   1.3e-9\n  6  MaxOft AD   1 - eps1\n ------\n All other tests were passed\n";
    let found = suspicious(&format!("{head}{table}"));
    assert_eq!(found, ["3 Gap", "10 RandomWalk1", "6 MaxOft"]);
    let row = |word: &str| format!("   sts_serial|   3|    100000|     100|0.99|  {word}  \n");
    let found = assessments(&(row("PASSED") + &row("WEAK")));
    assert_eq!(found, (1, vec!["sts_serial 3".to_owned()]));
    assert!(std::panic::catch_unwind(|| assessments(&row("FAILED"))).is_err());
    assert!(std::panic::catch_unwind(|| suspicious("killed")).is_err());
    assert!(std::panic::catch_unwind(|| assessments("killed")).is_err());
}
