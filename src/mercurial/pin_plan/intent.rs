//! What Mercurial is to accept from now on, and why that may not be written.

use crate::endpoint::Start;
use crate::fingerprint::{Algorithm, Fingerprint, Pin};
use crate::hgrc::Source;

/// What Mercurial is to accept from now on.
#[derive(Clone, Debug)]
pub struct Intent<'a> {
    /// The host as `smtp.host` has it, or will have it.
    pub host: &'a str,
    /// The port that was checked.
    pub port: u16,
    /// How TLS starts on the port.
    pub start: Start,
    /// All ports that were looked at: what is pinned is for them.
    pub ports: Vec<u16>,
    /// The DER of each leaf to accept: a server may present several.
    pub leaves: Vec<&'a [u8]>,
    /// What to write.
    pub by: PinnedBy<'a>,
    /// The digest that the user asked for; `None`: SHA-256, unless a pin exists already.
    pub digest: Option<Algorithm>,
    /// Also `hostfingerprints`, for Mercurial before 3.9.
    pub legacy: bool,
    /// What happens to pins that do not match.
    pub old: Existing,
}

impl Intent<'_> {
    /// Whether a pin is that of one of the leaves.
    pub fn has(&self, pin: &Pin) -> bool {
        self.leaves.iter().any(|leaf| pin.matches(leaf))
    }

    /// The SHA-1 of each leaf, as `hostfingerprints` has it.
    pub(super) fn legacy_pins(&self) -> Vec<String> {
        let leaves = self.leaves.iter();
        leaves
            .map(|leaf| Fingerprint::compute(Algorithm::Sha1, leaf).hex())
            .collect()
    }
}

/// What the server is pinned by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinnedBy<'a> {
    /// The fingerprint of each leaf.
    Fingerprint,
    /// A file with the trust anchor, by its absolute path.
    Cacerts(&'a str),
}

/// What happens to pins that do not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// They stay; if no pin matches, planning fails.
    Keep,
    /// They stay, even if no pin matches.
    Add,
    /// They are removed if another pin matches.
    Prune,
    /// They are removed.
    Replace,
}

/// Why a plan must not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinObjection {
    /// A host or path that the file format could read as something else.
    #[error("\"{0}\" cannot be written into a configuration file: {1}")]
    Unwritable(String, &'static str),
    /// A pin of the list makes Mercurial abort.
    #[error("{1}: \"{0}\" is not a fingerprint, and hg aborts at it")]
    InvalidPin(String, Source),
    /// There are pins, none matches the certificate, and the user did not say what to do with them.
    #[error("{0}: none of the pins for this host is the certificate's")]
    NoMatch(Source),
    /// Mercurial ignores CA files beside pins.
    #[error("{0}: hg ignores a CA file beside these pins")]
    PinsInForce(Source),
    /// Another CA file is in force, and the user did not ask to replace it.
    #[error("{0}: another CA file is named for this host")]
    OtherCa(Source),
    /// The first pin counts on every port, and the port that hg uses was not looked at.
    #[error(
        "{set_at}: hg email uses port {port}, and the first pin of a host replaces the CA check on all of its ports"
    )]
    FirstPin {
        /// Where that port is set.
        set_at: Source,
        /// The host.
        host: String,
        /// That port.
        port: String,
    },
    /// The edit would change a setting that it must not change.
    #[error("the edit would change {0} as well")]
    SideEffect(String),
}

/// Checks a host before it is written: hgrc has no escaping, so the host must not be readable as
/// anything else.
pub(super) fn writable_host(host: &str) -> Result<(), PinObjection> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._:-".contains(&b);
    if !host.is_empty() && host.bytes().all(plain) {
        return Ok(());
    }
    let why = "a host has letters, digits, dots, hyphens and colons only (of an internationalised \
               name its A-labels, xn--...)";
    Err(PinObjection::Unwritable(host.to_owned(), why))
}

/// Checks that Mercurial reads a path back as it is written.
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
