//! Postfix: a line of `smtp_tls_policy_maps` (postconf(5)).

use super::advice::{Advice, Remedy};
use super::objection::{Misfit, Objection};
use super::program::{Library, Program, SENDING, Several, Sni};
use super::request::{Destination, Recipe, Request};
use super::way::{By, Checks, FileUse, Way};
use crate::endpoint::{Host, Start};
use crate::fingerprint::Algorithm;
use std::fmt::Write as _;

const DIGESTS: &[Algorithm] = &[Algorithm::Sha256, Algorithm::Sha512, Algorithm::Sha1];

/// The program.
pub(super) const PROGRAM: Program = Program {
    name: "postfix",
    help: "Postfix: an entry of the TLS policy table",
    protocols: SENDING,
    ways: WAYS,
    library: Some(Library::Openssl),
    sni: Sni::ByLines,
    several: Several::Joined("to accept both, put the match= line of the other below the first"),
    misfit,
    recipe,
};

const WAYS: &[Way] = &[
    Way {
        by: By::Certificate,
        what: "fingerprint match=CERTIFICATE",
        file: FileUse::Never,
        checks: Checks::Nothing,
        digests: DIGESTS,
    },
    Way {
        by: By::Key,
        what: "fingerprint match=KEY",
        file: FileUse::Never,
        checks: Checks::Nothing,
        digests: DIGESTS,
    },
    Way {
        by: By::Ca,
        what: "secure tafile=",
        file: FileUse::Needed,
        checks: Checks::NameAndDates,
        digests: &[],
    },
];

/// At the level `secure` Postfix compares names, and does not accept an address.
fn misfit(way: &Way, server: &Destination<'_>) -> Option<Misfit> {
    let is_address = matches!(server.reference, Host::Ip(_));
    (is_address && way.checks != Checks::Nothing).then_some(Misfit::Address)
}

fn recipe(request: &Request<'_>) -> Result<Recipe, Objection> {
    let by_ca = request.way.by == By::Ca;
    if by_ca && request.trusted() == request.leaf {
        // Postfix makes it a TLSA record of usage 2, which OpenSSL does not compare with the leaf.
        return Err(Objection::Own {
            message: "the trusted certificate is the server's own, and Postfix takes only a CA's in tafile",
            advice: Advice::new("pin ")
                .option(Remedy::By(By::Certificate))
                .text(" or ")
                .option(Remedy::By(By::Key)),
        });
    }
    let policy = policy(request)?;
    let hop = next_hop(request.server.host);
    let mut keys = vec![format!("{hop}:{}", request.server.port)];
    if request.server.port == 25 {
        // Postfix looks the next hop up as it is written.
        keys.push(hop.clone());
    }
    let mut lines = String::new();
    for key in &keys {
        let _ = writeln!(lines, "{key} {policy}");
    }
    let digest = (!by_ca).then(|| format!("smtp_tls_fingerprint_digest = {}", request.digest));
    Ok(Recipe {
        lines,
        remarks: remarks(request, digest.as_deref()),
        comment: "#",
        advice: advice(request, &hop, digest.as_deref()),
        certificate: by_ca.then(|| request.trusted().clone()),
        promise: None,
    })
}

fn next_hop(host: &Host) -> String {
    match host {
        Host::Ip(ip) => format!("[{ip}]"),
        name @ (Host::Name { .. } | Host::Socket(_)) => format!("[{name}]"),
    }
}

/// The policy of an entry, which follows the next hop.
fn policy(request: &Request<'_>) -> Result<String, Objection> {
    let by_ca = request.way.by == By::Ca;
    let mut policy = if by_ca {
        format!("secure match={}", request.server.reference)
    } else {
        "fingerprint".to_owned()
    };
    // Without servername, Postfix sends no SNI, and the server may present another certificate.
    if let Some(name) = request.server.sni() {
        let _ = write!(policy, " servername={name}");
    }
    let _ = if by_ca {
        write!(policy, "\n    tafile={}", request.file())
    } else {
        write!(policy, "\n    match={}", request.fingerprint()?.colons())
    };
    Ok(policy)
}

/// The remarks for the file. `digest`: the line of `main.cf` that names the digest of the table.
fn remarks(request: &Request<'_>, digest: Option<&str>) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Some(line) = digest {
        remarks.push(format!(
            "needs \"{line}\" in main.cf; it is md5 before compatibility level 3.6"
        ));
    }
    if request.server.start == Start::Implicit {
        remarks.push(
            "the port is implicit TLS: needs a transport with -o smtp_tls_wrappermode=yes in master.cf"
                .to_owned(),
        );
    }
    remarks
}

fn advice(request: &Request<'_>, hop: &str, digest: Option<&str>) -> Vec<Advice> {
    let port = request.server.port;
    let main = ["smtp_tls_policy_maps = hash:/etc/postfix/tls_policy"];
    let main: Vec<&str> = main.into_iter().chain(digest).collect();
    let mut advice: Vec<Advice> = vec![
        format!(
            "put it into the table that main.cf names, in the place of older lines for the same next hop \
             (of two, the first counts), and run postmap on that:\n  {}",
            main.join("\n  ")
        )
        .into(),
        format!(
            "the first word must be the next hop, exactly as written in relayhost or the transport table \
             has it ({hop} and {hop}:{port} are two); for a domain that is routed by MX it is the domain"
        )
        .into(),
    ];
    if request.server.start == Start::Implicit {
        advice.push(
            format!(
                "the port is implicit TLS, and smtp_tls_wrappermode in main.cf would stop mail to every other \
                 server: give it a transport of its own in master.cf, and name that in the transport table or \
                 relayhost (smtps:{hop}:{port}):\n  smtps unix - - n - - smtp -o smtp_tls_wrappermode=yes"
            )
            .into(),
        );
    }
    if digest.is_some() {
        advice.push(
            "the digest holds for every fingerprint line of the table: the others must be made with \
             it, too. While a server changes its certificate, a second match= below the first \
             accepts both"
                .into(),
        );
    }
    advice
}

#[cfg(test)]
mod tests {
    use crate::endpoint::Start;
    use crate::programs::choice::tests::{ABC, lines};

    #[test]
    fn postfix_gets_both_next_hops_and_the_name_for_sni() {
        let at = |host, reference, port| (host, reference, port, Start::Starttls);
        assert_eq!(
            lines("postfix", at("mx.test", "mx.test", 25), true),
            format!(
                "[mx.test]:25 fingerprint servername=mx.test\n    match={ABC}\n\
                 [mx.test] fingerprint servername=mx.test\n    match={ABC}\n"
            )
        );
        // If we did not send SNI, Postfix must not send it.
        assert_eq!(
            lines("postfix", at("mx.test", "mx.test", 587), false),
            format!("[mx.test]:587 fingerprint\n    match={ABC}\n")
        );
        assert_eq!(
            lines("postfix", at("2001:db8::25", "other.test", 587), true),
            format!("[2001:db8::25]:587 fingerprint servername=other.test\n    match={ABC}\n")
        );
    }
}
