//! Reading the user's files: trust anchors and saved chains.
#![expect(clippy::disallowed_methods, reason = "here files are read")]

use super::{Error, io_text};
use crate::certificate::pem::{self, PemError};
use crate::judge::Anchors;
use rustls::pki_types::CertificateDer;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// A bundle of all the world's roots is a quarter of a MiB.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// The anchors of `--cacerts`. A named file must hold certificates; of a directory the files that
/// hold some count.
pub(super) fn configured_anchors(paths: &[PathBuf]) -> Result<Anchors, Error> {
    let names: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let mut anchors = Anchors::new(names.join(", "));
    for path in paths {
        if path.is_dir() {
            let before = anchors.all().len();
            add_directory(&mut anchors, path, Care::Strict)?;
            if anchors.all().len() == before {
                return Err(unreadable(path, "no file in it holds a certificate"));
            }
        } else {
            add_file(&mut anchors, path)?;
        }
    }
    Ok(anchors)
}

/// The system's anchors: `SSL_CERT_FILE` and `SSL_CERT_DIR` if one of them is set, else the bundle
/// of the distribution, else its directory.
pub(super) fn system_anchors() -> Result<Anchors, Error> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let anchors = match (variable("SSL_CERT_FILE"), variable("SSL_CERT_DIR")) {
        (None, None) => distribution_anchors()?,
        (file, directories) => environment_anchors(file.as_deref(), directories.as_deref())?,
    };
    if anchors.all().is_empty() {
        let hint = "install the package ca-certificates, or name a file with --cacerts";
        return Err(
            Error::new(format!("there are no trust anchors in {}", anchors.origin)).hint(hint),
        );
    }
    Ok(anchors)
}

/// The file and the directory that this machine's OpenSSL most likely takes.
pub(super) fn distribution_paths() -> (Option<PathBuf>, Option<PathBuf>) {
    let found = openssl_probe::probe();
    (found.cert_file, found.cert_dir.into_iter().next())
}

fn distribution_anchors() -> Result<Anchors, Error> {
    let mut anchors = Anchors::new("the system's trust store");
    let found = openssl_probe::probe();
    match (found.cert_file, found.cert_dir.first()) {
        (Some(file), _) => add_lenient(&mut anchors, &file)?,
        (None, Some(directory)) => add_directory(&mut anchors, directory, Care::Lenient)?,
        (None, None) => {}
    }
    Ok(anchors)
}

/// What the environment names was chosen by somebody: a file that is not there is an error, but
/// of the directories some may be missing, as OpenSSL has it.
fn environment_anchors(
    file: Option<&OsStr>,
    directories: Option<&OsStr>,
) -> Result<Anchors, Error> {
    let named = [("SSL_CERT_FILE", file), ("SSL_CERT_DIR", directories)];
    let origin: Vec<String> = named
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", (*value)?.display())))
        .collect();
    let mut anchors = Anchors::new(origin.join(", "));
    if let Some(file) = file {
        add_lenient(&mut anchors, Path::new(file))?;
    }
    for directory in directories
        .iter()
        .flat_map(|list| std::env::split_paths(list))
    {
        if directory.is_dir() {
            add_directory(&mut anchors, &directory, Care::Lenient)?;
        }
    }
    Ok(anchors)
}

/// Servers are heard for 256 KiB. A chain of 10 MiB in PEM is judged within 64 MiB of memory.
const MAX_CHAIN: u64 = 16 * 1024 * 1024;

/// As many as are read of a server.
const MAX_CERTIFICATES: usize = 1024;

/// The certificates of a saved chain; `-` is standard input.
pub(super) fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let fail = |why: String| Error::new(format!("cannot use {}: {why}", name(path)));
    let bytes = if path == Path::new("-") {
        let stdin = std::io::stdin().lock();
        bounded(stdin, MAX_CHAIN).map_err(|why| fail(io_text(&why)))?
    } else {
        open(path, MAX_CHAIN)?
    };
    let certificates = pem::read(&bytes).map_err(|why| fail(why.to_string()))?;
    if certificates.len() > MAX_CERTIFICATES {
        let count = certificates.len();
        let why =
            format!("it holds {count} certificates, and a chain has at most {MAX_CERTIFICATES}");
        return Err(fail(why).hint("for trust anchors there is --cacerts"));
    }
    Ok(certificates.into_iter().map(|entry| entry.der).collect())
}

/// What to call the file of a saved chain.
pub(super) fn name(path: &Path) -> String {
    if path == Path::new("-") {
        "standard input".to_owned()
    } else {
        format!("\"{}\"", path.display())
    }
}

/// Everything in the file must be usable.
fn add_file(anchors: &mut Anchors, path: &Path) -> Result<(), Error> {
    let certificates = pem::read(&read(path)?).map_err(|why| {
        let hint = "--cacerts takes CA certificates in PEM or DER, or a directory of such files";
        unreadable(path, why).hint(hint)
    })?;
    for (index, der) in certificates.into_iter().enumerate() {
        anchors
            .add(der, &path.display().to_string())
            .map_err(|why| unreadable(path, format!("certificate {} in it: {why}", index + 1)))?;
    }
    Ok(())
}

/// A store that others look after: what cannot be used is left out.
fn add_lenient(anchors: &mut Anchors, path: &Path) -> Result<(), Error> {
    let source = path.display().to_string();
    for der in pem::read_usable(&read(path)?) {
        // Not usable for webpki means that it is no anchor for anybody.
        let _ = anchors.add(der, &source);
    }
    Ok(())
}

/// Whether a certificate that cannot be used is an error.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Care {
    Strict,
    Lenient,
}

/// Every file in a directory, in the order of names; subdirectories and files without
/// certificates (CRLs, a README) are passed over.
fn add_directory(anchors: &mut Anchors, directory: &Path, care: Care) -> Result<(), Error> {
    let entries =
        std::fs::read_dir(directory).map_err(|why| unreadable(directory, io_text(&why)))?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    // A hashed directory has links to its own files: each is read once.
    let mut seen = HashSet::new();
    for path in paths {
        let Ok(metadata) = path.metadata() else {
            continue;
        };
        if !metadata.is_file() || !seen.insert((metadata.dev(), metadata.ino())) {
            continue;
        }
        match care {
            Care::Strict => add_if_any(anchors, &path)?,
            // A file that cannot be read is no reason to do without the others.
            Care::Lenient => drop(add_lenient(anchors, &path)),
        }
    }
    Ok(())
}

fn add_if_any(anchors: &mut Anchors, path: &Path) -> Result<(), Error> {
    let certificates = match pem::read(&read(path)?) {
        Err(PemError::NoCertificate) => return Ok(()),
        certificates => certificates.map_err(|why| unreadable(path, why))?,
    };
    let source = path.display().to_string();
    for der in certificates {
        anchors
            .add(der, &source)
            .map_err(|why| unreadable(path, why))?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    open(path, MAX_FILE)
}

fn open(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    let failed = |why: std::io::Error| unreadable(path, io_text(&why));
    let file = std::fs::File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err(unreadable(path, "it is a directory"));
    }
    bounded(file, limit).map_err(failed)
}

/// All of it, or an error where it is longer than `limit` octets.
fn bounded(reader: impl Read, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        let text = format!("it is larger than {} MiB", limit >> 20);
        return Err(std::io::Error::other(text));
    }
    Ok(bytes)
}

fn unreadable(path: &Path, why: impl std::fmt::Display) -> Error {
    Error::new(format!("cannot use \"{}\": {why}", path.display()))
}
