//! Bounded reading: never more than a limit, and never an endless wait.
#![expect(clippy::disallowed_methods, reason = "here files are read")]

use crate::observation::system_text;
use nix::errno::Errno;
use nix::fcntl::OFlag;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::Duration;

/// The most octets of a configuration file, or of a CA file that it names. Such a file is small.
pub(in crate::commands) const MAX_SETTINGS: u64 = 16 * 1024 * 1024;

/// The first `limit` octets, and whether they are complete.
pub(in crate::commands) fn up_to(reader: impl Read, limit: u64) -> io::Result<(Vec<u8>, bool)> {
    let mut bytes = Vec::new();
    reader.take(limit + 1).read_to_end(&mut bytes)?;
    let is_complete = bytes.len() as u64 <= limit;
    if !is_complete {
        bytes.pop();
    }
    Ok((bytes, is_complete))
}

/// All octets; [`ErrorKind::FileTooLarge`] if there are more than `limit`.
pub(in crate::commands) fn bounded(reader: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    match up_to(reader, limit)? {
        (bytes, true) => Ok(bytes),
        (_, false) => Err(Errno::EFBIG.into()),
    }
}

/// A file that the user names, or standard input (`-`). Waits for a pipe. The error is the reason
/// in words.
pub(in crate::commands) fn named(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let failed = |why: io::Error| match why.kind() {
        ErrorKind::FileTooLarge => format!("it is larger than {} MiB", limit >> 20),
        _ => system_text(&why),
    };
    if path == Path::new("-") {
        return bounded(io::stdin().lock(), limit).map_err(failed);
    }
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err("it is a directory".to_owned());
    }
    bounded(file, limit).map_err(failed)
}

/// A configuration file, or a file that it names. A device may be endless, and opening a pipe
/// without a writer would block.
pub(in crate::commands) fn settings(path: &Path) -> io::Result<Vec<u8>> {
    let mut options = OpenOptions::new();
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let file = options.read(true).custom_flags(flags.bits()).open(path)?;
    if file.metadata()?.file_type().is_fifo() {
        bounded(Pipe::new(file), MAX_SETTINGS)
    } else {
        bounded(file, MAX_SETTINGS)
    }
}

/// The content of a pipe so far: a shell's pipe (`<(…)`) has a writer, which may take a moment. A
/// pipe without a writer is an error, [`ErrorKind::WouldBlock`], because hg would wait for it.
struct Pipe {
    file: File,
    is_empty: bool,
    waited: u32,
}

impl Pipe {
    const MOMENT: Duration = Duration::from_millis(20);
    const MOST_MOMENTS: u32 = 250;

    fn new(file: File) -> Self {
        Self {
            file,
            is_empty: true,
            waited: 0,
        }
    }
}

impl Read for Pipe {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.file.read(into) {
                Ok(0) if self.is_empty && !into.is_empty() => {
                    return Err(ErrorKind::WouldBlock.into());
                }
                Ok(count) => {
                    self.is_empty = false;
                    return Ok(count);
                }
                Err(why)
                    if why.kind() == ErrorKind::WouldBlock && self.waited < Self::MOST_MOMENTS =>
                {
                    self.waited += 1;
                    std::thread::sleep(Self::MOMENT);
                }
                Err(why) => return Err(why),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_longer_than_the_limit_is_an_error_and_not_a_part() {
        assert_eq!(bounded(&b"abc"[..], 3).expect("it fits"), b"abc");
        let why = bounded(&b"abcd"[..], 3).expect_err("it is longer");
        assert_eq!(why.kind(), ErrorKind::FileTooLarge);
        assert_eq!(
            up_to(&b"abcd"[..], 3).expect("read"),
            (b"abc".to_vec(), false)
        );
        assert_eq!(
            up_to(&b"abc"[..], 3).expect("read"),
            (b"abc".to_vec(), true)
        );
    }
}
