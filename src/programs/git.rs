//! `git send-email`: a section of git's configuration (git-send-email(1)). It knows files only.

use super::{By, Checks, FileUse, Objection, Pin, Request, Way};
use crate::endpoint::Start;

pub(super) const WAYS: &[Way] = &[
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
pub(super) fn pin(request: &Request<'_>) -> Result<Pin, Objection> {
    let server = &request.server;
    let encryption = match server.mode {
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
    let mut advice = vec![
        "without smtpEncryption git sends in the clear, and an empty smtpSSLCertPath turns every \
         check off; the configuration of a repository, sendemail.IDENTITY.* and options of git send-email \
         outweigh these lines. What counts in a repository:\n  \
         git config --show-origin --get-regexp '^sendemail'"
            .to_owned(),
    ];
    if request.is_partial() {
        advice.push(
            "that file holds no self-signed certificate: Perl's IO::Socket::SSL must be 2.062 or later \
             (2019), and Net::SSLeay 1.83 or later, to take it"
                .to_owned(),
        );
    }
    Ok(Pin {
        lines,
        comment: "#",
        advice,
        certificate: Some(request.trusted().clone()),
        ..Pin::default()
    })
}
