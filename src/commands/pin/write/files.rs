//! The files of the configuration, and which of them a pin may edit.

use super::super::request::EditedFile;
use crate::commands::disk::resolve::{may_write, resolve, same_file};
use crate::commands::error::Error;
use crate::commands::mercurial::{Mercurial, Scope, Snapshot, repository_files, user_files};
use crate::hgrc::Config;
use crate::mercurial::{Edits, Tree};
use crate::observation::system_text;
use std::io;
use std::path::{Path, PathBuf};

/// The files of the configuration, and which of them are the user's to edit.
pub(super) struct Files<'a> {
    scope: Scope<'a>,
    target: PathBuf,
    /// Real paths.
    editable: Vec<PathBuf>,
    snapshot: Snapshot,
}

impl<'a> Files<'a> {
    /// Reads the configuration, and makes sure that hg reads the file that is edited.
    pub(super) fn new(file: EditedFile<'_>, scope: Scope<'a>) -> Result<Self, Error> {
        let roots = roots(file)?;
        let target = target(file, &roots)?;
        let snapshot = Snapshot::default();
        let config = snapshot.configuration(&scope, &Edits::new())?;
        snapshot
            .read(&target)
            .map_err(|why| unreadable(&target, &why))?;
        let is_read = |path: &Path| {
            let mut read = config.files().iter();
            read.any(|read| same_file(&read.path, path))
        };
        if target.exists() && !is_read(&target) {
            let message = format!(
                "hg does not read \"{}\" here, or does not trust it",
                target.display()
            );
            return Err(
                Error::new(message).hint("nothing was written; see `smtp-certcheck config`")
            );
        }
        let editable = editable(&roots, &config);
        Ok(Self {
            scope,
            target,
            editable,
            snapshot,
        })
    }

    /// Whatever hg reads, as if the files contained `edits`.
    pub(super) fn everything(&self, edits: &Edits) -> Result<Config, Error> {
        let scope = Scope::Everything(None);
        self.snapshot.configuration(&scope, edits)
    }
}

/// The files that may be edited: those that hg reads by their own name.
fn roots(file: EditedFile<'_>) -> Result<Vec<PathBuf>, Error> {
    Ok(match file {
        EditedFile::Named(file) => vec![file.to_owned()],
        EditedFile::Repository(repository) => repository_files(repository)?.into(),
        EditedFile::Users => user_files(Mercurial::none().environment()),
    })
}

/// The file that new lines go into.
fn target(file: EditedFile<'_>, roots: &[PathBuf]) -> Result<PathBuf, Error> {
    let exists = |path: &&PathBuf| path.exists();
    let target = match file {
        EditedFile::Repository(_) => roots.first(),
        // The last file wins; ~/.hgrc is made if there is none.
        EditedFile::Named(_) | EditedFile::Users => roots.iter().rfind(exists).or(roots.first()),
    };
    let Some(target) = target else {
        let message = "HGRCPATH is set and names no file: there is none to write to";
        return Err(Error::new(message).hint("name one with --hgrc"));
    };
    Ok(target.clone())
}

/// The real paths of the roots, and of the files that they include and that the user may write.
fn editable(roots: &[PathBuf], config: &Config) -> Vec<PathBuf> {
    let mut editable: Vec<PathBuf> = roots.iter().map(|root| resolve(root)).collect();
    for read in config.files() {
        let is_root = |root: &PathBuf| same_file(root, &read.root);
        let is_included = read.path != read.root && roots.iter().any(is_root);
        if is_included && may_write(&read.path) {
            editable.push(resolve(&read.path));
        }
    }
    editable
}

impl Tree for Files<'_> {
    type Error = Error;

    fn config(&self, edits: &Edits) -> Result<Config, Error> {
        self.snapshot.configuration(&self.scope, edits)
    }

    fn resolve(&self, path: &Path) -> PathBuf {
        resolve(path)
    }

    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        self.snapshot.read(path)
    }

    fn is_editable(&self, path: &Path) -> bool {
        self.editable.contains(&resolve(path))
    }

    fn target(&self) -> &Path {
        &self.target
    }
}

/// The error for a file that cannot be read.
pub(super) fn unreadable(path: &Path, why: &io::Error) -> Error {
    Error::new(format!(
        "cannot read \"{}\": {}",
        path.display(),
        system_text(why)
    ))
}
