//! Cores, hardware threads and caches, as the operating system reports them.
//!
//! On every architecture Linux describes the caches of each hardware thread in text files below
//! `/sys/devices/system/cpu` (kernel documentation, *ABI/testing/sysfs-devices-system-cpu*). On
//! other systems the list of caches is empty. Crates do less or need more: `raw-cpuid` is for x86
//! processors only and does not say which hardware threads share a cache; `hwlocality` needs the
//! C library hwloc.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The folder in which Linux describes the processors.
const SYSFS: &str = "/sys/devices/system/cpu";

/// The kind of content of a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Data only.
    Data,
    /// Instructions only.
    Instructions,
    /// Data and instructions.
    Unified,
}

/// Caches of one level, kind and size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cache {
    /// The level; 1 is nearest to a core.
    pub level: u32,
    /// The kind of content.
    pub kind: Kind,
    /// The size of one cache in bytes.
    pub bytes: u64,
    /// The number of hardware threads that share one cache.
    pub shared_by: usize,
    /// The number of caches.
    pub copies: usize,
}

/// The processors of this machine, or of the virtual machine.
///
/// In a notebook, a cell that ends with it shows a table.
///
/// # Examples
///
/// ```
/// let hardware = speedup_notebook::measure::hardware::read();
/// assert!(hardware.usable >= 1);
/// assert!(hardware.to_string().contains("cores"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hardware {
    /// Cores; `None` if the system does not report them.
    pub cores: Option<usize>,
    /// Hardware threads of all cores together; `None` if the system does not report them.
    pub hardware_threads: Option<usize>,
    /// Hardware threads that this process may use. A container, a batch system or `taskset` may
    /// allow fewer than there are.
    pub usable: usize,
    /// The caches, nearest to a core first; empty if the system does not report them.
    pub caches: Vec<Cache>,
}

/// Reads the cores, the hardware threads and the caches.
///
/// # Examples
///
/// ```
/// for cache in speedup_notebook::measure::hardware::read().caches {
///     assert!(cache.bytes > 0 && cache.shared_by >= 1 && cache.copies >= 1);
/// }
/// ```
pub fn read() -> Hardware {
    let kind = sysinfo::RefreshKind::nothing().with_cpu(sysinfo::CpuRefreshKind::nothing());
    let online = sysinfo::System::new_with_specifics(kind).map(|system| system.cpus().len());
    Hardware {
        cores: cores(),
        hardware_threads: online.ok().filter(|count| *count > 0),
        usable: usable(),
        caches: caches(Path::new(SYSFS)),
    }
}

/// Physical cores; `None` if the system does not report them.
pub(crate) fn cores() -> Option<usize> {
    sysinfo::System::physical_core_count().ok()
}

/// Hardware threads that the system lets this process use.
pub(crate) fn usable() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The caches that the files below `root` describe in Linux's form. Those that cannot be read are
/// left out.
fn caches(root: &Path) -> Vec<Cache> {
    // Each cache is described once per hardware thread that shares it.
    let mut distinct = BTreeSet::new();
    for cpu in numbered_folders(root, "cpu") {
        for index in numbered_folders(&cpu.join("cache"), "index") {
            distinct.extend(read_cache(&index));
        }
    }
    let mut copies: BTreeMap<(u32, Kind, u64, usize), usize> = BTreeMap::new();
    for (level, kind, bytes, sharers) in distinct {
        *copies
            .entry((level, kind, bytes, sharers.len()))
            .or_default() += 1;
    }
    let cache = |((level, kind, bytes, shared_by), copies)| Cache {
        level,
        kind,
        bytes,
        shared_by,
        copies,
    };
    copies.into_iter().map(cache).collect()
}

/// The folders in `root` named `prefix` and a number.
fn numbered_folders(root: &Path, prefix: &str) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    entries
        .filter(|entry| {
            let name = entry.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix(prefix));
            number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        })
        .map(|entry| entry.path())
        .collect()
}

/// Reads one cache: level, kind, bytes and the hardware threads that share it.
fn read_cache(folder: &Path) -> Option<(u32, Kind, u64, BTreeSet<usize>)> {
    let text = |name| std::fs::read_to_string(folder.join(name)).ok();
    let kind = match text("type")?.trim() {
        "Data" => Kind::Data,
        "Instruction" => Kind::Instructions,
        "Unified" => Kind::Unified,
        _ => return None,
    };
    let level = text("level")?.trim().parse().ok()?;
    let bytes = parse_size(text("size")?.trim())?;
    let sharers = parse_list(text("shared_cpu_list")?.trim())?;
    Some((level, kind, bytes, sharers))
}

