//! TLSA records for SMTP (RFC 6698, RFC 7671, RFC 7672): lines of a zone file.

use super::{By, Checks, FileUse, Objection, Pin, Request, Way, comment_text, spki};
use crate::certificate::Certificate;
use crate::fingerprint::{Algorithm, Fingerprint};
use std::fmt;
use std::fmt::Write as _;

const DIGESTS: &[Algorithm] = &[Algorithm::Sha256, Algorithm::Sha512];

pub(super) const WAYS: &[Way] = &[
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
    /// What it pins.
    pub by: By,
    /// The CA whose key it holds, if it is that of a CA.
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

/// The records that would match: of the key, of the certificate, and of the CA where clients could
/// find that in what the server presents.
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
    // RFC 7671 §5.2.2: the client must find the trust anchor among the presented certificates. The
    // root, as a rule, is not among them.
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

/// The intermediate and its root, where the record is of that and not of the root: of the same CA's
/// next intermediate it knows nothing.
fn intermediate<'a>(
    record: &'a Association,
    path: &'a [Certificate],
) -> Option<(&'a Certificate, &'a Certificate)> {
    let (ca, root) = (record.ca.as_ref()?, path.last()?);
    (ca != root).then_some((ca, root))
}

/// A name for a comment or an advice, of any length that a certificate may have.
fn name(certificate: &Certificate) -> String {
    const MOST: usize = 60;
    certificate.label().chars().take(MOST).collect()
}

pub(super) fn pin(request: &Request<'_>) -> Result<Pin, Objection> {
    let by = request.choice.way.by;
    let all = associations(request.presented, request.path, request.choice.digest);
    let absent = match by {
        By::Ca => Objection::CaNotPresented,
        By::Key | By::Certificate => Objection::NoKey,
    };
    let chosen = all.iter().find(|record| record.by == by).ok_or(absent)?;
    let owner = format!("_{}._tcp.{}.", request.server.port, request.server.host);
    let mut remarks = Vec::new();
    // Whoever goes by a CA compares the name, too.
    let same = request.server.host == request.server.reference;
    let fits = |record: &&Association| record.by != by && (same || record.by != By::Ca);
    for other in all.iter().filter(fits) {
        remarks.push(format!("{owner} IN TLSA {other}"));
        if let Some((ca, _)) = intermediate(other, request.path) {
            let name = comment_text(&name(ca));
            remarks.push(format!("that is of the intermediate \"{name}\" alone"));
        }
    }
    if !remarks.is_empty() {
        remarks.insert(
            0,
            "others that match; with several, any one of them is enough:".to_owned(),
        );
    }
    let mut lines = String::new();
    let _ = writeln!(lines, "{owner} IN TLSA {chosen}");
    let narrow = intermediate(chosen, request.path);
    let promise = narrow.map(|(ca, _)| {
        format!(
            "pins the intermediate \"{}\": renewals and new keys are accepted while it issues them, one of \
             another intermediate of the same CA is not",
            comment_text(&name(ca))
        )
    });
    let mut advice = narrow.map_or_else(Vec::new, |(ca, root)| {
        vec![format!(
            "the record holds the key of \"{}\", an intermediate of \"{}\". CAs change intermediates at a \
             renewal, and this record refuses the others: publish a record for each intermediate that \
             the CA may use, or 3 1 1 of the present and of the next key (--by key)",
            name(ca),
            name(root)
        )]
    });
    advice.extend([
            "it counts only in a zone signed with DNSSEC, and for clients that do DANE; where MX records \
             lead to the host, their zone must be signed, too (RFC 7672 section 2.2)"
                .to_owned(),
            "publish the record of the next key or certificate at least two TTLs before the server \
             presents it, and the old one until it does not (RFC 7671 section 8.1)"
                .to_owned(),
    ]);
    Ok(Pin {
        lines,
        remarks,
        comment: ";",
        advice,
        promise,
        certificate: None,
    })
}
