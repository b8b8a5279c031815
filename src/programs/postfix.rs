//! Postfix: a line of `smtp_tls_policy_maps` (postconf(5)).

use super::{By, Checks, FileUse, Objection, Pin, Request, Way};
use crate::endpoint::{Host, Start};
use crate::fingerprint::Algorithm;
use std::fmt::Write as _;

const DIGESTS: &[Algorithm] = &[Algorithm::Sha256, Algorithm::Sha512, Algorithm::Sha1];

pub(super) const WAYS: &[Way] = &[
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

pub(super) fn pin(request: &Request<'_>) -> Result<Pin, Objection> {
    let server = &request.server;
    let digest = request.choice.digest;
    let by_ca = request.choice.way.by == By::Ca;
    if by_ca && request.trusted() == request.leaf {
        // It becomes a TLSA record of usage 2, which OpenSSL does not compare with the leaf.
        return Err(Objection::NotACa);
    }
    let mut policy = if by_ca {
        format!("secure match={}", server.reference)
    } else {
        "fingerprint".to_owned()
    };
    // Without this Postfix sends no SNI, and may be shown another certificate.
    if let Some(name) = server.sni() {
        let _ = write!(policy, " servername={name}");
    }
    let last = if by_ca {
        format!("tafile={}", request.file())
    } else {
        format!("match={}", request.fingerprint()?.colons())
    };
    let hop = match server.host {
        Host::Ip(ip) => format!("[{ip}]"),
        name @ Host::Name { .. } => format!("[{name}]"),
    };
    let mut keys = vec![format!("{hop}:{}", server.port)];
    if server.port == 25 {
        // The table is asked for the next hop as it is written.
        keys.push(hop.clone());
    }
    let mut pin = Pin {
        comment: "#",
        certificate: by_ca.then(|| request.trusted().clone()),
        ..Pin::default()
    };
    for key in &keys {
        let _ = writeln!(pin.lines, "{key} {policy}\n    {last}");
    }
    let mut main = vec!["smtp_tls_policy_maps = hash:/etc/postfix/tls_policy".to_owned()];
    if !by_ca {
        let line = format!("smtp_tls_fingerprint_digest = {digest}");
        pin.remarks.push(format!(
            "needs \"{line}\" in main.cf; it is md5 before compatibility level 3.6"
        ));
        main.push(line);
    }
    if server.mode == Start::Implicit {
        pin.remarks.push(
            "the port is implicit TLS: needs a transport with -o smtp_tls_wrappermode=yes in master.cf"
                .to_owned(),
        );
    }
    pin.advice.push(format!(
        "put it into the table that main.cf names, in the place of older lines for the same next hop \
         (of two, the first counts), and run postmap on that:\n  {}",
        main.join("\n  ")
    ));
    pin.advice.push(format!(
        "the first word must be the next hop, letter by letter as relayhost or the transport table \
         has it ({hop} and {hop}:{} are two); for a domain that is routed by MX it is the domain",
        server.port
    ));
    if server.mode == Start::Implicit {
        pin.advice.push(format!(
            "the port is implicit TLS, and smtp_tls_wrappermode in main.cf would stop mail to every other \
             server: give it a transport of its own in master.cf, and name that in the transport table or \
             relayhost (smtps:{hop}:{}):\n  smtps unix - - n - - smtp -o smtp_tls_wrappermode=yes",
            server.port
        ));
    }
    if !by_ca {
        pin.advice.push(
            "the digest holds for every fingerprint line of the table: the others must be made with \
             it, too. While a server changes its certificate, a second match= below the first \
             accepts both"
                .to_owned(),
        );
    }
    Ok(pin)
}
