//! TLSA records for SMTP (RFC 6698, RFC 7671, RFC 7672): lines of a zone file.

use super::advice::{Advice, Remedy};
use super::objection::{Misfit, Objection};
use super::program::{EVERY_PROTOCOL, Program, Several, Sni, needs_same_name};
use super::request::{Destination, Recipe, Request, spki};
use super::text::comment_text;
use super::way::{By, Checks, FileUse, Way};
use crate::certificate::Certificate;
use crate::endpoint::Host;
use crate::fingerprint::{Algorithm, Fingerprint};
use std::fmt;

const DIGESTS: &[Algorithm] = &[Algorithm::Sha256, Algorithm::Sha512];

/// The program.
pub(super) const PROGRAM: Program = Program {
    name: "tlsa",
    help: "TLSA records (DANE): lines of a zone file",
    protocols: EVERY_PROTOCOL,
    ways: WAYS,
    library: None,
    sni: Sni::ByLines,
    several: Several::Joined("to pin the other, too"),
    misfit,
    recipe,
};

const WAYS: &[Way] = &[
    Way {
        by: By::Key,
        what: "3 1 1",
        file: FileUse::Never,
        checks: Checks::Nothing,
        digests: DIGESTS,
    },
    Way {
        by: By::Certificate,
        what: "3 0 1",
        file: FileUse::Never,
        checks: Checks::Nothing,
        digests: DIGESTS,
    },
    Way {
        by: By::Ca,
        what: "2 1 1",
        file: FileUse::Never,
        checks: Checks::NameAndDates,
        digests: DIGESTS,
    },
];

/// Whether a program is the TLSA records, which are published.
pub fn is_tlsa(program: &Program) -> bool {
    *program == PROGRAM
}

/// The data of a TLSA record (RFC 6698 §2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Association {
    /// 2: DANE-TA, 3: DANE-EE.
    pub usage: u8,
    /// 0: the certificate, 1: its `SubjectPublicKeyInfo`.
    pub selector: u8,
    /// 1: SHA-256, 2: SHA-512.
    pub matching: u8,
    /// The digest in lower-case hex.
    pub data: String,
    /// What the record pins.
    pub by: By,
    /// The CA whose key the record holds, for a record of a CA.
    pub ca: Option<Certificate>,
}

impl fmt::Display for Association {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            usage,
            selector,
            matching,
            data,
            ..
        } = self;
        write!(f, "{usage} {selector} {matching} {data}")
    }
}

/// The records that would match: of the key, of the certificate, and of the CA if clients can find
/// it in the presented chain.
pub fn associations(
    presented: &[Certificate],
    path: &[Certificate],
    digest: Algorithm,
) -> Vec<Association> {
    let matching = if digest == Algorithm::Sha512 { 2 } else { 1 };
    let record = |usage, selector, by, bytes: &[u8]| Association {
        usage,
        selector,
        matching,
        data: Fingerprint::compute(digest, bytes).hex(),
        by,
        ca: None,
    };
    let mut found = Vec::new();
    if let Some(leaf) = presented.first() {
        found.extend(spki(leaf).map(|key| record(3, 1, By::Key, key)));
        found.push(record(3, 0, By::Certificate, leaf.der()));
    }
    // RFC 7671 §5.2.2: the client must find the trust anchor among the presented certificates, and
    // the root is usually not among them.
    let issuers = path.get(1..).unwrap_or_default();
    let known = issuers.iter().rfind(|ca| presented.contains(ca));
    if let Some((ca, key)) = known.and_then(|ca| Some((ca, spki(ca)?))) {
        found.push(Association {
            ca: Some(ca.clone()),
            ..record(2, 1, By::Ca, key)
        });
    }
    found
}

/// The intermediate that a record names, with its root; `None` for a record of the root. A record
/// of an intermediate does not match the next intermediate of the same CA.
fn intermediate<'a>(
    record: &'a Association,
    path: &'a [Certificate],
) -> Option<(&'a Certificate, &'a Certificate)> {
    let (ca, root) = (record.ca.as_ref()?, path.last()?);
    (ca != root).then_some((ca, root))
}

/// A name for a comment or an advice, cut to a reasonable length.
fn name(certificate: &Certificate) -> String {
    const MOST: usize = 60;
    certificate.label().chars().take(MOST).collect()
}

