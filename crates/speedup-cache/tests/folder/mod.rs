//! A folder for one test, and the files of the cache in it.

use std::fs;
use std::path::PathBuf;

use speedup_cache::Cache;

/// A folder for one test; removed with the value.
pub struct Folder(pub PathBuf);

impl Folder {
    /// A new one, with this part in its name.
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cache-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A cache in it.
    pub fn cache(&self) -> Cache {
        Cache::in_folder(&self.0).unwrap()
    }

    /// All files below a subfolder of the store.
    pub fn files(&self, kind: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.0.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                match entry.path() {
                    path if path.is_dir() => folders.push(path),
                    path => found.push(path),
                }
            }
        }
        let folder = format!("/{kind}-v");
        found.retain(|path| path.to_string_lossy().contains(&folder));
        found
    }

    /// The only such file.
    pub fn the_file(&self, kind: &str) -> PathBuf {
        let files = self.files(kind);
        assert_eq!(files.len(), 1, "{files:?}");
        files[0].clone()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
