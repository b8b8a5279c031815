//! What `pin --for` has to know of a program. The file of each program exports one `PROGRAM`, and
//! `registry.rs` has a line for it.

use super::objection::{Misfit, Objection};
use super::request::{Destination, Recipe, Request};
use super::way::{Checks, Way};
use std::fmt;

/// A program, or records that programs read.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// The name on the command line.
    pub name: &'static str,
    /// What it is and what it reads, for the help.
    pub help: &'static str,
    /// What it can be pinned by; the first is the default. None: it has everything at once, and
    /// neither way nor digest is chosen.
    pub ways: &'static [Way],
    /// The TLS library that decides beside the pin, as Debian builds the program; `None`: there is
    /// no program.
    pub library: Option<Library>,
    /// Whether it sends the server's name.
    pub sni: Sni,
    /// How it accepts several certificates of a server.
    pub several: Several,
    /// What it cannot be told of a server.
    pub misfit: fn(&Way, &Destination<'_>) -> Option<Misfit>,
    /// The lines for it.
    pub recipe: fn(&Request<'_>) -> Result<Recipe, Objection>,
}

impl PartialEq for Program {
    /// By the name.
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
    /// As its lines say, or there is no program.
    ByLines,
}

/// How a program accepts several certificates of one server, each of whose lines are printed by a
/// command of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Several {
    /// So.
    Joined(&'static str),
    /// It takes one certificate.
    OneOnly,
}

/// For a program that can be told everything.
pub(super) fn fits(_: &Way, _: &Destination<'_>) -> Option<Misfit> {
    None
}

/// For a program that takes the name to compare from the host.
pub(super) fn needs_same_name(way: &Way, server: &Destination<'_>) -> Option<Misfit> {
    let other = server.host != server.reference && way.checks != Checks::Nothing;
    other.then_some(Misfit::OtherName)
}
