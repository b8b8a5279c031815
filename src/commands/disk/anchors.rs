//! Reading the user's files: trust anchors and saved chains.
#![expect(clippy::disallowed_methods, reason = "here files are read")]

use crate::certificate::pem::{self, PemError};
use crate::commands::error::Error;
use crate::commands::terminal::io_text;
use crate::judge::{Anchor, Anchors};
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
pub(in crate::commands) fn configured_anchors(paths: &[PathBuf]) -> Result<Anchors, Error> {
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
                let left_out = anchors.switched_off();
                let left_out = left_out.map_or_else(String::new, |files| format!("; {files}"));
                let why = format!("no file in it holds a certificate{left_out}");
                return Err(unreadable(path, why).hint(NAMES));
            }
        } else {
            add_file(&mut anchors, path)?;
        }
    }
    Ok(anchors)
}

/// The anchors of a CA file that a setting names, `at` a place, as hg's OpenSSL reads it. What is
/// wrong with it is noted.
pub(in crate::commands) fn setting_anchors(path: &Path, key: &str, at: &str) -> Anchors {
    let mut anchors = Anchors::new(format!("{}, from {key} at {at}", path.display()));
    if let Err(why) = add_as_openssl(&mut anchors, path) {
        let quoted = path.as_os_str().as_encoded_bytes();
        let is_quoted = matches!(quoted, [b'"', .., b'"'] | [b'\'', .., b'\'']);
        let advice = match why.advice() {
            _ if is_quoted => "take the quotes away: they are part of the name".to_owned(),
            Some(hint) => hint.to_owned(),
            None => format!("correct {key}, or leave it out with --no-hgrc"),
        };
        let message = format!("{}; {key} names it, at {at}", why.message());
        anchors.add_unread(message, advice);
    }
    anchors
}

/// The system's anchors: `SSL_CERT_FILE` and `SSL_CERT_DIR` if one of them is set, else the bundle
/// of the distribution, else its directory. What cannot be read is noted.
pub(in crate::commands) fn system_anchors() -> Anchors {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let mut anchors = match (variable("SSL_CERT_FILE"), variable("SSL_CERT_DIR")) {
        (None, None) => distribution_anchors(),
        (file, directories) => environment_anchors(file.as_deref(), directories.as_deref()),
    };
    if anchors.all().is_empty() && anchors.unread().is_empty() {
        let left_out = anchors.switched_off();
        let left_out = left_out.map_or_else(String::new, |files| format!("; {files}"));
        let why = format!("there are none in {}{left_out}", anchors.origin);
        anchors.add_unread(
            why,
            "install the package ca-certificates, or name a file with --cacerts",
        );
    }
    anchors
}

/// The file and the directory that this machine's OpenSSL most likely takes.
pub(in crate::commands) fn distribution_paths() -> (Option<PathBuf>, Option<PathBuf>) {
    let found = openssl_probe::probe();
    (found.cert_file, found.cert_dir.into_iter().next())
}

fn distribution_anchors() -> Anchors {
    let mut anchors = Anchors::new("the system's trust store");
    anchors.is_distribution = true;
    let found = openssl_probe::probe();
    let read = match (found.cert_file, found.cert_dir.first()) {
        (Some(file), _) => add_as_openssl(&mut anchors, &file),
        (None, Some(directory)) => add_directory(&mut anchors, directory, Care::AsOpenssl),
        (None, None) => Ok(()),
    };
    note(
        &mut anchors,
        read,
        "install the package ca-certificates again",
    );
    anchors
}

/// What the environment names was chosen by its user: a file that is not there is noted, but of
/// the directories some may be missing, as OpenSSL has it.
fn environment_anchors(file: Option<&OsStr>, directories: Option<&OsStr>) -> Anchors {
    let named = [("SSL_CERT_FILE", file), ("SSL_CERT_DIR", directories)];
    let origin: Vec<String> = named
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", (*value)?.display())))
        .collect();
    let mut anchors = Anchors::new(origin.join(", "));
    if let Some(file) = file {
        let read = add_as_openssl(&mut anchors, Path::new(file));
        let read = read.map_err(|why| {
            let hint = why.advice().unwrap_or_default().to_owned();
            let message = format!("{}; SSL_CERT_FILE names it", why.message());
            Error::new(message).hint(hint)
        });
        note(
            &mut anchors,
            read,
            "correct SSL_CERT_FILE, or unset it for the system's trust store",
        );
    }
    for directory in directories
        .iter()
        .flat_map(|list| std::env::split_paths(list))
    {
        if directory.is_dir() {
            let read = add_directory(&mut anchors, &directory, Care::AsOpenssl);
            note(&mut anchors, read, "correct SSL_CERT_DIR, or unset it");
        }
    }
    anchors
}

/// Whether OpenSSL finds an anchor of the system's, as far as the names of files matter: in
/// `SSL_CERT_DIR` it looks for the hash of the name, with 0, 1 and so on behind it.
pub(in crate::commands) fn is_found_by_hash(anchor: &Anchor) -> bool {
    let directories = std::env::var_os("SSL_CERT_DIR").unwrap_or_default();
    let named = |path: &Path| !path.as_os_str().is_empty();
    let all: Vec<PathBuf> = std::env::split_paths(&directories)
        .filter(|path| named(path))
        .collect();
    let place = Path::new(&anchor.source).parent();
    if !all.iter().any(|directory| place == Some(directory)) {
        return true;
    }
    let facts = anchor.certificate().facts().ok();
    let Some(hash) = facts.and_then(|facts| facts.subject.openssl_hash()) else {
        return false;
    };
    let files = all.iter().flat_map(|directory| {
        let numbered = (0..).map(move |number| directory.join(format!("{hash:08x}.{number}")));
        numbered.take_while(|path| path.exists())
    });
    files
        .map(|file| pem::read_until_broken(&read(&file).unwrap_or_default()))
        .any(|entries| entries.iter().any(|entry| entry.der == *anchor.der()))
}

