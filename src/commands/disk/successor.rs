//! The next content of a file: written beside it, it takes the file's place in one step, or vanishes.
#![expect(clippy::disallowed_methods, reason = "files are replaced here")]

use super::attributes::{self, Lost};
use std::ffi::OsStr;
use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use tempfile::NamedTempFile;

/// A file that is not yet in its place. Dropping it removes it.
pub(in crate::commands) struct Successor(NamedTempFile);

impl Successor {
    /// Creates the file in `directory`. Its name is `stem`, `random` letters that no other process
    /// can know, and `~`; without such letters, an existing file of that name is an error.
    ///
    /// It is private until it has the mode of the file that it replaces; if it `is_new`, the umask
    /// decides.
    pub(in crate::commands) fn create(
        directory: &Path,
        stem: &OsStr,
        random: usize,
        is_new: bool,
    ) -> io::Result<Self> {
        let mode = if is_new { 0o666 } else { 0o600 };
        let file = tempfile::Builder::new()
            .prefix(stem)
            .suffix("~")
            .rand_bytes(random)
            .permissions(Permissions::from_mode(mode))
            .tempfile_in(directory)?;
        Ok(Self(file))
    }

    /// Gives it the owner, the mode and the extended attributes of `old`.
    pub(in crate::commands) fn inherit(&self, old: &File) -> Result<(), Lost> {
        attributes::copy(old, self.0.as_file())
    }

    /// The temporary path.
    pub(in crate::commands) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Waits until the content is on the disk.
    pub(in crate::commands) fn sync(&self) -> io::Result<()> {
        self.0.as_file().sync_all()
    }

    /// Takes the place of `path`.
    pub(in crate::commands) fn put(self, path: &Path) -> io::Result<()> {
        self.0.persist(path).map_err(|failed| failed.error)?;
        Ok(())
    }

    /// The same, but fails if the file exists: another program may just have created it.
    pub(in crate::commands) fn put_new(self, path: &Path) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        {
            use nix::errno::Errno;
            use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};
            let flags = RenameFlags::RENAME_NOREPLACE;
            match renameat2(AT_FDCWD, self.path(), AT_FDCWD, path, flags) {
                // Some file systems do not know the flag.
                Err(Errno::EINVAL | Errno::ENOSYS) => {}
                Err(why) => return Err(why.into()),
                Ok(()) => {
                    // It has its new name, so there is nothing to remove.
                    self.0
                        .into_temp_path()
                        .keep()
                        .map_err(|failed| failed.error)?;
                    return Ok(());
                }
            }
        }
        self.put(path)
    }
}

impl Write for Successor {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