/// DANE-TA(2) compares the name at which the record stands (RFC 7672 §3.2.2), and an address has no
/// such name.
fn misfit(way: &Way, server: &Destination<'_>) -> Option<Misfit> {
    let is_address = matches!(server.host, Host::Ip(_));
    needs_same_name(way, server).or(is_address.then_some(Misfit::Address))
}

fn recipe(request: &Request<'_>) -> Result<Recipe, Objection> {
    let by = request.way.by;
    let all = associations(request.presented, request.path, request.digest);
    let chosen = all.iter().find(|record| record.by == by);
    let chosen = chosen.ok_or_else(|| absent(by))?;
    let owner = format!("_{}._tcp.{}.", request.server.port, request.server.host);
    let narrow = intermediate(chosen, request.path);
    let promise = narrow.map(|(ca, _)| {
        format!(
            "pins the intermediate \"{}\": renewals and new keys are accepted while it issues them, one of \
             another intermediate of the same CA is not",
            comment_text(&name(ca))
        )
    });
    Ok(Recipe {
        lines: format!("{owner} IN TLSA {chosen}\n"),
        remarks: others(request, &all, &owner),
        comment: ";",
        advice: advice(narrow),
        promise,
        certificate: None,
    })
}

/// Why a way has no record.
fn absent(by: By) -> Objection {
    match by {
        // DANE-TA(2) needs the CA in the chain (RFC 7671 §5.2.2).
        By::Ca => Objection::Own {
            message: "the server presents no certificate of its CA, and clients need it for a TLSA record 2 1 1 (RFC 7671 section 5.2.2)",
            advice: Advice::new("pin ")
                .option(Remedy::By(By::Key))
                .text(", or have the server send its intermediate"),
        },
        By::Key | By::Certificate => Objection::NoKey,
    }
}

/// The other matching records, as comments.
fn others(request: &Request<'_>, all: &[Association], owner: &str) -> Vec<String> {
    let mut remarks = Vec::new();
    // Clients that go by a CA also compare the name.
    let same = request.server.host == request.server.reference;
    let fits = |record: &&Association| record.by != request.way.by && (same || record.by != By::Ca);
    for other in all.iter().filter(fits) {
        remarks.push(format!("{owner} IN TLSA {other}"));
        if let Some((ca, _)) = intermediate(other, request.path) {
            let name = comment_text(&name(ca));
            remarks.push(format!("that is of the intermediate \"{name}\" alone"));
        }
    }
    if !remarks.is_empty() {
        let several = "others that match; with several, any one of them is enough:";
        remarks.insert(0, several.to_owned());
    }
    remarks
}

/// The advice for a record. `narrow`: the intermediate that the record names, and its root.
fn advice(narrow: Option<(&Certificate, &Certificate)>) -> Vec<Advice> {
    let narrow = narrow.map(|(ca, root)| {
        Advice::new(format!(
            "the record holds the key of \"{}\", an intermediate of \"{}\". CAs change intermediates at a \
             renewal, and this record refuses the others: publish a record for each intermediate that \
             the CA may use, or 3 1 1 of the present and of the next key (",
            name(ca),
            name(root)
        ))
        .option(Remedy::By(By::Key))
        .text(")")
    });
    let always = [
        "it counts only in a zone signed with DNSSEC, and for clients that do DANE; where MX records \
         lead to the host, their zone must be signed, too (RFC 7672 section 2.2)",
        "publish the record of the next key or certificate at least two TTLs before the server \
         presents it, and the old one until it does not (RFC 7671 section 8.1)",
    ];
    narrow.into_iter().chain(always.map(Advice::new)).collect()
}

#[cfg(test)]
mod tests {
    use crate::endpoint::Start;
    use crate::programs::choice::tests::{ABC, lines};

    #[test]
    fn without_a_readable_key_the_record_is_that_of_the_certificate() {
        let at = ("mx.test", "mx.test", 25, Start::Starttls);
        let hex = ABC.replace(':', "").to_lowercase();
        assert_eq!(
            lines("tlsa", at, true),
            format!("_25._tcp.mx.test. IN TLSA 3 0 1 {hex}\n")
        );
    }
}
