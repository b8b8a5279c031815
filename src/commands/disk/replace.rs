//! Replaces a user's file: all or nothing, durably, with its mode, owner and attributes kept, and
//! never over the change of another program.
//!
//! The lock is the kernel's, on the directory, so no stale lock can remain. The new content is
//! written beside the file under a temporary name, which the next run removes if a crash left it
//! there.
#![expect(clippy::disallowed_methods, reason = "here files are written")]

use super::attributes::Lost;
use super::read::{MAX_SETTINGS, up_to};
use super::successor::Successor;
use crate::commands::error::Error;
use crate::commands::terminal::warn;
use crate::observation::system_text;
use nix::errno::Errno;
use nix::fcntl::OFlag;
use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Longer than any other copy needs, and short enough to report that something is wrong.
const LOCK_ATTEMPTS: u32 = 600;
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// The result of a replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::commands) enum Replaced {
    /// The new content is in place.
    Yes,
    /// The file has changed since the plan was made: nothing was done.
    Changed,
}

/// Replaces the content of `path`, a real path without links at its end. `before` is the content
/// that the plan was made for; `None` if there was no file.
pub(in crate::commands) fn replace(
    path: &Path,
    before: Option<&[u8]>,
    after: &[u8],
) -> Result<Replaced, Error> {
    let file = Replacement::of(path)?;
    let _lock = file.lock()?;
    file.clean()?;
    let Some(old) = file.open(before)? else {
        return Ok(Replaced::Changed);
    };
    file.write(&old, after)
}

/// Removes what a killed run left.
pub(in crate::commands) fn clean(path: &Path) -> Result<(), Error> {
    let file = Replacement::of(path)?;
    if file.temporary().symlink_metadata().is_err() {
        return Ok(());
    }
    let _lock = file.lock()?;
    file.clean()
}

/// A file in its directory.
struct Replacement<'a> {
    path: &'a Path,
    directory: PathBuf,
    /// The beginning of the name of the temporary file beside it; `~` completes it.
    stem: OsString,
}

/// The file as it is.
enum Old {
    Nothing,
    File(Box<(File, Metadata)>),
}

