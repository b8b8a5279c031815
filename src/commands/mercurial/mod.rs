//! Mercurial's configuration on this machine: finding the files, reading them, and whom to trust.

mod files;
mod installed;
mod python;
mod trust;

pub(super) use installed::{Store, store};

use self::files::{Disk, Glance};
use self::trust::Trusted;
use super::disk::read;
use super::disk::resolve::resolve;
use super::error::Error;
use super::terminal::{io_text, warn};
use crate::bounded::lock;
use crate::certificate::{Certificate, pem};
use crate::cli::Hgrc;
use crate::endpoint::{Host, Start, Target, TargetError};
use crate::fingerprint::Pin;
use crate::hgrc::{Config, Environment, Files, ReadError};
use crate::judge::Anchors;
use crate::mercurial::{
    CaFile, Configured, Edits, Extension, Installation, Layer, Line, Lint, LintScope, Machine,
    Port, Release, Settings, Surroundings, Transport, broken_share, hindrances, ipv4, layers, lint,
    read_port, user_layers,
};
use crate::report::{Comparison, ConfiguredPin, Pins};
use nix::errno::Errno;
use nix::unistd::{Uid, User};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Which files to read.
#[derive(Clone, Copy)]
pub(super) enum Scope<'a> {
    /// All that Mercurial would read here; with the repository, if one was named.
    Everything(Option<&'a Path>),
    /// One file and what it includes.
    File(&'a Path),
    /// The same; the file need not be there yet.
    NewFile(&'a Path),
}

impl<'a> Scope<'a> {
    /// What the options say; `None`: no configuration is read.
    pub(super) fn of(hgrc: &'a Hgrc) -> Option<Self> {
        (!hgrc.no_hgrc).then(|| Self::named(hgrc.hgrc.as_deref(), hgrc.repository.as_deref()))
    }

    /// One file, or all that Mercurial reads, in a repository that may be named.
    pub(super) fn named(file: Option<&'a Path>, repository: Option<&'a Path>) -> Self {
        file.map_or(Self::Everything(repository), Self::File)
    }
}

/// Mercurial's configuration with the environment that it is read in.
pub(super) struct Mercurial {
    config: Config,
    environment: Environment,
    /// The repository whose settings are among them.
    root: Option<PathBuf>,
    /// All files of hg were read.
    whole: bool,
    /// The release that the user names.
    release: Option<Release>,
}

impl Mercurial {
    /// Reads the files.
    pub(super) fn read(scope: &Scope<'_>) -> Result<Self, Error> {
        let root = match scope {
            Scope::Everything(repository) => repository_root(*repository)?,
            Scope::File(_) | Scope::NewFile(_) => None,
        };
        Ok(Self {
            root,
            whole: matches!(scope, Scope::Everything(_)),
            ..Self::with(configuration(scope)?)
        })
    }

    /// Reads the files while somebody types, who has asked for nothing yet: without a word, without
    /// waiting for anything, and nothing at all if hg would not read them.
    pub(super) fn glance() -> Option<Self> {
        let (disk, environment) = (Glance::default(), environment());
        let root = repository_root(None).ok()?;
        let hg = find_hg(&environment);
        let layers = layers(&environment, hg.as_deref(), root.as_deref(), &disk);
        let config = everything(&layers, &disk, &environment, &|_| ()).ok()?;
        Some(Self {
            environment,
            ..Self::with(config)
        })
    }

    /// With a configuration that is only thought of.
    pub(super) fn with(config: Config) -> Self {
        Self {
            config,
            environment: environment(),
            root: None,
            whole: false,
            release: None,
        }
    }

    /// For that release of Mercurial, if one is named.
    pub(super) fn of_release(self, release: Option<&Release>) -> Self {
        Self {
            release: release.cloned(),
            ..self
        }
    }

    /// The release that is named, else that of the hg in `PATH`.
    pub(super) fn release(&self) -> Option<&Release> {
        let named = self.release.as_ref();
        named.or_else(|| installed::installed().release.as_ref())
    }

    /// Without any settings.
    pub(super) fn none() -> Self {
        Self::with(Config::default())
    }

    /// From a text, alone.
    pub(super) fn of(text: &[u8]) -> Self {
        struct Text<'a>(&'a [u8]);
        impl Files for Text<'_> {
            fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
                Ok(self.0.to_vec())
            }
        }
        let mut of = Self {
            environment: Environment::default(),
            ..Self::none()
        };
        // A line that cannot be read leaves the rest out: then nothing is decided by it.
        let _ = of.config.read(Path::new("/"), &Text(text), &of.environment);
        of
    }

    /// The Mercurial whose store is not looked at; `system` is that of this machine.
    pub(super) fn installation<'a>(&'a self, system: &'a Anchors) -> Installation<'a> {
        Installation {
            release: self.release(),
            ..Installation::unknown(system)
        }
    }

    /// The effective configuration.
    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// What paths are expanded with.
    pub(super) fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The settings for a host, as it is written.
    pub(super) fn settings(&self, host: &str) -> Settings {
        Settings {
            runs: hindrances(&self.config, &self.environment, self),
            ..Settings::read(&self.config, &self.environment, host.as_bytes())
        }
    }

    /// Lines that do not do what they seem to.
    pub(super) fn lint(&self, scope: LintScope<'_>) -> Vec<Lint> {
        self.lint_with(scope, &ca_file)
    }

    /// The same; `ca_file` knows CA files that are not there yet.
    pub(super) fn lint_with(
        &self,
        scope: LintScope<'_>,
        ca_file: &dyn Fn(&[u8]) -> CaFile,
    ) -> Vec<Lint> {
        let planned = Planned {
            mercurial: self,
            ca_file,
        };
        lint(&self.config, &self.environment, &planned, scope)
    }

    /// The server that `hg email` would use: `smtp.host`, `smtp.port`, `smtp.tls`.
    pub(super) fn target(&self) -> Result<Target, Error> {
        let settings = self.settings("");
        let Some(host) = &settings.smtp_host else {
            let hint = "name one: smtp-certcheck mail.example.org:587";
            let message = "no TARGET was given, and Mercurial's configuration has no smtp.host";
            return Err(Error::new(message).hint(hint));
        };
        let written = String::from_utf8_lossy(&host.value).into_owned();
        let bad =
            |line: &Line, why: String| Error::new(format!("{}: {}: {why}", line.place(), line.key));
        let tls = match settings.transport {
            Transport::Starttls => Some(Start::Starttls),
            Transport::Smtps => Some(Start::Implicit),
            Transport::Plain => None,
        };
        let port = match &settings.smtp_port {
            Some(port) => match read_port(&port.value) {
                Port::Number(number) => Some(number),
                Port::OutOfRange | Port::Name => {
                    let text = String::from_utf8_lossy(&port.value).into_owned();
                    return Err(bad(&port.line, TargetError::Port(text).to_string()));
                }
            },
            None => None,
        };
        // The resolver takes addresses that are written otherwise, too.
        let address = ipv4(&written).map(|address| Host::Ip(address.into()));
        let read = || written.parse();
        Ok(Target {
            host: address
                .map_or_else(read, Ok)
                .map_err(|why: TargetError| bad(&host.line, why.to_string()))?,
            written,
            port,
            start: tls,
        })
    }
}

