//! What the property tests of all crates share: the number of cases, a watchdog, and inputs that are likely to do harm.

// Not every test uses all of it.
#![allow(dead_code)]

mod mutated;

#[allow(unused_imports)]
pub use mutated::survives;

use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use proptest::num::f64::ANY;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

/// The cases of a property, unless it is slow.
pub const CASES: u32 = 1_000;

/// The number in the variable `PROPTEST_CASES`, or [`CASES`].
pub fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|cases| cases.parse().ok()).unwrap_or(CASES)
}

/// The longest time of a case.
const LONGEST: Duration = Duration::from_secs(10);

/// Tests that a property holds for `cases` inputs at random. A case that takes 10 s ends the program.
///
/// The variable `PROPTEST_CASES` sets another number of cases in place of [`CASES`]; those of slow properties change
/// in proportion.
pub fn holds<S: Strategy>(cases: u32, inputs: S, property: impl Fn(S::Value))
where
    S::Value: Debug,
{
    let cases = u64::from(self::cases()) * u64::from(cases) / u64::from(CASES);
    let config = ProptestConfig {
        cases: cases.clamp(1, u32::MAX.into()) as u32,
        failure_persistence: None,
        max_shrink_iters: 500,
        ..ProptestConfig::default()
    };
    let now = Arc::new(Mutex::new(None));
    let watched = Arc::downgrade(&now);
    std::thread::spawn(move || watch(&watched));
    // The same inputs in each run: what fails can be repeated.
    let rng = TestRng::deterministic_rng(RngAlgorithm::default());
    let outcome = TestRunner::new_with_rng(config, rng).run(&inputs, |input| {
        let text = format!("{input:?}");
        *now.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), text));
        property(input);
        *now.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

/// Ends the program when a case takes too long; returns when the test is over.
fn watch(now: &Weak<Mutex<Option<(Instant, String)>>>) {
    while let Some(case) = now.upgrade() {
        let case = case.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((begin, input)) = case
            && begin.elapsed() > LONGEST
        {
            eprintln!("no end within {LONGEST:?}: {input:.2000}");
            std::process::abort();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Numbers of every kind: near the ends of the range, subnormal, infinite, NaN, and everyday ones.
pub fn number() -> impl Strategy<Value = f64> + Clone {
    prop_oneof![
        2 => -10.0..10.0,
        1 => ANY,
        1 => select(vec![
            0.0, -0.0, 1.0, -1.0, 5e-324, -5e-324, f64::MIN_POSITIVE, 1e-308, 1e308, -1e308, f64::MAX, f64::MIN,
            f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -f64::NAN, 1e154, 9e153, -9e153, 50.0, 1e-4,
        ]),
    ]
}

/// Finite numbers of every kind.
pub fn finite() -> impl Strategy<Value = f64> + Clone {
    number().prop_map(|x| if x.is_finite() { x } else { 1e308 })
}

/// Sizes that fit in memory, and sizes of which no machine has the memory.
pub fn size() -> impl Strategy<Value = usize> + Clone {
    prop_oneof![4 => 0..200_usize, 1 => too_large()]
}

/// Sizes of which no machine has the memory: from 2⁴⁶ on.
pub fn too_large() -> impl Strategy<Value = usize> + Clone {
    prop_oneof![
        select(vec![
            1 << 46,
            1 << 60,
            1 << 61,
            usize::MAX / 16,
            usize::MAX / 8,
            usize::MAX / 2,
            usize::MAX - 1,
            usize::MAX
        ]),
        (1_usize << 46)..=usize::MAX,
    ]
}

/// Whole numbers of every kind.
pub fn whole() -> impl Strategy<Value = i64> + Clone {
    prop_oneof![
        2 => -9..=9_i64,
        1 => -40_000..=40_000_i64,
        1 => any::<i64>(),
        1 => select(vec![i64::MIN, i64::MIN / 2, i64::MAX / 2, i64::MAX, i64::MIN / 2 - 1, i64::MAX / 2 + 1]),
    ]
}

/// Whether two numbers have the same bits, or both are NaN.
pub fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}
