//! What a response says of one certificate (RFC 6960 §4.2.1).

use super::cert_id::CertId;
use crate::certificate::der::{self, Element, Fields};
use crate::revocation::entry::Revocation;
use crate::revocation::reason::Reason;
use crate::revocation::time::{self, TIME};
use ::time::OffsetDateTime;

/// The status of one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Single<'a> {
    /// Of which.
    pub id: CertId<'a>,
    /// The status.
    pub status: CertStatus,
    /// When this was known to be right.
    pub this_update: OffsetDateTime,
    /// When more is known at the latest; `None`: that is not said.
    pub next_update: Option<OffsetDateTime>,
    /// It has a critical extension.
    pub is_critical: bool,
}

/// What the responder knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertStatus {
    /// It is not revoked.
    Good,
    /// It is revoked.
    Revoked(Revocation),
    /// The responder does not know the certificate.
    Unknown,
}

impl<'a> Single<'a> {
    /// `None`: it is not one.
    pub(super) fn read(element: &Element<'a>) -> Option<Self> {
        let mut fields = (element.tag == 0x30).then(|| Fields::of(element.content))?;
        let id = CertId::read(&fields.take()?)?;
        let status = CertStatus::read(&fields.take()?)?;
        let this_update = time::read(&fields.take_if(TIME)?)?;
        let next_update = match fields.optional(0xa0) {
            Some(field) => Some(time::read(&Element::read(field)?)?),
            None => None,
        };
        let is_critical = match fields.optional(0xa1) {
            Some(field) => has_critical(field)?,
            None => false,
        };
        fields.end()?;
        Some(Self {
            id,
            status,
            this_update,
            next_update,
            is_critical,
        })
    }
}

impl CertStatus {
    fn read(element: &Element<'_>) -> Option<Self> {
        match (element.tag, element.content) {
            (0x80, []) => Some(Self::Good),
            (0x82, []) => Some(Self::Unknown),
            (0xa1, content) => {
                let mut fields = Fields::of(content);
                let at = time::read(&fields.take_if(TIME)?)?;
                let reason = fields.optional(0xa0);
                fields.end()?;
                Some(Self::Revoked(Revocation {
                    at,
                    reason: reason.and_then(reason_of),
                    invalidity: None,
                }))
            }
            _ => None,
        }
    }
}

fn reason_of(field: &[u8]) -> Option<Reason> {
    let number = Element::read(field).filter(|number| number.tag == 0x0a)?;
    match number.content {
        [number] => Reason::of(*number),
        _ => None,
    }
}

/// Whether one of the extensions in an explicit tag is critical; `None`: these are not extensions.
pub(super) fn has_critical(field: &[u8]) -> Option<bool> {
    let list = Element::read(field).filter(|list| list.tag == 0x30)?;
    let mut found = false;
    for extension in der::each(list.content) {
        let extension = extension.filter(|extension| extension.tag == 0x30)?;
        let mut fields = Fields::of(extension.content);
        fields.optional(0x06)?;
        found |= fields.optional(0x01).is_some_and(|octets| octets != [0]);
    }
    Some(found)
}
