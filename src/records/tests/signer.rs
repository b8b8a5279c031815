//! Keys that are the same in every run, and what they sign.

use super::given::NOW;
use hickory_proto::dnssec::crypto::Ed25519SigningKey;
use hickory_proto::dnssec::rdata::{DNSKEY, DNSSECRData, DS, RRSIG, SigInput};
use hickory_proto::dnssec::{Algorithm, DigestType, PublicKeyBuf, SigningKey, TBS};
use hickory_proto::rr::{DNSClass, Name, RData, Record, SerialNumber};
use rustls::pki_types::PrivatePkcs8KeyDer;
use sha2::{Digest as _, Sha256};

/// A key of a zone, and the times of its signatures.
pub(super) struct Signer {
    zone: Name,
    key: Box<dyn SigningKey>,
    /// The number that is published in place of the key's own algorithm.
    algorithm: Algorithm,
    /// What is published in place of the key itself.
    public: Option<Vec<u8>>,
    pub(super) from: u32,
    pub(super) until: u32,
}

/// Ed25519 of 32 bytes, in PKCS #8 (RFC 8410 7).
const PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

impl Signer {
    /// The Ed25519 key that belongs to a zone.
    pub(super) fn new(zone: &Name) -> Self {
        let seed = Sha256::digest(zone.to_lowercase().to_ascii());
        let der = [&PKCS8[..], &seed[..]].concat();
        let key = Ed25519SigningKey::from_pkcs8(&PrivatePkcs8KeyDer::from(der)).expect("a key");
        Self::with(zone, Box::new(key))
    }

    /// Any key.
    pub(super) fn with(zone: &Name, key: Box<dyn SigningKey>) -> Self {
        Self {
            zone: zone.clone(),
            algorithm: key.algorithm(),
            key,
            public: None,
            from: NOW - 86_400,
            until: NOW + 14 * 86_400,
        }
    }

    /// The same key under another number.
    pub(super) fn published_as(mut self, algorithm: u8) -> Self {
        self.algorithm = Algorithm::from_u8(algorithm);
        self
    }

    /// Published as an RSA key of so many octets, by which no signature is right.
    pub(super) fn published_as_rsa(self, octets: usize) -> Self {
        self.with_exponent(&[1, 0, 1], octets)
    }

    /// The same with another exponent.
    pub(super) fn with_exponent(self, exponent: &[u8], octets: usize) -> Self {
        let modulus = vec![0xc5; octets];
        let length = u8::try_from(exponent.len()).expect("few");
        Self {
            public: Some([&[length], exponent, &modulus].concat()),
            ..self.published_as(8)
        }
    }

    pub(super) fn key(&self) -> DNSKEY {
        use hickory_proto::dnssec::PublicKey as _;
        let public = self.key.to_public_key().expect("a key");
        let bytes = self.public.clone();
        let bytes = bytes.unwrap_or_else(|| public.public_bytes().to_vec());
        DNSKEY::new(true, true, false, PublicKeyBuf::new(bytes, self.algorithm))
    }

    pub(super) fn ds(&self, digest: DigestType) -> DS {
        let key = self.key();
        let bytes = key.to_digest(&self.zone, digest).expect("a digest");
        let tag = key.calculate_key_tag().expect("a tag");
        DS::new(tag, self.algorithm, digest, bytes.as_ref().to_vec())
    }

    /// The signature of a record set, by hickory-proto's own writer of signed data.
    pub(super) fn sign(&self, set: &[Record]) -> Record {
        let first = &set[0];
        let input = SigInput {
            type_covered: first.record_type(),
            algorithm: self.algorithm,
            num_labels: first.name.num_labels(),
            original_ttl: first.ttl,
            sig_expiration: SerialNumber::from(self.until),
            sig_inception: SerialNumber::from(self.from),
            key_tag: self.key().calculate_key_tag().expect("a tag"),
            signer_name: self.zone.clone(),
        };
        let data = TBS::from_input(&first.name, DNSClass::IN, &input, set.iter());
        let signature = self.key.sign(&data.expect("data")).expect("a signature");
        let data = DNSSECRData::RRSIG(RRSIG::from_sig(input, signature));
        Record::from_rdata(first.name.clone(), first.ttl, RData::DNSSEC(data))
    }
}
