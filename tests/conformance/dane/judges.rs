//! OpenSSL and GnuTLS, each in one process that answers many questions.

use super::cases::DaneCase;
use crate::differential::library::{Process, compile};
use std::process::Command;
use tempfile::TempDir;

/// What a library says.
#[derive(Debug)]
pub enum Answer {
    /// The server is authenticated, by this record where the library names it.
    Accepts(Option<String>),
    /// It is not.
    Refuses,
    /// No record can be used.
    NoneUsable,
}

/// Both.
pub struct Judges {
    dir: TempDir,
    openssl: Process,
    gnutls: Process,
}

impl Judges {
    pub fn start() -> Self {
        let openssl = compile("dane/libssl", &["libssl.so.3", "libcrypto.so.3"]);
        let gnutls = compile("dane/libdane", &["libgnutls-dane.so.0", "libgnutls.so.30"]);
        Self {
            dir: TempDir::new().expect("a directory"),
            openssl: Process::start(&mut Command::new(openssl)),
            gnutls: Process::start(&mut Command::new(gnutls)),
        }
    }

    fn question(&self, case: &DaneCase) -> String {
        case.write(self.dir.path());
        format!("{} {}", case.at.unix_timestamp(), self.dir.path().display())
    }

    /// How many records can be used, and what comes of them.
    pub fn openssl(&mut self, case: &DaneCase) -> (usize, Answer) {
        let said = self.openssl.answer(&self.question(case));
        let words: Vec<&str> = said.split(' ').collect();
        let usable = words[0].parse().expect("a number");
        let answer = match &words[1..] {
            _ if usable == 0 => Answer::NoneUsable,
            ["0", _depth, record @ ..] => Answer::Accepts(Some(record.join(" "))),
            _ => Answer::Refuses,
        };
        (usable, answer)
    }

    pub fn gnutls(&mut self, case: &DaneCase) -> Answer {
        let said = self.gnutls.answer(&self.question(case));
        match said.split_once(' ').expect("two words") {
            ("0", _) => Answer::NoneUsable,
            // What ends the handshake is not asked of the library.
            (_, "0") if case.handshake_fails() => Answer::Refuses,
            (_, "0") => Answer::Accepts(None),
            _ => Answer::Refuses,
        }
    }
}
