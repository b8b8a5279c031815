//! What shall be accepted from now on, and why it may not be written.

use crate::endpoint::Start;
use crate::fingerprint::Algorithm;
use crate::hgrc::Source;

/// What shall be accepted from now on.
#[derive(Clone, Debug)]
pub struct Intent<'a> {
    /// The host as `smtp.host` has it, or will have it.
    pub host: &'a str,
    /// The port that was looked at.
    pub port: u16,
    /// The mode that it speaks.
    pub mode: Start,
    /// The DER of the leaf.
    pub leaf: &'a [u8],
    /// What to write.
    pub by: PinnedBy<'a>,
    /// The digest that was asked for; `None`: SHA-256 unless a pin is there.
    pub digest: Option<Algorithm>,
    /// Also `hostfingerprints`, for Mercurial before 3.9.
    pub legacy: bool,
    /// What becomes of pins that do not match.
    pub old: Existing,
}

/// What a pin is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinnedBy<'a> {
    /// The leaf's fingerprint.
    Fingerprint,
    /// A file with the trust anchor; an absolute path.
    Cacerts(&'a str),
}

/// What becomes of pins that do not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// They stay.
    Keep,
    /// They stay, also if none matches.
    Add,
    /// They go if another one matches.
    Prune,
    /// They go.
    Replace,
}

/// Why a plan cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinObjection {
    /// Something would be written that the file format could take for something else.
    #[error("\"{0}\" cannot be written into a configuration file: {1}")]
    Unwritable(String, &'static str),
    /// A pin of the list makes Mercurial abort.
    #[error("{1}: \"{0}\" is no fingerprint, and hg aborts at it")]
    InvalidPin(String, Source),
    /// Pins are there, none is the certificate's, and the user did not say what becomes of them.
    #[error("{0}: none of the pins for this host is the certificate's")]
    NoMatch(Source),
    /// Mercurial ignores CA files beside pins.
    #[error("{0}: hg ignores a CA file beside these pins")]
    PinsInForce(Source),
    /// Another CA file is in force, and the user did not say that it is to go.
    #[error("{0}: another CA file is named for this host")]
    OtherCa(Source),
    /// The edit would change what it must not.
    #[error("the edit would change {0} as well")]
    SideEffect(String),
}

/// hgrc has no escaping: a host is written only if it cannot be taken for anything else.
pub(super) fn writable_host(host: &str) -> Result<(), PinObjection> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._:-".contains(&b);
    if !host.is_empty() && host.bytes().all(plain) {
        return Ok(());
    }
    let why = "a host has letters, digits, dots, hyphens and colons only (of an internationalised \
               name its A-labels, xn--...)";
    Err(PinObjection::Unwritable(host.to_owned(), why))
}

/// A path is written only if Mercurial reads the same one back.
pub(super) fn writable_path(path: &str) -> Result<(), PinObjection> {
    let bad = |why| Err(PinObjection::Unwritable(path.to_owned(), why));
    if !path.starts_with('/') {
        return bad("it must be an absolute path");
    }
    if path.chars().any(char::is_control) || path.trim() != path {
        return bad("it has control characters, or blanks at its end");
    }
    if path.contains('$') {
        return bad("hg would take the dollar sign for a variable");
    }
    Ok(())
}
