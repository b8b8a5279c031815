//! What Postfix and Exim do with a host whose TLSA records are secure.

use super::question::Question;
use super::usable::usable;
use crate::judge::anchors::Anchors;
use crate::judge::clients::{gnutls, openssl};
use crate::judge::signatures::Signatures;
use crate::records::tlsa::{DANE_TA, Tlsa};
use std::fmt;

/// What a sender does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    /// It delivers: the record at this place authenticates the server.
    Authenticates(usize),
    /// It delivers with TLS, whoever the server is: no record can be used (RFC 7672 §2.2).
    Encrypts,
    /// It does not deliver.
    Defers(Reason),
    /// It cannot be known, for this reason.
    Unknown(String),
}

impl Sender {
    /// Whether it does not deliver.
    pub fn defers(&self) -> bool {
        matches!(self, Self::Defers(_))
    }
}

/// Why a sender does not deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No record matches.
    NoMatch,
    /// A record of usage 2 matches, and the leaf is for none of the names.
    Name,
    /// A record of usage 2 matches, and a certificate of the path is not within its dates.
    Dates(String),
    /// A record of usage 2 matches, and the path has another fault.
    Path(String),
    /// A record has no data.
    NoData,
    /// What GnuTLS says.
    Gnutls(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMatch => f.write_str("no TLSA record matches"),
            Self::Name => {
                f.write_str("a record of usage 2 matches, and the certificate is for another name")
            }
            Self::Dates(why) | Self::Path(why) => write!(
                f,
                "a record of usage 2 matches, and the path does not verify ({why})"
            ),
            Self::NoData => {
                f.write_str("a TLSA record has no data, at which Postfix ends with an error")
            }
            Self::Gnutls(why) => f.write_str(why),
        }
    }
}

/// Postfix (`smtp_tls_security_level = dane`), with OpenSSL.
pub fn postfix(question: &Question<'_>) -> Sender {
    if question.records.iter().any(Tlsa::ends_postfix) {
        return Sender::Defers(Reason::NoData);
    }
    // Only what was sent counts, and what records carry: there are no anchors.
    let anchors = Anchors::default();
    let usable = usable(question.records);
    if usable.is_empty() {
        return Sender::Encrypts;
    }
    let signed = Signatures::of(&anchors);
    let now = question.now.unix_timestamp();
    match openssl::dane(question.presented, &usable, question.names, &signed, now) {
        openssl::DaneAnswer::Authenticated(by) => Sender::Authenticates(by.record),
        openssl::DaneAnswer::NoMatch => Sender::Defers(Reason::NoMatch),
        openssl::DaneAnswer::Refused(_, openssl::Fault::Name) => Sender::Defers(Reason::Name),
        openssl::DaneAnswer::Refused(_, openssl::Fault::Dates(why)) => {
            Sender::Defers(Reason::Dates(why))
        }
        openssl::DaneAnswer::Refused(_, openssl::Fault::Path(why)) => {
            Sender::Defers(Reason::Path(why))
        }
        openssl::DaneAnswer::Unknown(why) => Sender::Unknown(why),
    }
}

/// Debian's Exim, with GnuTLS (`verify_certificate` in its `src/tls-gnu.c`). After usage 2 the leaf is
/// for the host itself, or the chain is one that Exim's own trust store accepts, whatever the name is:
/// the configured anchors stand for that store.
pub fn exim(question: &Question<'_>) -> Sender {
    let anchors = Anchors::default();
    let signed = Signatures::of(&anchors);
    let now = question.now.unix_timestamp();
    match gnutls::dane(question.presented, question.records, &signed, now) {
        gnutls::DaneAnswer::Authenticated(record) => {
            let is_anchor = question.records[record].usage == DANE_TA;
            match (question.presented.first(), question.names.first()) {
                (Some(leaf), Some(host))
                    if is_anchor && question.path.is_empty() && !gnutls::is_for(leaf, host) =>
                {
                    let why = format!(
                        "a record of usage 2 matches, the certificate is not for \"{host}\", and its CA is not trusted besides"
                    );
                    Sender::Defers(Reason::Gnutls(why))
                }
                _ => Sender::Authenticates(record),
            }
        }
        gnutls::DaneAnswer::NoneUsable => Sender::Encrypts,
        gnutls::DaneAnswer::Refused(why) => Sender::Defers(Reason::Gnutls(why)),
        gnutls::DaneAnswer::Unknown(why) => Sender::Unknown(why),
    }
}
