//! A cache of parsed certificates: a CA's intermediates come with each of its leaves.

use super::read::Certificate;
use crate::bounded::BoundedSet;
use rustls::pki_types::CertificateDer;

/// How many certificates are kept. The servers of one operator stand close together in a list.
const MOST: usize = 256;
/// Maximum size of a kept certificate, in octets. A longer one is seldom seen twice, and its facts
/// are many times as large.
const LONGEST: usize = 4 * 1024;

/// A cache of certificates, which saves parsing an identical one again.
#[derive(Debug, Default)]
pub struct CertificateCache(BoundedSet<Certificate, MOST>);

impl CertificateCache {
    /// Returns the certificate with this DER, which may be any bytes.
    pub fn read(&mut self, der: CertificateDer<'static>) -> Certificate {
        if let Some(certificate) = self.0.get(der.as_ref()) {
            return certificate.clone();
        }
        let certificate = Certificate::new(der);
        if certificate.der().len() <= LONGEST {
            self.0.insert(certificate.clone());
        }
        certificate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(length: usize, number: usize) -> CertificateDer<'static> {
        let mut bytes = number.to_be_bytes().to_vec();
        bytes.resize(length, 0);
        bytes.into()
    }

    #[test]
    fn identical_bytes_are_read_once() {
        let mut known = CertificateCache::default();
        let first = known.read(der(64, 1));
        assert!(first.is_copy_of(&known.read(der(64, 1))));
        assert_eq!(known.read(der(64, 2)).der(), &der(64, 2));
        assert_eq!(known.read(der(65, 1)).der(), &der(65, 1));
    }

    #[test]
    fn it_does_not_grow() {
        let mut known = CertificateCache::default();
        for number in 0..3 * MOST {
            assert_eq!(known.read(der(64, number)).der(), &der(64, number));
        }
        let kept = (0..3 * MOST).filter(|number| known.0.contains(der(64, *number).as_ref()));
        assert_eq!(kept.count(), MOST);
        known.read(der(LONGEST + 1, 0));
        assert!(!known.0.contains(der(LONGEST + 1, 0).as_ref()));
    }
}
