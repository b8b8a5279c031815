//! All that a recipe depends on, and what it is: the server, what it presents, how to pin it, and
//! the lines that come of it.

use super::advice::Advice;
use super::objection::Objection;
use super::way::{By, Way};
use crate::certificate::Certificate;
use crate::endpoint::{Host, Start};
use crate::fingerprint::{Algorithm, Fingerprint};

/// The server as the program has to reach it.
#[derive(Clone, Copy, Debug)]
pub struct Destination<'a> {
    /// Where it is.
    pub host: &'a Host,
    /// The reference identifier: the name that its certificate must be for.
    pub reference: &'a Host,
    /// The port.
    pub port: u16,
    /// How TLS starts there.
    pub mode: Start,
    /// The name was sent as SNI; a server may present something else without it.
    pub sni: bool,
}

impl Destination<'_> {
    /// The name that the program has to send as SNI.
    pub(super) fn sni(&self) -> Option<&Host> {
        let is_name = matches!(self.reference, Host::Name { .. });
        (self.sni && is_name).then_some(self.reference)
    }
}

/// All that a recipe depends on.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The program's name.
    pub(super) program: &'static str,
    /// The program's ways.
    pub(super) ways: &'static [Way],
    /// The one that is chosen.
    pub(super) way: &'static Way,
    /// The digest that is chosen.
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

    /// The anchor of OpenSSL's and others' paths must be self-signed, unless they are told that
    /// any trusted certificate will do.
    pub(super) fn is_partial(&self) -> bool {
        let facts = self.trusted().facts();
        !facts.is_ok_and(|facts| facts.self_issued)
    }

    /// A leaf as the only trusted certificate, for GnuTLS and for Exim with either library.
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

    /// The file for the lines to name, where the way needs one.
    pub(super) fn file(&self) -> &str {
        self.file.unwrap_or_default()
    }
}

/// The DER of a certificate's `SubjectPublicKeyInfo`.
pub(super) fn spki(certificate: &Certificate) -> Option<&[u8]> {
    let facts = certificate.facts().ok()?;
    Some(&facts.public_key.spki)
}

/// The lines that make a program obey a pin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recipe {
    /// The lines, each ended by a line feed; empty if the certificate's file is all.
    pub lines: String,
    /// What a reader of the file must know: lines of comment above.
    pub remarks: Vec<String>,
    /// What a comment begins with.
    pub comment: &'static str,
    /// What else is to be done, for the user's eyes.
    pub advice: Vec<Advice>,
    /// The certificate for the file.
    pub certificate: Option<Certificate>,
    /// What the pin survives, where it is not [`By::promise`].
    pub promise: Option<String>,
}
