//! PEM (RFC 7468) and bare DER, in and out.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// Why a text holds no certificates.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PemError {
    /// Neither PEM nor DER.
    #[error("it holds no certificate: neither a PEM \"BEGIN CERTIFICATE\" block nor DER")]
    NoCertificate,
    /// A PEM block is broken.
    #[error("a PEM block is broken: {0}")]
    Broken(String),
    /// A block begins and does not end.
    #[error("of {0} PEM blocks that begin, {1} are complete")]
    Truncated(usize, usize),
}

/// The certificates in `bytes`: every `CERTIFICATE` block of a PEM text, or one DER certificate.
/// Other blocks (keys, CRLs) and the text around them are passed over.
pub fn read(bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, PemError> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    let begins = bytes.windows(BEGIN.len()).filter(|w| *w == BEGIN).count();
    if begins == 0 {
        return match bytes {
            // A DER SEQUENCE with a long length, as every certificate is.
            [0x30, 0x81..=0x84, ..] => Ok(vec![CertificateDer::from(bytes.to_vec())]),
            _ => Err(PemError::NoCertificate),
        };
    }
    let blocks = ::pem::parse_many(bytes).map_err(|e| PemError::Broken(e.to_string()))?;
    if blocks.len() != begins {
        return Err(PemError::Truncated(begins, blocks.len()));
    }
    let found: Vec<_> = blocks
        .into_iter()
        .filter_map(|block| match block.tag() {
            "CERTIFICATE" | "X509 CERTIFICATE" => Some(block.into_contents()),
            // OpenSSL's own form: the certificate, then trust settings.
            "TRUSTED CERTIFICATE" => first_element(block.contents()).map(<[u8]>::to_vec),
            _ => None,
        })
        .map(CertificateDer::from)
        .collect();
    if found.is_empty() {
        return Err(PemError::NoCertificate);
    }
    Ok(found)
}

/// The certificates in `bytes` that can be used, whatever else there is.
pub fn read_usable(bytes: &[u8]) -> Vec<CertificateDer<'static>> {
    read(bytes).unwrap_or_else(|_| CertificateDer::pem_slice_iter(bytes).flatten().collect())
}

/// One certificate as a `CERTIFICATE` block (RFC 7468 §2), 64 columns, ending in a line feed.
pub fn write(der: &[u8]) -> String {
    const LINE: usize = 48;
    // In one buffer: the `pem` crate holds a certificate three times, and it may have 10 MiB.
    let mut text = String::with_capacity(der.len() / LINE * 65 + 128);
    text.push_str("-----BEGIN CERTIFICATE-----\n");
    for line in der.chunks(LINE) {
        BASE64_STANDARD.encode_string(line, &mut text);
        text.push('\n');
    }
    text.push_str("-----END CERTIFICATE-----\n");
    text
}

fn first_element(bytes: &[u8]) -> Option<&[u8]> {
    use x509_parser::asn1_rs::{Any, FromDer};
    let (rest, _) = Any::from_der(bytes).ok()?;
    bytes.get(..bytes.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Long enough for a long DER length.
    fn der(fill: u8) -> Vec<u8> {
        let mut der = vec![0x30, 0x81, 200];
        der.extend([fill; 200]);
        der
    }

    #[test]
    fn reads_back_what_it_wrote_with_text_around_it() {
        let text = format!("noise\n{}key:\n{}", write(&der(1)), write(&der(2)));
        let read = read(text.as_bytes()).expect("two certificates");
        assert_eq!(read, [der(1).into(), der(2).into()]);
        assert!(write(&der(1)).ends_with("-----END CERTIFICATE-----\n"));
    }

    #[test]
    fn bare_der_is_one_certificate() {
        assert_eq!(read(&der(3)), Ok(vec![der(3).into()]));
    }

    #[test]
    fn a_trusted_certificate_is_cut_behind_the_certificate() {
        let trusted = [der(4), vec![0x30, 0x00]].concat();
        let text = ::pem::encode(&::pem::Pem::new("TRUSTED CERTIFICATE", trusted));
        assert_eq!(read(text.as_bytes()), Ok(vec![der(4).into()]));
    }

    #[test]
    fn nothing_is_lost_in_silence() {
        assert_eq!(read(b""), Err(PemError::NoCertificate));
        assert_eq!(read(b"hello"), Err(PemError::NoCertificate));
        let key = ::pem::encode(&::pem::Pem::new("PRIVATE KEY", b"x".as_slice()));
        assert_eq!(read(key.as_bytes()), Err(PemError::NoCertificate));
        let whole = write(&der(5));
        let torn = format!("{whole}{}", &whole[..100]);
        assert!(read(torn.as_bytes()).is_err());
        let bad = whole.replace("MIHI", "M*HI");
        assert!(read(bad.as_bytes()).is_err());
    }
}
