//! The server as Mercurial would meet it, and the CA file that it would be judged by.

use crate::certificate::Certificate;
use crate::certificate::pem::Entry;
use crate::endpoint::Start;
use time::OffsetDateTime;

/// The server as Mercurial would meet it.
#[derive(Clone, Copy, Debug)]
pub struct Server<'a> {
    /// The value of `smtp.host`.
    pub host: &'a str,
    /// The mode that the port speaks.
    pub mode: Start,
    /// The port; `None`: the one that Mercurial would use.
    pub port: Option<u16>,
    /// The presented chain, the leaf first.
    pub chain: &'a [Certificate],
    /// `SSLv3`, `TLSv1.0`, `TLSv1.1`, `TLSv1.2` or `TLSv1.3`.
    pub tls_version: &'a str,
    /// The chain was read, and our own handshake failed: whether hg's does not is its OpenSSL's.
    pub handshake_failed: bool,
    /// The server has proven that it holds the leaf's key. hg checks that itself.
    pub key_proven: bool,
    /// The time of the decision.
    pub now: OffsetDateTime,
}

/// What a CA file that the settings name holds; read by the caller.
#[derive(Clone, Debug)]
pub enum CaFile {
    /// It does not exist.
    Missing,
    /// It is no PEM file with certificates, or one block is broken: OpenSSL refuses it.
    Unusable(String),
    /// It could not be read here; hg may read it.
    Unknown(String),
    /// Its certificates, with what the file says beside them.
    Certificates(Vec<Entry>),
}
