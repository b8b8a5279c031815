//! OpenSSL: a file of trusted certificates (openssl-verification-options(1)).

use super::objection::Objection;
use super::program::{EVERY_PROTOCOL, Library, Program, SEVERAL_IN_FILE, Sni, fits};
use super::request::{Recipe, Request};
use super::way::{By, Checks, FileUse, Way};
use crate::endpoint::{Host, Start, authority};
use std::fmt::Write as _;

/// The program.
pub(super) const PROGRAM: Program = Program {
    name: "openssl",
    help: "OpenSSL: a file of trusted certificates",
    protocols: EVERY_PROTOCOL,
    ways: WAYS,
    library: Some(Library::Openssl),
    sni: Sni::ByLines,
    several: SEVERAL_IN_FILE,
    misfit: fits,
    recipe,
};

const WAYS: &[Way] = &[
    Way {
        by: By::Ca,
        what: "-CAfile: CA",
        file: FileUse::Itself,
        checks: Checks::NameAndDates,
        digests: &[],
    },
    Way {
        by: By::Certificate,
        what: "-CAfile: leaf",
        file: FileUse::Itself,
        checks: Checks::NameAndDates,
        digests: &[],
    },
];

#[expect(clippy::unnecessary_wraps, reason = "others have objections")]
fn recipe(request: &Request<'_>) -> Result<Recipe, Objection> {
    let server = &request.server;
    let mut command = format!(
        "openssl s_client -connect {}",
        authority(server.host, server.port)
    );
    if server.start == Start::Starttls {
        let _ = write!(command, " -starttls {}", server.protocol.as_str());
    }
    let option = match server.reference {
        Host::Name { .. } => "-verify_hostname",
        Host::Ip(_) | Host::Socket(_) => "-verify_ip",
    };
    match server.sni() {
        Some(name) => {
            let _ = write!(command, " -servername {name}");
        }
        None => command.push_str(" -noservername"),
    }
    let _ = write!(
        command,
        " \\\n    -verify_return_error {option} {}",
        server.reference
    );
    let file = request.file.unwrap_or("FILE");
    let _ = write!(command, " \\\n    -CAfile {file} -no-CApath -no-CAstore");
    if request.is_partial() {
        command.push_str(" -partial_chain");
    }
    Ok(Recipe {
        comment: "#",
        advice: vec![
            format!("to connect by it:\n  {command}").into(),
            format!("without -verify_return_error and {option} it goes on whatever it is shown")
                .into(),
        ],
        certificate: Some(request.trusted().clone()),
        ..Recipe::default()
    })
}
