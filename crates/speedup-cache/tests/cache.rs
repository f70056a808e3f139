//! Results that are read again, and planted faults that must be noticed.

mod folder;

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

use folder::Folder;
use serde::{Deserialize, Serialize};
use speedup_cache::{Cache, CacheStatus, Cached};

fn roots(n: &u32) -> Vec<f64> {
    (0..*n).map(|k| f64::from(k).sqrt()).collect()
}

fn call(cache: &Cache, n: u32) -> Cached<Vec<f64>> {
    let cached = cache.call("roots", 1, &n, roots).unwrap();
    assert_eq!(cached.value, roots(&n), "a wrong value");
    assert_eq!(cached.store_error, None);
    cached
}

#[test]
fn a_second_call_reads_also_through_another_handle() {
    let folder = Folder::new("second");
    let cache = folder.cache();
    assert_eq!(call(&cache, 100).status, CacheStatus::Miss);
    let never = |_: &u32| -> Vec<f64> { panic!("computed again") };
    let again = cache.call("roots", 1, &100, never).unwrap();
    assert_eq!((again.status, again.value), (CacheStatus::Hit, roots(&100)));
    assert_eq!(call(&folder.cache(), 100).status, CacheStatus::Hit);
}

#[test]
fn different_inputs_and_functions_do_not_share_results() {
    let folder = Folder::new("others");
    let cache = folder.cache();
    call(&cache, 3);
    assert_eq!(call(&cache, 4).status, CacheStatus::Miss);
    let other = cache.call("other", 1, &3_u32, |_| 1_u8).unwrap();
    assert_eq!(other.status, CacheStatus::Miss);
    assert_eq!(call(&cache, 3).status, CacheStatus::Hit);
}

#[test]
fn equal_values_of_two_inputs_do_not_share_a_file() {
    let folder = Folder::new("equal");
    let cache = folder.cache();
    for n in [1_u32, 2] {
        cache.call("zero", 1, &n, |_| 0_u8).unwrap();
    }
    let mut files = folder.files("content");
    let mut listed = cache.files();
    files.sort();
    listed.sort();
    assert_eq!(files.len(), 2);
    assert_eq!(files, listed);
}

#[test]
fn another_version_or_type_is_computed_and_replaces_the_stored_result() {
    let folder = Folder::new("version");
    let cache = folder.cache();
    call(&cache, 10);
    let second = cache.call("roots", 2, &10_u32, |n| vec![0.0; *n as usize]);
    assert_eq!(second.unwrap().status, CacheStatus::Stale { version: 1 });
    let again = cache.call("roots", 2, &10_u32, roots).unwrap();
    assert_eq!(
        (again.status, again.value),
        (CacheStatus::Hit, vec![0.0; 10])
    );
    let text = cache.call("roots", 2, &10_u32, |_| String::new()).unwrap();
    assert_eq!(text.status, CacheStatus::OtherType);
    assert_eq!(folder.files("content").len(), 1);
    assert_eq!(folder.files("index").len(), 1);
}

/// Stores a result, lets `damage` change its file, and checks that the next call notices this
/// and that the call after it reads again.
fn damaged(name: &str, kind: &str, expected: CacheStatus, damage: impl Fn(&Path)) {
    let folder = Folder::new(name);
    call(&folder.cache(), 50);
    damage(&folder.the_file(kind));
    assert_eq!(call(&folder.cache(), 50).status, expected, "{name}");
    assert_eq!(call(&folder.cache(), 50).status, CacheStatus::Hit, "{name}");
}

