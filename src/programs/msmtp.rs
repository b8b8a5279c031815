//! msmtp and mpop: an account of their configuration (msmtp(1), mpop(1)). They are of one author, and
//! share its words for TLS.

use super::advice::Advice;
use super::objection::Objection;
use super::program::{Library, Program, SENDING, Several, Sni, fits};
use super::request::{Recipe, Request};
use super::way::{By, Checks, FileUse, Way};
use crate::endpoint::{Protocol, Start};
use crate::fingerprint::Algorithm;
use std::fmt::Write as _;

/// msmtp, which sends.
pub(super) const MSMTP: Program = Program {
    name: "msmtp",
    help: "msmtp: an account of ~/.msmtprc",
    protocols: SENDING,
    ways: WAYS,
    library: Some(Library::Gnutls),
    sni: Sni::Always,
    several: Several::OneOnly,
    misfit: fits,
    recipe,
};

/// mpop, which reads by POP3.
pub(super) const MPOP: Program = Program {
    name: "mpop",
    help: "mpop: an account of ~/.mpoprc",
    protocols: &[Protocol::Pop3],
    ..MSMTP
};

const WAYS: &[Way] = &[
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

fn recipe(request: &Request<'_>) -> Result<Recipe, Objection> {
    let server = &request.server;
    let by_ca = request.way.by == By::Ca;
    let name = request.program;
    let on = match server.start {
        Start::Starttls => "on",
        Start::Implicit => "off",
    };
    // A colon has a meaning in an account's name, and every name must be unique.
    let host = server.host.to_string().replace(':', "_");
    let account = format!("{host}-{}", server.port);
    let mut lines = format!(
        "account {account}\nhost {}\nport {}\ntls on\ntls_starttls {on}\ntls_certcheck on\n",
        server.host, server.port
    );
    // It is sent as SNI, too.
    if server.host != server.reference {
        let _ = writeln!(lines, "tls_host_override {}", server.reference);
    }
    let mut advice: Vec<Advice> = Vec::new();
    if by_ca {
        // Without this, a fingerprint in the section "defaults" would outweigh the file.
        let _ = writeln!(lines, "tls_fingerprint\ntls_trust_file {}", request.file());
    } else {
        let _ = writeln!(lines, "tls_fingerprint {}", request.fingerprint()?.colons());
        advice.push(
            format!("{name} looks at the fingerprint alone then: tls_trust_file, name and dates do not count")
                .into(),
        );
    }
    let (without, command) = match server.protocol {
        Protocol::Pop3 => ("user, passwordeval and delivery", format!("mpop {account}")),
        _ => ("from, auth and user", format!("msmtp -a {account}")),
    };
    advice.push(
        format!(
            "it is an account of its own, without {without}; in one that you have, keep tls \
         and tls_certcheck on, or nothing is checked. To use it: {command}"
        )
        .into(),
    );
    advice.push(
        format!(
            "it replaces an older one of the same name: {name} reads no file that has it twice"
        )
        .into(),
    );
    Ok(Recipe {
        lines,
        comment: "#",
        advice,
        certificate: by_ca.then(|| request.trusted().clone()),
        ..Recipe::default()
    })
}

#[cfg(test)]
mod tests {
    use crate::endpoint::Start;
    use crate::programs::choice::tests::{ABC, lines};

    #[test]
    fn msmtp_gets_another_name_and_implicit_tls() {
        let target = ("2001:db8::25", "mx.test", 465, Start::Implicit);
        assert_eq!(
            lines("msmtp", target, true),
            format!(
                "account 2001_db8__25-465\nhost 2001:db8::25\nport 465\ntls on\ntls_starttls off\n\
                 tls_certcheck on\ntls_host_override mx.test\ntls_fingerprint {ABC}\n"
            )
        );
    }
}
