//! Which TLSA records senders of mail can use (RFC 7672 §3.1, RFC 6698 §4): their numbers, their
//! lengths, and whether data that is not a digest is a certificate or a key.

use crate::certificate::Certificate;
use crate::certificate::openssl::is_public_key;
use crate::records::tlsa::{DANE_TA, FULL, KEY, Tlsa, Unusable, WHOLE};
use rustls::pki_types::CertificateDer;

/// A record that Postfix can use, and the certificate that it carries.
#[derive(Clone, Debug)]
pub(in crate::judge) struct Usable<'a> {
    /// Its place among all records.
    pub(in crate::judge) index: usize,
    /// The record.
    pub(in crate::judge) record: &'a Tlsa,
    /// The certificate of a trust anchor that it carries (`2 0 0`): the server need not send it.
    pub(in crate::judge) carried: Option<Certificate>,
}

impl Usable<'_> {
    /// Whether it is for a trust anchor.
    pub(in crate::judge) fn is_for_anchors(&self) -> bool {
        self.record.usage == DANE_TA
    }

    /// The bare key of a trust anchor that it carries (`2 1 0`).
    pub(in crate::judge) fn bare_key(&self) -> Option<&[u8]> {
        let Tlsa {
            selector, matching, ..
        } = *self.record;
        let is_bare = self.is_for_anchors() && selector == KEY && matching == FULL;
        is_bare.then_some(&self.record.data)
    }

    /// Whether this certificate has what the record says, whoever it is for.
    pub(in crate::judge) fn fits(&self, certificate: &Certificate) -> bool {
        fits(self.record, certificate)
    }
}

/// Whether this certificate, or its key, has the data of the record.
pub(super) fn fits(record: &Tlsa, certificate: &Certificate) -> bool {
    match record.selector {
        WHOLE => record.matches(certificate.der()),
        KEY => certificate
            .facts()
            .is_ok_and(|facts| record.matches(&facts.public_key.spki)),
        _ => false,
    }
}

/// Why Postfix cannot use a record, as `SSL_dane_tlsa_add` (`dane_tlsa_add` in `ssl/ssl_lib.c`)
/// decides it; `None`: it can.
pub fn unusable(record: &Tlsa) -> Option<Unusable> {
    record.unusable().or_else(|| match record.selector {
        _ if record.matching != FULL => None,
        WHOLE => carried(&record.data)
            .is_none()
            .then_some(Unusable::NotACertificate),
        _ => (!is_public_key(&record.data)).then_some(Unusable::NotAKey),
    })
}

/// The usable records, in their order.
pub(in crate::judge) fn usable(records: &[Tlsa]) -> Vec<Usable<'_>> {
    let usable = records
        .iter()
        .enumerate()
        .filter(|(_, record)| unusable(record).is_none());
    usable
        .map(|(index, record)| Usable {
            index,
            record,
            carried: carries_anchor(record)
                .then(|| carried(&record.data))
                .flatten(),
        })
        .collect()
}

fn carries_anchor(record: &Tlsa) -> bool {
    (record.usage, record.selector, record.matching) == (DANE_TA, WHOLE, FULL)
}

/// The certificate that these octets are, and nothing after it, with a key that can be read.
fn carried(octets: &[u8]) -> Option<Certificate> {
    let certificate = Certificate::new(CertificateDer::from(octets.to_vec()));
    let facts = certificate.facts().ok()?;
    (facts.trailing_octets == 0 && is_public_key(&facts.public_key.spki)).then_some(certificate)
}

/// The records that decide by digest agility (RFC 7671 §9): of each usage and selector those with
/// the strongest digest, and those without one. The numbers of the digests stand in the order of their
/// strength (`dane_mds` in `ssl/ssl_lib.c`). They come in the order in which OpenSSL tries them: by
/// falling numbers, and of equal ones the last first (`dane_tlsa_add`).
pub(in crate::judge) fn strongest<'u, 'a>(usable: &'u [Usable<'a>]) -> Vec<&'u Usable<'a>> {
    let kind = |usable: &Usable<'_>| (usable.record.usage, usable.record.selector);
    let deciding = usable.iter().filter(|one| {
        let same = usable.iter().filter(|other| kind(other) == kind(one));
        let strongest = same.map(|other| other.record.matching).max();
        one.record.matching == FULL || Some(one.record.matching) == strongest
    });
    let mut deciding: Vec<&Usable<'_>> = deciding.collect();
    let order = |one: &&Usable<'_>| {
        let Tlsa {
            usage,
            selector,
            matching,
            ..
        } = *one.record;
        std::cmp::Reverse((usage, selector, matching, one.index))
    };
    deciding.sort_by_key(order);
    deciding
}
