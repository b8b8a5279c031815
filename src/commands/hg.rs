//! Mercurial's configuration on this machine: finding the files, reading them, and whom to trust.
#![expect(
    clippy::disallowed_methods,
    reason = "here files and the environment are read"
)]

use super::{Error, io_text, warn};
use crate::hgrc::{Config, Environment, Files, ReadError};
use crate::mercurial::{Layer, Layout, layers};
use nix::unistd::{Group, Uid, User};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// Which files to read.
pub(super) enum Scope<'a> {
    /// All that Mercurial would read here; with the repository, if one was named.
    Everything(Option<&'a Path>),
    /// One file and what it includes.
    File(&'a Path),
}

/// The effective configuration.
pub(super) fn configuration(scope: &Scope<'_>) -> Result<Config, Error> {
    let environment = environment();
    let mut config = Config::default();
    match scope {
        Scope::File(path) => config
            .read(path, &Disk, &environment)
            .map_err(|why| malformed(&why))?,
        Scope::Everything(repository) => {
            let root = repository_root(*repository)?;
            let hg = find_hg(&environment);
            for layer in layers(&environment, hg.as_deref(), root.as_deref(), &Disk) {
                add(&mut config, &layer, &environment)?;
            }
        }
    }
    Ok(config)
}

fn environment() -> Environment {
    Environment::new(std::env::vars_os().map(|(name, value)| (name.into_vec(), value.into_vec())))
}

/// A file that is not there counts for nothing, as for Mercurial; one that cannot be read does so,
/// too, but not in silence.
fn add(config: &mut Config, layer: &Layer, environment: &Environment) -> Result<(), Error> {
    let path = layer.path();
    if matches!(layer, Layer::Repository(_)) && !is_trusted(path, config) {
        return Ok(());
    }
    match config.read(path, &Disk, environment) {
        Err(ReadError::Unreadable(_, None, why)) => {
            // A missing file, or a file in the place of its directory.
            if !matches!(why.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) {
                warn(&format!(
                    "\"{}\" is left out: {}",
                    path.display(),
                    io_text(&why)
                ));
            }
            Ok(())
        }
        result => result.map_err(|why| malformed(&why)),
    }
}

fn malformed(why: &ReadError) -> Error {
    let hint = "hg reads no configuration at all until this is mended";
    match why {
        ReadError::Syntax(source, text) => Error::new(format!(
            "{}:{}: not a line of a configuration file: {}",
            source.file.display(),
            source.line,
            String::from_utf8_lossy(text)
        ))
        .hint(hint),
        ReadError::Unreadable(path, None, why) => Error::new(format!(
            "cannot read \"{}\": {}",
            path.display(),
            io_text(why)
        )),
        ReadError::Unreadable(path, Some(source), why) => Error::new(format!(
            "{}:{}: cannot include \"{}\": {}",
            source.file.display(),
            source.line,
            path.display(),
            io_text(why)
        ))
        .hint(hint),
        ReadError::TooDeep(source) => Error::new(format!(
            "{}:{}: files include each other without end",
            source.file.display(),
            source.line
        ))
        .hint(hint),
    }
}

/// `ui._trusted`: the owner must be the user, or listed in what has been read so far.
fn is_trusted(path: &Path, config: &Config) -> bool {
    // A file that is not there is not read either.
    let Ok(metadata) = path.metadata() else {
        return true;
    };
    if metadata.uid() == Uid::current().as_raw() {
        return true;
    }
    let user = User::from_uid(metadata.uid().into())
        .ok()
        .flatten()
        .map(|user| user.name);
    let group = Group::from_gid(metadata.gid().into())
        .ok()
        .flatten()
        .map(|group| group.name);
    let listed = |key: &str, name: &Option<String>| {
        let list = config.get(b"trusted", key.as_bytes());
        let list = list
            .map(|item| String::from_utf8_lossy(&item.value).into_owned())
            .unwrap_or_default();
        let mut names = list
            .split([',', ' ', '\n'])
            .map(|name| name.trim_matches('"'));
        names.any(|listed| listed == "*" || name.as_deref() == Some(listed))
    };
    let trusted = listed("users", &user) || listed("groups", &group);
    if !trusted {
        warn(&format!(
            "\"{}\" is left out, as hg does: it belongs to the user {}, group {}",
            path.display(),
            user.unwrap_or_else(|| metadata.uid().to_string()),
            group.unwrap_or_else(|| metadata.gid().to_string())
        ));
    }
    trusted
}

/// The working directory around the current directory, or the one that was named.
fn repository_root(named: Option<&Path>) -> Result<Option<PathBuf>, Error> {
    let is_repository = |path: &Path| path.join(".hg").is_dir();
    if let Some(path) = named {
        if !is_repository(path) {
            return Err(Error::new(format!(
                "\"{}\" is no Mercurial repository",
                path.display()
            )));
        }
        let root = path
            .canonicalize()
            .map_err(|why| Error::new(io_text(&why)))?;
        return Ok(Some(root));
    }
    let here = std::env::current_dir().ok();
    Ok(here.and_then(|here| {
        here.ancestors()
            .find(|path| is_repository(path))
            .map(Path::to_owned)
    }))
}

/// Where the shell would find `hg`: its prefix has configuration files, too.
fn find_hg(environment: &Environment) -> Option<PathBuf> {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let path = OsStr::from_bytes(environment.get("PATH")?);
    std::env::split_paths(path)
        .map(|folder| folder.join("hg"))
        .find(|hg| hg.is_file())
}

struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
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
        std::fs::read(path).ok()
    }
}
