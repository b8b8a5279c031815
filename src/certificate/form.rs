//! Files without certificates in PEM or DER: what they are instead, and the command that converts
//! them to PEM.

use super::der::Element;
use std::fmt;

/// What a file is instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Nothing.
    Empty,
    /// Text in UTF-16.
    Utf16,
    /// Text with CR alone as the line end.
    CarriageReturns,
    /// PKCS #7 in DER.
    Pkcs7,
    /// PKCS #7 in PEM.
    Pkcs7Pem,
    /// PKCS #12.
    Pkcs12,
    /// A Java keystore.
    Jks,
    /// A certificate request.
    Request,
    /// A private key.
    PrivateKey,
    /// A public key.
    PublicKey,
    /// A list of revoked certificates.
    Crl,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "it is empty, and holds no certificate",
            Self::Utf16 => "it is text in UTF-16, which is not read here",
            Self::CarriageReturns => "its lines end in CR alone, which PEM does not allow",
            Self::Pkcs7 | Self::Pkcs7Pem => "it is PKCS #7, which is not read here",
            Self::Pkcs12 => "it is PKCS #12, which is not read here",
            Self::Jks => "it is a Java keystore, which is not read here",
            Self::Request => "it holds a certificate request, and no certificate",
            Self::PrivateKey => "it holds a private key, and no certificate",
            Self::PublicKey => "it holds a public key, and no certificate",
            Self::Crl => "it holds a list of revoked certificates, and no certificate",
        })
    }
}

impl Form {
    /// The way to a file that can be used.
    pub fn hint(self, file: &str) -> String {
        let command = match self {
            Self::Utf16 => format!("iconv -f UTF-16 -t UTF-8 {file} > ca.pem"),
            Self::CarriageReturns => format!("tr '\\r' '\\n' < {file} > ca.pem"),
            Self::Pkcs7 => format!("openssl pkcs7 -inform DER -in {file} -print_certs -out ca.pem"),
            Self::Pkcs7Pem => format!("openssl pkcs7 -in {file} -print_certs -out ca.pem"),
            Self::Pkcs12 => format!("openssl pkcs12 -in {file} -nokeys -out ca.pem"),
            Self::Jks => format!("keytool -list -rfc -keystore {file} > ca.pem"),
            Self::Empty => return "name a file of certificates in PEM or DER".to_owned(),
            Self::Request => {
                return "name the certificate that the CA has made of it".to_owned();
            }
            Self::PrivateKey | Self::PublicKey => {
                return "name the certificate that belongs to it".to_owned();
            }
            Self::Crl => return "name the certificate of the CA that has made it".to_owned(),
        };
        format!("this makes PEM of it: {command}")
    }

    /// What bytes without any PEM block are, if not certificates.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [] => Some(Self::Empty),
            [0xfe, 0xed, 0xfe, 0xed, ..] | [0xce, 0xce, 0xce, 0xce, ..] => Some(Self::Jks),
            _ if bytes.iter().all(u8::is_ascii_whitespace) => Some(Self::Empty),
            _ if is_utf16(bytes) => Some(Self::Utf16),
            [0x30, ..] => Self::of_der(bytes),
            _ => {
                let begins = bytes.windows(11).any(|window| window == b"-----BEGIN ");
                let in_one_line = bytes.contains(&b'\r') && !bytes.contains(&b'\n');
                (begins && in_one_line).then_some(Self::CarriageReturns)
            }
        }
    }

    /// What a PEM block of this tag is, if not a certificate.
    pub(super) fn of_tag(tag: &[u8]) -> Option<Self> {
        match tag {
            b"PKCS7" | b"PKCS #7 SIGNED DATA" | b"CMS" => Some(Self::Pkcs7Pem),
            b"CERTIFICATE REQUEST" | b"NEW CERTIFICATE REQUEST" => Some(Self::Request),
            b"PUBLIC KEY" | b"RSA PUBLIC KEY" => Some(Self::PublicKey),
            b"X509 CRL" => Some(Self::Crl),
            _ => tag.ends_with(b"PRIVATE KEY").then_some(Self::PrivateKey),
        }
    }

    fn of_der(bytes: &[u8]) -> Option<Self> {
        const PKCS7: &[u8] = &[
            0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02,
        ];
        // The length may be open in BER.
        let inside = match bytes.get(1)? {
            0x80 => bytes.get(2..)?,
            _ => Element::open(bytes)?,
        };
        if inside.starts_with(PKCS7) {
            return Some(Self::Pkcs7);
        }
        let tags = |bytes| {
            let mut rest = bytes;
            let elements = std::iter::from_fn(move || {
                let element = Element::read(rest)?;
                rest = element.rest;
                Some(element.tag)
            });
            elements.take(8).collect::<Vec<u8>>()
        };
        let first = Element::read(inside);
        let inner = first
            .as_ref()
            .map_or(Vec::new(), |first| tags(first.content));
        match (tags(inside).as_slice(), inner.as_slice()) {
            ([0x02, 0x30, ..], _) if inside.starts_with(&[2, 1, 3]) => Some(Self::Pkcs12),
            ([0x02, 0x30, 0x04, ..] | [0x02, 0x02, 0x02, ..] | [0x02, 0x04, ..], _)
            | ([0x30, 0x04], [0x06, ..]) => Some(Self::PrivateKey),
            ([0x30, 0x03], [0x06, ..]) => Some(Self::PublicKey),
            // Version, name and key; a certificate has an algorithm and dates between them.
            ([0x30, 0x30, 0x03], [0x02, 0x30, 0x30] | [0x02, 0x30, 0x30, 0xa0]) => {
                Some(Self::Request)
            }
            (
                [0x30, 0x30, 0x03],
                [0x02, 0x30, 0x30, 0x17 | 0x18, ..] | [0x30, 0x30, 0x17 | 0x18, ..],
            ) => Some(Self::Crl),
            _ => None,
        }
    }
}

/// Whether this is the beginning of text in UTF-16: it has the mark, or is ASCII in two octets.
pub fn is_utf16(bytes: &[u8]) -> bool {
    let pairs = bytes.chunks_exact(2).take(8);
    let all = |ascii: usize| {
        let is_text = |pair: &[u8]| {
            let c = pair[ascii];
            (c.is_ascii_graphic() || c.is_ascii_whitespace()) && pair[1 - ascii] == 0
        };
        pairs.len() >= 2 && pairs.clone().all(is_text)
    };
    bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || all(0) || all(1)
}
