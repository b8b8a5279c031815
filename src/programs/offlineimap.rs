//! `OfflineIMAP`: a repository of `~/.offlineimaprc` (its offlineimap.conf).

use super::objection::{Misfit, Objection};
use super::program::{Library, Program, Several, Sni, sends_same_name};
use super::request::{Destination, Recipe, Request};
use super::way::{By, Checks, FileUse, Way};
use crate::endpoint::{Protocol, Start};
use crate::fingerprint::Algorithm;

/// The program.
pub(super) const PROGRAM: Program = Program {
    name: "offlineimap",
    help: "OfflineIMAP: a repository of ~/.offlineimaprc",
    protocols: &[Protocol::Imap],
    ways: WAYS,
    library: Some(Library::Openssl),
    sni: Sni::Always,
    several: Several::Listed(
        "to accept both, put the digest of the other after the first, with a comma between them",
        ",",
    ),
    misfit,
    recipe,
};

const WAYS: &[Way] = &[
    Way {
        by: By::Certificate,
        what: "cert_fingerprint",
        file: FileUse::Never,
        checks: Checks::Nothing,
        digests: &[Algorithm::Sha256, Algorithm::Sha512, Algorithm::Sha1],
    },
    Way {
        by: By::Ca,
        what: "sslcacertfile",
        file: FileUse::Needed,
        checks: Checks::NameAndDates,
        digests: &[],
    },
];

/// After STARTTLS it looks at neither `cert_fingerprint` nor `sslcacertfile`.
fn misfit(way: &Way, server: &Destination<'_>) -> Option<Misfit> {
    match server.start {
        Start::Implicit => sends_same_name(way, server),
        Start::Starttls => Some(Misfit::Own {
            message: "offlineimap verifies nothing after STARTTLS: it looks at neither cert_fingerprint nor sslcacertfile",
            instead: "name the port of implicit TLS (ssl = yes): imaps://HOST",
        }),
    }
}

fn recipe(request: &Request<'_>) -> Result<Recipe, Objection> {
    let server = &request.server;
    let by_ca = request.way.by == By::Ca;
    let pin = if by_ca {
        format!("sslcacertfile = {}", request.file())
    } else {
        format!("cert_fingerprint = {}", request.fingerprint()?.hex())
    };
    let lines = format!(
        "[Repository {}-{}]\ntype = IMAP\nremotehost = {}\nremoteport = {}\nssl = yes\n{pin}\n",
        server.host, server.port, server.host, server.port
    );
    let mut advice = vec![
        "it is a repository of its own, for an account to name with remoterepository; add remoteuser \
         and remotepasseval. In one that you have, keep ssl = yes: with ssl = no and STARTTLS \
         offlineimap verifies nothing"
            .into(),
    ];
    if !by_ca {
        advice.push(
            "offlineimap looks at the fingerprint alone then: CA, name and dates do not count"
                .into(),
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
