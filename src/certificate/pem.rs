//! PEM (RFC 7468) and bare DER, in and out.

use super::der::Element;
use super::trust::TrustSettings;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// A certificate, and what stands beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The certificate.
    pub der: CertificateDer<'static>,
    /// What a `TRUSTED CERTIFICATE` block says of it.
    pub trust: TrustSettings,
}

impl From<CertificateDer<'static>> for Entry {
    fn from(der: CertificateDer<'static>) -> Self {
        let trust = TrustSettings::default();
        Self { der, trust }
    }
}

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
pub fn read(bytes: &[u8]) -> Result<Vec<Entry>, PemError> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    let begins = bytes.windows(BEGIN.len()).filter(|w| *w == BEGIN).count();
    if begins == 0 {
        return match bytes {
            // A DER SEQUENCE with a long length, as every certificate is.
            [0x30, 0x81..=0x84, ..] => Ok(vec![CertificateDer::from(bytes.to_vec()).into()]),
            _ => Err(PemError::NoCertificate),
        };
    }
    let blocks = ::pem::parse_many(bytes).map_err(|e| PemError::Broken(e.to_string()))?;
    if blocks.len() != begins {
        return Err(PemError::Truncated(begins, blocks.len()));
    }
    let found: Vec<_> = blocks.iter().filter_map(entry).collect();
    if found.is_empty() {
        return Err(PemError::NoCertificate);
    }
    Ok(found)
}

/// The certificates in `bytes` that can be used, whatever else there is.
pub fn read_usable(bytes: &[u8]) -> Vec<Entry> {
    read(bytes).unwrap_or_else(|_| {
        let blocks = CertificateDer::pem_slice_iter(bytes).flatten();
        blocks.map(Entry::from).collect()
    })
}

fn entry(block: &::pem::Pem) -> Option<Entry> {
    let contents = block.contents();
    match block.tag() {
        "CERTIFICATE" | "X509 CERTIFICATE" => Some(CertificateDer::from(contents.to_vec()).into()),
        "TRUSTED CERTIFICATE" => {
            let rest = Element::read(contents)?.rest;
            let der = contents[..contents.len() - rest.len()].to_vec().into();
            let trust = TrustSettings::read(rest);
            Some(Entry { der, trust })
        }
        _ => None,
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::ForServers;

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
        assert_eq!(
            read,
            [1, 2].map(|fill| Entry::from(CertificateDer::from(der(fill))))
        );
        assert!(write(&der(1)).ends_with("-----END CERTIFICATE-----\n"));
    }

    #[test]
    fn bare_der_is_one_certificate() {
        assert_eq!(read(&der(3)), Ok(vec![CertificateDer::from(der(3)).into()]));
    }

    #[test]
    fn trust_settings_are_cut_off_and_read() {
        let settings = |after: &[u8]| {
            let block = ::pem::Pem::new("TRUSTED CERTIFICATE", [&der(4), after].concat());
            let read = read(::pem::encode(&block).as_bytes()).expect("one certificate");
            assert_eq!(read[0].der.as_ref(), der(4));
            read[0].trust.clone()
        };
        assert_eq!(settings(&[]).for_servers(), ForServers::Neutral);
        assert_eq!(settings(&[0x30, 0]).for_servers(), ForServers::Neutral);
        assert!(settings(&[0x31, 0]).unreadable);
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
