//! PEM (RFC 7468) and bare DER, in and out.
//!
//! `armour` finds the blocks, and no PEM crate does: a file of anchors trusts what OpenSSL reads in
//! it, and a crate reads more blocks or fewer. `base64` converts the octets of a block, and `der` finds
//! the end of a certificate. Only the tests write with the `pem` crate, as a second opinion.

use super::armour::{Block, Blocks, BrokenBlock, Indented};
use super::der::Element;
use super::form::Form;
use super::loads;
use super::trust::TrustSettings;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rustls::pki_types::CertificateDer;
use std::collections::HashSet;

/// A certificate, and what stands beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The certificate.
    pub der: CertificateDer<'static>,
    /// What a `TRUSTED CERTIFICATE` block says of it.
    pub trust: TrustSettings,
    /// OpenSSL loads it from its file.
    pub by_openssl: bool,
}

impl Entry {
    /// Without what follows the certificate in its block, which OpenSSL does not look at.
    #[must_use]
    pub fn without_rest(mut self) -> Self {
        let first = first_element(&self.der);
        if first.len() < self.der.len() {
            self.der = first.to_vec().into();
        }
        self
    }
}

impl From<CertificateDer<'static>> for Entry {
    fn from(der: CertificateDer<'static>) -> Self {
        Self {
            der,
            trust: TrustSettings::default(),
            by_openssl: true,
        }
    }
}

/// Why a text holds no certificates.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PemError {
    /// Neither PEM nor DER.
    #[error("it holds no certificate: neither a PEM \"BEGIN CERTIFICATE\" block nor DER")]
    NoCertificate,
    /// It is something else.
    #[error("{0}")]
    Other(Form),
    /// It is DER, which OpenSSL does not read here.
    #[error("it is DER, and only PEM is read here")]
    Der,
    /// A PEM block is broken.
    #[error("a PEM block is broken: {0}")]
    Broken(#[from] BrokenBlock),
    /// A block is whole, and what is in it is not.
    #[error(
        "certificate {0} in it is broken, or its trust settings are: OpenSSL reads nothing of the file"
    )]
    Unusable(usize),
    /// A block with something else is whole, and what is in it is not.
    #[error("the \"{0}\" block in it is broken: OpenSSL reads nothing of the file")]
    UnusableBlock(String),
    /// After the certificates in DER comes something else.
    #[error("after {certificates} in DER come {octets} octets that are none")]
    More {
        /// How many certificates, in words.
        certificates: String,
        /// How many other octets.
        octets: usize,
    },
}

impl PemError {
    /// The way to a file that can be used, if there is a known one.
    pub fn hint(&self, file: &str) -> Option<String> {
        match self {
            Self::Other(form) => Some(form.hint(file)),
            Self::Der => Some(format!(
                "this makes PEM of it: openssl x509 -inform DER -in {file} -out ca.pem"
            )),
            Self::NoCertificate
            | Self::Broken(_)
            | Self::Unusable(_)
            | Self::UnusableBlock(_)
            | Self::More { .. } => None,
        }
    }
}

/// The certificates in `bytes`: every `CERTIFICATE` block of a PEM text, or certificates in DER,
/// one after the other. Other blocks (keys, CRLs) and the text around them are passed over; a
/// block may be indented.
pub fn read(bytes: &[u8]) -> Result<Vec<Entry>, PemError> {
    match blocks(bytes, Indented::Read) {
        Err(PemError::Der) => read_der(bytes),
        read => read,
    }
}

/// The same of a file of anchors, with a note of each that OpenSSL does not load from it. In DER it
/// would load none, and counts as if it did: the file has only to be converted.
pub fn read_anchors(bytes: &[u8]) -> Result<Vec<Entry>, PemError> {
    let mut found = read(bytes)?;
    let loaded = match read_as_openssl(bytes) {
        Err(PemError::Der) => return Ok(found),
        loaded => loaded.unwrap_or_default(),
    };
    let loaded: HashSet<&[u8]> = loaded.iter().map(|entry| entry.der.as_ref()).collect();
    for entry in &mut found {
        entry.by_openssl = loaded.contains(first_element(&entry.der));
    }
    Ok(found)
}

/// The certificates that OpenSSL loads from a file of anchors (`X509_load_cert_crl_file`): all, or
/// where anything in it is broken, none.
pub fn read_as_openssl(bytes: &[u8]) -> Result<Vec<Entry>, PemError> {
    let found = blocks(bytes, Indented::Text)?;
    let mut others = Blocks::new(bytes, Indented::Text).flatten();
    if let Some(broken) = others.find(|block| !loads::beside_certificates(block)) {
        let label = String::from_utf8_lossy(&broken.tag).into_owned();
        return Err(PemError::UnusableBlock(label));
    }
    let broken = found
        .iter()
        .position(|entry| entry.trust.unreadable || !loads::by_openssl(&entry.der));
    match broken {
        Some(index) => Err(PemError::Unusable(index + 1)),
        None => Ok(found.into_iter().map(Entry::without_rest).collect()),
    }
}

