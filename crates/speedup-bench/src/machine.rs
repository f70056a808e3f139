//! This machine's clock and memory bandwidth, measured in the same run as the kernels.
//!
//! They are measured like workloads, under the name `machine`. The value is in units per second.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Result;
use speedup::Threads;

use crate::workload::{Run, Sample};

/// The workload and the build of these measures in the results.
pub const NAME: &str = "machine";

/// The measures, each with its meaning.
pub const MEASURES: [(&str, &str); 4] = [
    (
        "clock",
        "cycles per second, from a chain of operations of one cycle that depend on one another",
    ),
    ("fill-200MB", "bytes written per second, into 200 MB"),
    (
        "fill-4MB",
        "bytes written per second, into 4 MB again and again",
    ),
    (
        "copy-32MB",
        "bytes read and written per second, from 16 MB to 16 MB again and again",
    ),
];

/// Prepares one of the measures; `None` for an unknown name.
pub fn prepare(measure: &str, threads: Threads) -> Option<Run> {
    match measure {
        "clock" => Some(Box::new(clock)),
        "fill-200MB" => Some(fill(25_000_000, 1, threads)),
        "fill-4MB" => Some(fill(500_000, 40, threads)),
        "copy-32MB" => Some(copy(2_000_000, 10, threads)),
        _ => None,
    }
}

/// The clock, from shifts, exclusive ors and additions: each takes one cycle on every processor of
/// the last twenty years.
fn clock() -> Result<Sample> {
    const STEPS: u64 = 20_000_000;
    let start = Instant::now();
    let mut x = black_box(1_u64);
    for _ in 0..STEPS {
        x = step(x);
    }
    black_box(x);
    let seconds = start.elapsed().as_secs_f64();
    Ok(Sample {
        seconds,
        value: 3.0 * STEPS as f64 / seconds,
    })
}

/// Three operations of one cycle each that depend on one another: shift, exclusive or, add.
#[inline]
fn step(x: u64) -> u64 {
    (x ^ (x >> 7)).wrapping_add(0x9e37_79b9)
}

fn fill(length: usize, times: usize, threads: Threads) -> Run {
    let mut memory = vec![1.0_f64; length];
    let share = length.div_ceil(threads.count());
    let mut number = 0.0;
    Box::new(move || {
        number += 1.0;
        let start = Instant::now();
        spread(memory.chunks_mut(share), |part| {
            for _ in 0..times {
                part.fill(black_box(number));
                black_box(&part);
            }
        });
        let seconds = start.elapsed().as_secs_f64();
        let bytes = (times * length * size_of::<f64>()) as f64;
        black_box(&memory);
        Ok(Sample {
            seconds,
            value: bytes / seconds,
        })
    })
}

fn copy(length: usize, times: usize, threads: Threads) -> Run {
    let from = vec![1.0_f64; length];
    let mut to = vec![2.0_f64; length];
    let share = length.div_ceil(threads.count());
    Box::new(move || {
        let start = Instant::now();
        let parts = to.chunks_mut(share).zip(from.chunks(share));
        spread(parts, |(to, from)| {
            for _ in 0..times {
                to.copy_from_slice(black_box(from));
                black_box(&to);
            }
        });
        let seconds = start.elapsed().as_secs_f64();
        let bytes = (2 * times * length * size_of::<f64>()) as f64;
        black_box(&to);
        Ok(Sample {
            seconds,
            value: bytes / seconds,
        })
    })
}

/// Each part on a thread of its own, the last on this one.
fn spread<T: Send>(parts: impl ExactSizeIterator<Item = T>, work: impl Fn(T) + Sync) {
    let last = parts.len();
    std::thread::scope(|scope| {
        let work = &work;
        for (k, part) in parts.enumerate() {
            if k + 1 == last {
                work(part);
            } else {
                scope.spawn(move || work(part));
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_is_a_positive_rate() {
        for (name, _) in MEASURES {
            let mut run = prepare(name, Threads::new(2).unwrap()).unwrap();
            assert!(run().unwrap().value > 0.0, "{name}");
        }
        assert!(prepare("luck", Threads::Sequential).is_none());
    }
}
