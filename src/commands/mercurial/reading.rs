//! Reads the files of Mercurial's configuration, in hg's order and by hg's rules of trust.

use super::errors::malformed;
use super::files::Disk;
use super::layers::all_layers;
use super::scope::Scope;
use super::trust::Trusted;
use crate::bounded::lock;
use crate::commands::disk::resolve::resolve;
use crate::commands::environment::variables;
use crate::commands::error::Error;
use crate::commands::terminal::warn;
use crate::hgrc::{Config, Environment, FileReader, ReadError};
use crate::mercurial::Layer;
use crate::observation::system_text;
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Mutex;

/// The effective configuration.
pub(in crate::commands) fn configuration(scope: &Scope<'_>) -> Result<Config, Error> {
    configuration_from(scope, &Disk)
}

/// The same, from files that may not be on the disk.
pub(super) fn configuration_from(
    scope: &Scope<'_>,
    files: &dyn FileReader,
) -> Result<Config, Error> {
    let environment = variables();
    let mut config = Config::default();
    match scope {
        Scope::NewFile(path) if is_missing(files, path) => {}
        Scope::File(path) | Scope::NewFile(path) => config
            .read(path, files, &environment)
            .map_err(|why| malformed(&why))?,
        Scope::Everything(repository) => {
            let layers = all_layers(*repository, &environment)?;
            config = everything(&layers, files, &environment, &warn_once)?;
        }
    }
    Ok(config)
}

/// Reads all layers, without untrusted ones.
pub(super) fn everything(
    layers: &[Layer],
    files: &dyn FileReader,
    environment: &Environment,
    say: &dyn Fn(&str),
) -> Result<Config, Error> {
    let mut config = Config::default();
    let mut trusted = Trusted::default();
    for layer in layers {
        let foreign = matches!(layer, Layer::Repository(_)) && !trusted.owns(layer.path(), say);
        if !foreign {
            add(&mut config, layer, files, environment, say)?;
        }
        trusted.extend(&config);
    }
    Ok(config)
}

fn is_missing(files: &dyn FileReader, path: &Path) -> bool {
    matches!(files.read(path), Err(why) if why.kind() == ErrorKind::NotFound)
}

/// Whether hg reads the file here, or would if it existed.
pub(in crate::commands) fn is_read(file: &Path) -> Result<bool, Error> {
    let file = resolve(file);
    let is_it = |path: &Path| resolve(path) == file;
    let layers = all_layers(None, &variables())?;
    if layers.iter().any(|layer| is_it(layer.path())) {
        return Ok(true);
    }
    // If the rest cannot be read, its includes are unknown.
    let config = configuration(&Scope::Everything(None)).unwrap_or_default();
    Ok(config.files().iter().any(|read| is_it(&read.path)))
}

/// A missing file counts for nothing, as for Mercurial. So does an unreadable one, but with a
/// warning. If only we cannot read it, nothing can be concluded.
fn add(
    config: &mut Config,
    layer: &Layer,
    files: &dyn FileReader,
    environment: &Environment,
    say: &dyn Fn(&str),
) -> Result<(), Error> {
    let path = layer.path();
    match config.read(path, files, environment) {
        Err(ReadError::Unreadable(_, None, ref why))
            if !matches!(why.kind(), ErrorKind::FileTooLarge | ErrorKind::WouldBlock) =>
        {
            // A missing file, or a file where its directory should be.
            if !matches!(why.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) {
                say(&format!(
                    "\"{}\" is left out: {}",
                    path.display(),
                    system_text(why)
                ));
            }
            Ok(())
        }
        result => result.map_err(|why| malformed(&why)),
    }
}

/// The configuration is read more than once, with the same warnings each time. What was printed is
/// global, as standard error is: `pin` reads at several places that share nothing else.
fn warn_once(text: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if lock(&SAID).insert(text.to_owned()) {
        warn(text);
    }
}
