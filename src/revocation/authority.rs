//! Which key a list says has signed it (RFC 5280 §5.2.1).

use super::serial::shortest;
use crate::certificate::der::{self, Element, Fields};
use crate::certificate::raw::Raw;
use crate::certificate::{Facts, Name};

/// The authority key identifier of a list. OpenSSL passes a list over whose identifier is not that
/// of the issuer (`X509_check_akid`), whatever its signature says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Authority {
    /// In lower-case hex.
    key: Option<String>,
    /// The issuer of the issuer.
    issuer: Option<Name>,
    /// The octets of the issuer's serial number, as few as it needs.
    serial: Option<Vec<u8>>,
}

impl Authority {
    /// `None`: it cannot be read.
    pub(super) fn read(identifier: &[u8]) -> Option<Self> {
        let sequence = Element::read(identifier)
            .filter(|sequence| sequence.tag == 0x30 && sequence.rest.is_empty())?;
        let mut fields = Fields::of(sequence.content);
        let key = fields.optional(0x80).map(hex::encode);
        let issuer = match fields.optional(0xa1) {
            Some(names) => {
                let names = der::all(names)?;
                let directory = names.iter().find(|name| name.tag == 0xa4);
                let directory = directory.map(|name| Name::from_der(name.content).ok_or(()));
                directory.transpose().ok()?
            }
            None => None,
        };
        let serial = fields
            .optional(0x82)
            .map(|octets| shortest(octets).to_vec());
        fields.end()?;
        Some(Self {
            key,
            issuer,
            serial,
        })
    }

    /// Whether it is one of this issuer. What either side lacks is not compared.
    pub(super) fn is(&self, issuer: &Facts, raw: &Raw<'_>) -> bool {
        let is_key = match (&self.key, &issuer.ski) {
            (Some(key), Some(own)) => key == own,
            _ => true,
        };
        let serial = self.serial.as_deref();
        let is_serial = serial.is_none_or(|serial| serial == shortest(raw.serial));
        let above = self.issuer.as_ref();
        is_key && is_serial && above.is_none_or(|above| above.is_same(&issuer.issuer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_read_whole_or_not_at_all() {
        let read = |hex: &str| Authority::read(&hex::decode(hex).expect("hexadecimal digits"));
        let of = |key: Option<&str>, serial: Option<&[u8]>| Authority {
            key: key.map(str::to_owned),
            issuer: None,
            serial: serial.map(<[u8]>::to_vec),
        };
        for (hex, authority) in [
            ("3000", of(None, None)),
            ("300480020707", of(Some("0707"), None)),
            // A DNS name, which is not compared.
            ("3009a1038201788202007f", of(None, Some(&[0x7f]))),
        ] {
            assert_eq!(read(hex), Some(authority), "{hex}");
        }
        let named = read("3012a110a40e300c310a300806035504030c0178").expect("an identifier");
        assert_eq!(named.issuer.expect("a name").label(), "x");
        for broken in [
            "",
            "30",
            "040100",
            "300480020707ff",
            "30058002070705",
            "3004a102a400",
        ] {
            assert_eq!(read(broken), None, "{broken}");
        }
    }
}
