//! `X509_verify_cert` of OpenSSL 3 (`crypto/x509/x509_vfy.c`), for the purpose `sslserver`, as
//! Postfix, curl, Python and Mercurial call it. Versions 3.0 and 3.5 give the same answers. What the
//! security level decides, which is the administrator's, is unknown.

mod algorithm;
mod build;
mod checks;
mod constraints;
mod extension;
mod general_name;
mod host;
mod seen;

pub use seen::NotIssuer;

use super::{Answer, Question, Verdict};
use crate::certificate::{Certificate, ForServers};
use crate::judge::anchor::Anchors;
use build::{Built, NoPath};
use seen::Seen;
use std::rc::Rc;
use time::OffsetDateTime;

/// The flags that a program sets beside `X509_V_FLAG_TRUSTED_FIRST`, which is the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// None.
    Default,
    /// `X509_V_FLAG_X509_STRICT` and `X509_V_FLAG_PARTIAL_CHAIN`, as
    /// `ssl.create_default_context` of Python 3.13 sets them.
    Strict,
}

impl Mode {
    fn is_strict(self) -> bool {
        self == Self::Strict
    }

    fn is_partial(self) -> bool {
        self == Self::Strict
    }
}

/// The answer for chain and name.
pub(super) fn verdict(question: &Question<'_>, mode: Mode) -> Verdict {
    let chain = chain(question.presented, question.anchors, question.now, mode);
    let Some(leaf) = question.presented.first().and_then(Seen::read) else {
        return chain;
    };
    let host = question.reference;
    let name = match host::fits(&leaf, host) {
        Some(true) => return chain,
        Some(false) => Verdict::refuses(format!("the certificate is not for \"{host}\"")),
        None => Verdict::unknown("the common name cannot be read"),
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
    let mut sent = Vec::new();
    for certificate in presented {
        let Some(seen) = Seen::read(certificate) else {
            let label = certificate.label();
            return Verdict::unknown(format!(
                "\"{label}\" is read differently by OpenSSL, or not at all"
            ));
        };
        sent.push(Rc::new(seen));
    }
    if sent.is_empty() {
        return Verdict::refuses("no certificate was presented");
    }
    let store = Store { anchors };
    let now = now.unix_timestamp();
    match build::build(&sent, &store, now, mode) {
        Ok(built) => checks::check(&built, &store, now, mode),
        Err(why) => Verdict::refuses(explain(&why)),
    }
}

/// Whether OpenSSL calls it self-signed (`EXFLAG_SS` in `crypto/x509/v3_purp.c`): it names itself as
/// its issuer, and no identifier says otherwise. Only such a certificate is an anchor by itself.
pub fn is_self_signed(certificate: &Certificate) -> bool {
    Seen::read(certificate).is_some_and(|seen| seen.self_signed && !seen.invalid)
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
/// held against itself where it is the only one.
pub fn mismatch(path: &[Certificate]) -> Option<Mismatch> {
    let seen: Vec<Seen> = path.iter().map_while(Seen::read).collect();
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

fn explain(why: &NoPath) -> String {
    let label = |seen: &Seen| seen.certificate.label();
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

/// The trust store: `X509_STORE`, which finds certificates by their names, in the order in which
/// they were loaded (`crypto/x509/x509_lu.c`).
struct Store<'a> {
    anchors: &'a Anchors,
}

impl Store<'_> {
    fn named(&self, subject: &[u8]) -> Vec<Rc<Seen>> {
        let named = self.anchors.named_canonically(subject);
        named
            .filter_map(|anchor| Seen::read(anchor.certificate()))
            .map(Rc::new)
            .collect()
    }

    /// `X509_STORE_CTX_get1_issuer`.
    fn issuer(&self, current: &Seen, now: i64) -> Option<Rc<Seen>> {
        let named = self.named(&current.issuer).into_iter();
        let candidates = named.filter(|candidate| candidate.issued(current).is_ok());
        build::best(candidates, |candidate| candidate, now)
    }

    /// `lookup_cert_match`.
    fn exactly(&self, wanted: &Seen) -> Option<Rc<Seen>> {
        let mut named = self.named(&wanted.subject).into_iter();
        named.find(|candidate| candidate.certificate == wanted.certificate)
    }

    /// What the file says of it (`obj_trust` in `crypto/x509/x509_trust.c`).
    fn trust(&self, seen: &Seen) -> ForServers {
        let mut all = self.anchors.all().iter();
        let anchor = all.find(|anchor| anchor.der() == seen.certificate.der());
        anchor.map_or(ForServers::Neutral, |anchor| anchor.trust().for_servers())
    }
}
