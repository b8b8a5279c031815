//! Saved chains of certificates.

use super::read::named;
use crate::certificate::{der, pem};
use crate::commands::error::Error;
use rustls::pki_types::CertificateDer;
use std::path::Path;

/// At most 256 KiB are read from a server. A chain of 10 MiB in PEM is judged within 64 MiB of
/// memory.
const MAX_CHAIN: u64 = 16 * 1024 * 1024;

/// The limit of names and other elements in all certificates together: no more fit into what is
/// read from a server. What is made of one can be a hundred times as large.
const MAX_ELEMENTS: usize = 128 * 1024;

/// The limit of certificates, as for a server's chain.
const MAX_CERTIFICATES: usize = 1024;

/// The certificates of a saved chain; `-` is standard input.
pub(in crate::commands) fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let fail = |why: String| Error::new(format!("cannot use {}: {why}", name(path)));
    let bytes = named(path, MAX_CHAIN).map_err(|why| {
        if path.exists() {
            fail(why)
        } else {
            fail(why).hint("smtp-certcheck HOST --format pem > FILE saves a chain")
        }
    })?;
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
    let elements = certificates
        .iter()
        .map(|entry| der::count(&entry.der, MAX_ELEMENTS));
    if elements.sum::<usize>() > MAX_ELEMENTS {
        let why = "its certificates have more than 131,072 names and other fields in all";
        return Err(fail(why.to_owned()).hint("no chain of a server has so many"));
    }
    Ok(certificates.into_iter().map(|entry| entry.der).collect())
}

/// The label for a saved chain.
pub(in crate::commands) fn name(path: &Path) -> String {
    if path == Path::new("-") {
        "standard input".to_owned()
    } else {
        format!("\"{}\"", path.display())
    }
}
