//! Where the files of Mercurial's configuration are on this machine.

use super::files::Disk;
use crate::commands::environment::{current_directory, hg};
use crate::commands::error::Error;
use crate::hgrc::Environment;
use crate::mercurial::{Layer, layers, user_layers};
use crate::observation::system_text;
use std::path::{Path, PathBuf};

/// All files that Mercurial would read here, if they exist.
pub(in crate::commands) fn all_layers(
    repository: Option<&Path>,
    environment: &Environment,
) -> Result<Vec<Layer>, Error> {
    let root = repository_root(repository)?;
    Ok(layers(environment, hg(), root.as_deref(), &Disk))
}

/// The user's own files in the order of reading: those in HGRCPATH, if it is set.
pub(in crate::commands) fn user_files(environment: &Environment) -> Vec<PathBuf> {
    let layers = user_layers(environment, &Disk);
    layers.iter().map(|layer| layer.path().to_owned()).collect()
}

/// The repository's own files.
pub(in crate::commands) fn repository_files(named: &Path) -> Result<[PathBuf; 2], Error> {
    let root = repository_root(Some(named))?.unwrap_or_else(|| named.to_owned());
    Ok(["hgrc", "hgrc-not-shared"].map(|name| root.join(".hg").join(name)))
}

/// The working directory around the current directory, or the named one.
pub(super) fn repository_root(named: Option<&Path>) -> Result<Option<PathBuf>, Error> {
    let is_repository = |path: &Path| path.join(".hg").is_dir();
    if let Some(path) = named {
        if !is_repository(path) {
            return Err(Error::new(format!(
                "\"{}\" is not a Mercurial repository",
                path.display()
            )));
        }
        let root = path
            .canonicalize()
            .map_err(|why| Error::new(system_text(&why)))?;
        return Ok(Some(root));
    }
    let here = current_directory();
    Ok(here.and_then(|here| {
        here.ancestors()
            .find(|path| is_repository(path))
            .map(Path::to_owned)
    }))
}
