//! Inputs near right ones: a right one with a few changes at random, as a fuzzer makes them.

use std::fmt::{self, Debug, Formatter};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// What can happen to bytes.
#[derive(Clone, Debug)]
enum Change {
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize, usize),
    Cut(Index),
    /// Goes on with another input from some place on.
    Join(Index, Index, Index),
}

/// Texts at which readers go wrong.
const WORDS: [&str; 24] = [
    "0",
    "-1",
    "-0",
    "1e999",
    "1e-400",
    "5e-324",
    "18446744073709551616",
    "9223372036854775808",
    "NaN",
    "inf",
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "\\u0000",
    "\n",
    "\r\n",
    "\t",
    ",",
    "\u{feff}",
    "ä",
    "\u{2028}",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
];

fn change() -> impl Strategy<Value = Change> {
    let place = any::<Index>;
    let word = select(WORDS.to_vec()).prop_map(|word| word.as_bytes().to_vec());
    prop_oneof![
        3 => (place(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        2 => (place(), vec(any::<u8>(), 1..9)).prop_map(|(at, new)| Change::Insert(at, new)),
        2 => (place(), word).prop_map(|(at, word)| Change::Insert(at, word)),
        2 => (place(), 1..9_usize).prop_map(|(at, length)| Change::Remove(at, length)),
        1 => (place(), 1..20_usize, 1..200_usize).prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
        1 => place().prop_map(Change::Cut),
        1 => (place(), place(), place()).prop_map(|(from, at, to)| Change::Join(from, at, to)),
    ]
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let end = bytes.len();
        let part = |at: &Index, length: usize| {
            let start = at.index(end + 1);
            start..end.min(start + length)
        };
        match self {
            Self::Flip(at, bit) if end > 0 => bytes[at.index(end)] ^= 1 << bit,
            Self::Flip(..) => {}
            Self::Insert(at, new) => drop(bytes.splice(part(at, 0), new.iter().copied())),
            Self::Remove(at, length) => drop(bytes.drain(part(at, *length))),
            Self::Repeat(at, length, times) => {
                let repeated = bytes[part(at, *length)].repeat(*times);
                bytes.splice(part(at, 0), repeated);
            }
            Self::Cut(at) => bytes.truncate(at.index(end + 1)),
            Self::Join(from, at, to) => {
                let other = &seeds[from.index(seeds.len())];
                bytes.truncate(at.index(end + 1));
                bytes.extend_from_slice(&other[to.index(other.len() + 1)..]);
            }
        }
    }
}

/// Bytes that are shown as text.
struct Input(Vec<u8>);

impl Debug for Input {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// One of the right inputs, with up to five changes.
fn mutated(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Input> {
    (any::<Index>(), vec(change(), 0..6)).prop_map(move |(which, changes)| {
        let mut bytes = seeds[which.index(seeds.len())].clone();
        for change in &changes {
            change.apply(&mut bytes, &seeds);
        }
        Input(bytes)
    })
}

/// Gives a target of fuzzing its right inputs, and then `cases` inputs near them. See `tests/fuzz`.
pub fn survives(cases: u32, seeds: Vec<Vec<u8>>, target: fn(&[u8])) {
    for seed in &seeds {
        target(seed);
    }
    super::holds(cases, mutated(seeds), |input| target(&input.0));
}
