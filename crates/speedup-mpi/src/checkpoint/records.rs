//! The file of records: the values of all blocks, each at its own place, little-endian.

use std::fs::{File, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::blocks::Blocks;
use crate::checksum::checksum;

/// The file of records, opened by one rank.
#[derive(Debug)]
pub struct Records {
    file: File,
    blocks: Blocks,
}

impl Records {
    /// Opens the file, which rank 0 has made.
    ///
    /// # Errors
    ///
    /// That of the operating system.
    pub fn open(path: &Path, blocks: Blocks) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        Ok(Self { file, blocks })
    }

    /// The bytes of the whole file.
    pub fn length(blocks: &Blocks) -> u64 {
        8 * blocks.values(&(0..blocks.count())).end
    }

    /// Writes the records of neighbouring blocks, and waits until they are on the disk. Returns their checksums.
    ///
    /// # Errors
    ///
    /// That of the operating system.
    pub fn store(&self, blocks: Range<u64>, values: &[f64]) -> io::Result<Vec<u64>> {
        let mut checksums = Vec::new();
        for (block, record) in blocks.zip(values.chunks(self.blocks.values_each() as usize)) {
            let bytes: Vec<u8> = record
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect();
            self.file.write_all_at(&bytes, self.place(block))?;
            checksums.push(checksum(&bytes));
        }
        self.file.sync_data()?;
        Ok(checksums)
    }

    /// Reads the record of a block into `values`; false if it does not fit the checksum.
    ///
    /// # Errors
    ///
    /// That of the operating system, as for a file that was cut short.
    pub fn load(&self, block: u64, sum: u64, values: &mut [f64]) -> io::Result<bool> {
        let mut bytes = vec![0; 8 * values.len()];
        self.file.read_exact_at(&mut bytes, self.place(block))?;
        for (value, bytes) in values.iter_mut().zip(bytes.as_chunks().0) {
            *value = f64::from_le_bytes(*bytes);
        }
        Ok(checksum(&bytes) == sum)
    }

    fn place(&self, block: u64) -> u64 {
        8 * self.blocks.values(&(block..block + 1)).start
    }
}
