//! Certificates made on the fly: a root, an intermediate, and leaves of every kind. Nothing in the
//! repository ever expires.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer,
    CrlDistributionPoint, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod,
    KeyPair, KeyUsagePurpose, RevocationReason, RevokedCertParams, SerialNumber,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::fmt::Write as _;
use time::{Duration, OffsetDateTime};

/// The kinds of key that the tests make with rcgen; OpenSSL makes the odd ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// ECDSA with P-256.
    P256,
    /// RSA with 2048 bits.
    Rsa2048,
    /// Ed25519.
    Ed25519,
}

impl KeyKind {
    fn generate(self) -> KeyPair {
        let made = match self {
            Self::P256 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256),
            Self::Rsa2048 => KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256),
            Self::Ed25519 => KeyPair::generate_for(&rcgen::PKCS_ED25519),
        };
        made.expect("a key")
    }
}

/// What a CA says of certificates that it has revoked, for as long as `lasts`.
#[derive(Clone, Debug)]
pub struct Revoked<'a> {
    /// Their serial numbers.
    pub serials: &'a [u64],
    /// When the list was made.
    pub made: OffsetDateTime,
    /// How long until the next one.
    pub lasts: Duration,
}

impl<'a> Revoked<'a> {
    /// A list of now, for a week.
    pub fn now(serials: &'a [u64]) -> Self {
        Self {
            serials,
            made: now() - Duration::hours(1),
            lasts: Duration::days(7),
        }
    }
}

/// What a server presents, and the key that it holds.
#[derive(Debug)]
pub struct Identity {
    /// The chain, the leaf first.
    pub chain: Vec<CertificateDer<'static>>,
    /// The private key in PKCS #8.
    pub key: PrivateKeyDer<'static>,
    /// The same as PEM.
    pub key_pem: String,
}

impl Clone for Identity {
    fn clone(&self) -> Self {
        Self {
            chain: self.chain.clone(),
            key: self.key.clone_key(),
            key_pem: self.key_pem.clone(),
        }
    }
}

impl Identity {
    /// The chain as PEM, the leaf first.
    pub fn chain_pem(&self) -> String {
        self.chain.iter().fold(String::new(), |mut pem, der| {
            let _ = write!(pem, "{}", to_pem(der));
            pem
        })
    }
}

/// One certificate as PEM.
pub fn to_pem(der: &[u8]) -> String {
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new("CERTIFICATE", der), config)
}

/// A private CA: root → intermediate → leaves.
#[derive(Debug)]
pub struct Pki {
    root_params: CertificateParams,
    root: CertifiedIssuer<'static, KeyPair>,
    intermediate_params: CertificateParams,
    intermediate: CertifiedIssuer<'static, KeyPair>,
    kind: KeyKind,
}

impl Pki {
    /// A new CA with keys of one kind, called `name`.
    pub fn new(name: &str, kind: KeyKind) -> Self {
        let mut root = ca(&format!("{name} Root"));
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self::custom(root, ca(&format!("{name} Intermediate")), kind)
    }

    /// A CA with parameters of the caller's.
    pub fn custom(root: CertificateParams, intermediate: CertificateParams, kind: KeyKind) -> Self {
        let issuer = CertifiedIssuer::self_signed(root.clone(), kind.generate()).expect("a root");
        let below = CertifiedIssuer::signed_by(intermediate.clone(), kind.generate(), &issuer)
            .expect("an intermediate");
        Self {
            root_params: root,
            root: issuer,
            intermediate_params: intermediate,
            intermediate: below,
            kind,
        }
    }

