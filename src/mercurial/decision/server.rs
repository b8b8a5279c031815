//! The server as Mercurial would see it, and the CA file that Mercurial would use.

use crate::certificate::Certificate;
use crate::certificate::pem::Entry;
use crate::endpoint::Start;
use time::OffsetDateTime;

/// The server as Mercurial would see it.
#[derive(Clone, Copy, Debug)]
pub struct Server<'a> {
    /// The value of `smtp.host`.
    pub host: &'a str,
    /// How TLS starts on the port.
    pub start: Start,
    /// The port; `None`: the one that Mercurial would use.
    pub port: Option<u16>,
    /// The presented chain, the leaf first.
    pub chain: &'a [Certificate],
    /// `SSLv3`, `TLSv1.0`, `TLSv1.1`, `TLSv1.2` or `TLSv1.3`.
    pub tls_version: &'a str,
    /// Whether our own handshake failed after the chain was read. Whether hg's fails, too, depends
    /// on its OpenSSL.
    pub handshake_failed: bool,
    /// Whether the server has proven that it holds the leaf's key. hg checks that itself.
    pub key_proven: bool,
    /// The time of the decision.
    pub now: OffsetDateTime,
}

/// The content of a CA file that the settings name; the caller reads it.
#[derive(Clone, Debug)]
pub enum CaFile {
    /// It does not exist.
    Missing,
    /// It is not a PEM file with certificates, or one block is broken: OpenSSL refuses it.
    Unusable(String),
    /// It could not be read here; hg may be able to read it.
    Unknown(String),
    /// Its certificates, with the trust settings of the file.
    Certificates(Vec<Entry>),
}
