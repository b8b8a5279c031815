//! Exim: a transport. Exim has no pins, but its trusted certificates can be reduced to a single
//! one.

use super::advice::Advice;
use super::objection::Objection;
use super::program::{Library, Program, SENDING, SEVERAL_IN_FILE, Sni, needs_same_name};
use super::request::{Recipe, Request};
use super::way::{By, Checks, FileUse, Way};
use crate::endpoint::{Host, Start};
use crate::fingerprint::{Algorithm, Fingerprint};
use std::fmt::Write as _;

/// The program.
pub(super) const PROGRAM: Program = Program {
    name: "exim",
    help: "Exim: a transport",
    protocols: SENDING,
    ways: WAYS,
    library: Some(Library::Gnutls),
    sni: Sni::ByLines,
    several: SEVERAL_IN_FILE,
    misfit: needs_same_name,
    recipe,
};

const WAYS: &[Way] = &[
    Way {
        by: By::Ca,
        what: "tls_verify_certificates: CA",
        file: FileUse::Needed,
        checks: Checks::NameAndDates,
        digests: &[],
    },
    Way {
        by: By::Certificate,
        what: "the same: self-signed leaf",
        file: FileUse::Needed,
        checks: Checks::NameAndDates,
        digests: &[],
    },
];

fn recipe(request: &Request<'_>) -> Result<Recipe, Objection> {
    let server = &request.server;
    let certificate = request.self_signed_or_ca()?;
    let name = name(server.host, server.port);
    // A colon separates the items of Exim's lists. Without gethostbyname the transport asks the DNS
    // only, and does not find hosts of /etc/hosts.
    let host = match server.host {
        Host::Ip(ip) if ip.is_ipv6() => format!("<; {ip}"),
        host => host.to_string(),
    };
    let mut lines = format!(
        "{name}:\n  driver = smtp\n  hosts = {host}\n  hosts_override\n  gethostbyname\n  port = {}\n",
        server.port
    );
    if server.start == Start::Implicit {
        lines.push_str("  protocol = smtps\n");
    }
    if let Some(sni) = server.sni() {
        let _ = writeln!(lines, "  tls_sni = {sni}");
    }
    let _ = writeln!(
        lines,
        "  hosts_require_tls = *\n  tls_verify_hosts = *\n  tls_verify_cert_hostnames = *\n  \
         tls_verify_certificates = {}\n  hosts_try_dane =",
        request.file()
    );
    let mut advice: Vec<Advice> = vec![
        format!(
            "Exim has no pins: this is a transport that trusts that file alone, for a router to name \
             with \"transport = {name}\". It holds only with all of its lines: without \
             hosts_require_tls Exim sends in the clear, without tls_verify_hosts it sends to any server"
        )
        .into(),
        "hosts_try_dane is empty, because with TLSA records Exim goes by them instead of the file; \
         take the line out for an Exim without DANE"
            .into(),
    ];
    if request.is_partial() {
        advice.push(
            "that file holds no self-signed certificate: an Exim with GnuTLS, as Debian's is, takes it, \
             one with OpenSSL refuses the server"
                .into(),
        );
    }
    Ok(Recipe {
        lines,
        comment: "#",
        advice,
        certificate: Some(certificate.clone()),
        ..Recipe::default()
    })
}

/// The name of the transport: letters, digits and `_`. Exim aborts at more than 63 characters
/// (`EXIM_DRIVERNAME_MAX`), and the names of two hosts may be the same after they are cut.
fn name(host: &Host, port: u16) -> String {
    const MOST: usize = 40;
    let host = host.to_string();
    let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let mut name: String = host.chars().take(MOST).map(letter).collect();
    if host.len() > MOST {
        let digest = Fingerprint::compute(Algorithm::Sha256, host.as_bytes()).hex();
        name.push('_');
        name.extend(digest.chars().take(8));
    }
    format!("pinned_{name}_{port}")
}
