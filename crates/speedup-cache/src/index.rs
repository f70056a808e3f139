//! The index of the store: for each result a file of lines, each a checksum, a tab, and an entry in JSON.
//!
//! cacache takes every entry with the right checksum for one that it wrote, and panics if its hash is none. So files
//! with an entry that this crate cannot have written are removed before cacache lists them.

use std::fs;
use std::path::Path;

use cacache::Integrity;

/// The folder of the index, with the version of its format.
const FOLDER: &str = "index-v5";

/// Removes the files of the index that have a foreign entry. Their results are computed again.
pub fn remove_foreign(store: &Path) {
    let mut folders = vec![store.join(FOLDER)];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = path.path();
            if path.is_dir() {
                folders.push(path);
            } else if fs::read(&path).is_ok_and(|bytes| has_foreign(&bytes)) {
                let _ = fs::remove_file(path);
            }
        }
    }
}

fn has_foreign(file: &[u8]) -> bool {
    let lines = file.split(|byte| *byte == b'\n');
    let mut lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.any(|line| {
        let Some(tab) = line.iter().position(|byte| *byte == b'\t') else {
            return false;
        };
        let (sum, entry) = (&line[..tab], &line[tab + 1..]);
        Integrity::from(entry).to_hex().1.as_bytes() == sum && !is_own(entry)
    })
}

/// Whether an entry ends as those do that this crate has cacache write.
fn is_own(entry: &[u8]) -> bool {
    let own = || {
        let (_, rest) = std::str::from_utf8(entry)
            .ok()?
            .rsplit_once(",\"integrity\":")?;
        let (hash, rest) = rest.split_once(",\"time\":")?;
        let (time, rest) = rest.split_once(",\"size\":")?;
        let (size, rest) = rest.split_once(',')?;
        let is_number = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
        let quoted = || hash.strip_prefix('"')?.strip_suffix('"');
        let is_hash = hash == "null" || quoted().is_some_and(is_own_hash);
        let is_rest = rest == "\"metadata\":null,\"raw_metadata\":null}";
        (is_hash && is_number(time) && is_number(size) && is_rest).then_some(())
    };
    own().is_some()
}

/// Whether a hash is one of XXH3: 16 bytes in base 64.
pub fn is_own_hash(hash: &str) -> bool {
    let digits = hash.strip_prefix("xxh3-");
    digits
        .and_then(|digits| digits.strip_suffix("=="))
        .is_some_and(|digits| {
            // The last digit has two bits.
            digits.len() == 22
                && digits.ends_with(['A', 'Q', 'g', 'w'])
                && digits
                    .bytes()
                    .all(|digit| digit.is_ascii_alphanumeric() || b"+/".contains(&digit))
        })
}
