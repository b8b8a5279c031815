//! Dates as lists and responses have them.

use crate::certificate::der::Element;
use ::time::OffsetDateTime;
use x509_parser::asn1_rs::FromDer;
use x509_parser::time::ASN1Time;

/// The tags of `UTCTime` and `GeneralizedTime`.
pub(super) const TIME: &[u8] = &[0x17, 0x18];

/// Reads a Time (RFC 5280 §5.1.2.4); `None`: it is not one.
pub(super) fn read(time: &Element<'_>) -> Option<OffsetDateTime> {
    let (rest, time) = ASN1Time::from_der(time.whole).ok()?;
    rest.is_empty().then(|| time.to_datetime())
}