/// Notes what could not be read, with its own hint or this advice.
fn note(anchors: &mut Anchors, read: Result<(), Error>, advice: &str) {
    if let Err(why) = read {
        let hint = why.advice().filter(|hint| !hint.is_empty());
        anchors.add_unread(why.message(), hint.unwrap_or(advice));
    }
}

/// Servers are heard for 256 KiB. A chain of 10 MiB in PEM is judged within 64 MiB of memory.
const MAX_CHAIN: u64 = 16 * 1024 * 1024;

/// As many as are read of a server.
const MAX_CERTIFICATES: usize = 1024;

/// The certificates of a saved chain; `-` is standard input.
pub(in crate::commands) fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let fail = |why: String| Error::new(format!("cannot use {}: {why}", name(path)));
    let bytes = if path == Path::new("-") {
        let stdin = std::io::stdin().lock();
        bounded(stdin, MAX_CHAIN).map_err(|why| fail(io_text(&why)))?
    } else {
        open(path, MAX_CHAIN)?
    };
    let certificates = pem::read(&bytes).map_err(|why| {
        let failed = fail(why.to_string());
        match why.hint(&name(path)) {
            Some(hint) => failed.hint(hint),
            None => failed,
        }
    })?;
    if certificates.len() > MAX_CERTIFICATES {
        let count = certificates.len();
        let why =
            format!("it holds {count} certificates, and a chain has at most {MAX_CERTIFICATES}");
        return Err(fail(why).hint("for trust anchors there is --cacerts"));
    }
    Ok(certificates.into_iter().map(|entry| entry.der).collect())
}

/// What to call the file of a saved chain.
pub(in crate::commands) fn name(path: &Path) -> String {
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
        let hint = why.hint(&name(path)).unwrap_or_else(|| hint.to_owned());
        unreadable(path, why).hint(hint)
    })?;
    for (index, der) in certificates.into_iter().enumerate() {
        anchors
            .add(der, &path.display().to_string())
            .map_err(|why| unreadable(path, format!("certificate {} in it: {why}", index + 1)))?;
    }
    Ok(())
}

/// All that OpenSSL loads from a file; what only webpki cannot use is left out.
fn add_as_openssl(anchors: &mut Anchors, path: &Path) -> Result<(), Error> {
    let certificates = pem::read_as_openssl(&read(path)?).map_err(|why| {
        let hint = why.hint(&name(path));
        let failed = unreadable(path, why);
        match hint {
            Some(hint) => failed.hint(hint),
            None => failed,
        }
    })?;
    let source = path.display().to_string();
    for entry in certificates {
        let _ = anchors.add(entry, &source);
    }
    Ok(())
}

/// How the files of a directory are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Care {
    /// One that holds certificates, and something that cannot be used, is an error.
    Strict,
    /// As OpenSSL reads them: until something is broken.
    AsOpenssl,
}

const NAMES: &str = "of a directory the files count whose names end in .pem, .crt, .cer, .der or .crl, or are a hash, such as 3f94a23e.0";

/// Whether the name is one of a file that counts: `openssl rehash` takes no others, and a file
/// that was renamed is one that was switched off.
fn counts(path: &Path) -> bool {
    const ENDINGS: [&str; 5] = ["pem", "crt", "cer", "crl", "der"];
    let Some(name) = path.file_name().and_then(OsStr::to_str) else {
        return false;
    };
    let Some((stem, ending)) = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) else {
        return false;
    };
    let is_hash = stem.len() == 8 && stem.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_number = !ending.is_empty() && ending.bytes().all(|byte| byte.is_ascii_digit());
    let has_ending = ENDINGS
        .iter()
        .any(|known| ending.eq_ignore_ascii_case(known));
    !name.starts_with('.') && (has_ending || (is_hash && is_number))
}

/// The files in a directory whose names count, in the order of names; subdirectories and files
/// without certificates (CRLs, a README) are passed over.
fn add_directory(anchors: &mut Anchors, directory: &Path, care: Care) -> Result<(), Error> {
    let entries =
        std::fs::read_dir(directory).map_err(|why| unreadable(directory, io_text(&why)))?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    // Those that count first: the same file may have another name as well.
    paths.sort_by_cached_key(|path| (!counts(path), path.clone()));
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
            _ if !counts(&path) => {
                let holds_some = read(&path).is_ok_and(|bytes| pem::read(&bytes).is_ok());
                if holds_some {
                    anchors.add_switched_off(path.display().to_string());
                }
            }
            Care::Strict => add_if_any(anchors, &path)?,
            Care::AsOpenssl => {
                // A file that cannot be read is no reason to do without the others.
                let bytes = read(&path).unwrap_or_default();
                let source = path.display().to_string();
                for entry in pem::read_until_broken(&bytes) {
                    let _ = anchors.add(entry, &source);
                }
            }
        }
    }
    Ok(())
}

fn add_if_any(anchors: &mut Anchors, path: &Path) -> Result<(), Error> {
    let certificates = match pem::read(&read(path)?) {
        Err(PemError::NoCertificate | PemError::Other(_)) => return Ok(()),
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
