//! nullmailer: a line of its `remotes` (nullmailer-send(8)), which names a file.

use super::advice::Advice;
use super::objection::Objection;
use super::program::{Library, Program, SENDING, SEVERAL_IN_FILE, Sni, sends_same_name};
use super::request::{Recipe, Request};
use super::way::{By, Checks, FileUse, Way};
use crate::endpoint::Start;

/// The program.
pub(super) const PROGRAM: Program = Program {
    name: "nullmailer",
    help: "nullmailer: a line of /etc/nullmailer/remotes",
    protocols: SENDING,
    ways: WAYS,
    library: Some(Library::Gnutls),
    sni: Sni::Always,
    several: SEVERAL_IN_FILE,
    misfit: sends_same_name,
    recipe,
};

const WAYS: &[Way] = &[
    Way {
        by: By::Ca,
        what: "--x509cafile: CA",
        file: FileUse::Needed,
        checks: Checks::NameAndDates,
        digests: &[],
    },
    Way {
        by: By::Certificate,
        what: "--x509cafile: self-signed leaf",
        file: FileUse::Needed,
        checks: Checks::NameAndDates,
        digests: &[],
    },
];

fn recipe(request: &Request<'_>) -> Result<Recipe, Objection> {
    let server = &request.server;
    let certificate = request.self_signed_or_ca()?;
    let tls = match server.start {
        Start::Starttls => "--starttls",
        Start::Implicit => "--tls",
    };
    let lines = format!(
        "{} smtp --port={} {tls} --x509cafile={}\n",
        server.host,
        server.port,
        request.file()
    );
    let advice: Vec<Advice> = vec![
        "put it into /etc/nullmailer/remotes in the place of an older line of the server: every line \
         of the file is tried in turn. Further options follow on the same line (--user=, --pass=); \
         --insecure would turn every check off. The user \"mail\" must be able to read the certificate"
            .into(),
    ];
    Ok(Recipe {
        lines,
        comment: "#",
        advice,
        certificate: Some(certificate.clone()),
        ..Recipe::default()
    })
}
