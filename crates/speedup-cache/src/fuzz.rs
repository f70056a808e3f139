//! Targets of fuzzing: stored results and their index. `tests/fuzz` gives them inputs without end; here are some.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Cache, CacheStatus, entry};

#[cfg(test)]
#[path = "../../speedup/tests/support/mod.rs"]
mod support;

type Plain = Vec<f64>;
type Nested = BTreeMap<String, Option<(bool, char, f32, i64)>>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Step {
    Up,
    To { x: f64, name: String },
    Many(Vec<Step>),
}

/// The bytes of a stored result: refused, or a value that comes back when it is stored again.
pub fn stored(bytes: &[u8]) {
    comes_back::<Plain>(bytes);
    comes_back::<Nested>(bytes);
    comes_back::<Step>(bytes);
}

fn comes_back<V: Serialize + DeserializeOwned>(bytes: &[u8]) {
    if let Ok(value) = entry::decode::<V>(bytes, "k", 1) {
        let again = entry::encode("k", 1, &value).unwrap();
        let back = entry::decode::<V>(&again, "k", 1).unwrap();
        let bits = |value: &V| postcard::to_stdvec(value).unwrap();
        assert_eq!(bits(&back), bits(&value));
    }
}

/// Right results to begin with.
pub fn results() -> Vec<Vec<u8>> {
    let nested = Nested::from([
        ("ä".to_owned(), Some((true, 'ß', f32::NAN, -1))),
        (String::new(), None),
    ]);
    let to = Step::To {
        x: -0.0,
        name: "b".to_owned(),
    };
    vec![
        entry::encode("k", 1, &vec![0.1, f64::NAN]).unwrap(),
        entry::encode("k", 1, &nested).unwrap(),
        entry::encode("k", 1, &Step::Up).unwrap(),
        entry::encode("k", 1, &to).unwrap(),
        entry::encode("k", 1, &Step::Many(vec![to])).unwrap(),
    ]
}

/// Files of a cache with one result. Its value is always that of the function, and the next call reads it again.
///
/// The first byte tells what the others are: the file of the result, the file of the index, or an entry of the index,
/// which then gets the checksum that it needs.
pub fn files(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else {
        return;
    };
    let folder = Folder::new();
    let cache = Cache::in_folder(&folder.0).unwrap();
    let call = || {
        let cached = cache
            .call("f", 1, &7, |n| vec![f64::from(*n), 2.5])
            .unwrap();
        assert_eq!((cached.value, cached.store_error), (vec![7.0, 2.5], None));
        cached.status
    };
    assert_eq!(call(), CacheStatus::Miss);
    let (file, content) = match kind % 3 {
        0 => (cache.files()[0].clone(), bytes.to_vec()),
        1 => (folder.index(), bytes.to_vec()),
        _ => (folder.index(), line(bytes)),
    };
    fs::write(file, content).unwrap();
    cache.files();
    call();
    assert_eq!(call(), CacheStatus::Hit);
    assert_eq!(cache.files().len(), 1);
    cache.clear().unwrap();
    assert_eq!(call(), CacheStatus::Miss);
}

/// A line of cacache's index: the checksum of an entry, and the entry.
fn line(entry: &[u8]) -> Vec<u8> {
    let (_, sum) = cacache::Integrity::from(entry).to_hex();
    [b"\n", sum.as_bytes(), b"\t", entry].concat()
}

/// Right files to begin with, and entries of the index whose hash cacache cannot use.
pub fn contents() -> Vec<Vec<u8>> {
    let folder = Folder::new();
    let cache = Cache::in_folder(&folder.0).unwrap();
    cache
        .call("f", 1, &7, |n| vec![f64::from(*n), 2.5])
        .unwrap();
    let content = fs::read(&cache.files()[0]).unwrap();
    let index = fs::read(folder.index()).unwrap();
    let place = index.iter().rposition(|byte| *byte == b'\t').unwrap();
    let entry = String::from_utf8(index[place + 1..].to_vec()).unwrap();
    let (before, rest) = entry.split_once("\"xxh3-").unwrap();
    let (_, after) = rest.split_once('"').unwrap();
    let others = ["sha9-AA==", "xxh3-AA==", "xxh3-?", "sha1-deadbeef", ""];
    let others = others.map(|hash| format!("{before}\"{hash}\"{after}"));
    let with = |kind: u8, bytes: &[u8]| [&[kind], bytes].concat();
    let mut all = vec![with(0, &content), with(1, &index)];
    all.extend(
        [entry]
            .iter()
            .chain(&others)
            .map(|entry| with(2, entry.as_bytes())),
    );
    all
}

/// A folder for one input; removed with the value.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        use std::sync::atomic::{AtomicU64, Ordering};
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("fuzz-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// The only file of the index.
    fn index(&self) -> PathBuf {
        fn first(folder: &Path) -> PathBuf {
            let path = fs::read_dir(folder)
                .unwrap()
                .next()
                .unwrap()
                .unwrap()
                .path();
            if path.is_dir() { first(&path) } else { path }
        }
        first(&self.0.join("speedup-cache/index-v5"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_near_right_ones() {
        support::survives(2_000, results(), stored);
    }

    /// 100 cases: each writes files.
    #[test]
    fn files_near_right_ones() {
        support::survives(100, contents(), files);
    }
}
