//! The checks before the work, and the blocks of a checkpoint.

use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use mpi::topology::SimpleCommunicator;
use mpi::traits::*;
use speedup::Threads;
use speedup::error::check_parameter;

use super::watch::Watch;
use crate::blocks::Blocks;
use crate::checkpoint::files::{Files, records_path};
use crate::checkpoint::manifest::Manifest;
use crate::checkpoint::records::Records;
use crate::cluster::agree::{agree, broadcast_bytes};
use crate::cluster::{bits, node};
use crate::error::{CheckpointProblem, Error};
use crate::kernels::Kernel;
use crate::share::share;

/// A checkpoint: its file, and how often it is replaced.
#[derive(Clone, Debug)]
pub struct CheckpointOptions {
    /// The manifest; the values lie in the file of its name with `.records`.
    pub file: PathBuf,
    /// The least time between two manifests.
    pub every: Duration,
}

impl CheckpointOptions {
    /// A checkpoint in `file`, replaced every `seconds`.
    ///
    /// # Errors
    ///
    /// [`speedup::Error::Parameter`] unless `seconds` is 0 to 10⁹.
    pub fn new(file: PathBuf, seconds: f64) -> Result<Self, speedup::Error> {
        let range = |seconds: f64| (0.0..=1e9).contains(&seconds);
        let seconds = check_parameter("seconds between checkpoints", seconds, "0 to 1e9", range)?;
        let every = Duration::from_secs_f64(seconds);
        Ok(Self { file, every })
    }
}

/// A job that is checked and ready to be worked on by this rank.
pub struct Job<'a> {
    pub(super) world: &'a SimpleCommunicator,
    pub(super) kernel: &'a dyn Kernel,
    pub(super) threads: Threads,
    pub(super) blocks: Blocks,
    /// The blocks of this rank.
    pub(super) own: Range<u64>,
    /// The values of these blocks.
    pub(super) values: Vec<f64>,
    /// Which of these blocks are done.
    pub(super) done: Vec<bool>,
    pub(super) records: Option<Records>,
    /// On rank 0 only.
    pub(super) watch: Option<Watch>,
    /// The blocks of all ranks that a checkpoint had.
    pub(super) restored: u64,
}

impl<'a> Job<'a> {
    /// Checks that the job can begin, and reads its checkpoint if there is one. A collective.
    ///
    /// # Errors
    ///
    /// On every rank: [`Error::OtherBits`] if processors differ; [`speedup::Error::Memory`] if the values do not fit
    /// in the memory of a node; [`Error::Checkpoint`] if the checkpoint cannot be used. The error of
    /// another rank is an [`Error::OnRank`].
    pub fn prepare(
        world: &'a SimpleCommunicator,
        kernel: &'a dyn Kernel,
        threads: Threads,
        checkpoint: Option<&CheckpointOptions>,
    ) -> Result<Self, Error> {
        let bits = bits::check(world)?;
        let blocks = kernel.blocks();
        let own = share(blocks.count(), world.rank(), world.size());
        let places = blocks.values(&own);
        let length = places.end - places.start;
        let fits = node::check_memory(&world.split_shared(0), "values of the ranks", 8 * length);
        let values = fits.and_then(|()| zeros(length as usize));
        let values = agree(world, values.map_err(Error::Kernel))?;
        let job = format!(
            "speedup-mpi {} {} {} bits={bits:016x}",
            env!("CARGO_PKG_VERSION"),
            kernel.name(),
            kernel.parameters()
        );
        let mut prepared = Self {
            world,
            kernel,
            threads,
            blocks,
            done: vec![false; (own.end - own.start) as usize],
            own,
            values,
            records: None,
            watch: None,
            restored: 0,
        };
        let every = checkpoint.map_or(Duration::MAX, |options| options.every);
        let files = checkpoint
            .map(|options| prepared.restore(options, &job))
            .transpose()?
            .flatten();
        if world.rank() == 0 {
            let (all, restored) = (blocks.count(), prepared.restored);
            prepared.watch = Some(Watch::new(all, restored, files, every));
        }
        Ok(prepared)
    }

    /// Opens the checkpoint, and reads the records of this rank's blocks. The files are rank 0's.
    fn restore(&mut self, options: &CheckpointOptions, job: &str) -> Result<Option<Files>, Error> {
        let (world, count) = (self.world, self.blocks.count());
        let opened = (world.rank() == 0).then(|| Files::open(&options.file, job, &self.blocks));
        let files = agree(world, opened.transpose())?;
        let bytes = files.as_ref().map(|files| files.manifest().encode());
        let bytes = broadcast_bytes(world, 0, bytes.unwrap_or_default());
        let because = |problem| Error::checkpoint(&options.file, problem);
        let mut read = || -> Result<(Manifest, Records), CheckpointProblem> {
            let manifest = Manifest::decode(&bytes, job, count)?;
            let records = Records::open(&records_path(&options.file), self.blocks)?;
            for block in self.own.clone() {
                let Some(sum) = manifest.blocks[block as usize] else {
                    continue;
                };
                let values = own_values(&self.blocks, &self.own, &(block..block + 1));
                if !records.load(block, sum, &mut self.values[values])? {
                    return Err(CheckpointProblem::Record { block });
                }
                self.done[(block - self.own.start) as usize] = true;
            }
            Ok((manifest, records))
        };
        let (manifest, records) = agree(world, read().map_err(because))?;
        self.restored = manifest.done();
        self.records = Some(records);
        Ok(files)
    }
}

/// The places of the values of `blocks` among those of a rank with the blocks `own`.
pub(super) fn own_values(blocks: &Blocks, own: &Range<u64>, some: &Range<u64>) -> Range<usize> {
    let (first, places) = (blocks.values(own).start, blocks.values(some));
    (places.start - first) as usize..(places.end - first) as usize
}

/// Zeros, whose memory the system gives when they are first written.
fn zeros(length: usize) -> Result<Vec<f64>, speedup::Error> {
    // A refusal becomes an error here; `vec!` would end the program.
    let tried = Vec::<f64>::new().try_reserve_exact(length);
    tried.map_err(|refused| speedup::Error::system("values of the rank", refused))?;
    Ok(vec![0.0; length])
}
