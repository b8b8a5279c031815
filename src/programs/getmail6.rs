//! getmail6: the section `[retriever]` of a file of `~/.getmail` (its documentation,
//! "configuration").

use super::objection::{Misfit, Objection};
use super::program::{Library, Program, Several, Sni, sends_same_name};
use super::request::{Destination, Recipe, Request};
use super::way::{By, Checks, FileUse, Way};
use crate::endpoint::{Protocol, Start};
use crate::fingerprint::Algorithm;

/// The program.
pub(super) const PROGRAM: Program = Program {
    name: "getmail6",
    help: "getmail6: the section [retriever] of its configuration",
    protocols: &[Protocol::Imap, Protocol::Pop3],
    ways: WAYS,
    library: Some(Library::Openssl),
    sni: Sni::Always,
    several: Several::Listed(
        "to accept both, put the digest of the other between the parentheses, each in quotes and with a comma",
        "\", \"",
    ),
    misfit,
    recipe,
};

const WAYS: &[Way] = &[
    Way {
        by: By::Certificate,
        what: "ssl_fingerprints",
        file: FileUse::Never,
        checks: Checks::Nothing,
        digests: &[Algorithm::Sha256],
    },
    Way {
        by: By::Ca,
        what: "ca_certs",
        file: FileUse::Needed,
        checks: Checks::NameAndDates,
        digests: &[],
    },
];

/// Its retrievers without "SSL" in the name speak in the clear: they read mail from any server,
/// whatever `ssl_fingerprints` says.
fn misfit(way: &Way, server: &Destination<'_>) -> Option<Misfit> {
    match server.start {
        Start::Implicit => sends_same_name(way, server),
        Start::Starttls => Some(Misfit::Own {
            message: "getmail6 knows no STARTTLS: on this port it would speak in the clear, and look at no certificate",
            instead: "name the port of implicit TLS: imaps://HOST or pop3s://HOST",
        }),
    }
}

fn recipe(request: &Request<'_>) -> Result<Recipe, Objection> {
    let server = &request.server;
    let by_ca = request.way.by == By::Ca;
    let retriever = match server.protocol {
        Protocol::Pop3 => "SimplePOP3SSLRetriever",
        _ => "SimpleIMAPSSLRetriever",
    };
    let pin = if by_ca {
        format!("ca_certs = {}", request.file())
    } else {
        // Without the comma it is not a tuple, and getmail6 stops.
        format!("ssl_fingerprints = (\"{}\",)", request.fingerprint()?.hex())
    };
    let lines = format!(
        "[retriever]\ntype = {retriever}\nserver = {}\nport = {}\n{pin}\n",
        server.host, server.port
    );
    let mut advice = vec![
        "add username and password_command to the section, and a section [destination]. Without \
         ca_certs and ssl_fingerprints getmail6 verifies nothing"
            .into(),
    ];
    if !by_ca {
        advice.push(
            "getmail6 looks at the fingerprint alone then: CA, name and dates do not count".into(),
        );
    }
    Ok(Recipe {
        lines,
        comment: "#",
        advice,
        certificate: by_ca.then(|| request.trusted().clone()),
        ..Recipe::default()
    })
}
