//! What to do about an error that a machine gives rise to.

/// Parts of messages of the system, of cargo and of pip, and what to do. A program that was run says the same words.
const STEPS: [(&str, &str); 7] = [
    (
        "No space left on device",
        "free some space on that disk, and run the same command again; results can go to another disk with --out",
    ),
    (
        "Disk quota exceeded",
        "free some space, and run the same command again; results can go elsewhere with --out",
    ),
    (
        "Read-only file system",
        "copy the checkout to a place that can be written; if only the results are refused, name such a folder with --out",
    ),
    (
        "Permission denied",
        "make that place writable for you, or copy the checkout to a folder of your own",
    ),
    (
        "Too many open files",
        "allow more open files with `ulimit -n`, and run the same command again",
    ),
    (
        "cannot be downloaded",
        "connect this machine to the network, and run the same command again; only the first run needs one",
    ),
    (
        "cannot install the packages",
        "if the last lines of pip above name the network, connect this machine to it, and run the same command again",
    ),
];

/// The next step after an error with this message, if the message alone does not say it.
pub fn after(message: &str) -> Option<&'static str> {
    let mut steps = STEPS.iter();
    steps
        .find(|(part, _)| message.contains(part))
        .map(|(_, step)| *step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[test]
    fn the_system_s_words_are_known() {
        // ENOSPC, EROFS, EACCES and EMFILE.
        for code in [28, 30, 13, 24] {
            let error = io::Error::from_raw_os_error(code).to_string();
            assert!(after(&error).is_some(), "{error}");
        }
        assert_eq!(after("cell 3 panicked"), None);
    }
}
