//! Where a path leads, and whether this user may write there.

use nix::unistd::{AccessFlags, access};
use std::path::{Path, PathBuf};

/// Whether this user may write the file, and put another in its place.
pub(in crate::commands) fn may_write(path: &Path) -> bool {
    let real = resolve(path);
    let directory = real.parent().unwrap_or(Path::new("/"));
    access(&real, AccessFlags::W_OK).is_ok() && access(directory, AccessFlags::W_OK).is_ok()
}

/// Whether both paths lead to the same file, which need not exist.
pub(in crate::commands) fn same_file(one: &Path, other: &Path) -> bool {
    resolve(one) == resolve(other)
}

/// The file that `path` finally leads to, which need not exist.
pub(in crate::commands) fn resolve(path: &Path) -> PathBuf {
    const MOST_LINKS: u32 = 40;
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        if let Ok(real) = path.canonicalize() {
            return real;
        }
        let directory = match path.parent() {
            Some(parent) if parent != Path::new("") => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        let Ok(target) = path.read_link() else {
            let directory = directory.canonicalize().unwrap_or(directory);
            return directory.join(path.file_name().unwrap_or_default());
        };
        // Joining an absolute path replaces everything before it.
        path = directory.join(target);
    }
    path
}
