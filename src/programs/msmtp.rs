//! msmtp: an account of its configuration (msmtp(1)).

use super::{By, Checks, FileUse, Objection, Pin, Request, Way};
use crate::endpoint::Start;
use crate::fingerprint::Algorithm;
use std::fmt::Write as _;

pub(super) const WAYS: &[Way] = &[
    Way {
        by: By::Certificate,
        what: "tls_fingerprint",
        file: FileUse::Never,
        checks: Checks::Nothing,
        digests: &[Algorithm::Sha256, Algorithm::Sha1],
    },
    Way {
        by: By::Ca,
        what: "tls_trust_file",
        file: FileUse::Needed,
        checks: Checks::NameAndDates,
        digests: &[],
    },
];

pub(super) fn pin(request: &Request<'_>) -> Result<Pin, Objection> {
    let server = &request.server;
    let by_ca = request.choice.way.by == By::Ca;
    let on = match server.mode {
        Start::Starttls => "on",
        Start::Implicit => "off",
    };
    // In the name of an account a colon means something, and no two may be alike.
    let host = server.host.to_string().replace(':', "_");
    let account = format!("{host}-{}", server.port);
    let mut lines = format!(
        "account {account}\nhost {}\nport {}\ntls on\ntls_starttls {on}\ntls_certcheck on\n",
        server.host, server.port
    );
    // It is the SNI, too.
    if server.host != server.reference {
        let _ = writeln!(lines, "tls_host_override {}", server.reference);
    }
    let mut advice = Vec::new();
    if by_ca {
        // A fingerprint of the section "defaults" would outweigh the file.
        let _ = writeln!(lines, "tls_fingerprint\ntls_trust_file {}", request.file());
    } else {
        let _ = writeln!(lines, "tls_fingerprint {}", request.fingerprint()?.colons());
        advice.push(
            "msmtp looks at the fingerprint alone then: tls_trust_file, name and dates do not count"
                .to_owned(),
        );
    }
    advice.push(format!(
        "it is an account of its own, without from, auth and user; in one that you have, keep tls \
         and tls_certcheck on, or nothing is checked. To use it: msmtp -a {account}"
    ));
    advice.push(
        "it replaces an older one of the same name: msmtp reads no file that has it twice"
            .to_owned(),
    );
    Ok(Pin {
        lines,
        comment: "#",
        advice,
        certificate: by_ca.then(|| request.trusted().clone()),
        ..Pin::default()
    })
}
