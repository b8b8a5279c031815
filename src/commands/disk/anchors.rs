//! Files and directories of trust anchors.

use super::{chain, directory, read};
use crate::certificate::pem::{self, PemError};
use crate::commands::error::Error;
use crate::judge::{Anchors, Unusable};
use crate::observation::system_text;
use std::path::{Path, PathBuf};

/// The limit of a file; a bundle of all public roots is a quarter of a MiB.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// The anchors of `--cacerts`. A named file must hold certificates; in a directory, files without
/// certificates are ignored.
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

/// The anchors of a CA file that a setting on line `at` names, read as hg's OpenSSL does. Faults
/// are noted in them.
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

/// Everything in the file must be a certificate, and one at least usable.
fn add_file(anchors: &mut Anchors, path: &Path) -> Result<(), Error> {
    let certificates = pem::read_anchors(&octets(path)?).map_err(|why| {
        let hint = "--cacerts takes CA certificates in PEM or DER, or a directory of such files";
        let hint = why
            .hint(&chain::name(path))
            .unwrap_or_else(|| hint.to_owned());
        unreadable(path, why).hint(hint)
    })?;
    let (mut is_any_usable, mut left_out) = (false, None);
    for (index, der) in certificates.into_iter().enumerate() {
        let failed =
            |why: Unusable| unreadable(path, format!("certificate {} in it: {why}", index + 1));
        match anchors.add(der, &path.display().to_string()) {
            Ok(()) => is_any_usable = true,
            Err(why @ Unusable::NotForWebpki) => {
                left_out.get_or_insert(failed(why));
            }
            Err(why) => return Err(failed(why)),
        }
    }
    match left_out {
        Some(why) if !is_any_usable => Err(why),
        _ => Ok(()),
    }
}

/// Everything that OpenSSL loads from a file, except what webpki cannot use.
pub(super) fn add_as_openssl(anchors: &mut Anchors, path: &Path) -> Result<(), Error> {
    let certificates = pem::read_as_openssl(&octets(path)?).map_err(|why| {
        let hint = why.hint(&chain::name(path));
        let failed = unreadable(path, why);
        match hint {
            Some(hint) => failed.hint(hint),
            None => failed,
        }
    })?;
    let source = path.display().to_string().into();
    for entry in certificates {
        anchors.add_unseen(entry, &source);
    }
    Ok(())
}

/// How the files of a directory are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Care {
    /// A file with certificates and something unusable is an error.
    Strict,
    /// As OpenSSL reads them: up to the first fault.
    AsOpenssl,
}

const NAMES: &str = "of a directory the files count whose names end in .pem, .crt, .cer, .der or .crl, or are a hash, such as 3f94a23e.0";

/// Whether files of that name count: `openssl rehash` takes no others.
fn counts(path: &Path) -> bool {
    directory::has_name(path, &["pem", "crt", "cer", "crl", "der"], "")
}

/// The files in a directory whose names count, sorted by name; subdirectories and files without
/// certificates (CRLs, a README) are skipped.
pub(super) fn add_directory(
    anchors: &mut Anchors,
    directory: &Path,
    care: Care,
) -> Result<(), Error> {
    let files = directory::files(directory, counts);
    let files = files.map_err(|why| unreadable(directory, system_text(&why)))?;
    for (path, counts) in files {
        match care {
            _ if !counts => {
                let holds_some = octets(&path).is_ok_and(|bytes| pem::read(&bytes).is_ok());
                if holds_some {
                    anchors.add_switched_off(path.display().to_string());
                }
            }
            Care::Strict => add_if_any(anchors, &path)?,
            Care::AsOpenssl => {
                // A file that cannot be read does not prevent use of the others.
                let bytes = octets(&path).unwrap_or_default();
                let source = path.display().to_string().into();
                for entry in pem::read_until_broken(&bytes) {
                    anchors.add_unseen(entry, &source);
                }
            }
        }
    }
    Ok(())
}

fn add_if_any(anchors: &mut Anchors, path: &Path) -> Result<(), Error> {
    let certificates = match pem::read_anchors(&octets(path)?) {
        Err(PemError::NoCertificate | PemError::Other(_)) => return Ok(()),
        certificates => certificates.map_err(|why| unreadable(path, why))?,
    };
    let source = path.display().to_string();
    for der in certificates {
        match anchors.add(der, &source) {
            Ok(()) | Err(Unusable::NotForWebpki) => {}
            Err(why) => return Err(unreadable(path, why)),
        }
    }
    Ok(())
}

/// The octets of a file of anchors.
pub(super) fn octets(path: &Path) -> Result<Vec<u8>, Error> {
    read::named(path, MAX_FILE).map_err(|why| unreadable(path, why))
}

fn unreadable(path: &Path, why: impl std::fmt::Display) -> Error {
    Error::new(format!("cannot use \"{}\": {why}", path.display()))
}
