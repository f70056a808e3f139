//! Where results are kept, and for how long.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use cacache::{Integrity, Metadata, RemoveOpts};
use serde::Serialize;
use serde::de::DeserializeOwned;
use speedup::Error;

use crate::{Found, Origin, entry, shape};

/// How long a result is kept unless [`Cache::lifetime`] says otherwise: 30 days.
pub const LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The folder that holds everything kept, inside the one that was chosen.
const FOLDER: &str = "speedup-cache";

/// Results of slow functions on disk.
///
/// Any number of threads and processes may use the same cache at the same time. If two of them
/// want a result that is not there, both compute it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cache {
    folder: PathBuf,
    lifetime: Duration,
}

impl Cache {
    /// The cache of this name in the user's cache folder (`~/.cache` on Linux).
    ///
    /// Each working folder has caches of its own, so that two copies of a notebook do not
    /// disturb each other. **Notebooks in the same folder need different names**: a cache of the
    /// same name is the same cache.
    ///
    /// # Errors
    ///
    /// [`Error::System`] for a name that is not of letters, digits, `-` and `_`, if there is no
    /// user's cache folder, or if nothing can be written there.
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
            return Err(trouble(format!(
                "the name {name:?} is not allowed, use letters, digits, - and _"
            )));
        }
        let user = dirs::cache_dir()
            .ok_or_else(|| trouble("no cache folder for this user; set XDG_CACHE_HOME"))?;
        let here = std::env::current_dir().map_err(trouble)?;
        let (_, here) = Integrity::from(here.as_os_str().as_encoded_bytes()).to_hex();
        Self::at(user.join(FOLDER).join(format!("{name}-{}", &here[..16])))
    }

    /// The cache in a folder of your choice, which must exist; it keeps to a subfolder.
    ///
    /// # Errors
    ///
    /// [`Error::System`] if there is no such folder, or nothing can be written there.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_cache::Cache;
    ///
    /// assert!(Cache::in_folder("no/such/folder").is_err());
    /// ```
    pub fn in_folder(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref().canonicalize().map_err(trouble)?;
        Self::at(folder.join(FOLDER))
    }

    fn at(folder: PathBuf) -> Result<Self, Error> {
        std::fs::create_dir_all(&folder).map_err(trouble)?;
        Ok(Self {
            folder,
            lifetime: LIFETIME,
        })
    }

    /// Sets how long a result is kept. Older ones are not read, and are removed when the next result
    /// is kept.
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

    /// The files that the kept results are in, one for each.
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
        let kept = cacache::list_sync(&self.folder).flatten();
        kept.map(|kept| self.file(&kept)).collect()
    }

    /// Where the store puts a result: two folders of two hexadecimal digits, then the rest.
    fn file(&self, kept: &Metadata) -> PathBuf {
        let (algorithm, digits) = kept.integrity.to_hex();
        self.folder
            .join("content-v2")
            .join(algorithm.to_string())
            .join(&digits[0..2])
            .join(&digits[2..4])
            .join(&digits[4..])
    }

    /// Removes everything that this cache keeps.
    ///
    /// # Errors
    ///
    /// [`Error::System`] if the operating system does not remove it.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// speedup_cache::Cache::open("my-results")?.clear()?;
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn clear(&self) -> Result<(), Error> {
        cacache::clear_sync(&self.folder).map_err(refused)
    }

    /// The function's result for these inputs: read, if it is kept, or else computed and kept.
    ///
    /// `function` and `version` name the function. A program cannot see that the code of a
    /// function has changed: **count up the version whenever a change may change its
    /// results.** A result depends on `inputs` only, so all that the function uses has to be in them.
    ///
    /// A kept result is used only if its SHA-256 is right, and version and type are the same, with
    /// the names and types of all fields; [`Found::origin`] says what was wrong otherwise. Inputs of
    /// different types never share a result. (An index line that is damaged counts as
    /// nothing kept.) If a computed value cannot be kept, [`Found::not_kept`] says why.
    ///
    /// # Errors
    ///
    /// [`Error::System`] if the inputs cannot be written as bytes.
    ///
    /// # Panics
    ///
    /// Only if the function does.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_cache::{Cache, Origin};
    ///
    /// # let folder = std::env::temp_dir().join(format!("speedup-call-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// # let cache = Cache::in_folder(&folder)?;
    /// let found = cache.call("square", 1, &3.0, |x| x * x)?;
    /// assert_eq!(found.value, 9.0);
    /// let cube = cache.call("square", 2, &3.0, |x| x * x * x)?;
    /// assert_eq!(cube.origin, Origin::Stale { version: 1 });
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn call<I, V>(
        &self,
        function: &str,
        version: u32,
        inputs: &I,
        compute: impl FnOnce(&I) -> V,
    ) -> Result<Found<V>, Error>
    where
        I: Serialize,
        V: Serialize + DeserializeOwned,
    {
        let mut bytes = shape::of(inputs).map_err(trouble)?.into_bytes();
        bytes.extend(postcard::to_stdvec(inputs).map_err(trouble)?);
        let key = format!("{function} {}", Integrity::from(bytes));
        let start = Instant::now();
        let origin = match self.read(&key, version) {
            Ok(value) => {
                return Ok(Found {
                    value,
                    origin: Origin::Read,
                    seconds: start.elapsed().as_secs_f64(),
                    not_kept: None,
                });
            }
            Err(origin) => origin,
        };
        let start = Instant::now();
        let value = compute(inputs);
        let seconds = start.elapsed().as_secs_f64();
        let not_kept = self.keep(&key, version, &value).err();
        Ok(Found {
            value,
            origin,
            seconds,
            not_kept,
        })
    }

    fn read<V>(&self, key: &str, version: u32) -> Result<V, Origin>
    where
        V: Serialize + DeserializeOwned,
    {
        let kept = cacache::metadata_sync(&self.folder, key)
            .map_err(|_| Origin::Damaged)?
            .ok_or(Origin::Computed)?;
        if self.is_expired(&kept) {
            return Err(Origin::Expired);
        }
        let bytes =
            cacache::read_hash_sync(&self.folder, &kept.integrity).map_err(|_| Origin::Damaged)?;
        entry::decode(&bytes, key, version)
    }

    fn keep<V>(&self, key: &str, version: u32, value: &V) -> Result<(), Error>
    where
        V: Serialize + DeserializeOwned,
    {
        self.remove_expired();
        let bytes = entry::encode(key, version, value).map_err(trouble)?;
        // What was kept under this key takes up space, or is in the way; often there is nothing.
        let _ = RemoveOpts::new()
            .remove_fully(true)
            .remove_sync(&self.folder, key);
        cacache::write_sync(&self.folder, key, bytes)
            .map(|_| ())
            .map_err(refused)
    }

    fn is_expired(&self, kept: &Metadata) -> bool {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |now| now.as_millis());
        now.saturating_sub(kept.time) > self.lifetime.as_millis()
    }

    /// What cannot be removed now will be tried again with the next result.
    fn remove_expired(&self) {
        for kept in cacache::list_sync(&self.folder).flatten() {
            if self.is_expired(&kept) {
                let _ = RemoveOpts::new()
                    .remove_fully(true)
                    .remove_sync(&self.folder, &kept.key);
            }
        }
    }
}

fn trouble(problem: impl std::fmt::Display) -> Error {
    Error::System {
        what: "result cache",
        problem: problem.to_string(),
    }
}

/// The system's own words, without the path that the store adds to them.
fn refused(error: cacache::Error) -> Error {
    match error {
        cacache::Error::IoError(error, _) => trouble(error),
        other => trouble(other),
    }
}
