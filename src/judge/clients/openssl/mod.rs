//! `X509_verify_cert` of OpenSSL 3 (`crypto/x509/x509_vfy.c`), for the purpose `sslserver`, as
//! Postfix, curl, Python and Mercurial call it. Versions 3.0 and 3.5 give the same answers. What the
//! security level decides, which is the administrator's, is unknown.

mod build;
mod checks;
mod constraints;
mod dane;
mod extensions;
mod host;
mod mode;
mod seen;
mod store;
mod strict;

pub(in crate::judge) use dane::{DaneAnswer, Fault, dane};
pub use mode::Mode;

use super::verdict::{Answer, Verdict};
use crate::certificate::constraints::NameConstraints;
use crate::certificate::{Certificate, NotIssuer};
use crate::endpoint::Host;
use crate::judge::anchors::Anchors;
use crate::judge::signatures::Signatures;
use build::NoPath;
use host::{Fit, Wildcards};
use seen::Seen;
use store::Store;
use time::OffsetDateTime;

/// Whether the leaf is for the name, after the answer for the chain.
pub(super) fn with_name(chain: Verdict, leaf: &Certificate, reference: &Host) -> Verdict {
    let Some(leaf) = Seen::read(leaf) else {
        return chain;
    };
    let name = match host::fits(&leaf, reference, Wildcards::Partial) {
        Fit::Yes => return chain,
        Fit::No => Verdict::refuses(format!("the certificate is not for \"{reference}\"")),
        Fit::Unreadable => Verdict::unknown("the common name cannot be read"),
    };
    chain.and(name)
}

/// The answer for the chain alone, whatever name it is for.
pub fn chain(
    presented: &[Certificate],
    anchors: &Anchors,
    now: OffsetDateTime,
    mode: Mode,
) -> Verdict {
    signed_chain(presented, &Signatures::of(anchors), now, mode)
}

/// The same; `signed` may have verified some of its signatures already.
pub(super) fn signed_chain<'a>(
    presented: &'a [Certificate],
    signed: &Signatures<'a>,
    now: OffsetDateTime,
    mode: Mode,
) -> Verdict {
    let mut sent = Vec::new();
    // The handshake ends there (`tls_process_server_certificate` in `ssl/statem/statem_clnt.c`).
    if let Some(broken) = presented.iter().find(|one| !one.loads_in_openssl()) {
        let label = broken.label();
        let refusal = Verdict::refuses(format!("\"{label}\" cannot be read as a certificate"));
        return if broken == &presented[0] {
            refusal
        } else {
            refusal.cured_by("take it out of the server's chain file")
        };
    }
    for certificate in presented {
        let Some(seen) = Seen::read(certificate) else {
            let label = certificate.label();
            return Verdict::unknown(format!(
                "\"{label}\" is read differently by OpenSSL, or not at all"
            ));
        };
        sent.push(seen);
    }
    if sent.is_empty() {
        return Verdict::refuses("no certificate was presented");
    }
    if signed.anchors().openssl_loads_none() {
        return Verdict::refuses("OpenSSL loads no certificate from the anchors' file");
    }
    let store = Store {
        anchors: signed.anchors(),
    };
    let now = now.unix_timestamp();
    let verdict = match build::build(&sent, &store, now, mode) {
        Ok(built) => checks::check(&built, signed, now, mode),
        Err(why) => Verdict::refuses(explain(&why)),
    };
    if verdict.answer == Answer::Refuses && store.anchors.openssl_may_read_more() {
        return Verdict::unknown(
            "OpenSSL may find another path, to an anchor that cannot be read here",
        );
    }
    verdict.and(checks::releases(&sent))
}

/// Whether OpenSSL calls it self-signed (`EXFLAG_SS` in `crypto/x509/v3_purp.c`): it names itself as
/// its issuer, and no identifier says otherwise. Only such a certificate is an anchor by itself.
pub fn is_self_signed(certificate: &Certificate) -> bool {
    Seen::read(certificate).is_some_and(|seen| seen.self_signed && !seen.invalid)
}

/// Whether OpenSSL finds the names of a certificate within the constraints of a CA above it.
pub(in crate::judge) fn allow(
    constraints: &NameConstraints,
    certificate: &Certificate,
    is_leaf: bool,
) -> bool {
    Seen::read(certificate).is_some_and(|seen| {
        constraints::check(constraints, &seen, is_leaf).answer == Answer::Accepts
    })
}

/// Why OpenSSL refuses the leaf whatever the trust store holds: for its dates, purpose or
/// extensions; `None`: with some store it may accept it.
pub fn leaf_refusal(leaf: &Certificate, now: OffsetDateTime) -> Option<String> {
    let verdict = checks::leaf(&Seen::read(leaf)?, now.unix_timestamp());
    (verdict.answer == Answer::Refuses).then_some(verdict.reason)
}

/// An identifier in a path that is not that of the certificate above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The place in the path of the certificate that names its issuer.
    pub place: usize,
    /// Which identifier differs.
    pub kind: NotIssuer,
    /// What the certificate names, in hex; empty for a name.
    pub named: String,
    /// What its issuer has, in hex; empty for a name.
    pub has: String,
}

/// The first certificate of a path, the leaf first, that does not name the next one as its issuer
/// (`X509_check_issued`): by key identifier, serial number, or the issuer's issuer. The last one is
/// compared with itself where it is the only one.
pub fn mismatch(path: &[Certificate]) -> Option<Mismatch> {
    let seen: Vec<Seen<'_>> = path.iter().map_while(Seen::read).collect();
    let alone = (path.len() == 1).then_some(()).and(seen.first());
    let issuers = seen.iter().skip(1).chain(alone);
    seen.iter()
        .zip(issuers)
        .enumerate()
        .find_map(|(place, (subject, issuer))| {
            let kind = issuer.issued(subject).err()?;
            let aki = subject.aki.as_ref()?;
            let (named, has) = match kind {
                NotIssuer::KeyId => (aki.key_id.as_deref(), issuer.ski.as_deref()),
                NotIssuer::Serial => (aki.serial.as_deref(), Some(issuer.serial.as_slice())),
                NotIssuer::IssuerName => (None, None),
                NotIssuer::Name | NotIssuer::Invalid | NotIssuer::Algorithm => return None,
            };
            let in_hex = |octets: Option<&[u8]>| octets.map(hex::encode).unwrap_or_default();
            Some(Mismatch {
                place,
                kind,
                named: in_hex(named),
                has: in_hex(has),
            })
        })
}

fn explain(why: &NoPath<'_>) -> String {
    let label = |seen: &Seen<'_>| seen.certificate.label();
    match why {
        NoPath::Rejected(seen) => format!(
            "certificate rejected: the trust settings of \"{}\" exclude servers",
            label(seen)
        ),
        NoPath::SelfSignedLeaf => "self-signed certificate".to_owned(),
        NoPath::SelfSigned(seen) => format!(
            "self-signed certificate in certificate chain: \"{}\" is not among the anchors",
            label(seen)
        ),
        NoPath::NoIssuer(seen) => {
            format!(
                "unable to get the issuer certificate of \"{}\"",
                label(seen)
            )
        }
        NoPath::TooLong => "certificate chain too long".to_owned(),
        NoPath::Invalid(seen) => format!("invalid certificate extension in \"{}\"", label(seen)),
    }
}