impl Surroundings for Mercurial {
    fn extension(&self, path: &[u8]) -> Extension {
        let path = Path::new(OsStr::from_bytes(path));
        let file = if path.is_dir() {
            path.join("__init__.py")
        } else {
            path.to_owned()
        };
        match read::settings(&file) {
            Ok(text) if holds_email(&text) => Extension::Email,
            Err(why) if matches!(why.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                Extension::Missing
            }
            _ => Extension::Other,
        }
    }

    fn broken_share(&self) -> Option<(PathBuf, String)> {
        let root = self.root.as_ref()?;
        let why = broken_share(root, &self.config, &Disk)?;
        Some((root.join(".hg/sharedpath"), why))
    }

    fn is_whole(&self) -> bool {
        self.whole
    }
}

/// Whether a Python file defines a command `email`.
fn holds_email(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    text.lines().any(|line| line.starts_with("def email("))
}

/// The machine with CA files that are not there yet.
struct Planned<'a> {
    mercurial: &'a Mercurial,
    ca_file: &'a dyn Fn(&[u8]) -> CaFile,
}

impl Surroundings for Planned<'_> {
    fn extension(&self, path: &[u8]) -> Extension {
        self.mercurial.extension(path)
    }

    fn broken_share(&self) -> Option<(PathBuf, String)> {
        self.mercurial.broken_share()
    }

    fn is_whole(&self) -> bool {
        self.mercurial.is_whole()
    }
}

impl Machine for Planned<'_> {
    fn release(&self) -> Option<&Release> {
        self.mercurial.release()
    }

    fn ca_file(&self, path: &[u8]) -> CaFile {
        (self.ca_file)(path)
    }

    fn is_world_readable(&self, path: &Path) -> bool {
        const OTHERS_READ: u32 = 0o004;
        path.metadata()
            .is_ok_and(|metadata| metadata.mode() & OTHERS_READ != 0)
    }
}

