//! fetchmail: a server of `~/.fetchmailrc` (fetchmail(1)). Its fingerprints are MD5, so it is pinned by
//! a file with the CA only.

use super::objection::Objection;
use super::program::{Library, Program, SEVERAL_IN_FILE, Sni, sends_same_name};
use super::request::{Recipe, Request};
use super::way::{By, Checks, FileUse, Way};
use crate::endpoint::{Protocol, Start};

/// The program.
pub(super) const PROGRAM: Program = Program {
    name: "fetchmail",
    help: "fetchmail: a server of ~/.fetchmailrc",
    protocols: &[Protocol::Imap, Protocol::Pop3],
    ways: WAYS,
    library: Some(Library::Openssl),
    sni: Sni::Always,
    several: SEVERAL_IN_FILE,
    misfit: sends_same_name,
    recipe,
};

const WAYS: &[Way] = &[Way {
    by: By::Ca,
    what: "sslcertfile: CA",
    file: FileUse::Needed,
    checks: Checks::NameAndDates,
    digests: &[],
}];

#[expect(clippy::unnecessary_wraps, reason = "others have objections")]
fn recipe(request: &Request<'_>) -> Result<Recipe, Objection> {
    let server = &request.server;
    // With sslproto, fetchmail demands STARTTLS; else it goes on in the clear where that is missing.
    let tls = match server.start {
        Start::Starttls => "sslproto \"tls1.2+\"",
        Start::Implicit => "ssl",
    };
    let lines = format!(
        "poll {} protocol {} port {}\n    user \"USER\" {tls} sslcertck sslcertfile \"{}\"\n",
        server.host,
        server.protocol,
        server.port,
        request.file()
    );
    Ok(Recipe {
        lines,
        comment: "#",
        advice: vec![
            "put your user name in the place of USER. Options of a user follow that user: a second user \
             of the server needs all of them again. The environment must not have \
             FETCHMAIL_INCLUDE_DEFAULT_X509_CA_CERTS, with which the CAs of the system count as well"
                .into(),
            "fetchmail's own fingerprints (sslfingerprint) are MD5, which is broken: none is printed"
                .into(),
        ],
        certificate: Some(request.trusted().clone()),
        ..Recipe::default()
    })
}
