//! S-nail (mailx): variables of one server (s-nail(1), "Variable chains").

use super::advice::Advice;
use super::objection::{Misfit, Objection};
use super::program::{Library, Program, SENDING_AND_READING, Several, Sni, sends_same_name};
use super::request::{Destination, Recipe, Request};
use super::way::{By, Checks, FileUse, Way};
use crate::endpoint::{Host, Protocol, Start};
use crate::fingerprint::Algorithm;
use std::fmt::Write as _;

/// The program.
pub(super) const PROGRAM: Program = Program {
    name: "s-nail",
    help: "S-nail: lines of ~/.mailrc",
    protocols: SENDING_AND_READING,
    ways: WAYS,
    library: Some(Library::Openssl),
    sni: Sni::Always,
    several: Several::OneOnly,
    misfit,
    recipe,
};

const WAYS: &[Way] = &[
    Way {
        by: By::Certificate,
        what: "tls-fingerprint",
        file: FileUse::Never,
        checks: Checks::Nothing,
        digests: &[Algorithm::Sha256],
    },
    Way {
        by: By::Ca,
        what: "tls-ca-file",
        file: FileUse::Needed,
        checks: Checks::NameAndDates,
        digests: &[],
    },
];

/// The names of the variables end in the host, where an IPv6 address cannot stand.
fn misfit(way: &Way, server: &Destination<'_>) -> Option<Misfit> {
    match server.host {
        Host::Ip(ip) if ip.is_ipv6() => Some(Misfit::Address),
        _ => sends_same_name(way, server),
    }
}

fn recipe(request: &Request<'_>) -> Result<Recipe, Objection> {
    let server = &request.server;
    let by_ca = request.way.by == By::Ca;
    let at = format!("{}:{}", server.host, server.port);
    let scheme = server.protocol.scheme(server.start).unwrap_or_default();
    let mut lines = String::new();
    if server.protocol == Protocol::Smtp {
        let _ = writeln!(lines, "set v15-compat mta={scheme}://{at}");
    }
    if server.start == Start::Starttls {
        let _ = writeln!(lines, "set {}-use-starttls-{at}", server.protocol.as_str());
    }
    // Without strict it asks, and with warn or ignore it reports another fingerprint and goes on.
    let _ = writeln!(lines, "set tls-verify-{at}=strict");
    if by_ca {
        let _ = writeln!(
            lines,
            "set tls-ca-no-defaults-{at} tls-ca-file-{at}={}",
            request.file()
        );
    } else {
        // The default digest is BLAKE2s.
        let _ = writeln!(
            lines,
            "set tls-fingerprint-digest-{at}=sha256\nset tls-fingerprint-{at}={}",
            request.fingerprint()?.colons()
        );
    }
    Ok(Recipe {
        lines,
        remarks: vec![format!("holds for URLs with the host and the port: {at}")],
        comment: "#",
        advice: advice(request, &format!("{scheme}://USER@{at}")),
        certificate: by_ca.then(|| request.trusted().clone()),
        ..Recipe::default()
    })
}

fn advice(request: &Request<'_>, url: &str) -> Vec<Advice> {
    let use_it = match request.server.protocol {
        Protocol::Smtp => format!("a line mta of your own may name a user:\n  set mta={url}"),
        _ => format!("to open the mailbox:\n  s-nail -Sv15-compat -f {url}"),
    };
    let mut advice: Vec<Advice> = vec![
        format!(
            "{use_it}\nThe URL must have the port, or these variables do not count, and variables of \
             USER@HOST outweigh them"
        )
        .into(),
    ];
    if request.way.by == By::Certificate {
        advice.push(
            "s-nail looks at the fingerprint alone then: CA, name and dates do not count".into(),
        );
    } else {
        advice.push("a tls-fingerprint for the same server outweighs the CA".into());
    }
    advice
}

#[cfg(test)]
mod tests {
    use crate::endpoint::Start;
    use crate::programs::choice::tests::{ABC, lines};

    #[test]
    fn the_digest_and_the_colons_are_said() {
        let target = ("mx.test", "mx.test", 587, Start::Starttls);
        assert_eq!(
            lines("s-nail", target, true),
            format!(
                "set v15-compat mta=smtp://mx.test:587\nset smtp-use-starttls-mx.test:587\n\
                 set tls-verify-mx.test:587=strict\n\
                 set tls-fingerprint-digest-mx.test:587=sha256\n\
                 set tls-fingerprint-mx.test:587={ABC}\n"
            )
        );
    }
}
