//! The user's client certificate and its key.

use super::chain;
use super::read::{MAX_SETTINGS, named};
use crate::commands::error::Error;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer};
use rustls::sign::CertifiedKey;
use std::path::Path;
use std::sync::Arc;

/// Reads both, and makes sure that they belong to each other.
pub(in crate::commands) fn read(cert: &Path, key: &Path) -> Result<Arc<CertifiedKey>, Error> {
    let chain = chain::read(cert)?;
    let key_der = private_key(key)?;
    let (cert, key) = (chain::name(cert), chain::name(key));
    let made = CertifiedKey::from_der(chain, key_der, &aws_lc_rs::default_provider());
    made.map(Arc::new).map_err(|why| match why {
        rustls::Error::InconsistentKeys(_) => Error::new(format!(
            "the key in {key} is not that of the certificate in {cert}"
        ))
        .hint("the file of --cert begins with the certificate of the client itself"),
        _ => Error::new(format!(
            "cannot use the key in {key}: its kind is not supported"
        )),
    })
}

/// The first private key of a file.
fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    let name = chain::name(path);
    let fail = |why: &str| Error::new(format!("cannot use {name}: {why}"));
    let bytes = named(path, MAX_SETTINGS).map_err(|why| fail(&why))?;
    let blocks = pem::parse_many(bytes).map_err(|_| fail("it is not PEM"))?;
    let mut keys = blocks
        .into_iter()
        .filter(|block| block.tag().ends_with("PRIVATE KEY"));
    let Some(block) = keys.next() else {
        return Err(fail("it has no private key"));
    };
    // Also the form of before PKCS #8, which says so in a header.
    let mut headers = block.headers().iter();
    if block.tag() == "ENCRYPTED PRIVATE KEY" || headers.any(|(name, _)| name == "DEK-Info") {
        let file = path.display();
        return Err(fail("the private key is encrypted")
            .hint(format!("openssl pkey -in {file} -out NEW, and --key NEW")));
    }
    let tag = block.tag().to_owned();
    let der = block.into_contents();
    match tag.as_str() {
        "PRIVATE KEY" => Ok(PrivatePkcs8KeyDer::from(der).into()),
        "RSA PRIVATE KEY" => Ok(PrivatePkcs1KeyDer::from(der).into()),
        "EC PRIVATE KEY" => Ok(PrivateSec1KeyDer::from(der).into()),
        _ => Err(fail("the kind of its private key is not supported")),
    }
}
