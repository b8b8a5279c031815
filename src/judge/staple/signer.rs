//! Who signed a response: the issuer of the certificate, or a delegate that the issuer made for this
//! (RFC 6960 §4.2.2.2). Nothing else counts, not even another certificate of the same CA.

use crate::certificate::Certificate;
use crate::certificate::signature::{Verification, supported, verify_signed};
use crate::judge::path::unix_time;
use crate::revocation::ocsp::Basic;
use rustls::pki_types::CertificateDer;
use time::OffsetDateTime;
use webpki::{EndEntityCert, KeyUsage};

/// That one of them signed it; an error says why that is not so.
pub(super) fn check(
    response: &Basic<'_>,
    issuer: &Certificate,
    now: OffsetDateTime,
) -> Result<(), String> {
    let label = issuer.label();
    let Ok(facts) = issuer.facts() else {
        return Err(format!("\"{label}\" cannot be read"));
    };
    let by_issuer = verify_signed(response.signed, &facts.public_key.spki);
    if by_issuer == Verification::Verified {
        return Ok(());
    }
    // A response has one delegate; each costs two signatures.
    const MOST: usize = 4;
    for der in response.certificates.iter().take(MOST) {
        let delegate = Certificate::new(CertificateDer::from(der.to_vec()));
        let key = delegate.facts().map(|facts| &facts.public_key.spki);
        let signed = key.map(|key| verify_signed(response.signed, key));
        if signed == Ok(Verification::Verified) {
            return entitled(&delegate, issuer, now);
        }
    }
    Err(match by_issuer {
        Verification::Unsupported => "its signature cannot be checked here".to_owned(),
        _ => format!("neither \"{label}\" nor a delegate of it has signed it"),
    })
}

/// Whether the issuer made this certificate to sign responses.
fn entitled(
    delegate: &Certificate,
    issuer: &Certificate,
    now: OffsetDateTime,
) -> Result<(), String> {
    /// id-kp-OCSPSigning.
    const OCSP_SIGNING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x09];
    let accepted = || {
        let delegate = EndEntityCert::try_from(delegate.der())?;
        let anchor = webpki::anchor_from_trusted_cert(issuer.der())?;
        let usage = KeyUsage::required(OCSP_SIGNING);
        let time = unix_time(now);
        delegate.verify_for_usage(supported().all, &[anchor], &[], time, usage, None, None)?;
        Ok(())
    };
    accepted().map_err(|why: webpki::Error| {
        let (delegate, issuer) = (delegate.label(), issuer.label());
        let why = match why {
            webpki::Error::CertExpired { .. } => "it has expired",
            webpki::Error::RequiredEkuNotFoundContext(_) | webpki::Error::EmptyEkuExtension => {
                "its extended key usage is not OCSPSigning"
            }
            _ => "it is not a certificate that this CA has issued for it",
        };
        format!("\"{delegate}\" has signed it, which \"{issuer}\" has not entitled: {why}")
    })
}
