//! What extensions hold, as GnuTLS decodes them (`lib/x509/x509_ext.c` by `lib/pkix.asn`, with libtasn1
//! in its strict mode): nothing may follow, and a string has one piece; the form of a length does not
//! matter. `None`: it cannot be read.

use super::general_name::{self, Kind, Subtrees, is_empty_directory};
use super::tasn1::{each, is_object, only, sequence};

/// `MAX_KEY_ID_SIZE` (`lib/x509/x509_int.h`).
const LONGEST_KEY_ID: usize = 128;

/// `gnutls_x509_ext_import_subject_alt_names`: no name may be empty, but for those that are structures.
pub(super) fn alternative_names(der: &[u8]) -> Option<Vec<(Kind, Vec<u8>)>> {
    let mut fields = sequence(der)?;
    let mut names = Vec::new();
    while let Some(name) = fields.take() {
        names.push(general_name::read(&name)?);
    }
    fields.end()?;
    let read = names.iter().take_while(|node| !is_empty_directory(node));
    let names: Vec<(Kind, Vec<u8>)> = read.cloned().collect();
    let is_empty = |(kind, octets): &(Kind, Vec<u8>)| *kind != Kind::Other && octets.is_empty();
    (!names.iter().any(is_empty)).then_some(names)
}

/// `gnutls_x509_ext_import_key_usage`, bit 0 as 1: two octets at most, and bits that are not used count.
pub(super) fn key_usage(der: &[u8]) -> Option<u16> {
    let (unused, octets) = only(der, 0x03)?.split_first()?;
    let (low, high) = match octets {
        [] => (0, 0),
        [low] => (*low, 0),
        [low, high] => (*low, *high),
        _ => return None,
    };
    let has_bits = usize::from(*unused) <= octets.len() * 8;
    has_bits.then_some(u16::from_be_bytes([low, high]).reverse_bits())
}

/// `gnutls_x509_ext_import_basic_constraints`: a length of up to four octets, without a sign.
pub(super) fn basic_constraints(der: &[u8]) -> Option<(bool, Option<u32>)> {
    let mut fields = sequence(der)?;
    // Of a BOOLEAN the length, too, has to have one octet.
    let is_ca = match fields.take_if(&[0x01]).map(|value| value.whole) {
        None => false,
        Some([_, 1, octet]) => *octet != 0,
        Some(_) => return None,
    };
    let length = match fields.optional(0x02) {
        None => None,
        Some(octets @ ([_] | [_, _] | [_, _, _] | [_, _, _, _])) => {
            let add = |length, octet: &u8| length << 8 | u32::from(*octet);
            Some(octets.iter().fold(0, add))
        }
        Some(_) => return None,
    };
    fields.end()?;
    Some((is_ca, length))
}

/// The octets of the OIDs of an extended key usage.
pub(super) fn purposes(der: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut fields = sequence(der)?;
    let mut purposes = Vec::new();
    while let Some(purpose) = fields.take() {
        (purpose.tag == 0x06 && is_object(purpose.content)).then_some(())?;
        purposes.push(purpose.content.to_vec());
    }
    fields.end()?;
    Some(purposes)
}

/// `gnutls_x509_ext_import_subject_key_id`. One that is empty or too long counts as absent, as does one
/// that cannot be read.
pub(super) fn subject_key_id(der: &[u8]) -> Option<Vec<u8>> {
    key_id(only(der, 0x04)?)
}

/// The same of `gnutls_x509_ext_import_authority_key_id`.
pub(super) fn authority_key_id(der: &[u8]) -> Option<Vec<u8>> {
    let mut fields = sequence(der)?;
    let id = fields.optional(0x80);
    for name in each(fields.optional(0xa1).unwrap_or_default()) {
        general_name::read(&name?)?;
    }
    let serial = fields.optional(0x82);
    fields.end()?;
    key_id(id.filter(|_| serial.is_none_or(|serial| !serial.is_empty()))?)
}

fn key_id(octets: &[u8]) -> Option<Vec<u8>> {
    (1..=LONGEST_KEY_ID)
        .contains(&octets.len())
        .then(|| octets.to_vec())
}

