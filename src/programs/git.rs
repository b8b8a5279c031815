//! `git send-email`: a section of git's configuration (git-send-email(1)), which can only name a
//! file.

use super::advice::Advice;
use super::objection::Objection;
use super::program::{Library, Program, SENDING, SEVERAL_IN_FILE, Sni, needs_same_name};
use super::request::{Recipe, Request};
use super::way::{By, Checks, FileUse, Way};
use crate::endpoint::Start;

/// The program.
pub(super) const PROGRAM: Program = Program {
    name: "git",
    help: "git send-email: a section of git's configuration",
    protocols: SENDING,
    ways: WAYS,
    library: Some(Library::Openssl),
    sni: Sni::Always,
    several: SEVERAL_IN_FILE,
    misfit: needs_same_name,
    recipe,
};

const WAYS: &[Way] = &[
    Way {
        by: By::Ca,
        what: "smtpSSLCertPath: CA",
        file: FileUse::Needed,
        checks: Checks::NameAndDates,
        digests: &[],
    },
    Way {
        by: By::Certificate,
        what: "smtpSSLCertPath: leaf",
        file: FileUse::Needed,
        checks: Checks::NameAndDates,
        digests: &[],
    },
];

#[expect(clippy::unnecessary_wraps, reason = "others have objections")]
fn recipe(request: &Request<'_>) -> Result<Recipe, Objection> {
    let server = &request.server;
    let encryption = match server.start {
        Start::Starttls => "tls",
        Start::Implicit => "ssl",
    };
    let lines = format!(
        "[sendemail]\n\tsmtpServer = {}\n\tsmtpServerPort = {}\n\tsmtpEncryption = {encryption}\n\
         \tsmtpSSLCertPath = {}\n",
        server.host,
        server.port,
        request.file()
    );
    let mut advice: Vec<Advice> = vec![
        "without smtpEncryption git sends in the clear, and an empty smtpSSLCertPath turns every \
         check off; the configuration of a repository, sendemail.IDENTITY.* and options of git send-email \
         outweigh these lines. What counts in a repository:\n  \
         git config --show-origin --get-regexp '^sendemail'"
            .into(),
    ];
    if request.is_partial() {
        advice.push(
            "that file holds no self-signed certificate: Perl's IO::Socket::SSL must be 2.062 or later \
             (2019), and Net::SSLeay 1.83 or later, to take it"
                .into(),
        );
    }
    Ok(Recipe {
        lines,
        comment: "#",
        advice,
        certificate: Some(request.trusted().clone()),
        ..Recipe::default()
    })
}