/// Those that it loads from a file of a directory of anchors (`X509_load_cert_file`): all before
/// the first that is broken.
pub fn read_until_broken(bytes: &[u8]) -> Vec<Entry> {
    let blocks = Blocks::new(bytes, Indented::Text);
    let entries = blocks.map_while(|block| entry(block.ok()?).ok());
    let is_complete = |entry: &Entry| !entry.trust.unreadable && loads::by_openssl(&entry.der);
    let entries = entries.flatten().take_while(is_complete);
    entries.map(Entry::without_rest).collect()
}

/// The first element, or all if there is none.
fn first_element(der: &[u8]) -> &[u8] {
    Element::read(der).map_or(der, |first| first.whole)
}

/// The contents of the blocks with this label, until one is broken; a block may be indented.
pub fn contents<'a>(
    bytes: &'a [u8],
    label: &'a [u8],
) -> impl Iterator<Item = Result<Vec<u8>, BrokenBlock>> + 'a {
    let blocks = Blocks::new(bytes, Indented::Read);
    blocks.filter_map(move |block| match block {
        Ok(block) if block.tag != label => None,
        block => Some(block.map(|block| block.contents)),
    })
}

fn blocks(bytes: &[u8], indented: Indented) -> Result<Vec<Entry>, PemError> {
    let mut found = Vec::new();
    let mut other = None;
    for block in Blocks::new(bytes, indented) {
        let block = block?;
        other = other.or(Form::of_tag(&block.tag));
        found.extend(entry(block)?);
    }
    if !found.is_empty() {
        return Ok(found);
    }
    match other.or_else(|| Form::of(bytes)) {
        Some(form) => Err(PemError::Other(form)),
        // A DER SEQUENCE with a long length, as every certificate is.
        None if matches!(bytes, [0x30, 0x81..=0x84, ..]) => Err(PemError::Der),
        None => Err(PemError::NoCertificate),
    }
}

/// The certificate in a block; `None`: it is another block.
fn entry(block: Block) -> Result<Option<Entry>, BrokenBlock> {
    let is_trusted = match block.tag.as_slice() {
        b"CERTIFICATE" | b"X509 CERTIFICATE" => false,
        b"TRUSTED CERTIFICATE" => true,
        _ => return Ok(None),
    };
    if block.has_header {
        return Err(BrokenBlock::new(
            block.line,
            "is a certificate with a header",
        ));
    }
    let mut der = block.contents;
    let mut trust = TrustSettings::default();
    if is_trusted {
        let length = Element::read(&der).map_or(der.len(), |first| der.len() - first.rest.len());
        trust = TrustSettings::read(&der.split_off(length));
    }
    let der = der.into();
    Ok(Some(Entry {
        der,
        trust,
        by_openssl: true,
    }))
}

/// Certificates in DER, one after the other, and at most blanks after them.
fn read_der(bytes: &[u8]) -> Result<Vec<Entry>, PemError> {
    let mut found: Vec<Entry> = Vec::new();
    let mut rest = bytes;
    while let Some(element) = Element::read(rest).filter(|element| element.tag == 0x30) {
        let length = rest.len() - element.rest.len();
        found.push(CertificateDer::from(rest[..length].to_vec()).into());
        rest = element.rest;
    }
    let is_blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0;
    match found.len() {
        // One that is cut off, or not DER: what is wrong with it is for others.
        0 => Ok(vec![CertificateDer::from(bytes.to_vec()).into()]),
        _ if rest.iter().all(is_blank) => Ok(found),
        count => Err(PemError::More {
            certificates: match count {
                1 => "the certificate".to_owned(),
                _ => format!("{count} certificates"),
            },
            octets: rest.len(),
        }),
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
        assert_eq!(read(b""), Err(PemError::Other(Form::Empty)));
        assert_eq!(read(b"hello"), Err(PemError::NoCertificate));
        let key = ::pem::encode(&::pem::Pem::new("PRIVATE KEY", b"x".as_slice()));
        assert_eq!(read(key.as_bytes()), Err(PemError::Other(Form::PrivateKey)));
        let whole = write(&der(5));
        let torn = format!("{whole}{}", &whole[..100]);
        assert!(read(torn.as_bytes()).is_err());
        let bad = whole.replace("MIHI", "M*HI");
        assert!(read(bad.as_bytes()).is_err());
        assert_eq!(read_as_openssl(&der(5)), Err(PemError::Der));
    }

    #[test]
    fn another_block_that_is_broken_costs_the_file() {
        let crl = |contents: &[u8]| {
            let block = ::pem::Pem::new("X509 CRL", contents);
            ::pem::encode(&block) + &write(&der(8))
        };
        let broken = crl(&[0x30, 0]);
        assert_eq!(
            read_as_openssl(broken.as_bytes()),
            Err(PemError::UnusableBlock("X509 CRL".to_owned()))
        );
        let read = read_anchors(broken.as_bytes()).expect("one certificate");
        assert!(!read[0].by_openssl);
    }

    #[test]
    fn certificates_in_der_follow_each_other() {
        let two = [der(6), der(7)].concat();
        assert_eq!(read(&two).map(|read| read.len()), Ok(2));
        assert_eq!(
            read(&[&der(6)[..], b"\n"].concat()).map(|read| read.len()),
            Ok(1)
        );
        assert!(read(&[&der(6)[..], b"more"].concat()).is_err());
    }
}
