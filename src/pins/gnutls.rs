//! GnuTLS: a line of the keys seen before (`lib/verify-tofu.c`), or a file of trusted certificates.

use super::{By, Checks, FileUse, Objection, Pin, Request, Way};
use crate::endpoint::TlsMode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;

pub(super) const WAYS: &[Way] = &[
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

pub(super) fn pin(request: &Request<'_>) -> Result<Pin, Objection> {
    let server = &request.server;
    let mut command = format!("gnutls-cli --port {}", server.port);
    if server.mode == TlsMode::Starttls {
        command.push_str(" --starttls-proto=smtp");
    }
    if server.host != server.reference {
        let name = server.reference;
        let _ = write!(command, " --sni-hostname={name} --verify-hostname={name}");
    }
    let mut pin = Pin {
        comment: "#",
        ..Pin::default()
    };
    if request.choice.way.by == By::Key {
        let key = STANDARD.encode(request.spki()?);
        // It ends never: the 0.
        let _ = writeln!(pin.lines, "|g0|{}|{}|0|{key}", server.host, server.port);
        let _ = write!(command, " --strict-tofu {}", server.host);
        pin.advice.push(format!("to connect by it:\n  {command}"));
        pin.advice.push(
            "it belongs into ~/.gnutls/known_hosts (or gnutls/known_hosts in XDG_DATA_HOME); other lines \
             for the same host and port are accepted as well, and neither CA, name nor dates count"
                .to_owned(),
        );
    } else {
        let file = request.choice.file.unwrap_or("FILE");
        let _ = write!(command, " --x509cafile={file} {}", server.host);
        pin.advice.push(format!("to connect by it:\n  {command}"));
        pin.certificate = Some(request.self_signed_or_ca()?.clone());
    }
    Ok(pin)
}
