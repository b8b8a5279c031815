//! A request for a recipe (the server, what it presents, how to pin it), and the recipe.

use super::advice::Advice;
use super::objection::Objection;
use super::way::{By, Way};
use crate::certificate::Certificate;
use crate::endpoint::{Host, Protocol, Start};
use crate::fingerprint::{Algorithm, Fingerprint};

/// The server as the program has to reach it.
#[derive(Clone, Copy, Debug)]
pub struct Destination<'a> {
    /// The host to connect to.
    pub host: &'a Host,
    /// The reference identifier: the name that its certificate must be for.
    pub reference: &'a Host,
    /// The port.
    pub port: u16,
    /// The protocol on the port.
    pub protocol: Protocol,
    /// How TLS starts on the port.
    pub start: Start,
    /// Whether the name was sent as SNI; a server may present another certificate without it.
    pub sni: bool,
}

impl Destination<'_> {
    /// The name that the program has to send as SNI.
    pub(super) fn sni(&self) -> Option<&Host> {
        let is_name = matches!(self.reference, Host::Name { .. });
        (self.sni && is_name).then_some(self.reference)
    }
}

/// Everything that a recipe depends on.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The program's name.
    pub(super) program: &'static str,
    /// The program's ways.
    pub(super) ways: &'static [Way],
    /// The chosen way.
    pub(super) way: &'static Way,
    /// The chosen digest.
    pub(super) digest: Algorithm,
    /// The file for a certificate, as an absolute path.
    pub(super) file: Option<&'a str>,
    pub(super) server: Destination<'a>,
    pub(super) leaf: &'a Certificate,
    pub(super) presented: &'a [Certificate],
    /// The validated path; empty if the chain is not trusted.
    pub(super) path: &'a [Certificate],
}

impl Request<'_> {
    /// The certificate that goes into a file.
    pub(super) fn trusted(&self) -> &Certificate {
        match self.way.by {
            By::Certificate => self.leaf,
            By::Key | By::Ca => self.path.last().unwrap_or(self.leaf),
        }
    }

    /// Whether the program must accept an anchor that is not self-signed, which OpenSSL and others
    /// do on request only.
    pub(super) fn is_partial(&self) -> bool {
        let facts = self.trusted().facts();
        !facts.is_ok_and(|facts| facts.self_issued)
    }

    /// The only trusted certificate, for GnuTLS, and for Exim with either library: a leaf must be
    /// self-signed.
    pub(super) fn self_signed_or_ca(&self) -> Result<&Certificate, Objection> {
        let facts = self.leaf.facts();
        let self_issued = facts.is_ok_and(|facts| facts.self_issued);
        match self.way.by {
            By::Certificate if !self_issued => Err(Objection::NotSelfSigned {
                program: self.program,
                ways: self.ways,
            }),
            _ => Ok(self.trusted()),
        }
    }

    /// The DER of the leaf's `SubjectPublicKeyInfo`.
    pub(super) fn spki(&self) -> Result<&[u8], Objection> {
        spki(self.leaf).ok_or(Objection::NoKey)
    }

    /// The fingerprint of the leaf or of its key.
    pub(super) fn fingerprint(&self) -> Result<Fingerprint, Objection> {
        match self.way.by {
            By::Key => Ok(Fingerprint::compute(self.digest, self.spki()?)),
            By::Certificate | By::Ca => Ok(self.leaf.fingerprint(self.digest)),
        }
    }

    /// The path of the file for the lines to name; empty if the way does not need one.
    pub(super) fn file(&self) -> &str {
        self.file.unwrap_or_default()
    }
}

/// The DER of a certificate's `SubjectPublicKeyInfo`.
pub(super) fn spki(certificate: &Certificate) -> Option<&[u8]> {
    let facts = certificate.facts().ok()?;
    Some(&facts.public_key.spki)
}

/// What makes a program accept a pin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recipe {
    /// The lines, each ended by a line feed; empty if the certificate's file is everything.
    pub lines: String,
    /// What a reader of the file must know, as comments above the lines.
    pub remarks: Vec<String>,
    /// The characters that begin a comment.
    pub comment: &'static str,
    /// What else the user has to do.
    pub advice: Vec<Advice>,
    /// The certificate for the file.
    pub certificate: Option<Certificate>,
    /// What the pin survives, if that differs from [`By::promise`].
    pub promise: Option<String>,
}
