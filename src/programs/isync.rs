//! isync (mbsync): an account of `~/.mbsyncrc` (mbsync(1)).

use super::objection::Objection;
use super::program::{Library, Program, SEVERAL_IN_FILE, Sni, sends_same_name};
use super::request::{Recipe, Request};
use super::way::{By, Checks, FileUse, Way};
use crate::endpoint::{Protocol, Start};

/// The program.
pub(super) const PROGRAM: Program = Program {
    name: "isync",
    help: "isync (mbsync): an account of ~/.mbsyncrc",
    protocols: &[Protocol::Imap],
    ways: WAYS,
    library: Some(Library::Openssl),
    sni: Sni::Always,
    several: SEVERAL_IN_FILE,
    misfit: sends_same_name,
    recipe,
};

const WAYS: &[Way] = &[
    Way {
        by: By::Certificate,
        what: "CertificateFile: leaf",
        file: FileUse::Needed,
        checks: Checks::Nothing,
        digests: &[],
    },
    Way {
        by: By::Ca,
        what: "CertificateFile: CA",
        file: FileUse::Needed,
        checks: Checks::NameAndDates,
        digests: &[],
    },
];

#[expect(clippy::unnecessary_wraps, reason = "others have objections")]
fn recipe(request: &Request<'_>) -> Result<Recipe, Objection> {
    let server = &request.server;
    let tls = match server.start {
        Start::Starttls => "STARTTLS",
        Start::Implicit => "IMAPS",
    };
    // Without SystemCertificates the CAs of the system count as well.
    let lines = format!(
        "IMAPAccount {}-{}\nHost {}\nPort {}\nSSLType {tls}\nSystemCertificates no\nCertificateFile {}\n",
        server.host,
        server.port,
        server.host,
        server.port,
        request.file()
    );
    Ok(Recipe {
        lines,
        comment: "#",
        advice: vec![
            "it is an account of its own, for an IMAPStore to name; add User and PassCmd directly \
             below, because an empty line ends it. isync 1.5 and later call SSLType TLSType, and \
             read both"
                .into(),
        ],
        certificate: Some(request.trusted().clone()),
        ..Recipe::default()
    })
}
