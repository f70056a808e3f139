//! Values, names and damaged files at random: the value is always that of the function, and never an error of the file.
//! See the same test of the crate `speedup`.

#[path = "../../speedup/tests/support/mod.rs"]
mod support;

mod folder;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use folder::Folder;
use proptest::collection::vec;
use proptest::prelude::*;
use speedup_cache::{Cache, CacheStatus};
use support::{CASES, holds, number};

/// The value that is stored and damaged.
fn value(_: &u32) -> Vec<f64> {
    vec![1.0, 2.5]
}

/// Cuts a file at each byte, and flips bits of each byte; the next call must notice it and the one after it read again.
fn every_damage(name: &str, file: impl Fn(&Folder) -> PathBuf, is_noticed: impl Fn(CacheStatus)) {
    let folder = Folder::new(name);
    let cache = folder.cache();
    let call = || {
        let cached = cache.call("f", 1, &7, value).unwrap();
        assert_eq!((cached.value, cached.store_error), (value(&7), None));
        cached.status
    };
    call();
    let whole = fs::read(file(&folder)).unwrap();
    let cuts = (0..whole.len()).map(|length| whole[..length].to_vec());
    let flips = (0..whole.len()).map(|at| {
        let mut bytes = whole.clone();
        bytes[at] ^= [1, 0x20, 0x80][at % 3];
        bytes
    });
    for bytes in cuts.chain(flips) {
        fs::write(file(&folder), bytes).unwrap();
        cache.files();
        is_noticed(call());
        assert_eq!(call(), CacheStatus::Hit);
    }
    cache.clear().unwrap();
    assert_eq!(call(), CacheStatus::Miss);
}

#[test]
fn every_cut_and_every_flipped_byte_of_a_value_is_noticed() {
    let content = |folder: &Folder| folder.cache().files()[0].clone();
    every_damage("content", content, |status| {
        assert_eq!(status, CacheStatus::Damaged)
    });
}

/// A line of the index has a checksum of its own. Without its line a result is not found.
#[test]
fn every_cut_and_every_flipped_byte_of_the_index_is_harmless() {
    every_damage("index", |folder| folder.the_file("index"), |_| ());
}

/// 200 cases: each writes files.
#[test]
fn any_value_comes_back_in_every_bit() {
    let folder = Folder::new("values");
    let cache = folder.cache();
    let inputs = (
        "\\PC*",
        any::<u32>(),
        vec(number(), 0..9),
        any::<Option<(i64, String)>>(),
    );
    holds(200, inputs, |(function, version, numbers, other)| {
        let bits = |numbers: &[f64]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<u64>>();
        // NaN has no equal, but its bits have.
        let inputs = (bits(&numbers), other.clone());
        let result = |_: &_| (numbers.clone(), other.clone());
        let first = cache.call(&function, version, &inputs, result).unwrap();
        assert_eq!(first.store_error, None);
        let again = cache.call(&function, version, &inputs, result).unwrap();
        assert_eq!(again.status, CacheStatus::Hit);
        assert_eq!(
            (bits(&again.value.0), &again.value.1),
            (bits(&numbers), &other)
        );
    });
}

#[test]
fn names_with_other_characters_and_folders_that_there_are_not_are_refused() {
    // Only names that are not allowed: others would make a folder for the user.
    holds(CASES, "\\PC*[^a-zA-Z0-9_-]\\PC*|", |name| {
        let message = Cache::open(&name).unwrap_err().to_string();
        let expected = format!("result cache: the name {name:?} is not allowed, use the letters");
        assert!(message.starts_with(&expected), "{message}");
        let folder = std::env::temp_dir()
            .join("no-such-folder")
            .join(name.replace('/', "-"));
        let message = Cache::in_folder(folder).unwrap_err().to_string();
        assert!(
            message.starts_with("result cache: the folder "),
            "{message}"
        );
    });
}

/// 200 cases: each reads files.
#[test]
fn any_lifetime_is_kept() {
    let folder = Folder::new("lifetimes");
    let lifetime = prop_oneof![Just(Duration::ZERO), Just(Duration::MAX), any::<Duration>()];
    holds(200, lifetime, |lifetime| {
        let cached = folder
            .cache()
            .lifetime(lifetime)
            .call("f", 1, &7, value)
            .unwrap();
        assert_eq!(cached.value, value(&7));
        assert!(cached.status != CacheStatus::Expired || lifetime < Duration::from_secs(60));
    });
}
