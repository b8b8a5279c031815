//! The files of a directory that are read together.
#![expect(clippy::disallowed_methods, reason = "here directories are read")]

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// A regular file, and whether its name counts.
pub(super) type Named = (PathBuf, bool);

/// The regular files of a directory, those whose names count first, sorted by name. Subdirectories are
/// left out, and a file with several names, as a hashed directory has them, comes once.
pub(super) fn files(directory: &Path, counts: impl Fn(&Path) -> bool) -> io::Result<Vec<Named>> {
    let entries = std::fs::read_dir(directory)?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut named: Vec<Named> = paths.map(|path| (path.clone(), counts(&path))).collect();
    named.sort_by_cached_key(|(path, counts)| (!counts, path.clone()));
    let mut seen = HashSet::new();
    named.retain(|(path, _)| {
        path.metadata().is_ok_and(|metadata| {
            metadata.is_file() && seen.insert((metadata.dev(), metadata.ino()))
        })
    });
    Ok(named)
}

/// Whether a file has one of these endings, or the name that `openssl rehash` gives: a hash, and a
/// number after `prefix`. Others do not count, because renaming a file is a way to switch it off.
pub(super) fn has_name(path: &Path, endings: &[&str], prefix: &str) -> bool {
    let Some(name) = path.file_name().and_then(OsStr::to_str) else {
        return false;
    };
    let Some((stem, ending)) = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) else {
        return false;
    };
    let is_hash = stem.len() == 8 && stem.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = ending.strip_prefix(prefix).unwrap_or_default();
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let mut known = endings.iter();
    let has_ending = known.any(|known| ending.eq_ignore_ascii_case(known));
    !name.starts_with('.') && (has_ending || (is_hash && is_number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_count_by_their_endings_or_as_hashes() {
        let counts = |name: &str| has_name(Path::new(name), &["crl", "pem"], "r");
        for name in ["a.crl", "A.PEM", "x/3f94a23e.r0", "3f94a23e.r12"] {
            assert!(counts(name), "{name}");
        }
        for name in [
            "a",
            ".crl",
            ".a.crl",
            "a.crl.old",
            "3f94a23e.0",
            "3f94a23e.r",
            "3f94a23.r0",
            "x3f94a23.r0",
        ] {
            assert!(!counts(name), "{name}");
        }
    }
}
