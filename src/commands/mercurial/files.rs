//! The disk: files of configurations, bounded, and where a path leads.
#![expect(clippy::disallowed_methods, reason = "here files are read")]

use crate::commands::disk::replace::MAX_FILE;
use crate::hgrc::Files;
use crate::mercurial::Layout;
use nix::errno::Errno;
use nix::fcntl::OFlag;
use std::cell::Cell;
use std::io::{self, ErrorKind, Read as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Whether this user may write the file, and put another in its place.
pub(in crate::commands) fn may_write(path: &Path) -> bool {
    use nix::unistd::{AccessFlags, access};
    let real = resolve(path);
    let directory = real.parent().unwrap_or(Path::new("/"));
    access(&real, AccessFlags::W_OK).is_ok() && access(directory, AccessFlags::W_OK).is_ok()
}

/// The file that `path` leads to in the end, also if that is not there yet.
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
        // Joining an absolute path replaces what is before it.
        path = directory.join(target);
    }
    path
}

/// A device may have no end, and a pipe no writer: opening it would wait for one.
pub(super) fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut options = std::fs::OpenOptions::new();
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let file = options.read(true).custom_flags(flags.bits()).open(path)?;
    let bytes = if file.metadata()?.file_type().is_fifo() {
        read_pipe(file)?
    } else {
        let mut bytes = Vec::new();
        file.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
        bytes
    };
    if bytes.len() as u64 > MAX_FILE {
        return Err(Errno::EFBIG.into());
    }
    Ok(bytes)
}

/// A pipe as far as it is written: that of a shell (`<(…)`) has a writer, which may take a moment.
/// A pipe without a writer is an error, as hg would wait for it.
fn read_pipe(mut file: std::fs::File) -> io::Result<Vec<u8>> {
    const MOMENT: Duration = Duration::from_millis(20);
    const MOST_MOMENTS: u32 = 250;
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    let mut waited = 0;
    loop {
        match file.read(&mut part) {
            Ok(0) if bytes.is_empty() => return Err(ErrorKind::WouldBlock.into()),
            Ok(0) => return Ok(bytes),
            Ok(count) => bytes.extend_from_slice(&part[..count]),
            Err(why) if why.kind() == ErrorKind::WouldBlock && waited < MOST_MOMENTS => {
                waited += 1;
                std::thread::sleep(MOMENT);
            }
            Err(why) if why.kind() == ErrorKind::Interrupted => {}
            Err(why) => return Err(why),
        }
        if bytes.len() as u64 > MAX_FILE {
            return Ok(bytes);
        }
    }
}

pub(super) struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        read_bounded(path)
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
        // In a stranger's repository it may be a pipe.
        path.is_file().then(|| read_bounded(path).ok())?
    }
}

/// The disk as it may be looked at unasked: the folder may be a stranger's, with pipes and devices
/// in it that never end, and with files that include each other without end.
#[derive(Default)]
pub(super) struct Glance {
    bytes: Cell<u64>,
}

impl Glance {
    /// Of all files together. An include costs a line, so that this bounds their number, too.
    const MOST_BYTES: u64 = 1 << 20;
}

impl Files for Glance {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        // Opening a pipe waits for a writer, and opening a device may do anything.
        if path.metadata()?.is_file() {
            let left = Self::MOST_BYTES - self.bytes.get();
            let mut bytes = Vec::new();
            let file = std::fs::File::open(path)?;
            let read = file.take(left + 1).read_to_end(&mut bytes)? as u64;
            if read <= left {
                self.bytes.set(self.bytes.get() + read);
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
        Files::read(self, path).ok()
    }
}
