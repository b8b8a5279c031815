//! What the judges say: findings with a stable code.

use std::borrow::Cow;
use std::fmt;

/// A finding about the chain. The names are stable: programs depend on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is its name, explained in docs/json.md")]
pub enum Code {
    // Problems: each makes the chain untrusted.
    ObsoleteTls,
    KeyNotProven,
    PinMismatch,
    NoCertificate,
    Malformed,
    UnsupportedVersion,
    Expired,
    NotYetValid,
    SelfSigned,
    MissingIntermediate,
    UnknownIssuer,
    IssuerMismatch,
    NameMismatch,
    NoSan,
    BadSignature,
    NotACa,
    CaAsLeaf,
    PathTooLong,
    KeyUsage,
    WrongUsage,
    NameConstraint,
    NameEncoding,
    WeakSignature,
    WeakKey,
    UnsupportedAlgorithm,
    CriticalExtension,
    AnchorExpired,
    AnchorNotYetValid,
    AnchorRejected,
    AnchorsUnreadable,
    Distrusted,
    TooComplex,
    PathInvalid,
    // Notes: worth knowing, no reason for distrust.
    OutOfOrder,
    Duplicate,
    Unrelated,
    RootSent,
    CrossSigned,
    AnchorIsLeaf,
    SelfSignedCa,
    AnchorNotHashed,
    KeyUsageSignature,
    StapleMissing,
    ClientsDiffer,
    ClientCertificate,
    LargeHello,
    // Notes that the user asked to be warned of.
    PinExpiring,
    NoPin,
}

impl Code {
    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ObsoleteTls => "obsolete-tls",
            Self::KeyNotProven => "key-not-proven",
            Self::PinMismatch => "pin-mismatch",
            Self::NoCertificate => "no-certificate",
            Self::Malformed => "malformed",
            Self::UnsupportedVersion => "unsupported-version",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::SelfSigned => "self-signed",
            Self::MissingIntermediate => "missing-intermediate",
            Self::UnknownIssuer => "unknown-issuer",
            Self::IssuerMismatch => "issuer-mismatch",
            Self::NameMismatch => "name-mismatch",
            Self::NoSan => "no-san",
            Self::BadSignature => "bad-signature",
            Self::NotACa => "not-a-ca",
            Self::CaAsLeaf => "ca-as-leaf",
            Self::PathTooLong => "path-too-long",
            Self::KeyUsage => "key-usage",
            Self::WrongUsage => "wrong-usage",
            Self::NameConstraint => "name-constraint",
            Self::NameEncoding => "name-encoding",
            Self::WeakSignature => "weak-signature",
            Self::WeakKey => "weak-key",
            Self::UnsupportedAlgorithm => "unsupported-algorithm",
            Self::CriticalExtension => "critical-extension",
            Self::AnchorExpired => "anchor-expired",
            Self::AnchorNotYetValid => "anchor-not-yet-valid",
            Self::AnchorRejected => "anchor-rejected",
            Self::AnchorsUnreadable => "anchors-unreadable",
            Self::Distrusted => "distrusted",
            Self::TooComplex => "too-complex",
            Self::PathInvalid => "path-invalid",
            Self::OutOfOrder => "out-of-order",
            Self::Duplicate => "duplicate",
            Self::Unrelated => "unrelated",
            Self::RootSent => "root-sent",
            Self::CrossSigned => "cross-signed",
            Self::AnchorIsLeaf => "anchor-is-leaf",
            Self::SelfSignedCa => "self-signed-ca",
            Self::AnchorNotHashed => "anchor-not-hashed",
            Self::KeyUsageSignature => "key-usage-signature",
            Self::StapleMissing => "staple-missing",
            Self::ClientsDiffer => "clients-differ",
            Self::ClientCertificate => "client-certificate",
            Self::LargeHello => "large-hello",
            Self::PinExpiring => "pin-expiring",
            Self::NoPin => "no-pin",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub code: Code,
    /// The certificate that it is about, counted from 0 in the presented chain; `None`: the chain
    /// as a whole, or an anchor that was not presented.
    pub certificate: Option<usize>,
    /// One sentence; may hold text of the certificate, which is untrusted.
    pub message: String,
    /// What to do about it.
    pub advice: Cow<'static, str>,
}

impl Finding {
    /// Makes one.
    pub fn new(
        code: Code,
        certificate: Option<usize>,
        message: impl Into<String>,
        advice: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            code,
            certificate,
            message: message.into(),
            advice: advice.into(),
        }
    }
}
