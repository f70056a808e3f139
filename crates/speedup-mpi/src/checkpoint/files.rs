//! Both files of a checkpoint, as rank 0 handles them.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::manifest::{self, Manifest};
use super::records::Records;
use crate::blocks::Blocks;
use crate::error::{CheckpointProblem, Error};

/// The files of a checkpoint, opened by rank 0, which alone replaces and removes them.
#[derive(Debug)]
pub struct Files {
    path: PathBuf,
    manifest: Manifest,
    /// Held for the advisory lock: two jobs cannot use one checkpoint.
    _records: File,
}

/// The file of records that belongs to a manifest: its name with `.records`.
pub fn records_path(path: &Path) -> PathBuf {
    with_suffix(path, ".records")
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

impl Files {
    /// Opens the checkpoint of a job, or makes one without done blocks.
    ///
    /// # Errors
    ///
    /// [`Error::Checkpoint`] says what is wrong, and nothing was changed.
    pub fn open(path: &Path, job: &str, blocks: &Blocks) -> Result<Self, Error> {
        let because = |problem| Error::checkpoint(path, problem);
        let system = |cause: io::Error| because(CheckpointProblem::System(cause.into()));
        let records_path = records_path(path);
        let found = match fs::read(path) {
            Ok(bytes) => {
                let found = Manifest::decode(&bytes, job, blocks.count());
                Some(found.map_err(|refusal| because(refusal.into()))?)
            }
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => None,
            Err(cause) => return Err(system(cause)),
        };
        let stored = match fs::metadata(&records_path) {
            Ok(about) => Some(about.len()),
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => None,
            Err(cause) => return Err(system(cause)),
        };
        let length = Records::length(blocks);
        match (&found, stored) {
            (None, Some(_)) => return Err(because(CheckpointProblem::ForeignRecords)),
            (Some(found), stored) if found.done() > 0 && stored != Some(length) => {
                let stored = stored.unwrap_or(0);
                return Err(because(CheckpointProblem::Records { stored, length }));
            }
            _ => {}
        }
        check_partial(path).map_err(because)?;
        let is_new = found.is_none();
        let manifest = found.unwrap_or_else(|| Manifest::new(job, blocks.count()));
        if is_new {
            // The manifest comes first: records without one are another's.
            replace(path, &manifest.encode()).map_err(system)?;
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(manifest.done() == 0);
        let records = options.open(&records_path).map_err(system)?;
        match records.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(because(CheckpointProblem::InUse)),
            // Some network file systems have no locks.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        records.set_len(length).map_err(system)?;
        records.sync_all().map_err(system)?;
        Ok(Self {
            path: path.to_owned(),
            manifest,
            _records: records,
        })
    }

    /// What is done so far.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Notes blocks whose records are on the disk. The file changes with [`Files::save`].
    pub fn note(&mut self, first: u64, checksums: &[u64]) {
        let blocks = self.manifest.blocks.iter_mut().skip(first as usize);
        for (block, sum) in blocks.zip(checksums) {
            *block = Some(*sum);
        }
    }

    /// Replaces the manifest in one step.
    ///
    /// # Errors
    ///
    /// [`Error::Checkpoint`] if the operating system refuses; the manifest on the disk is then the one before.
    pub fn save(&self) -> Result<(), Error> {
        replace(&self.path, &self.manifest.encode()).map_err(|cause| self.refused(cause))
    }

    /// Removes both files, after the result is out.
    ///
    /// A kill in between leaves a checkpoint without done blocks, or nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Checkpoint`] if the operating system refuses.
    pub fn remove(mut self) -> Result<(), Error> {
        self.manifest.blocks.fill(None);
        self.save()?;
        for path in [records_path(&self.path), self.path.clone()] {
            fs::remove_file(path).map_err(|cause| self.refused(cause))?;
        }
        Ok(())
    }

    fn refused(&self, cause: io::Error) -> Error {
        Error::checkpoint(&self.path, CheckpointProblem::System(cause.into()))
    }
}

/// Checks that the temporary file, if there is one, is what a killed job left.
fn check_partial(path: &Path) -> Result<(), CheckpointProblem> {
    let partial = with_suffix(path, ".partial");
    let mut start = Vec::new();
    match File::open(&partial) {
        Ok(file) => {
            let most = manifest::MAGIC.len() as u64;
            file.take(most).read_to_end(&mut start)?;
        }
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => {}
        Err(cause) => return Err(cause.into()),
    }
    match manifest::is_ours(&start) {
        true => Ok(()),
        false => Err(CheckpointProblem::ForeignPartial),
    }
}

/// Writes a file under another name, brings it to the disk, and renames it; then brings the folder to the disk.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let partial = with_suffix(path, ".partial");
    let mut file = File::create(&partial)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&partial, path)?;
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
