//! What to do about an error that a machine gives rise to.

/// Parts of messages of the system, of cargo and of pip, and what to do. A program that was run says the same words.
const STEPS: [(&str, &str); 7] = [
    (
        "No space left on device",
        "free some space on that disk, or name a folder on another one with --out, and run the same command again",
    ),
    (
        "Disk quota exceeded",
        "free some space, or name a folder elsewhere with --out, and run the same command again",
    ),
    (
        "Read-only file system",
        "copy the checkout to a place that can be written, or name such a folder with --out",
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
        "see that this machine has a network, and run the same command again; only the first run needs one",
    ),
    (
        "cannot install the packages",
        "see that this machine has a network, and run the same command again; only the first run needs one",
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