/// Bytes from a size such as `32K`.
fn parse_size(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit: u64 = match &text[digits.len()..] {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        _ => return None,
    };
    let bytes = digits.parse::<u64>().ok()?.checked_mul(unit)?;
    (bytes > 0).then_some(bytes)
}

/// Numbers from a list such as `0-3,8`.
fn parse_list(text: &str) -> Option<BTreeSet<usize>> {
    let mut numbers = BTreeSet::new();
    for part in text.split(',') {
        let (low, high) = part.split_once('-').unwrap_or((part, part));
        let (low, high): (usize, usize) = (low.parse().ok()?, high.parse().ok()?);
        if low > high || high > 1 << 20 {
            return None;
        }
        numbers.extend(low..=high);
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::PathBuf;

    /// A tree of files as on Linux; removed with the value.
    struct Tree(PathBuf);

    impl Tree {
        fn new(name: &str) -> Self {
            let root = std::env::temp_dir().join(format!("speedup-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&root);
            fs::create_dir_all(&root).unwrap();
            Self(root)
        }

        fn add(&self, cpu: usize, index: usize, [level, kind, size, sharers]: [&str; 4]) {
            let folder = self.0.join(format!("cpu{cpu}/cache/index{index}"));
            fs::create_dir_all(&folder).unwrap();
            for (name, text) in [
                ("level", level),
                ("type", kind),
                ("size", size),
                ("shared_cpu_list", sharers),
            ] {
                fs::write(folder.join(name), format!("{text}\n")).unwrap();
            }
        }
    }

    impl Drop for Tree {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn two_cores_with_two_hardware_threads_each() {
        let tree = Tree::new("smt");
        for cpu in 0..4 {
            let core = ["0-1", "2-3"][cpu / 2];
            tree.add(cpu, 0, ["1", "Data", "48K", core]);
            tree.add(cpu, 1, ["1", "Instruction", "32K", core]);
            tree.add(cpu, 2, ["2", "Unified", "1280K", core]);
            tree.add(cpu, 3, ["3", "Unified", "12288K", "0-3"]);
        }
        // Neither of these describes a hardware thread.
        fs::create_dir_all(tree.0.join("cpufreq")).unwrap();
        fs::create_dir_all(tree.0.join("cpu0/cache/uevent")).unwrap();
        let hardware = Hardware {
            cores: Some(2),
            hardware_threads: Some(4),
            usable: 3,
            caches: caches(&tree.0),
        };
        assert_eq!(
            hardware.to_string(),
            "What the system tells of its processors\n\
             part                          count  size of each  hardware threads to each\n\
             cores                             2\n\
             hardware threads                  4\n\
             hardware threads to use here      3\n\
             L1 data                           2        48 KiB                         2\n\
             L1 instructions                   2        32 KiB                         2\n\
             L2                                2      1280 KiB                         2\n\
             L3                                1        12 MiB                         4"
        );
    }

    #[test]
    fn cores_of_two_kinds_give_two_lines() {
        let tree = Tree::new("hybrid");
        tree.add(0, 0, ["1", "Data", "48K", "0"]);
        tree.add(1, 0, ["1", "Data", "32K", "1"]);
        tree.add(2, 0, ["1", "Data", "32K", "2"]);
        let found: Vec<(u64, usize)> = caches(&tree.0)
            .iter()
            .map(|cache| (cache.bytes, cache.copies))
            .collect();
        assert_eq!(found, [(32 << 10, 2), (48 << 10, 1)]);
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        let tree = Tree::new("odd");
        tree.add(0, 0, ["1", "Data", "unknown", "0"]);
        tree.add(0, 1, ["one", "Data", "32K", "0"]);
        tree.add(0, 2, ["2", "Odd", "32K", "0"]);
        tree.add(0, 3, ["3", "Unified", "32K", "3-1"]);
        tree.add(0, 4, ["3", "Unified", "0K", "0"]);
        assert_eq!(caches(&tree.0), []);
        assert_eq!(caches(Path::new("no such folder")), []);
    }

    #[test]
    fn what_the_system_does_not_report_is_not_told() {
        let silent = Hardware {
            cores: None,
            hardware_threads: None,
            usable: 4,
            caches: Vec::new(),
        };
        assert_eq!(silent.to_string().matches("not told").count(), 3);
    }
}
