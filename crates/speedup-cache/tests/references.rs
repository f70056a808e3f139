//! The values of joblib's tests of its hashes (`joblib/test/test_hashing.py`): which inputs share a result.

#[expect(dead_code, reason = "these tests look at no files")]
mod folder;

use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::PI;

use folder::Folder;
use serde::Serialize;
use speedup_cache::{Cache, CacheStatus};

/// Whether the result for these inputs was there already.
fn is_stored<I: Serialize>(cache: &Cache, inputs: I) -> bool {
    let cached = cache.call("f", 1, &inputs, |_| 0_u8).unwrap();
    cached.status == CacheStatus::Hit
}

/// `test_trivial_hash`: no two of these values are the same input, whatever their types.
#[test]
fn values_that_differ_and_types_that_differ_share_nothing() {
    let folder = Folder::new("trivial");
    let cache = folder.cache();
    let map = |key: i64, value: i64| BTreeMap::from([(key, value)]);
    macro_rules! each {
        ($($value:expr),* $(,)?) => {
            $(assert!(!is_stored(&cache, $value), "shared: {}", stringify!($value));)*
            $(assert!(is_stored(&cache, $value), "not found: {}", stringify!($value));)*
        };
    }
    each!(
        1_i64,
        2_i64,
        1_i32,
        1.0,
        2.0,
        -0.0,
        0.0,
        f64::NAN,
        PI,
        1.0_f32,
        (1.0, 1.0),
        (2.0, 1.0),
        "a",
        "b",
        'a',
        b"a",
        (1_i64,),
        (1_i64, 1_i64),
        vec![1_i64],
        vec![1_i64, 1_i64],
        map(1, 1),
        map(1, 2),
        map(2, 1),
        None::<i64>,
        Some(1_i64),
        (),
        true,
        BTreeSet::from(["a", "b"]),
        vec!["a", "b"],
        vec!["ab"],
        vec!["", "ab"],
        ("a", "b"),
        Vec::<i64>::new(),
        Vec::<f64>::new(),
    );
}

/// `test_dict_hash`, `test_set_hash`: the order in which entries came does not count.
#[test]
fn sorted_collections_are_the_same_in_any_order() {
    let folder = Folder::new("order");
    let cache = folder.cache();
    let words: Vec<String> = (0..10).map(|k| format!("#s{k:019}#")).collect();
    let set = |words: &mut dyn Iterator<Item = &String>| words.cloned().collect::<BTreeSet<_>>();
    assert!(!is_stored(&cache, set(&mut words.iter())));
    assert!(is_stored(&cache, set(&mut words.iter().rev())));
    let map = |set: BTreeSet<String>| set.into_iter().zip(0_u32..).collect::<BTreeMap<_, _>>();
    assert!(!is_stored(&cache, map(set(&mut words.iter()))));
    assert!(is_stored(&cache, map(set(&mut words.iter().rev()))));
}

/// `test_hash_numpy_arrays`, `test_numpy_datetime_array`: numbers of one sequence, of another type or shape.
#[test]
fn arrays_of_other_types_and_shapes_share_nothing() {
    let folder = Folder::new("arrays");
    let cache = folder.cache();
    let numbers: Vec<f64> = (0..16).map(|k| f64::from(k).sqrt()).collect();
    let rows =
        |width: usize| -> Vec<Vec<f64>> { numbers.chunks(width).map(<[f64]>::to_vec).collect() };
    assert!(!is_stored(&cache, numbers.clone()));
    assert!(!is_stored(&cache, rows(2)));
    assert!(!is_stored(&cache, rows(4)));
    assert!(!is_stored(
        &cache,
        numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>()
    ));
    let mut transposed = rows(4);
    (0..4).for_each(|i| (0..4).for_each(|j| transposed[i][j] = numbers[4 * j + i]));
    assert!(!is_stored(&cache, transposed));
    assert!(is_stored(&cache, numbers.as_slice().to_vec()));
}
