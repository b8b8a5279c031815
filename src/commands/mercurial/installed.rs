//! The hg that the shell would find: its release, and the trust store that its Python uses if
//! Mercurial's settings name none. It is never run.
#![expect(clippy::disallowed_methods, reason = "here files are read")]

use super::ca_file::ca_file;
use super::python::{Package, Python};
use crate::certificate::pem::Entry;
use crate::cli::HgStoreArg;
use crate::commands::disk::read;
use crate::commands::disk::system;
use crate::commands::environment::{hg, variables};
use crate::commands::error::Error;
use crate::mercurial::{CaFile, Release};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The results, looked up once for a run.
pub(super) struct Installed {
    pub(super) release: Option<Release>,
    certifi: Certifi,
    /// The folder of OpenSSL's own files (`OPENSSLDIR`).
    openssl: Option<PathBuf>,
}

/// The package certifi of hg's Python.
enum Certifi {
    /// The package uses this file.
    File(PathBuf),
    /// The package or its file is missing: OpenSSL's own store counts.
    None,
    Unknown,
}

/// A trust store, read.
pub(in crate::commands) struct Store {
    /// Its description, for people.
    pub(in crate::commands) name: String,
    /// Everything in it.
    pub(in crate::commands) certificates: Vec<Entry>,
}

/// Looks it up on the first call.
pub(super) fn installed() -> &'static Installed {
    static FOUND: OnceLock<Installed> = OnceLock::new();
    FOUND.get_or_init(|| {
        let Some(python) = hg().and_then(|hg| Python::of(hg, &variables())) else {
            return Installed {
                release: None,
                certifi: Certifi::Unknown,
                openssl: None,
            };
        };
        Installed {
            release: release(&python),
            certifi: certifi(&python),
            openssl: openssl(&python),
        }
    })
}

/// The version from the package itself, else from its installer.
fn release(python: &Python) -> Option<Release> {
    let Package::Here(folder) = python.package("mercurial") else {
        return None;
    };
    let own = read::settings(&folder.join("__version__.py")).ok();
    let own = own.and_then(|text| {
        let text = String::from_utf8_lossy(&text).into_owned();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("version = "))?;
        line.trim_start_matches('b')
            .trim_matches(['"', '\''])
            .parse()
            .ok()
    });
    own.or_else(|| {
        let beside = folder.parent()?;
        let names = std::fs::read_dir(beside).ok()?.flatten();
        let mut names = names.filter_map(|entry| entry.file_name().into_string().ok());
        names.find_map(|name| {
            let version = name
                .strip_prefix("mercurial-")?
                .strip_suffix(".dist-info")?;
            version.parse().ok()
        })
    })
}

/// Distributions change certifi to use the system's file (`certifi/core.py`).
fn certifi(python: &Python) -> Certifi {
    const OF_SYSTEMS: [&str; 4] = [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ];
    let folder = match python.package("certifi") {
        Package::Here(folder) => folder,
        Package::Nowhere => return Certifi::None,
        Package::Unknown => return Certifi::Unknown,
    };
    let core = read::settings(&folder.join("core.py")).unwrap_or_default();
    let core = String::from_utf8_lossy(&core).into_owned();
    let file = OF_SYSTEMS
        .into_iter()
        .find(|path| core.contains(path))
        .map_or_else(|| folder.join("cacert.pem"), PathBuf::from);
    // The file that `certifi.where()` names must exist, or hg does without it.
    match file.exists() {
        true => Certifi::File(file),
        false if core.is_empty() => Certifi::Unknown,
        false => Certifi::None,
    }
}

