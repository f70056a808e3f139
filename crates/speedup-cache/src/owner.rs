//! Whether a folder can have been planted by another user.

use std::io;
use std::path::Path;

/// Refuses a folder that is a link or belongs to another user, if all users may write beside it, as in `/tmp`.
#[cfg(unix)]
pub fn check(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let Some(parent) = folder.parent() else {
        return Ok(());
    };
    if parent.metadata()?.mode() & 0o002 == 0 {
        return Ok(());
    }
    let facts = folder.symlink_metadata()?;
    // A file of this process tells its user.
    let ours = tempfile::tempfile_in(parent)?.metadata()?.uid();
    if facts.is_dir() && facts.uid() == ours {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        "it is a link or belongs to another user, in a place where all users may write; \
         choose a folder of your own",
    ))
}

#[cfg(not(unix))]
pub fn check(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn a_link_is_refused_where_all_users_may_write() {
        let place = std::env::temp_dir().join(format!("cache-planted-{}", std::process::id()));
        fs::create_dir_all(place.join("theirs")).unwrap();
        fs::create_dir(place.join("ours")).unwrap();
        symlink(place.join("theirs"), place.join("planted")).unwrap();
        let set = |mode| fs::set_permissions(&place, fs::Permissions::from_mode(mode)).unwrap();
        set(0o755);
        check(&place.join("planted")).unwrap();
        set(0o1777);
        check(&place.join("ours")).unwrap();
        let error = check(&place.join("planted")).unwrap_err();
        assert!(error.to_string().contains("choose a folder of your own"));
        fs::remove_dir_all(&place).unwrap();
    }
}
