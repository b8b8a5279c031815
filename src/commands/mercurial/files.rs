//! The files of configurations as Mercurial reads them, and as a completion may read them.
#![expect(clippy::disallowed_methods, reason = "here files are read")]

use crate::commands::disk::read;
use crate::hgrc::FileReader;
use crate::mercurial::Layout;
use std::cell::Cell;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// All files of this machine.
pub(super) struct Disk;

impl FileReader for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        read::settings(path)
    }
}

impl Layout for Disk {
    fn list(&self, directory: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(directory).into_iter().flatten();
        entries
            .filter_map(|entry| Some(entry.ok()?.file_name().into()))
            .collect()
    }

    fn is_directory(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn read(&self, path: &Path) -> Option<Vec<u8>> {
        // In another user's repository it may be a pipe.
        path.is_file().then(|| read::settings(path).ok())?
    }
}

/// The disk as a completion may read it: the folder may be another user's, with endless pipes and
/// devices, and files that include each other.
#[derive(Default)]
pub(super) struct Glance {
    bytes: Cell<u64>,
}

impl Glance {
    /// The limit for all files together. An include costs a line, so this bounds their number, too.
    const MOST_BYTES: u64 = 1 << 20;
}

impl FileReader for Glance {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        // Opening a pipe waits for a writer, and opening a device may do anything.
        if path.metadata()?.is_file() {
            let left = Self::MOST_BYTES - self.bytes.get();
            let (bytes, is_complete) = read::up_to(std::fs::File::open(path)?, left)?;
            if is_complete {
                self.bytes.set(self.bytes.get() + bytes.len() as u64);
                return Ok(bytes);
            }
        }
        Err(ErrorKind::InvalidData.into())
    }
}

impl Layout for Glance {
    fn list(&self, directory: &Path) -> Vec<PathBuf> {
        Disk.list(directory)
    }

    fn is_directory(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn read(&self, path: &Path) -> Option<Vec<u8>> {
        FileReader::read(self, path).ok()
    }
}
