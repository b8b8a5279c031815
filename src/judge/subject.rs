//! What a subject says besides the alternative names, as OpenSSL reads it: common names that it
//! takes for host names (`cn2dnsid` in `crypto/x509/v3_ncons.c`), e-mail addresses.

use crate::certificate::raw::Raw;
use crate::certificate::{der, string_text};
use std::borrow::Cow;

// The contents of object identifiers.
pub(super) const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
pub(super) const EMAIL_ADDRESS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01];
pub(super) const IA5_STRING: u8 = 0x16;
const NUMERIC_STRING: u8 = 0x12;

/// The tags and contents of the values of one type in the subject.
pub(super) fn attributes<'a>(raw: &Raw<'a>, kind: &[u8]) -> Vec<(u8, &'a [u8])> {
    let rdns = der::all(raw.subject).unwrap_or_default();
    let attributes = rdns
        .iter()
        .flat_map(|rdn| der::all(rdn.content).unwrap_or_default());
    attributes
        .filter_map(|attribute| match *der::all(attribute.content)?.as_slice() {
            [oid, value] if oid.content == kind => Some((value.tag, value.content)),
            _ => None,
        })
        .collect()
}

/// The text of a value (`ASN1_STRING_to_UTF8`); `None`: it is not a string, or not of its type.
pub(super) fn text(tag: u8, content: &[u8]) -> Option<String> {
    match tag {
        NUMERIC_STRING => Some(content.iter().map(|&octet| char::from(octet)).collect()),
        _ => string_text(tag, content).flatten().map(Cow::into_owned),
    }
}

/// `cn2dnsid`: a common name that looks like a host name of two labels or more, underscores
/// included. An error: one that OpenSSL refuses.
pub(super) fn host_name(tag: u8, content: &[u8]) -> Result<Option<String>, ()> {
    let text = text(tag, content).ok_or(())?;
    let text = text.trim_end_matches('\0');
    if text.contains('\0') {
        return Err(());
    }
    let octets = text.as_bytes();
    let mut dotted = false;
    for (index, octet) in octets.iter().enumerate() {
        let inner = index > 0 && index + 1 < octets.len();
        let fits = match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => true,
            b'-' => inner,
            b'.' if inner => {
                dotted = true;
                octets[index - 1] != b'-' && !matches!(octets[index + 1], b'.' | b'-')
            }
            _ => false,
        };
        if !fits {
            return Ok(None);
        }
    }
    Ok(dotted.then(|| text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_name_is_a_host_name_where_openssl_takes_it_for_one() {
        let read = |text: &str| host_name(0x0c, text.as_bytes());
        for host in ["mail.evil", "a_b.test", "192.0.2.1", "a-b.c--d.x", "a.b.c"] {
            assert_eq!(read(host), Ok(Some(host.to_owned())), "{host}");
        }
        for other in [
            "",
            "localhost",
            "mail",
            "a b.test",
            ".a.test",
            "a.test.",
            "a..b",
            "-a.test",
            "a-.b",
            "a.-b",
            "a.b-",
            "*.a.test",
            "bücher.test",
            "a@b.test",
            "Mail Server",
        ] {
            assert_eq!(read(other), Ok(None), "{other}");
        }
        assert_eq!(read("a.test\0\0"), Ok(Some("a.test".to_owned())));
        assert_eq!(read("a.test\0.evil"), Err(()));
        assert_eq!(host_name(0x1e, b"\0a\0.\0b"), Ok(Some("a.b".to_owned())));
        assert_eq!(host_name(0x1e, b"\0a\0.\0"), Err(()));
        assert_eq!(host_name(0x0c, b"a.\xff"), Err(()));
        assert_eq!(host_name(0x13, b"a.\xff"), Ok(None));
        assert_eq!(host_name(0x12, b"1.2"), Ok(Some("1.2".to_owned())));
        assert_eq!(host_name(0x04, b"a.b"), Err(()));
    }
}
