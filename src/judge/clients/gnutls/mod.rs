//! GnuTLS 3.7.9's judge (Debian 12's Exim, msmtp, mutt, wget, git): what a handshake refuses, and
//! what `gnutls_certificate_verify_peers` then says of chain, purpose and name. Each rule names the
//! source file that it was read off; certtool and gnutls-cli have confirmed them on generated
//! chains (docs/conformance.md).

mod chain;
mod constraints;
mod host;
mod path;
mod read;
mod relation;
mod status;
mod subject;

use super::{Question, Verdict};
use crate::certificate::Certificate;
use crate::observation::Staple;
use read::{Field, Read};
use status::Status;

/// `DEFAULT_MAX_VERIFY_DEPTH` (`lib/gnutls_int.h`).
const MOST_CERTIFICATES: usize = 16;
/// The TLS feature `status_request` (RFC 7633 §4.1).
const STATUS_REQUEST: u64 = 5;

/// GnuTLS's answer.
pub(super) fn verdict(question: &Question<'_>) -> Verdict {
    let presented = match read(question.presented) {
        Ok(presented) => presented,
        Err(verdict) => return verdict,
    };
    key_usage(&presented[0])
        .and(chain_and_name(&presented, question))
        .and(staple(&presented, question.staple))
}

/// What the handshake refuses by itself, whatever a program does about the certificate then.
pub(super) fn handshake(presented: &[Certificate]) -> Verdict {
    match read(presented) {
        Ok(presented) => key_usage(&presented[0]),
        Err(verdict) => verdict,
    }
}

fn read(presented: &[Certificate]) -> Result<Vec<Read<'_>>, Verdict> {
    let presented: Option<Vec<Read<'_>>> = presented.iter().map(Read::new).collect();
    let presented = presented.ok_or_else(|| {
        Verdict::unknown("a certificate cannot be parsed here, and GnuTLS may read it")
    })?;
    match presented.iter().find_map(Read::unacceptable) {
        Some(reason) => Err(Verdict::refuses(reason)),
        None => Ok(presented),
    }
}

/// `_gnutls_check_key_usage_for_sig` (`lib/tls-sig.c`): every handshake of today has the server sign.
/// A key usage without a single bit is taken for none.
fn key_usage(leaf: &Read<'_>) -> Verdict {
    const DIGITAL_SIGNATURE: u16 = 1;
    match leaf.key_usage {
        Field::Is(usage) if usage != 0 && usage & DIGITAL_SIGNATURE == 0 => Verdict::refuses(
            "the key usage does not allow digital signatures, with which every handshake is signed",
        )
        .cured_by("have it issued again with the key usage digitalSignature"),
        _ => Verdict::accepts(),
    }
}

fn chain_and_name(presented: &[Read<'_>], question: &Question<'_>) -> Verdict {
    // `_gnutls_x509_cert_verify_peers` (`lib/cert-session.c`).
    if presented.len() > MOST_CERTIFICATES {
        return Verdict::refuses(format!(
            "more than {MOST_CERTIFICATES} certificates are presented"
        ));
    }
    let store = chain::Store::of(question.anchors);
    let mut status = store.verify(presented.to_vec(), question.now.unix_timestamp());
    // The end of `gnutls_x509_trust_list_verify_crt2` (`lib/x509/verify-high.c`).
    if !presented[0].is_for_servers(true) {
        status.refuse("the extended key usage is not for TLS servers");
    }
    if !host::matches(&presented[0], question.reference) {
        status.refuse("the certificate is for another name");
    }
    status.into()
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
