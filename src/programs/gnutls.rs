//! GnuTLS: a line of the keys seen before (`lib/verify-tofu.c`), or a file of trusted certificates.

use super::objection::Objection;
use super::program::{EVERY_PROTOCOL, Library, Program, Several, Sni, fits};
use super::request::{Recipe, Request};
use super::way::{By, Checks, FileUse, Way};
use crate::endpoint::Start;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;

/// The program.
pub(super) const PROGRAM: Program = Program {
    name: "gnutls",
    help: "GnuTLS: a line of its known hosts, or a file of trusted certificates",
    protocols: EVERY_PROTOCOL,
    ways: WAYS,
    library: Some(Library::Gnutls),
    sni: Sni::Always,
    several: Several::Joined("to pin the other, too"),
    misfit: fits,
    recipe,
};

const WAYS: &[Way] = &[
    Way {
        by: By::Key,
        what: "a line of its known_hosts",
        file: FileUse::Never,
        checks: Checks::Nothing,
        digests: &[],
    },
    Way {
        by: By::Ca,
        what: "--x509cafile: CA",
        file: FileUse::Itself,
        checks: Checks::NameAndDates,
        digests: &[],
    },
    Way {
        by: By::Certificate,
        what: "--x509cafile: self-signed leaf",
        file: FileUse::Itself,
        checks: Checks::NameAndDates,
        digests: &[],
    },
];

fn recipe(request: &Request<'_>) -> Result<Recipe, Objection> {
    let server = &request.server;
    let mut command = format!("gnutls-cli --port {}", server.port);
    if server.start == Start::Starttls {
        let protocol = server.protocol.as_str();
        let _ = write!(command, " --starttls-proto={protocol}");
    }
    let other = Some(server.reference).filter(|name| *name != server.host);
    if let Some(name) = other {
        let _ = write!(command, " --sni-hostname={name}");
    }
    let mut recipe = Recipe {
        comment: "#",
        ..Recipe::default()
    };
    if request.way.by == By::Key {
        let key = STANDARD.encode(request.spki()?);
        for service in services(server.port) {
            // The second 0 means that the entry never expires.
            let _ = writeln!(recipe.lines, "|g0|{}|{service}|0|{key}", server.host);
        }
        let _ = write!(command, " --strict-tofu {}", server.host);
        recipe
            .advice
            .push(format!("to connect by it:\n  {command}").into());
        recipe.advice.push(
            "put it in ~/.gnutls/known_hosts (or gnutls/known_hosts in XDG_DATA_HOME); other lines \
             for the same host and port are accepted as well, and neither CA, name nor dates count"
                .into(),
        );
        if services(server.port).len() == 1 {
            recipe.advice.push(format!(
                "gnutls-cli calls a port as /etc/services does: should port {0} have a name there, put \
                 that in the place of {0}",
                server.port
            ).into());
        }
    } else {
        if let Some(name) = other {
            let _ = write!(command, " --verify-hostname={name}");
        }
        let file = request.file.unwrap_or("FILE");
        let _ = write!(command, " --x509cafile={file} {}", server.host);
        recipe
            .advice
            .push(format!("to connect by it:\n  {command}").into());
        recipe.certificate = Some(request.self_signed_or_ca()?.clone());
    }
    Ok(recipe)
}

/// The names by which `gnutls-cli` and other programs may look a port up: the name in /etc/services
/// (`src/socket.c`, `port_to_service`), and the number.
fn services(port: u16) -> Vec<String> {
    let name = match port {
        25 => Some("smtp"),
        110 => Some("pop3"),
        143 => Some("imap2"),
        465 => Some("submissions"),
        587 => Some("submission"),
        993 => Some("imaps"),
        995 => Some("pop3s"),
        4190 => Some("sieve"),
        _ => None,
    };
    let name = name.map(str::to_owned);
    name.into_iter().chain([port.to_string()]).collect()
}