/// The fingerprints that are configured for a host, and whether `leaf` has one of them.
/// `smtp.fingerprint` is about `smtp.host` alone; beside pins that hg obeys it is shown, but does
/// not count.
pub(super) fn pins(settings: &Settings, is_smtp_host: bool, leaf: Option<&Certificate>) -> Pins {
    let smtp = settings.smtp_fingerprint.as_ref().filter(|_| is_smtp_host);
    let mut configured = Vec::new();
    let mut unread = Vec::new();
    let mut obeyed = Vec::new();
    let mut read =
        |list: &Configured<Result<Vec<Pin>, String>>, usable: &mut Vec<Pin>| match &list.value {
            Ok(pins) => {
                let shown = pins
                    .iter()
                    .map(|pin| configured_pin(pin.to_string(), &list.line));
                configured.extend(shown);
                usable.extend(pins.iter().cloned());
            }
            Err(item) => configured.push(configured_pin(item.clone(), &list.line)),
        };
    if let Some(list) = smtp {
        read(list, &mut unread);
    }
    if let Some(list) = &settings.pins {
        read(list, &mut obeyed);
    }
    if let Some(list) = &settings.legacy_pins {
        let shown = list.value.iter();
        configured.extend(shown.map(|pin| configured_pin(pin.to_string(), &list.line)));
        obeyed.extend(list.value.iter().cloned());
    }
    // What no Mercurial reads counts only where it reads nothing else.
    let aborts = matches!(&settings.pins, Some(Configured { value: Err(_), .. }));
    let usable = if obeyed.is_empty() && !aborts {
        unread
    } else {
        obeyed
    };
    let compared = leaf.filter(|_| !configured.is_empty());
    Pins {
        comparison: compared.map_or(Comparison::NotMade, |leaf| {
            usable.iter().any(|pin| pin.matches(leaf.der())).into()
        }),
        configured,
    }
}

fn configured_pin(value: String, line: &Line) -> ConfiguredPin {
    ConfiguredPin {
        value,
        line: line.clone(),
    }
}

/// The file of trust anchors that is configured for a host, and the line that says so.
pub(super) fn cacerts(settings: &Settings, is_smtp_host: bool) -> Option<&Configured<Vec<u8>>> {
    let smtp = settings.smtp_cacerts.as_ref().filter(|_| is_smtp_host);
    smtp.or(settings.verifycertsfile.as_ref())
        .or(settings.web_cacerts.as_ref())
}

/// Whether a file of trust anchors is named for this very host, which makes it a pin.
pub(super) fn has_own_cacerts(settings: &Settings, host: &str) -> bool {
    let smtp_host = settings.smtp_host.as_ref();
    let is_smtp_host = smtp_host.is_some_and(|name| name.value == host.as_bytes());
    (is_smtp_host && settings.smtp_cacerts.is_some()) || settings.verifycertsfile.is_some()
}

/// A CA file as Mercurial's OpenSSL would read it: one PEM file, nothing broken in it.
pub(super) fn ca_file(path: &[u8]) -> CaFile {
    let path = Path::new(OsStr::from_bytes(path));
    if !path.exists() {
        return CaFile::Missing;
    }
    match read::settings(path) {
        // Only we do not read it.
        Err(why) if why.kind() == ErrorKind::FileTooLarge => CaFile::Unknown(io_text(&why)),
        Err(why) if why.kind() == ErrorKind::WouldBlock => CaFile::Unknown(NO_WRITER.to_owned()),
        Err(why) => CaFile::Unusable(io_text(&why)),
        Ok(bytes) => match pem::read_as_openssl(&bytes) {
            Ok(entries) => CaFile::Certificates(entries),
            Err(why) => CaFile::Unusable(format!("file is empty or malformed? {why}")),
        },
    }
}

/// The effective configuration.
pub(super) fn configuration(scope: &Scope<'_>) -> Result<Config, Error> {
    configuration_from(scope, &Disk)
}

