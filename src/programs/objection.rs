//! Why a server cannot be pinned for a program, as data; `render` finds the words.

use super::advice::Advice;
use super::way::{By, Way};
use crate::endpoint::Protocol;
use crate::fingerprint::Algorithm;

/// Why a recipe cannot be made. Programs are named as on the command line.
#[derive(Clone, Debug)]
pub enum Objection {
    /// The program does not have this way.
    Way {
        /// The program.
        program: &'static str,
        /// The ways that it has; none if its output always holds everything.
        ways: &'static [Way],
    },
    /// The way does not know this digest.
    Digest {
        /// The program.
        program: &'static str,
        /// The way.
        by: By,
        /// The digest that the user asked for.
        digest: Algorithm,
        /// The digests that the way knows.
        known: &'static [Algorithm],
    },
    /// The way needs a file for the certificate.
    FileNeeded {
        /// The program.
        program: &'static str,
        /// The way.
        by: By,
    },
    /// A path that could be read as something else.
    Path(String),
    /// The program cannot be configured to reach the server.
    Misfit {
        /// The program.
        program: &'static str,
        /// The reason.
        why: Misfit,
    },
    /// The server presented no certificate.
    NoCertificate,
    /// The chain is not trusted, so the program has no CA to pin.
    NoAnchor {
        /// The program.
        program: &'static str,
    },
    /// The certificate has no readable key.
    NoKey,
    /// The leaf is not self-signed: the program looks for its issuer among the trusted
    /// certificates, never for the leaf.
    NotSelfSigned {
        /// The program.
        program: &'static str,
        /// Its ways.
        ways: &'static [Way],
    },
    /// A reason that only one program has.
    Own {
        /// The reason, in a sentence.
        message: &'static str,
        /// What to do about it.
        advice: Advice,
    },
}

/// Why a program cannot be configured for a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// It compares the certificate with the host's name, but the reference identifier is another
    /// name.
    OtherName,
    /// It sends the host's name as SNI, but the reference identifier is another name.
    OtherSni,
    /// It needs the name of a host, but the host is an address.
    Address,
    /// It does not speak the protocol.
    Protocol {
        /// The protocol of the server.
        spoken: Protocol,
        /// The protocols that it speaks.
        known: &'static [Protocol],
    },
    /// A reason that only one program has: its settings would protect nothing.
    Own {
        /// The reason, in a sentence.
        message: &'static str,
        /// What to do instead.
        instead: &'static str,
    },
}
