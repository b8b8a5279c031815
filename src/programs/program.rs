//! What `pin --for` knows of a program. The file of each program exports one `PROGRAM`, and
//! `registry.rs` has a line for it.

use super::objection::{Misfit, Objection};
use super::request::{Destination, Recipe, Request};
use super::way::{Checks, Way};
use crate::endpoint::Protocol;
use std::fmt;

/// A program, or a kind of records that programs read.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// The name on the command line.
    pub name: &'static str,
    /// What the program is and which file it reads, for the help.
    pub help: &'static str,
    /// The protocols that it speaks, or that it has records for.
    pub protocols: &'static [Protocol],
    /// The ways to pin for it; the first one is the default. Empty: the output always holds
    /// everything, without a choice of way or digest.
    pub ways: &'static [Way],
    /// The TLS library that decides beside the pin, as Debian builds the program; `None`: records,
    /// not a program.
    pub library: Option<Library>,
    /// Whether it sends the server's name (SNI).
    pub sni: Sni,
    /// How it accepts several certificates of one server.
    pub several: Several,
    /// Finds out why it cannot be configured for a server.
    pub misfit: fn(&Way, &Destination<'_>) -> Option<Misfit>,
    /// Makes the lines for it.
    pub recipe: fn(&Request<'_>) -> Result<Recipe, Objection>,
}

impl Program {
    /// Whether its settings hold one pin of a server only. A backup pin cannot be kept then, and a
    /// rotation of the certificate has a gap, unless the pin is that of the CA.
    pub fn holds_one_pin(&self) -> bool {
        self.several == Several::OneOnly
    }
}

impl PartialEq for Program {
    /// Compares the names, which are unique.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Program {}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The TLS libraries of the programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {
    /// OpenSSL.
    Openssl,
    /// GnuTLS.
    Gnutls,
}

/// Whether a program sends the server's name (SNI).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sni {
    /// Always.
    Always,
    /// Only if its lines ask for it; also for records, which send nothing.
    ByLines,
    /// Never.
    Never,
}

/// How a program accepts several certificates of one server, when one command prints the lines for
/// each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Several {
    /// It accepts them all: the lines that differ stand below each other. The text says how to join
    /// what two commands print.
    Joined(&'static str),
    /// It accepts them all in one line, with this text between the pins.
    Listed(&'static str, &'static str),
    /// It accepts every certificate in a file.
    InFile(&'static str),
    /// It accepts one certificate only.
    OneOnly,
}

/// The programs that trust a file accept every certificate in it.
pub(super) const SEVERAL_IN_FILE: Several =
    Several::InFile("to accept both, append the file of the other to that of the first");

/// The protocols in which mail is sent.
pub(super) const SENDING: &[Protocol] = &[Protocol::Smtp];

/// The protocols in which mail is sent or read.
pub(super) const SENDING_AND_READING: &[Protocol] =
    &[Protocol::Smtp, Protocol::Imap, Protocol::Pop3];

/// All protocols.
pub(super) const EVERY_PROTOCOL: &[Protocol] = &[
    Protocol::Smtp,
    Protocol::Imap,
    Protocol::Pop3,
    Protocol::Sieve,
    Protocol::Lmtp,
];

/// The misfit of a program that can be configured for every server: none.
pub(super) fn fits(_: &Way, _: &Destination<'_>) -> Option<Misfit> {
    None
}

/// The misfit of a program that compares the certificate with the name of the host.
pub(super) fn needs_same_name(way: &Way, server: &Destination<'_>) -> Option<Misfit> {
    let other = server.host != server.reference && way.checks != Checks::Nothing;
    other.then_some(Misfit::OtherName)
}

/// The misfit of a program that also sends the host's name as SNI, and no other.
pub(super) fn sends_same_name(way: &Way, server: &Destination<'_>) -> Option<Misfit> {
    let other = server.host != server.reference;
    needs_same_name(way, server).or(other.then_some(Misfit::OtherSni))
}
