//! A folder of stored results, with a lifetime.

use std::fmt::Display;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use cacache::{Algorithm, Integrity, Metadata, RemoveOpts};
use serde::Serialize;
use serde::de::DeserializeOwned;
use speedup::Error;

use crate::{CacheStatus, Cached, entry, index, owner, schema};

/// The lifetime of a result unless [`Cache::lifetime`] sets another: 30 days.
pub const DEFAULT_LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The subfolder for all files of a cache, inside the folder that the caller chose.
const FOLDER: &str = "speedup-cache";
/// A file that was written when expired results were last removed, in a subfolder, as cacache clears folders only.
const SWEPT: &str = "swept/last";

/// A cache on disk for the results of slow functions.
///
/// Any number of threads and processes may use the same cache at the same time. If two of them
/// need a result that is not stored yet, both compute it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cache {
    folder: PathBuf,
    lifetime: Duration,
}

impl Cache {
    /// The cache of this name in the user's cache folder (`~/.cache` on Linux).
    ///
    /// Each working folder has its own caches, so two copies of a notebook do not share
    /// results. **Notebooks in the same folder need different names**: a cache of the same
    /// name is the same cache.
    ///
    /// # Errors
    ///
    /// [`Error::System`] if the name has characters other than ASCII letters, digits, `-` and
    /// `_`, if the user has no cache folder, or if it cannot be written.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// let cache = speedup_cache::Cache::open("my-results")?;
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn open(name: &str) -> Result<Self, Error> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || !name.chars().all(allowed) {
            return Err(cache_error(format!(
                "the name {name:?} is not allowed, use the letters a to z and A to Z, digits, - and _"
            )));
        }
        let user = dirs::cache_dir()
            .ok_or_else(|| cache_error("this user has no cache folder; set XDG_CACHE_HOME"))?;
        let here = std::env::current_dir().map_err(|error| folder_error(Path::new("."), &error))?;
        let (_, here) = Integrity::from(here.as_os_str().as_encoded_bytes()).to_hex();
        Self::at(user.join(FOLDER).join(format!("{name}-{}", &here[..16])))
    }

    /// The cache in a folder of your choice, which must exist. All files are in a subfolder of it.
    ///
    /// # Errors
    ///
    /// [`Error::System`] if the folder does not exist or cannot be written, or if all users may write there and the
    /// subfolder is somebody else's.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_cache::Cache;
    ///
    /// let error = Cache::in_folder("no/such/folder").unwrap_err().to_string();
    /// assert!(error.starts_with("result cache: the folder no/such/folder: No such file"));
    /// ```
    pub fn in_folder(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref();
        let folder = folder
            .canonicalize()
            .map_err(|error| folder_error(folder, &error))?;
        Self::at(folder.join(FOLDER))
    }

    fn at(folder: PathBuf) -> Result<Self, Error> {
        fs::create_dir_all(&folder)
            .and_then(|()| owner::check(&folder))
            .map_err(|error| folder_error(&folder, &error))?;
        Ok(Self {
            folder,
            lifetime: DEFAULT_LIFETIME,
        })
    }

    /// Sets the lifetime of a result. Older results are not read. They are removed when a result
    /// is stored, and a hundredth of the lifetime has gone by since they were last removed.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// let day = Duration::from_secs(24 * 60 * 60);
    /// let cache = speedup_cache::Cache::open("my-results")?.lifetime(day);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// The files of the stored results, one file per result.
    ///
    /// # Examples
    ///
    /// ```
    /// # let folder = std::env::temp_dir().join(format!("speedup-files-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// # let cache = speedup_cache::Cache::in_folder(&folder)?;
    /// cache.call("double", 1, &21, |n| 2 * n)?;
    /// assert_eq!(cache.files().len(), 1);
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn files(&self) -> Vec<PathBuf> {
        self.entries().map(|entry| self.file(&entry)).collect()
    }

    /// The entries of the index.
    fn entries(&self) -> impl Iterator<Item = Metadata> {
        index::remove_foreign(&self.folder);
        cacache::list_sync(&self.folder).flatten()
    }

    /// The path of a result, by cacache's rule: two folders of two hexadecimal digits, then the rest.
    fn file(&self, entry: &Metadata) -> PathBuf {
        let (algorithm, digits) = entry.integrity.to_hex();
        self.folder
            .join("content-v2")
            .join(algorithm.to_string())
            .join(&digits[0..2])
            .join(&digits[2..4])
            .join(&digits[4..])
    }

    /// Removes all results of this cache.
    ///
    /// # Errors
    ///
    /// [`Error::System`] if a file cannot be removed.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// speedup_cache::Cache::open("my-results")?.clear()?;
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn clear(&self) -> Result<(), Error> {
        cacache::clear_sync(&self.folder).map_err(store_error)
    }

    /// The function's result for these inputs, read from disk or computed and stored.
    ///
    /// `function` and `version` name the function. A program cannot see that the code of a
    /// function has changed: **increase the version whenever the results may change.** The
    /// result must depend on `inputs` only, because a stored result is found by them.
    /// Inputs with a `HashMap` or a `HashSet` have another order in each program, so their result is not found again: use
    /// `BTreeMap` and `BTreeSet`.
    ///
    /// A stored result is used only if its checksum (XXH3, 128 bits), its version and its type are right,
    /// including the names and types of all fields. Otherwise it is computed again, and
    /// [`Cached::status`] gives the reason. If an index line is damaged, the status is
    /// [`CacheStatus::Miss`]. Inputs of different types never share a result.
    ///
    /// A computed value is returned even if it cannot be stored. [`Cached::store_error`] then
    /// gives the reason, for example that the disk is full, or that serde leaves out fields
    /// of the value so that it cannot be read again.
    ///
    /// # Errors
    ///
    /// [`Error::System`] if the inputs cannot be written as bytes.
    ///
    /// # Panics
    ///
    /// If the function panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_cache::{Cache, CacheStatus};
    ///
    /// # let folder = std::env::temp_dir().join(format!("speedup-call-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// # let cache = Cache::in_folder(&folder)?;
    /// let square = cache.call("square", 1, &3.0, |x| x * x)?;
    /// assert_eq!(square.value, 9.0);
    /// let cube = cache.call("square", 2, &3.0, |x| x * x * x)?;
    /// assert_eq!(cube.status, CacheStatus::Stale { version: 1 });
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn call<I, V>(
        &self,
        function: &str,
        version: u32,
        inputs: &I,
        compute: impl FnOnce(&I) -> V,
    ) -> Result<Cached<V>, Error>
    where
        I: Serialize,
        V: Serialize + DeserializeOwned,
    {
        let not_bytes = |error: &dyn Display| {
            cache_error(format!(
                "the inputs of {function} cannot be written as bytes: {error}"
            ))
        };
        let schema = schema::of(inputs).map_err(|error| not_bytes(&error))?;
        let mut bytes = schema.into_bytes();
        bytes.extend(postcard::to_stdvec(inputs).map_err(|error| not_bytes(&error))?);
        let key = format!("{function} {}", Integrity::from(bytes));
        let start = Instant::now();
        let status = match self.read(&key, version) {
            Ok(value) => {
                return Ok(Cached {
                    value,
                    status: CacheStatus::Hit,
                    seconds: start.elapsed().as_secs_f64(),
                    store_error: None,
                });
            }
            Err(status) => status,
        };
        let start = Instant::now();
        let value = compute(inputs);
        let seconds = start.elapsed().as_secs_f64();
        let store_error = self.store(&key, version, &value).err();
        Ok(Cached {
            value,
            status,
            seconds,
            store_error,
        })
    }

    fn read<V>(&self, key: &str, version: u32) -> Result<V, CacheStatus>
    where
        V: Serialize + DeserializeOwned,
    {
        let entry = cacache::metadata_sync(&self.folder, key)
            .map_err(|_| CacheStatus::Damaged)?
            .ok_or(CacheStatus::Miss)?;
        if !index::is_own_hash(&entry.integrity.to_string()) {
            return Err(CacheStatus::Damaged);
        }
        if self.is_expired(&entry) {
            return Err(CacheStatus::Expired);
        }
        let bytes = cacache::read_hash_sync(&self.folder, &entry.integrity)
            .map_err(|_| CacheStatus::Damaged)?;
        entry::decode(&bytes, key, version)
    }

    fn store<V>(&self, key: &str, version: u32, value: &V) -> Result<(), Error>
    where
        V: Serialize + DeserializeOwned,
    {
        if self.is_sweep_due() {
            self.remove_expired();
        }
        let bytes = entry::encode(key, version, value).map_err(cache_error)?;
        // An older result of this key would only take up space. Mostly there is none.
        let _ = RemoveOpts::new()
            .remove_fully(true)
            .remove_sync(&self.folder, key);
        cacache::write_sync_with_algo(Algorithm::Xxh3, &self.folder, key, bytes)
            .map(|_| ())
            .map_err(store_error)
    }

    fn is_expired(&self, entry: &Metadata) -> bool {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |now| now.as_millis());
        now.saturating_sub(entry.time) > self.lifetime.as_millis()
    }

    /// Whether to look for expired results: it takes longer with each result, so it is not done each time.
    fn is_sweep_due(&self) -> bool {
        let last = fs::metadata(self.folder.join(SWEPT)).and_then(|facts| facts.modified());
        let age = last.ok().and_then(|time| time.elapsed().ok());
        age.is_none_or(|age| age >= self.lifetime / 100)
    }

    /// A file that cannot be removed now is tried again the next time.
    fn remove_expired(&self) {
        let mark = self.folder.join(SWEPT);
        // Where it cannot be written, the next result cannot be stored either.
        let _ = mark.parent().map(fs::create_dir_all);
        let _ = File::create(&mark).and_then(|file| file.set_modified(SystemTime::now()));
        for entry in self.entries() {
            if self.is_expired(&entry) {
                let _ = RemoveOpts::new()
                    .remove_fully(true)
                    .remove_sync(&self.folder, &entry.key);
            }
        }
    }
}

fn cache_error(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::system("result cache", cause)
}

/// The error of the operating system, with the name of the folder in its text.
fn folder_error(folder: &Path, error: &io::Error) -> Error {
    let message = format!("the folder {}: {error}", folder.display());
    cache_error(io::Error::new(error.kind(), message))
}

/// The error of the operating system, without the path that cacache adds to it.
fn store_error(error: cacache::Error) -> Error {
    match error {
        cacache::Error::IoError(error, _) => cache_error(error),
        other => cache_error(other),
    }
}
