//! An entry of a list: a certificate that was revoked (RFC 5280 §5.1.2.6 and §5.3).

use super::reason::Reason;
use super::serial::shortest;
use super::time::TIME;
use crate::certificate::der::{self, Element, Fields};
use ::time::OffsetDateTime;
use x509_parser::asn1_rs::FromDer;
use x509_parser::revocation_list::RevokedCertificate;

/// An entry as it stands in the list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    /// In its shortest form.
    pub(super) serial: &'a [u8],
    pub(super) demand: Demand,
    whole: &'a [u8],
}

/// What an entry asks of those who read the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Demand {
    None,
    /// It names the issuer of the certificate: the list is an indirect one.
    NamesIssuer,
    /// A critical extension that is not known here.
    Critical,
}

/// What a list says of a certificate that is on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// It was revoked.
    Revoked(Revocation),
    /// It was on hold, and is valid again.
    Removed,
}

/// When and why a certificate was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// When the CA revoked it.
    pub at: OffsetDateTime,
    /// Why; `None`: that is not said.
    pub reason: Option<Reason>,
    /// Since when its key is known, or thought, to be in other hands.
    pub invalidity: Option<OffsetDateTime>,
}

impl<'a> Entry<'a> {
    /// `None`: it is not an entry.
    pub(super) fn read(element: &Element<'a>) -> Option<Self> {
        let mut fields = (element.tag == 0x30).then(|| Fields::of(element.content))?;
        let serial = fields.optional(0x02).filter(|serial| !serial.is_empty())?;
        fields.take_if(TIME)?;
        let extensions = fields.optional(0x30);
        fields.end()?;
        Some(Self {
            serial: shortest(serial),
            demand: extensions.map_or(Some(Demand::None), Demand::of)?,
            whole: element.whole,
        })
    }

    /// What it says. A date that cannot be read is no reason to pass over an entry: the certificate
    /// was revoked before the list was made.
    pub(super) fn listed(&self, this_update: OffsetDateTime) -> Listed {
        let read = RevokedCertificate::from_der(self.whole).ok();
        let read = read.as_ref().map(|(_, entry)| entry);
        let reason = read.and_then(RevokedCertificate::reason_code);
        let reason = reason.and_then(|(_, reason)| Reason::of(reason.0));
        let invalidity = read.and_then(RevokedCertificate::invalidity_date);
        if reason == Some(Reason::RemoveFromCrl) {
            return Listed::Removed;
        }
        Listed::Revoked(Revocation {
            at: read.map_or(this_update, |entry| entry.revocation_date.to_datetime()),
            reason,
            invalidity: invalidity.map(|(_, date)| date.to_datetime()),
        })
    }
}

impl Demand {
    /// `None`: these are not extensions.
    fn of(extensions: &[u8]) -> Option<Self> {
        /// RFC 5280 §5.3.3.
        const CERTIFICATE_ISSUER: &[u8] = &[0x55, 0x1d, 0x1d];
        /// The reason and the date of invalidity.
        const KNOWN: [&[u8]; 2] = [&[0x55, 0x1d, 0x15], &[0x55, 0x1d, 0x18]];
        let mut found = Self::None;
        for extension in der::each(extensions) {
            let extension = extension.filter(|extension| extension.tag == 0x30)?;
            let mut fields = Fields::of(extension.content);
            let oid = fields.optional(0x06)?;
            let is_critical = fields.optional(0x01).is_some_and(|octets| octets != [0]);
            fields.optional(0x04)?;
            if oid == CERTIFICATE_ISSUER {
                return Some(Self::NamesIssuer);
            }
            if is_critical && !KNOWN.contains(&oid) {
                found = Self::Critical;
            }
        }
        Some(found)
    }
}