fn flip(path: &Path, byte: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[byte] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn every_flipped_bit_of_a_value_is_noticed() {
    let folder = Folder::new("length");
    call(&folder.cache(), 50);
    let length = fs::read(folder.the_file("content")).unwrap().len();
    for byte in (0..length).step_by(37).chain([length - 1]) {
        damaged("flip", "content", CacheStatus::Damaged, |path| {
            flip(path, byte)
        });
    }
}

#[test]
fn shortened_emptied_lengthened_and_lost_values_are_noticed() {
    let cut = |length: usize| {
        move |path: &Path| {
            let bytes = fs::read(path).unwrap();
            fs::write(path, &bytes[..length]).unwrap();
        }
    };
    damaged("short", "content", CacheStatus::Damaged, cut(40));
    damaged("empty", "content", CacheStatus::Damaged, cut(0));
    damaged("lost", "content", CacheStatus::Damaged, |path| {
        fs::remove_file(path).unwrap();
    });
    damaged("long", "content", CacheStatus::Damaged, |path| {
        let mut bytes = fs::read(path).unwrap();
        bytes.push(0);
        fs::write(path, bytes).unwrap();
    });
}

#[test]
fn a_damaged_index_is_a_miss() {
    damaged("index-flip", "index", CacheStatus::Miss, |path| {
        flip(path, 80);
    });
    damaged("index-bytes", "index", CacheStatus::Miss, |path| {
        fs::write(path, [0xff, 0xfe, 0x00, b'\n', 0xff]).unwrap();
    });
    damaged("index-lost", "index", CacheStatus::Miss, |path| {
        fs::remove_file(path).unwrap();
    });
}

#[test]
fn an_expired_result_is_computed_again_and_removed() {
    let folder = Folder::new("old");
    call(&folder.cache(), 5);
    std::thread::sleep(Duration::from_millis(30));
    let brief = folder.cache().lifetime(Duration::from_millis(10));
    // Opening a cache with the default lifetime removes nothing.
    assert_eq!(call(&folder.cache(), 5).status, CacheStatus::Hit);
    call(&brief, 6);
    assert_eq!(
        folder.files("content").len(),
        1,
        "the expired result is still there"
    );
    std::thread::sleep(Duration::from_millis(30));
    assert_eq!(call(&brief, 6).status, CacheStatus::Expired);
}

/// Else each result would take longer to store than the one before.
#[test]
fn storing_a_result_does_not_read_those_that_are_stored() {
    let folder = Folder::new("many");
    let cache = folder.cache();
    call(&cache, 5);
    // What looks through the index removes this file.
    let foreign = folder.the_file("index").with_file_name("foreign");
    let entry = r#"{"key":"k","integrity":"sha1-x","time":1,"size":1,"metadata":null}"#;
    let (_, sum) = cacache::Integrity::from(entry).to_hex();
    fs::write(&foreign, format!("\n{sum}\t{entry}")).unwrap();
    call(&cache, 6);
    assert!(foreign.exists());
    assert_eq!(cache.files().len(), 2);
    assert!(!foreign.exists());
    cache.clear().unwrap();
    assert_eq!(call(&cache, 6).status, CacheStatus::Miss);
}

#[test]
fn inputs_of_different_types_do_not_share_results() {
    let folder = Folder::new("types");
    let cache = folder.cache();
    let zeros = |n: u32| u64::from(n);
    let first = cache.call("f", 1, &7_u32, |n| zeros(n.leading_zeros()));
    let second = cache.call("f", 1, &7_u64, |n| zeros(n.leading_zeros()));
    assert_eq!((first.unwrap().value, second.unwrap().value), (29, 61));
    let first = cache.call("g", 1, &1_i32, |k| f64::from(*k)).unwrap();
    let second = cache.call("g", 1, &2_u32, |k| f64::from(*k)).unwrap();
    assert_eq!((first.value, second.value), (1.0, 2.0));
}

#[test]
fn a_type_that_does_not_come_back_is_named_at_the_first_call() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Partly {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        last: u32,
    }
    let folder = Folder::new("partly");
    let value = |_: &u32| Partly {
        note: None,
        last: 3,
    };
    let cached = folder.cache().call("f", 1, &1, value).unwrap();
    assert_eq!((cached.value.last, cached.value.note), (3, None));
    let message = cached.store_error.unwrap().to_string();
    assert!(message.contains("Partly does not come back"), "{message}");
}

#[test]
fn clear_removes_all_results_and_nothing_else() {
    let folder = Folder::new("clear");
    let mine = folder.0.join("mine.txt");
    fs::write(&mine, "mine").unwrap();
    let cache = folder.cache();
    call(&cache, 5);
    cache.clear().unwrap();
    assert!(mine.is_file());
    assert_eq!(folder.files("content").len(), 0);
    assert_eq!(call(&cache, 5).status, CacheStatus::Miss);
    cache.clear().unwrap();
    cache.clear().unwrap();
}

#[test]
fn threads_may_share_a_cache() {
    let folder = Folder::new("threads");
    let cache = folder.cache();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..20).for_each(|n| drop(call(&cache, n % 5))));
        }
    });
    (0..5).for_each(|n| assert_eq!(call(&cache, n).status, CacheStatus::Hit));
}

#[test]
fn a_value_that_cannot_be_stored_is_still_returned() {
    let folder = Folder::new("full");
    let cache = folder.cache();
    // A file at the place of the cache's folder.
    let store = folder.0.join("speedup-cache");
    fs::remove_dir_all(&store).unwrap();
    fs::write(&store, "in the way").unwrap();
    let cached = cache.call("roots", 1, &9_u32, roots).unwrap();
    assert_eq!(cached.value, roots(&9));
    let cause = cached.store_error.as_ref().and_then(|error| error.source());
    assert!(cause.is_some_and(|cause| cause.is::<std::io::Error>()));
    let message = cached.to_string();
    assert!(
        message.contains("; not stored: result cache: "),
        "{message}"
    );
    let folder = folder.0.to_string_lossy().into_owned();
    assert!(!message.contains(&folder), "{message}");
}

#[test]
fn bad_names_are_refused() {
    for bad in ["", "..", "a/b", "a b", "ä"] {
        let message = Cache::open(bad).unwrap_err().to_string();
        assert!(message.contains("is not allowed"), "{message}");
    }
}
