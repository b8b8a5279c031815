//! Why a server cannot be pinned for a program, as data: what is shown finds the words.

use super::advice::Advice;
use super::way::{By, Way};
use crate::fingerprint::Algorithm;

/// Why there is no pin. Programs are named as on the command line.
#[derive(Clone, Debug)]
pub enum Objection {
    /// Not one of the program's ways.
    Way {
        /// The program.
        program: &'static str,
        /// Those that it has; none if it has everything at once.
        ways: &'static [Way],
    },
    /// Not one of the way's digests.
    Digest {
        /// The program.
        program: &'static str,
        /// The way.
        by: By,
        /// The digest that was asked for.
        digest: Algorithm,
        /// Those that the way knows.
        known: &'static [Algorithm],
    },
    /// A file for the certificate is needed.
    FileNeeded {
        /// The program.
        program: &'static str,
        /// The way.
        by: By,
    },
    /// A path that could be read as something else.
    Path(String),
    /// The program cannot be told to reach the server so.
    Misfit {
        /// The program.
        program: &'static str,
        /// Why not.
        why: Misfit,
    },
    /// The server presented no certificate.
    NoCertificate,
    /// The chain is not trusted, so the program has no CA to go by.
    NoAnchor {
        /// The program.
        program: &'static str,
    },
    /// The key cannot be found in the certificate.
    NoKey,
    /// The program looks for the issuer of the leaf among the trusted certificates, never for the
    /// leaf.
    NotSelfSigned {
        /// The program.
        program: &'static str,
        /// Its ways.
        ways: &'static [Way],
    },
    /// What one program alone has against it.
    Own {
        /// Why, in a sentence.
        message: &'static str,
        /// What to do about it.
        advice: Advice,
    },
}

/// What a program cannot be told of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// It compares the certificate with the name of the host, and another name is asked for.
    OtherName,
    /// It needs the name of a host, and this is an address.
    Address,
}
