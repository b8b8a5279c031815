//! The system's trust anchors, and where they are.

use super::anchors::{Care, add_as_openssl, add_directory, octets};
use crate::certificate::pem;
use crate::commands::environment::variable;
use crate::commands::error::Error;
use crate::judge::{Anchor, Anchors};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The system's anchors: `SSL_CERT_FILE` and `SSL_CERT_DIR` if one of them is set, else the bundle
/// of the distribution, else its directory. They note what could not be read.
pub(in crate::commands) fn system_anchors() -> Anchors {
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

/// The file and the directory that this machine's OpenSSL most likely uses.
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

/// The user chose what the environment names: a missing file is noted, but directories may be
/// missing, as for OpenSSL.
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

/// Whether OpenSSL finds an anchor of the system, as far as file names matter: in `SSL_CERT_DIR` it
/// looks for the hash of the name, followed by 0, 1 and so on.
pub(in crate::commands) fn is_found_by_hash(anchor: &Anchor) -> bool {
    let directories = variable("SSL_CERT_DIR").unwrap_or_default();
    let named = |path: &Path| !path.as_os_str().is_empty();
    let all: Vec<PathBuf> = std::env::split_paths(&directories)
        .filter(|path| named(path))
        .collect();
    let directory_of_anchor = Path::new(&*anchor.source).parent();
    if !all
        .iter()
        .any(|directory| directory_of_anchor == Some(directory))
    {
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
        .map(|file| pem::read_until_broken(&octets(&file).unwrap_or_default()))
        .any(|entries| entries.iter().any(|entry| entry.der == *anchor.der()))
}

/// Notes what could not be read, with its own hint or this advice.
fn note(anchors: &mut Anchors, read: Result<(), Error>, advice: &str) {
    if let Err(why) = read {
        let hint = why.advice().filter(|hint| !hint.is_empty());
        anchors.add_unread(why.message(), hint.unwrap_or(advice));
    }
}
