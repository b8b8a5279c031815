//! Mercurial as it is configured on this machine.

mod ca_file;
mod errors;
mod files;
mod installed;
mod layers;
mod python;
mod reading;
mod scope;
mod snapshot;
mod trust;

pub(super) use ca_file::ca_file;
pub(super) use installed::{Store, store};
pub(super) use layers::{repository_files, user_files};
pub(super) use reading::is_read;
pub(super) use scope::Scope;
pub(super) use snapshot::Snapshot;

use super::disk::read;
use super::environment::{hg, variables};
use super::error::Error;
use crate::endpoint::{Host, Protocol, Start, Target, TargetError};
use crate::hgrc::{Config, Environment, FileReader};
use crate::judge::Anchors;
use crate::mercurial::{
    CaFile, Extension, HostSettings, Installation, Lint, LintScope, Machine, Port, Release,
    SettingLine, Surroundings, Transport, broken_share, hindrances, ipv4, lint, read_port,
};
use files::{Disk, Glance};
use layers::repository_root;
use reading::{configuration, everything};
use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// Mercurial's configuration, with the environment in which it is read.
pub(super) struct Mercurial {
    config: Config,
    environment: Environment,
    /// The repository whose settings are included.
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

    /// For completion: reads without warnings, never blocks, and gives nothing where hg would fail.
    pub(super) fn glance() -> Option<Self> {
        let (disk, environment) = (Glance::default(), variables());
        let root = repository_root(None).ok()?;
        let layers = crate::mercurial::layers(&environment, hg(), root.as_deref(), &disk);
        let config = everything(&layers, &disk, &environment, &|_| ()).ok()?;
        Some(Self {
            environment,
            ..Self::with(config)
        })
    }

    /// Takes a hypothetical configuration.
    pub(super) fn with(config: Config) -> Self {
        Self {
            config,
            environment: variables(),
            root: None,
            whole: false,
            release: None,
        }
    }

    /// Sets the release of Mercurial, if one is named.
    pub(super) fn of_release(self, release: Option<&Release>) -> Self {
        Self {
            release: release.cloned(),
            ..self
        }
    }

    /// The named release, else the one of the hg in `PATH`.
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
        impl FileReader for Text<'_> {
            fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
                Ok(self.0.to_vec())
            }
        }
        let mut of = Self {
            environment: Environment::default(),
            ..Self::none()
        };
        // An unreadable line leaves out the rest, which then decides nothing.
        let _ = of.config.read(Path::new("/"), &Text(text), &of.environment);
        of
    }

    /// The Mercurial without a look at its store; `system` are this machine's anchors.
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

    /// The variables and directories that paths are expanded with.
    pub(super) fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The settings for a host, as written.
    pub(super) fn settings(&self, host: &str) -> HostSettings {
        HostSettings {
            runs: hindrances(&self.config, &self.environment, self),
            ..HostSettings::read(&self.config, &self.environment, host.as_bytes())
        }
    }

    /// Lines that have no effect or mislead.
    pub(super) fn lint(&self, scope: LintScope<'_>) -> Vec<Lint> {
        self.lint_with(scope, &ca_file)
    }

    /// The same; `ca_file` knows CA files that do not exist yet.
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
            let hint = "usage: smtp-certcheck HOST[:PORT]; smtp-certcheck --help has examples";
            let message =
                "no server is named, neither here nor by smtp.host in Mercurial's configuration";
            return Err(Error::new(message).hint(hint));
        };
        let written = String::from_utf8_lossy(&host.value).into_owned();
        let bad = |line: &SettingLine, why: String| {
            Error::new(format!("{}: {}: {why}", line.source, line.key))
        };
        let tls = match settings.transport {
            Transport::Starttls => Some(Start::Starttls),
            Transport::Smtps => Some(Start::Implicit),
            Transport::Plain => None,
        };
        let port = match &settings.smtp_port {
            Some(port) => match read_port(&port.value) {
                Port::Number(number) => Some(number),
                Port::OutOfRange | Port::Name => {
                    let text = String::from_utf8_lossy(&port.value);
                    let why = format!("\"{text}\" is not a port from 1 to 65535");
                    return Err(bad(&port.line, why));
                }
            },
            None => None,
        };
        // The resolver also accepts addresses in other notations.
        let address = ipv4(&written).map(|address| Host::Ip(address.into()));
        let read = || written.parse();
        Ok(Target {
            host: address
                .map_or_else(read, Ok)
                .map_err(|why: TargetError| bad(&host.line, why.to_string()))?,
            written,
            port,
            start: tls,
            protocol: Some(Protocol::Smtp),
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

    fn is_complete(&self) -> bool {
        self.whole
    }
}

/// Whether a Python file defines a command `email`.
fn holds_email(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    text.lines().any(|line| line.starts_with("def email("))
}

/// The machine with CA files that do not exist yet.
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

    fn is_complete(&self) -> bool {
        self.mercurial.is_complete()
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