    /// The root's DER.
    pub fn root(&self) -> CertificateDer<'static> {
        self.root.der().clone()
    }

    /// The root as PEM.
    pub fn root_pem(&self) -> String {
        to_pem(self.root.der())
    }

    /// The intermediate's DER.
    pub fn intermediate(&self) -> CertificateDer<'static> {
        self.intermediate.der().clone()
    }

    /// The intermediate's key as PEM.
    pub fn intermediate_key_pem(&self) -> String {
        self.intermediate.key().serialize_pem()
    }

    /// The root again: same name and key, other parameters.
    pub fn root_again(
        &self,
        change: impl FnOnce(&mut CertificateParams),
    ) -> CertificateDer<'static> {
        let mut params = self.root_params.clone();
        change(&mut params);
        let again = params.self_signed(self.root.key()).expect("a root");
        again.der().clone()
    }

    /// The root's name and key, signed by the root of `old`, which says whose key it was: what a CA
    /// that changes its key lets its clients go over with.
    pub fn rollover(&self, old: &Self) -> CertificateDer<'static> {
        let mut params = self.root_params.clone();
        params.use_authority_key_identifier_extension = true;
        let signed = params.signed_by(self.root.key(), &old.root);
        signed.expect("a root").der().clone()
    }

    /// The intermediate again: same name and key, other parameters, issued by the root of `issuer`.
    pub fn intermediate_again(
        &self,
        issuer: &Self,
        change: impl FnOnce(&mut CertificateParams),
    ) -> CertificateDer<'static> {
        let mut params = self.intermediate_params.clone();
        change(&mut params);
        let again = params.signed_by(self.intermediate.key(), &issuer.root);
        again.expect("an intermediate").der().clone()
    }

    /// A leaf with its intermediate: what a well-configured server presents.
    pub fn identity(&self, leaf: CertificateParams) -> Identity {
        let mut identity = self.lonely(leaf);
        identity.chain.push(self.intermediate());
        identity
    }

    /// A leaf with a key of another kind than the CA's, with its intermediate.
    pub fn identity_of(&self, kind: KeyKind, leaf: &CertificateParams) -> Identity {
        let key = kind.generate();
        let certificate = leaf.signed_by(&key, &self.intermediate).expect("a leaf");
        let mut identity = identity(certificate.der().clone(), &key);
        identity.chain.push(self.intermediate());
        identity
    }

    /// A leaf without its intermediate.
    pub fn lonely(&self, leaf: CertificateParams) -> Identity {
        let key = self.kind.generate();
        let certificate = leaf.signed_by(&key, &self.intermediate).expect("a leaf");
        identity(certificate.der().clone(), &key)
    }

    /// Another certificate for a key that has one already, as a careless renewal makes it.
    pub fn renewed(&self, old: &Identity, leaf: &CertificateParams) -> Identity {
        let key = KeyPair::from_pem(&old.key_pem).expect("a key");
        let certificate = leaf.signed_by(&key, &self.intermediate).expect("a leaf");
        let mut identity = identity(certificate.der().clone(), &key);
        identity.chain.push(self.intermediate());
        identity
    }

    /// The list of revoked certificates of the intermediate, in DER.
    pub fn crl(&self, revoked: &Revoked<'_>) -> Vec<u8> {
        crl(&self.intermediate, revoked)
    }

    /// The list of revoked certificates of the root, in DER.
    pub fn root_crl(&self, revoked: &Revoked<'_>) -> Vec<u8> {
        crl(&self.root, revoked)
    }

    /// A self-signed leaf.
    pub fn self_signed(leaf: &CertificateParams, kind: KeyKind) -> Identity {
        let key = kind.generate();
        let certificate = leaf.self_signed(&key).expect("a leaf");
        identity(certificate.der().clone(), &key)
    }

    /// A leaf below another issuer, which the intermediate issued: leaf, issuer, intermediate.
    pub fn deep(&self, issuer: CertificateParams, leaf: &CertificateParams) -> Identity {
        let mut identity = issued_below(&self.intermediate, issuer, leaf, self.kind);
        identity.chain.push(self.intermediate());
        identity
    }

    /// A leaf below another issuer, which the root issued: leaf, issuer.
    pub fn below(&self, issuer: CertificateParams, leaf: &CertificateParams) -> Identity {
        issued_below(&self.root, issuer, leaf, self.kind)
    }
}

/// A day ago, for a compromised key.
fn crl(issuer: &CertifiedIssuer<'static, KeyPair>, revoked: &Revoked<'_>) -> Vec<u8> {
    let serials = revoked.serials.iter();
    let entries = serials.map(|serial| RevokedCertParams {
        serial_number: SerialNumber::from(*serial),
        revocation_time: now() - Duration::days(1),
        reason_code: Some(RevocationReason::KeyCompromise),
        invalidity_date: None,
    });
    let params = CertificateRevocationListParams {
        this_update: revoked.made,
        next_update: revoked.made + revoked.lasts,
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: entries.collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    params.signed_by(issuer).expect("a list").der().to_vec()
}

/// With a serial number, and the places of the list that would have it.
#[must_use]
pub fn listed(mut params: CertificateParams, serial: u64, urls: &[&str]) -> CertificateParams {
    let points = urls.iter().map(|url| CrlDistributionPoint {
        uris: vec![(*url).to_owned()],
    });
    params.serial_number = Some(SerialNumber::from(serial));
    params.crl_distribution_points = points.collect();
    params
}

fn issued_below(
    above: &CertifiedIssuer<'static, KeyPair>,
    issuer: CertificateParams,
    leaf: &CertificateParams,
    kind: KeyKind,
) -> Identity {
    let issuer = CertifiedIssuer::signed_by(issuer, kind.generate(), above).expect("an issuer");
    let key = kind.generate();
    let certificate = leaf.signed_by(&key, &issuer).expect("a leaf");
    let mut identity = identity(certificate.der().clone(), &key);
    identity.chain.push(issuer.der().clone());
    identity
}

impl Identity {
    /// A chain and a key from PEM texts, as OpenSSL writes them.
    pub fn from_pem(chain: &str, key: &str) -> Self {
        let blocks = pem::parse_many(chain).expect("PEM");
        let chain = blocks
            .into_iter()
            .map(|block| block.into_contents().into())
            .collect();
        let der = pem::parse(key).expect("PEM").into_contents();
        Self {
            chain,
            key: PrivatePkcs8KeyDer::from(der).into(),
            key_pem: key.to_owned(),
        }
    }
}

fn identity(leaf: CertificateDer<'static>, key: &KeyPair) -> Identity {
    Identity {
        chain: vec![leaf],
        key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        key_pem: key.serialize_pem(),
    }
}

/// The parameters of a leaf for `names` (DNS names and IP addresses), valid for 90 days around now.
pub fn leaf(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let common_name = names.first().cloned().unwrap_or_default();
    let mut params = CertificateParams::new(names).expect("names");
    params.distinguished_name = named(&common_name);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.not_before = now() - Duration::days(30);
    params.not_after = now() + Duration::days(60);
    params
}

/// As [`leaf`], but expired ten days ago.
pub fn expired_leaf(names: &[&str]) -> CertificateParams {
    let mut params = leaf(names);
    params.not_before = now() - Duration::days(100);
    params.not_after = now() - Duration::days(10);
    params
}

/// The parameters of an intermediate CA that may issue leaves only, valid for years around now.
pub fn ca(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.distinguished_name = named(common_name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.use_authority_key_identifier_extension = true;
    params.not_before = now() - Duration::days(365);
    params.not_after = now() + Duration::days(3650);
    params
}

fn named(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

/// The current time, in full seconds, as certificates have it.
pub fn now() -> OffsetDateTime {
    let now = OffsetDateTime::now_utc();
    now.replace_nanosecond(0).unwrap_or(now)
}
