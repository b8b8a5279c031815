//! GnuTLS 3.7.9's judge (Debian 12's Exim, msmtp, mutt, wget, git): what a handshake refuses, and
//! what `gnutls_certificate_verify_peers` then says of chain, purpose and name. Each rule names the
//! source file that it was read off; certtool and gnutls-cli have confirmed them on generated
//! chains (docs/conformance.md).

mod chain;
mod constraints;
mod dane;
mod handshake;
mod host;
mod path;
mod read;
mod relation;
mod status;

use super::question::Question;
use super::verdict::Verdict;
use crate::certificate::Certificate;
use crate::certificate::gnutls::Field;
use crate::judge::signatures::Signatures;
use crate::observation::Staple;
use chain::MOST_CERTIFICATES;
use constraints::Constraints;
pub(in crate::judge) use dane::{DaneAnswer, dane, is_for};
pub(super) use handshake::handshake;
use handshake::{key_usage, read};
use read::Read;
use status::Status;

/// The TLS feature `status_request` (RFC 7633 §4.1).
const STATUS_REQUEST: u64 = 5;

/// What GnuTLS says of a chain, but for name and staple.
#[derive(Clone, Debug)]
pub(super) enum ChainAnswer {
    /// GnuTLS cannot read the chain, and stops there.
    Final(Verdict),
    /// The result of the handshake's checks, and that of the verification.
    Verified(Verdict, Status),
}

/// GnuTLS's answer for the chain alone.
pub(super) fn chain<'a>(
    presented: &'a [Certificate],
    signed: &Signatures<'a>,
    now: i64,
) -> ChainAnswer {
    let presented = match read(presented) {
        Ok(presented) => presented,
        Err(verdict) => return ChainAnswer::Final(verdict),
    };
    let Some(&leaf) = presented.first() else {
        return ChainAnswer::Final(Verdict::refuses("no certificate was presented"));
    };
    let handshake = key_usage(&leaf);
    // `_gnutls_x509_cert_verify_peers` (`lib/cert-session.c`).
    if presented.len() > MOST_CERTIFICATES {
        let status = Status::refused(format!(
            "more than {MOST_CERTIFICATES} certificates are presented"
        ));
        return ChainAnswer::Verified(handshake, status);
    }
    let mut status = chain::Store { signed }.verify(&presented, now);
    // The end of `gnutls_x509_trust_list_verify_crt2` (`lib/x509/verify-high.c`).
    if !leaf.is_for_servers(true) {
        status.refuse("the extended key usage is not for TLS servers");
    }
    ChainAnswer::Verified(handshake, status)
}

impl ChainAnswer {
    /// The answer for chain, name and staple.
    pub(super) fn with(self, question: &Question<'_>) -> Verdict {
        let (handshake, mut status) = match self {
            Self::Final(verdict) => return verdict,
            Self::Verified(handshake, status) => (handshake, status),
        };
        let presented: Vec<Read<'_>> = question.presented.iter().filter_map(Read::new).collect();
        if !host::matches(&presented[0], question.reference) {
            status.refuse("the certificate is for another name");
        }
        handshake
            .and(status.into())
            .and(staple(&presented, question.staple))
    }
}

/// Whether GnuTLS finds the names of a leaf within the constraints of this CA above it.
pub(in crate::judge) fn allow(issuer: &Certificate, leaf: &Certificate) -> bool {
    let (Some(issuer), Some(leaf)) = (Read::new(issuer), Read::new(leaf)) else {
        return false;
    };
    match &issuer.constraints {
        Field::Absent => true,
        Field::Unreadable => false,
        Field::Is(subtrees) => {
            let mut constraints = Constraints::default();
            constraints.append(subtrees);
            constraints.allow(&leaf)
        }
    }
}

/// `_gnutls_ocsp_verify_mandatory_stapling` (`lib/cert-session.c`), for each that is presented. Only
/// TLS 1.3 has staples for others than the leaf, and hardly any server sends them.
fn staple(presented: &[Read<'_>], staple: Staple) -> Verdict {
    let demands = |one: &Read<'_>| matches!(&one.features, Field::Is(features) if features.contains(&STATUS_REQUEST));
    let above = presented.iter().skip(1).any(demands);
    match staple {
        Staple::Stapled if above => {
            Verdict::unknown("a CA certificate demands an OCSP response of its own (must-staple)")
        }
        Staple::Stapled => Verdict::accepts(),
        _ if !above && !demands(&presented[0]) => Verdict::accepts(),
        Staple::Missing => Verdict::refuses(
            "the certificate demands an OCSP response (must-staple), and the server staples none",
        )
        .cured_by("turn OCSP stapling on at the server, or have the certificate issued again without must-staple"),
        Staple::NotSeen => Verdict::unknown(
            "the certificate demands an OCSP response (must-staple), and it is not known whether the server staples one",
        ),
    }
}

impl From<Status> for Verdict {
    fn from(status: Status) -> Self {
        match (status.reasons.into_iter().next(), status.doubt) {
            (Some(reason), _) => Self {
                cure: status.cure,
                ..Self::refuses(reason)
            },
            (None, Some(doubt)) => Self::unknown(doubt),
            (None, None) => Self::accepts(),
        }
    }
}