/// `OPENSSLDIR` of the library that Python's module `_ssl` is linked with.
fn openssl(python: &Python) -> Option<PathBuf> {
    const NAMES: [&str; 2] = ["libcrypto.so.3", "libcrypto.so.1.1"];
    const FOLDERS: [&str; 6] = [
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/lib/x86_64-linux-gnu",
        "/lib/aarch64-linux-gnu",
        "/usr/lib64",
        "/usr/lib",
    ];
    let linked = variables()
        .get("LD_LIBRARY_PATH")
        .is_none_or(<[u8]>::is_empty);
    let module = read::settings(&python.compiled("_ssl.")?).ok()?;
    let name = NAMES
        .into_iter()
        .find(|name| holds(&module, name.as_bytes()))?;
    // A private copy of the library.
    if !linked || holds(&module, b"$ORIGIN") || Path::new("/usr/local/lib").join(name).exists() {
        return None;
    }
    let library = FOLDERS
        .into_iter()
        .map(|folder| Path::new(folder).join(name))
        .find(|path| path.is_file())?;
    let text = read::settings(&library).ok()?;
    let mark = b"OPENSSLDIR: \"";
    let at = text.windows(mark.len()).position(|part| part == mark)? + mark.len();
    let end = text[at..]
        .iter()
        .take(4096)
        .position(|&byte| byte == b'"')?;
    Some(PathBuf::from(OsStr::from_bytes(&text[at..at + end])))
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// The store that the user names, or that the hg in `PATH` uses, if it can be seen.
pub(in crate::commands) fn store(named: Option<&HgStoreArg>) -> Result<Option<Store>, Error> {
    let found = installed();
    match (named, &found.certifi) {
        (Some(HgStoreArg::File(path)), _) => file(path).map(Some),
        (Some(HgStoreArg::Certifi) | None, Certifi::File(path)) => match (file(path), named) {
            (Ok(store), _) => Ok(Some(store)),
            (Err(why), Some(_)) => Err(why),
            (Err(_), None) => Ok(None),
        },
        (Some(HgStoreArg::Certifi), _) => Err(Error::new(
            "the Python of the hg in PATH has no certifi that can be seen from here",
        )
        .hint("name its file: --hg-store FILE, which python -m certifi prints")),
        (Some(HgStoreArg::Openssl), _) => Ok(Some(of_openssl(found.openssl.as_deref()))),
        (None, Certifi::None) => Ok(found.openssl.as_deref().map(|own| of_openssl(Some(own)))),
        (None, Certifi::Unknown) => Ok(None),
    }
}

fn file(path: &Path) -> Result<Store, Error> {
    let name = format!("\"{}\"", path.display());
    let fail = |why: &str| {
        Err(Error::new(format!(
            "cannot use {name} as hg's store: {why}"
        )))
    };
    match ca_file(path.as_os_str().as_bytes()) {
        CaFile::Certificates(certificates) => Ok(Store {
            name: path.display().to_string(),
            certificates,
        }),
        CaFile::Missing => fail("it does not exist"),
        CaFile::Unusable(why) | CaFile::Unknown(why) => fail(&why),
    }
}

/// A file and a hashed directory, each from its variable or OpenSSL's own
/// (`X509_STORE_set_default_paths`). Unreadable files are skipped, as in OpenSSL.
fn of_openssl(own: Option<&Path>) -> Store {
    let environment = variables();
    let variable = |name: &str| {
        let value = environment.get(name)?;
        Some(PathBuf::from(OsStr::from_bytes(value)))
    };
    let (own_file, own_folder) = match own {
        Some(own) => (Some(own.join("cert.pem")), Some(own.join("certs"))),
        None => system::distribution_paths(),
    };
    let file = variable("SSL_CERT_FILE").or(own_file);
    let folders = variable("SSL_CERT_DIR").or(own_folder);
    let folders: Vec<PathBuf> = folders
        .iter()
        .flat_map(|list| std::env::split_paths(list))
        .collect();
    let mut certificates = Vec::new();
    let hashed = folders.iter().flat_map(|folder| hashed(folder));
    for path in file.iter().cloned().chain(hashed) {
        if let CaFile::Certificates(found) = ca_file(path.as_os_str().as_bytes()) {
            certificates.extend(found);
        }
    }
    let places = file.iter().chain(&folders);
    let places: Vec<String> = places.map(|path| path.display().to_string()).collect();
    Store {
        name: format!("OpenSSL's own store ({})", places.join(", ")),
        certificates,
    }
}

/// The files of a directory that OpenSSL reads: `HASH.N`.
fn hashed(folder: &Path) -> Vec<PathBuf> {
    let is_hashed = |name: &str| {
        name.split_once('.').is_some_and(|(hash, number)| {
            hash.len() == 8
                && hash.bytes().all(|b| b.is_ascii_hexdigit())
                && !number.is_empty()
                && number.bytes().all(|b| b.is_ascii_digit())
        })
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries
        .filter(|entry| entry.file_name().to_str().is_some_and(is_hashed))
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    paths
}
