//! What Exim with GnuTLS makes of a chain and TLSA records (`verify_certificate` and
//! `dane_tlsa_load` in Exim's `src/tls-gnu.c`, `dane_verify_crt_raw` in GnuTLS's `libdane/dane.c`).
//! It builds no path: one certificate that is sent has the data of the record, and one has signed the
//! leaf.

use super::handshake::handshake;
use super::host;
use super::path::{Judge, is_issuer};
use super::read::Read;
use crate::certificate::Certificate;
use crate::certificate::signature::Verification;
use crate::endpoint::Host;
use crate::judge::clients::Answer;
use crate::judge::signatures::Signatures;
use crate::records::tlsa::{DANE_EE, DANE_TA, KEY, Tlsa, Unusable, WHOLE};

/// Whether the leaf is for a name, as Exim asks after usage 2 (`gnutls_x509_crt_check_hostname`).
pub(in crate::judge) fn is_for(leaf: &Certificate, name: &Host) -> bool {
    Read::new(leaf).is_some_and(|leaf| host::matches(&leaf, name))
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::judge) enum DaneAnswer {
    /// The record at this place authenticates the server.
    Authenticated(usize),
    /// No record can be used: it delivers with TLS, whoever the server is.
    NoneUsable,
    /// It does not deliver.
    Refused(String),
    /// What decides cannot be checked here.
    Unknown(String),
}

/// Asks for a chain, the leaf first.
pub(in crate::judge) fn dane<'a>(
    presented: &'a [Certificate],
    records: &[Tlsa],
    signed: &Signatures<'a>,
    now: i64,
) -> DaneAnswer {
    let usable: Vec<(usize, &Tlsa)> = records
        .iter()
        .enumerate()
        .filter(|(_, record)| is_usable(record))
        .collect();
    // It decides before a record does.
    let handshake = (!presented.is_empty()).then(|| handshake(presented));
    if let Some(refusal) = handshake.filter(|verdict| verdict.answer == Answer::Refuses) {
        return DaneAnswer::Refused(refusal.reason);
    }
    if usable.is_empty() {
        return DaneAnswer::NoneUsable;
    }
    let read: Option<Vec<Read<'a>>> = presented.iter().map(Read::new).collect();
    let Some(read) = read.filter(|read| !read.is_empty()) else {
        return DaneAnswer::Unknown("a certificate cannot be parsed here".to_owned());
    };
    // libdane refuses some certificates with such a name, which gnutls-cli accepts.
    if read
        .iter()
        .any(|one| one.names.iter().any(|(_, name)| name.is_empty()))
    {
        return DaneAnswer::Unknown("an alternative name is empty".to_owned());
    }
    // `gnutls_x509_crt_verify` without flags.
    let judge = Judge {
        now,
        signed,
        any_key: true,
    };
    let of = |usage| {
        let records = usable
            .iter()
            .filter(move |(_, record)| record.usage == usage);
        records.copied().collect::<Vec<_>>()
    };
    let (leaf, anchors) = (of(DANE_EE), of(DANE_TA));
    if let Some((index, _)) = leaf.iter().find(|(_, record)| has(&read[0], record)) {
        return DaneAnswer::Authenticated(*index);
    }
    let has_anchor = |record: &Tlsa| read[1..].iter().any(|one| has(one, record));
    let Some((index, _)) = anchors.iter().find(|(_, record)| has_anchor(record)) else {
        return DaneAnswer::Refused("no record matches".to_owned());
    };
    match issuer_verifies(&judge, &read) {
        Verification::Verified => DaneAnswer::Authenticated(*index),
        Verification::Refuted => {
            DaneAnswer::Refused("no certificate that is sent verifies the leaf".to_owned())
        }
        Verification::Unsupported => {
            DaneAnswer::Unknown("a signature cannot be checked here".to_owned())
        }
    }
}

/// What Exim loads: data that is not a digest is taken as it is.
fn is_usable(record: &Tlsa) -> bool {
    !matches!(record.unusable(), Some(why) if why != Unusable::Empty) && !record.data.is_empty()
}

/// `matches`.
fn has(certificate: &Read<'_>, record: &Tlsa) -> bool {
    match record.selector {
        WHOLE => record.matches(certificate.certificate.der()),
        KEY => record.matches(&certificate.key.spki),
        _ => false,
    }
}

/// `verify_ca`: the last of those that may have issued the leaf verifies it, whichever the record is
/// for.
fn issuer_verifies<'a>(judge: &Judge<'_, 'a>, sent: &[Read<'a>]) -> Verification {
    let (leaf, above) = (&sent[0], &sent[1..]);
    let Some(issuer) = above.iter().rfind(|issuer| is_issuer(leaf, issuer)) else {
        return Verification::Refuted;
    };
    let status = judge.verify(&[*leaf], &[*issuer]);
    if status.is_fine() {
        Verification::Verified
    } else if status.reasons.is_empty() {
        Verification::Unsupported
    } else {
        Verification::Refuted
    }
}
