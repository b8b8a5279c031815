//! The verifier that accepts and keeps every chain, and still checks that the server holds the
//! leaf's key: without that key, the fingerprint must not be pinned.

use super::options::Client;
use crate::certificate;
use crate::certificate::signature::{Verification, supported, verify_handshake};
use crate::observation::{ClientCertificate, KeyType, Possession, Sighting, Staple, TlsFacts};
use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What one handshake showed. rustls fills it, and the probe reads it.
#[derive(Debug, Default)]
pub(super) struct Capture(Mutex<Seen>);

/// The parts of a sighting that come from the handshake.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) chain: Vec<CertificateDer<'static>>,
    staple: Staple,
    ocsp_response: Vec<u8>,
    /// What the signature shows; it counts once the handshake is complete.
    possession: Possession,
    pub(super) client_certificate: ClientCertificate,
    pub(super) tls: Option<TlsFacts>,
    pub(super) round_trips: u32,
    /// The first octets of the answer, until it is known whether they are TLS.
    pub(super) head: Vec<u8>,
    /// The handshake has succeeded; what follows can no longer fail it.
    pub(super) completed: bool,
}

impl Capture {
    pub(super) fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the server has got a client certificate, as far as the handshake got. It is sent once
    /// the server's key is proven: in TLS 1.3 with the end of the handshake.
    pub(super) fn has_sent(&self, is_over: bool, is_13: bool) -> bool {
        let seen = self.lock();
        let is_due = is_over || (!is_13 && seen.possession == Possession::Proven);
        seen.client_certificate == ClientCertificate::Presented && is_due
    }

    /// Moves everything into the sighting.
    pub(super) fn report(&self, sighting: &mut Sighting) {
        let mut seen = self.lock();
        sighting.presented = std::mem::take(&mut seen.chain);
        sighting.staple = seen.staple;
        sighting.ocsp_response = std::mem::take(&mut seen.ocsp_response);
        // Without the server's Finished the signature may be relayed from another connection.
        sighting.possession = match seen.possession {
            Possession::Proven if !seen.completed => Possession::NotSeen,
            possession => possession,
        };
        sighting.client_certificate = seen.client_certificate;
        sighting.tls = seen.tls.take();
        sighting.round_trips += seen.round_trips;
    }

    /// Checks the handshake signature with the leaf's raw key. This also proves possession for
    /// leaves that webpki refuses to parse (X.509 v1, an unknown critical extension).
    fn prove(
        &self,
        leaf: &CertificateDer<'_>,
        message: &[u8],
        signed: &DigitallySignedStruct,
        curve_is_fixed: bool,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verification = match certificate::spki(leaf) {
            Some(spki) => verify_handshake(
                &spki,
                signed.scheme,
                curve_is_fixed,
                message,
                signed.signature(),
            ),
            None => Verification::Unsupported,
        };
        let (possession, answer) = match verification {
            Verification::Verified => {
                (Possession::Proven, Ok(HandshakeSignatureValid::assertion()))
            }
            // Continuing shows more of the server; the sighting says that nothing is proven.
            Verification::Unsupported => (
                Possession::NotCheckable,
                Ok(HandshakeSignatureValid::assertion()),
            ),
            Verification::Refuted => (
                Possession::Refuted,
                Err(Error::InvalidCertificate(CertificateError::BadSignature)),
            ),
        };
        self.lock().possession = possession;
        answer
    }
}

/// The two roles that rustls requires.
#[derive(Debug)]
pub(super) struct AcceptingVerifier {
    pub(super) capture: Arc<Capture>,
    pub(super) key_type: Option<KeyType>,
    /// The client certificate, and the server that may have it.
    pub(super) client: Option<Client>,
}

impl ServerCertVerifier for AcceptingVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let is_other = |client: &Client| client.leaf != *end_entity;
        let mut seen = self.capture.lock();
        seen.chain = std::iter::once(end_entity)
            .chain(intermediates)
            .map(|der| der.clone().into_owned())
            .collect();
        seen.staple = if ocsp_response.is_empty() {
            Staple::Missing
        } else {
            Staple::Stapled
        };
        // rustls reads no message that is longer; a response has one or two kilobytes.
        const MOST: usize = 64 * 1024;
        seen.ocsp_response = ocsp_response[..ocsp_response.len().min(MOST)].to_vec();
        if self.client.as_ref().is_some_and(is_other) {
            return Err(Error::General("another server".to_owned()));
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.proven(self.capture.prove(leaf, message, signed, false))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.proven(self.capture.prove(leaf, message, signed, true))
    }

    /// Offers more schemes than can be checked. A server that has no other still shows its chain,
    /// and its possession counts as not checkable.
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let mut schemes = supported().supported_schemes();
        schemes.extend([
            SignatureScheme::ED448,
            // rsa_pss_pss_sha256, _sha384, _sha512 (RFC 8446 §4.2.3), for keys that are RSA-PSS
            // only.
            SignatureScheme::Unknown(0x0809),
            SignatureScheme::Unknown(0x080a),
            SignatureScheme::Unknown(0x080b),
            SignatureScheme::RSA_PKCS1_SHA1,
            SignatureScheme::ECDSA_SHA1_Legacy,
        ]);
        if let Some(key_type) = self.key_type {
            schemes.retain(|scheme| signs_with(*scheme) == Some(key_type));
        }
        schemes
    }
}

impl AcceptingVerifier {
    /// A server gets the client certificate after it has shown that it holds its key; others may go on
    /// if that cannot be checked.
    fn proven(
        &self,
        answer: Result<HandshakeSignatureValid, Error>,
    ) -> Result<HandshakeSignatureValid, Error> {
        let is_proven = self.capture.lock().possession == Possession::Proven;
        if self.client.is_some() && !is_proven {
            return Err(Error::General("the server's key is not proven".to_owned()));
        }
        answer
    }
}

/// The type of key that makes signatures of a scheme (RFC 8446 §4.2.3).
fn signs_with(scheme: SignatureScheme) -> Option<KeyType> {
    match u16::from(scheme) {
        // ecdsa_sha1, and those with SHA-2.
        0x0203 | 0x0403 | 0x0503 | 0x0603 => Some(KeyType::Ecdsa),
        // rsa_pkcs1_*, rsa_pss_rsae_* and rsa_pss_pss_*.
        0x0201 | 0x0401 | 0x0501 | 0x0601 | 0x0804..=0x0806 | 0x0809..=0x080b => Some(KeyType::Rsa),
        _ => None,
    }
}

impl ResolvesClientCert for AcceptingVerifier {
    fn resolve(&self, _: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let identity = self.client.as_ref().map(|client| &client.identity);
        let fits = identity.filter(|identity| identity.key.choose_scheme(schemes).is_some());
        self.capture.lock().client_certificate = match fits {
            Some(_) => ClientCertificate::Presented,
            None => ClientCertificate::Asked,
        };
        fits.map(Arc::clone)
    }

    fn has_certs(&self) -> bool {
        self.client.is_some()
    }
}
