//! What kernels keep for each other, see `evcxr-0.22.0/`: compiled cells and types of variables.

use crate::files;
use crate::layout::Layout;
use anyhow::Result;

/// How many of each are kept: some 300 MB of cells.
const KEPT: usize = 2_000;

/// Deletes those that were used longest ago, except for as many as are kept.
pub fn sweep(layout: &Layout) -> Result<()> {
    for kind in files::list(&layout.kept())? {
        let mut kept = files::list(&kind)?;
        kept.sort_by_key(|file| file.metadata().and_then(|facts| facts.modified()).ok());
        let too_many = kept.len().saturating_sub(KEPT);
        kept[..too_many]
            .iter()
            .try_for_each(|file| files::remove(file))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;
    use std::fs::File;
    use std::time::{Duration, SystemTime};

    #[test]
    fn what_was_used_longest_ago_is_deleted() {
        let folder = TestFolder::new("kept");
        let layout = Layout::new(&folder.0);
        let cells = layout.kept().join("cells");
        for k in 0..KEPT as u64 + 2 {
            let cell = cells.join(k.to_string());
            files::write(&cell, b"").unwrap();
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 - k);
            let file = File::options().append(true).open(cell).unwrap();
            file.set_modified(time).unwrap();
        }
        sweep(&layout).unwrap();
        assert_eq!(files::list(&cells).unwrap().len(), KEPT);
        assert!(cells.join("0").exists());
        assert!(!cells.join((KEPT + 1).to_string()).exists());
    }
}
