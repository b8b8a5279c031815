//! Files as they were when first read.

use super::reading::configuration_from;
use super::scope::Scope;
use crate::commands::disk::read;
use crate::commands::disk::resolve::resolve;
use crate::commands::error::Error;
use crate::hgrc::{Config, FileReader};
use crate::mercurial::Edits;
use nix::errno::Errno;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The content of each file when it was first read: every judgement uses the same bytes.
#[derive(Default)]
pub(in crate::commands) struct Snapshot(RefCell<BTreeMap<PathBuf, Result<Vec<u8>, Errno>>>);

impl Snapshot {
    /// The bytes of a file; `None` if it does not exist.
    pub(in crate::commands) fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        match self.bytes(resolve(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(why) if why.kind() == ErrorKind::NotFound => Ok(None),
            Err(why) => Err(why),
        }
    }

    fn bytes(&self, path: PathBuf) -> io::Result<Vec<u8>> {
        let mut known = self.0.borrow_mut();
        let read = known.entry(path).or_insert_with_key(|path| {
            read::settings(path)
                .map_err(|why| why.raw_os_error().map_or(Errno::EIO, Errno::from_raw))
        });
        read.clone().map_err(io::Error::from)
    }

    /// The effective configuration, as if the files contained `edits`.
    pub(in crate::commands) fn configuration(
        &self,
        scope: &Scope<'_>,
        edits: &Edits,
    ) -> Result<Config, Error> {
        struct Edited<'a>(&'a Snapshot, &'a Edits);
        impl FileReader for Edited<'_> {
            fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
                let path = resolve(path);
                match self.1.get(&path) {
                    Some(bytes) => Ok(bytes.clone()),
                    None => self.0.bytes(path),
                }
            }
        }
        configuration_from(scope, &Edited(self, edits))
    }
}