fn configuration_from(scope: &Scope<'_>, files: &dyn Files) -> Result<Config, Error> {
    let environment = environment();
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

fn everything(
    layers: &[Layer],
    files: &dyn Files,
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

fn is_missing(files: &dyn Files, path: &Path) -> bool {
    matches!(files.read(path), Err(why) if why.kind() == ErrorKind::NotFound)
}

/// The files as they were when each was first read, so that whatever is thought of them is thought
/// of the same bytes.
#[derive(Default)]
pub(super) struct Snapshot(RefCell<BTreeMap<PathBuf, Result<Vec<u8>, Errno>>>);

impl Snapshot {
    /// The bytes of a file; `None`: it is not there.
    pub(super) fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
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

    /// The effective configuration, as if the files were as in `edits`.
    pub(super) fn configuration(&self, scope: &Scope<'_>, edits: &Edits) -> Result<Config, Error> {
        struct Edited<'a>(&'a Snapshot, &'a Edits);
        impl Files for Edited<'_> {
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

/// All files that Mercurial would read here, if they are there.
pub(super) fn all_layers(
    repository: Option<&Path>,
    environment: &Environment,
) -> Result<Vec<Layer>, Error> {
    let root = repository_root(repository)?;
    let hg = find_hg(environment);
    Ok(layers(environment, hg.as_deref(), root.as_deref(), &Disk))
}

/// The user's own files in the order of reading: those of HGRCPATH, if it is set.
pub(super) fn user_files(environment: &Environment) -> Vec<PathBuf> {
    let layers = user_layers(environment, &Disk);
    layers.iter().map(|layer| layer.path().to_owned()).collect()
}

/// Whether hg reads the file here, or would if it were there.
pub(super) fn is_read(file: &Path) -> Result<bool, Error> {
    let file = resolve(file);
    let is_it = |path: &Path| resolve(path) == file;
    let layers = all_layers(None, &environment())?;
    if layers.iter().any(|layer| is_it(layer.path())) {
        return Ok(true);
    }
    // Where the rest cannot be read, nobody knows what it includes.
    let config = configuration(&Scope::Everything(None)).unwrap_or_default();
    Ok(config.files().iter().any(|read| is_it(&read.path)))
}

/// The repository's own files.
pub(super) fn repository_files(named: &Path) -> Result<[PathBuf; 2], Error> {
    let root = repository_root(Some(named))?.unwrap_or_else(|| named.to_owned());
    Ok(["hgrc", "hgrc-not-shared"].map(|name| root.join(".hg").join(name)))
}

fn environment() -> Environment {
    let variables = std::env::vars_os().map(|(name, value)| (name.into_vec(), value.into_vec()));
    Environment::new(variables).with_homes(|name| {
        let user = match name {
            Some(name) => User::from_name(str::from_utf8(name).ok()?),
            None => User::from_uid(Uid::current()),
        };
        Some(user.ok()??.dir.into_os_string().into_vec())
    })
}

/// A file that is not there counts for nothing, as for Mercurial; one that cannot be read does so,
/// too, but not in silence. One that only we do not read leaves everything open.
fn add(
    config: &mut Config,
    layer: &Layer,
    files: &dyn Files,
    environment: &Environment,
    say: &dyn Fn(&str),
) -> Result<(), Error> {
    let path = layer.path();
    match config.read(path, files, environment) {
        Err(ReadError::Unreadable(_, None, ref why))
            if !matches!(why.kind(), ErrorKind::FileTooLarge | ErrorKind::WouldBlock) =>
        {
            // A missing file, or a file in the place of its directory.
            if !matches!(why.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) {
                say(&format!(
                    "\"{}\" is left out: {}",
                    path.display(),
                    io_text(why)
                ));
            }
            Ok(())
        }
        result => result.map_err(|why| malformed(&why)),
    }
}

/// Of a pipe that hg would wait for.
const NO_WRITER: &str = "it is a pipe, and nothing writes to it: hg waits until something does";

fn cause(why: &io::Error) -> String {
    match why.kind() {
        ErrorKind::WouldBlock => NO_WRITER.to_owned(),
        _ => io_text(why),
    }
}

fn malformed(why: &ReadError) -> Error {
    let hint = "hg reads no configuration at all until this is fixed";
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
            cause(why)
        )),
        ReadError::Unreadable(path, Some(source), why) => Error::new(format!(
            "{}:{}: cannot include \"{}\": {}",
            source.file.display(),
            source.line,
            path.display(),
            cause(why)
        ))
        .hint(match why.kind() {
            ErrorKind::FileTooLarge => {
                "it is not read here, so that what hg makes of it is not known"
            }
            _ => hint,
        }),
        ReadError::TooDeep(source) => Error::new(format!(
            "{}:{}: files include each other without end, or deeper than hg reads them",
            source.file.display(),
            source.line
        ))
        .hint(hint),
    }
}

/// The configuration is read more than once, and the warnings are the same each time.
fn warn_once(text: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if lock(&SAID).insert(text.to_owned()) {
        warn(text);
    }
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
    find_program("hg", environment)
}

/// Where the shell would find a program.
fn find_program(name: &str, environment: &Environment) -> Option<PathBuf> {
    use nix::unistd::{AccessFlags, access};
    let path = OsStr::from_bytes(environment.get("PATH")?);
    std::env::split_paths(path)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file() && access(program, AccessFlags::X_OK).is_ok())
}