/// `gnutls_x509_ext_import_name_constraints`.
pub(super) fn name_constraints(der: &[u8]) -> Option<Subtrees> {
    let mut fields = sequence(der)?;
    let permitted = fields.optional(0xa0).unwrap_or_default();
    let excluded = fields.optional(0xa1).unwrap_or_default();
    fields.end()?;
    Subtrees::read(permitted, excluded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::der;

    /// As GnuTLS 3.7.9 reads them.
    #[test]
    fn extensions_are_read_as_gnutls_does() {
        assert_eq!(key_usage(&[3, 3, 7, 6, 0x80]), Some(0b1_0110_0000));
        assert_eq!(key_usage(&[3, 2, 7, 0x86]), Some(0b0110_0001));
        assert_eq!(key_usage(&[3, 2, 8, 6]), Some(0b0110_0000));
        assert_eq!(key_usage(&[3, 1, 0]), Some(0));
        for der in [
            &[3, 4, 0, 6, 0, 0][..],
            &[3, 2, 9, 6],
            &[0x23, 4, 3, 2, 1, 6],
            &[3, 2, 1, 6, 5, 0],
            &[3, 0],
        ] {
            assert_eq!(key_usage(der), None, "{der:02x?}");
        }
        assert_eq!(
            basic_constraints(&[0x30, 7, 1, 1, 1, 2, 2, 0, 1]),
            Some((true, Some(1)))
        );
        assert_eq!(
            basic_constraints(&[0x30, 6, 1, 1, 0xff, 2, 1, 0xff]),
            Some((true, Some(255)))
        );
        for der in [
            &[0x30, 4, 1, 2, 0xff, 0xff][..],
            &[0x30, 5, 1, 1, 0xff, 2, 0],
            &[0x30, 6, 2, 1, 0, 1, 1, 0xff],
            &[0x30, 3, 1, 1, 0xff, 5, 0],
        ] {
            assert_eq!(basic_constraints(der), None, "{der:02x?}");
        }
        assert!(is_object(&[0x2b, 0x86]) && is_object(&[0x2a, 3]));
        assert!(!is_object(&[]) && !is_object(&[0x80, 1]) && !is_object(&[0x2a, 0x80, 1]));
        assert!(!is_object(&[0xff; 20]));
        assert_eq!(subject_key_id(&[0x24, 3, 4, 1, 7]), None);
        assert_eq!(subject_key_id(&[4, 1, 7]), Some(vec![7]));
        assert_eq!(authority_key_id(&[0x30, 5, 0x80, 1, 7, 5, 0]), None);
        assert_eq!(authority_key_id(&[0x30, 5, 0xa0, 3, 4, 1, 7]), None);
        assert_eq!(authority_key_id(&[0x30, 3, 0x80, 1, 7]), Some(vec![7]));
    }

    #[test]
    fn a_name_that_is_empty_or_of_a_rare_kind_costs_the_certificate() {
        let names = |name: &[u8]| {
            let mut der = name.to_vec();
            der::wrap(&mut der, 0, 0x30);
            alternative_names(&der).is_some()
        };
        assert!(names(&[0x82, 1, b'a']) && names(&[0x88, 1, 0x2a]) && names(&[]));
        assert!(names(&[0xa4, 2, 0x30, 0]) && names(&[0xa0, 7, 6, 1, 0x2a, 0xa0, 2, 5, 0]));
        for name in [
            &[0x82, 0][..],
            &[0x81, 0],
            &[0x86, 0],
            &[0x87, 0],
            &[0x88, 0],
            &[0x83, 0],
            &[0xa3, 2, 0x30, 0],
            &[0xa5, 0],
            &[0xa2, 3, 0x16, 1, b'a'],
            &[0xa0, 3, 6, 1, 0x2a],
            &[0xa0, 5, 6, 1, 0x2a, 0xa0, 0],
            &[0xa4, 2, 5, 0],
            &[5, 0],
            &[0x89, 1, 7],
        ] {
            assert!(!names(name), "{name:02x?}");
        }
    }

    #[test]
    fn an_empty_list_does_not_hide_the_other() {
        let excluded = [0xa1, 5, 0x30, 3, 0x82, 1, b'a'];
        let der = [&[0x30, 9, 0xa0, 0][..], &excluded].concat();
        let read = name_constraints(&der).expect("read");
        assert_eq!(read.excluded, [(Kind::Dns, b"a".to_vec())]);
    }
}