impl<'a> Replacement<'a> {
    fn of(path: &'a Path) -> Result<Self, Error> {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(Error::new(format!("\"{}\" is not a file", path.display())));
        };
        let directory = if parent == Path::new("") {
            PathBuf::from(".")
        } else {
            parent.to_owned()
        };
        let mut stem = OsString::from(".");
        stem.push(name);
        stem.push(".smtp-certcheck");
        Ok(Self {
            path,
            directory,
            stem,
        })
    }

    fn temporary(&self) -> PathBuf {
        let mut name = self.stem.clone();
        name.push("~");
        self.directory.join(name)
    }

    fn failed(&self, what: &str, why: &io::Error) -> Error {
        Error::new(format!(
            "cannot {what} \"{}\": {}; it was left unchanged",
            self.path.display(),
            system_text(why)
        ))
    }

    /// The lock lasts as long as the returned file.
    fn lock(&self) -> Result<File, Error> {
        let directory = OpenOptions::new()
            .read(true)
            .custom_flags(OFlag::O_DIRECTORY.bits())
            .open(&self.directory)
            .map_err(|why| match why.kind() {
                ErrorKind::NotFound => {
                    let hint = "create the directory first (mkdir -p)";
                    let path = self.path.display();
                    Error::new(format!("there is no directory for \"{path}\"")).hint(hint)
                }
                _ => self.failed("open the directory of", &why),
            })?;
        for _ in 0..LOCK_ATTEMPTS {
            match directory.try_lock() {
                Ok(()) => return Ok(directory),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(why)) if why.kind() == ErrorKind::Interrupted => {}
                Err(TryLockError::Error(why)) if has_no_locks(&why) => {
                    warn("this file system has no locks: let no other program write there now");
                    return Ok(directory);
                }
                Err(TryLockError::Error(why)) => {
                    return Err(self.failed("lock the directory of", &why));
                }
            }
            std::thread::sleep(LOCK_PAUSE);
        }
        Err(Error::new(format!(
            "another program holds the lock on \"{}\"",
            self.directory.display()
        ))
        .hint("fuser shows which; nothing was changed"))
    }

    /// Under the lock there is no other writer: a temporary file belongs to a killed program.
    fn clean(&self) -> Result<(), Error> {
        match fs::remove_file(self.temporary()) {
            Err(why) if why.kind() != ErrorKind::NotFound => {
                Err(self.failed("remove an old temporary file beside", &why))
            }
            _ => Ok(()),
        }
    }

    /// The file, if it still holds `before`; otherwise `None`.
    fn open(&self, before: Option<&[u8]>) -> Result<Option<Old>, Error> {
        let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
        let opened = OpenOptions::new()
            .read(true)
            .custom_flags(flags.bits())
            .open(self.path);
        let mut file = match (opened, before) {
            (Ok(file), Some(_)) => file,
            (Err(why), None) if why.kind() == ErrorKind::NotFound => return Ok(Some(Old::Nothing)),
            (Err(why), Some(_)) if why.kind() == ErrorKind::NotFound => return Ok(None),
            (Ok(_), None) => return Ok(None),
            (Err(why), _) => return Err(self.failed("open", &why)),
        };
        let metadata = file
            .metadata()
            .map_err(|why| self.failed("look at", &why))?;
        self.fits(&metadata)?;
        let (bytes, is_complete) =
            up_to(&mut file, MAX_SETTINGS).map_err(|why| self.failed("read", &why))?;
        let same = before == Some(bytes.as_slice()) && is_complete;
        Ok(same.then(|| Old::File(Box::new((file, metadata)))))
    }

    fn fits(&self, metadata: &Metadata) -> Result<(), Error> {
        let refuse = |why: &str| Error::new(format!("\"{}\" {why}", self.path.display()));
        if !metadata.is_file() {
            return Err(refuse("is not a regular file"));
        }
        if metadata.nlink() > 1 {
            let hint = "make it a file of its own (cp, then mv), or edit it by hand";
            let why = "has other names (hard links), which an atomic replacement would cut off";
            return Err(refuse(why).hint(hint));
        }
        Ok(())
    }

    fn write(&self, old: &Old, after: &[u8]) -> Result<Replaced, Error> {
        let is_new = matches!(old, Old::Nothing);
        let mut file = Successor::create(&self.directory, &self.stem, 0, is_new)
            .map_err(|why| self.failed("write beside", &why))?;
        file.write_all(after)
            .map_err(|why| self.failed("write", &why))?;
        if let Old::File(file_and_metadata) = old {
            file.inherit(&file_and_metadata.0).map_err(|lost| {
                let error = self.failed(&format!("keep the {lost} of"), lost.why());
                match lost {
                    Lost::Owner(_) => error.hint("it belongs to another user, and Mercurial trusts a file by its owner: run this as that user"),
                    Lost::Group(_) => error.hint("you are not in that group: change the file's (chgrp), or run this as a user who is in it"),
                    _ => error,
                }
            })?;
        }
        file.sync().map_err(|why| self.failed("write", &why))?;
        self.put(file, old)
    }

    /// The final check, and the rename.
    fn put(&self, file: Successor, old: &Old) -> Result<Replaced, Error> {
        let now = self.path.symlink_metadata();
        let renamed = match (old, now) {
            (Old::Nothing, Err(why)) if why.kind() == ErrorKind::NotFound => {
                file.put_new(self.path)
            }
            (Old::File(before), Ok(now)) if is_same(&before.1, &now) => file.put(self.path),
            _ => return Ok(Replaced::Changed),
        };
        match renamed {
            Err(why) if why.kind() == ErrorKind::AlreadyExists => return Ok(Replaced::Changed),
            renamed => renamed.map_err(|why| self.failed("replace", &why))?,
        }
        let synced = File::open(&self.directory).and_then(|directory| directory.sync_all());
        if let Err(why) = synced {
            warn(&format!(
                "\"{}\" is written, but may not survive a power cut: {}",
                self.path.display(),
                system_text(&why)
            ));
        }
        Ok(Replaced::Yes)
    }
}

fn has_no_locks(why: &io::Error) -> bool {
    let codes = [Errno::ENOLCK, Errno::EOPNOTSUPP, Errno::ENOSYS];
    codes
        .iter()
        .any(|code| why.raw_os_error() == Some(*code as i32))
}

/// Whether the file is unchanged since.
fn is_same(before: &Metadata, now: &Metadata) -> bool {
    let key = |m: &Metadata| (m.dev(), m.ino(), m.len(), m.mtime(), m.mtime_nsec());
    key(before) == key(now)
}
