//! How the families of mail clients would judge a chain: each is a model of its own verifier, read
//! off its source, and proven against the real program on generated chains (docs/conformance.md).

mod gnutls;
pub mod openssl;
mod webpki;

use super::anchor::Anchors;
use crate::certificate::Certificate;
use crate::endpoint::Host;
use crate::observation::Staple;
use time::OffsetDateTime;

/// What a client is asked: would it accept this chain for this name, with these anchors?
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The presented chain, the leaf first.
    pub presented: &'a [Certificate],
    /// The configured anchors, in the order of their files.
    pub anchors: &'a Anchors,
    /// The reference identifier (RFC 9525 §2).
    pub reference: &'a Host,
    /// The time to judge at.
    pub now: OffsetDateTime,
    /// Whether the server stapled an OCSP response.
    pub staple: Staple,
}

/// A family of programs that share a verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Postfix, Mercurial, curl, Python before 3.13, OpenSMTPD.
    Openssl,
    /// Python 3.13 and later by default: `X509_V_FLAG_X509_STRICT` and `X509_V_FLAG_PARTIAL_CHAIN`.
    OpensslStrict,
    /// Debian's Exim, msmtp, mutt, wget.
    Gnutls,
    /// Programs built on rustls.
    Webpki,
}

impl Family {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 4] = [
        Self::Openssl,
        Self::OpensslStrict,
        Self::Gnutls,
        Self::Webpki,
    ];

    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Openssl => "openssl",
            Self::OpensslStrict => "openssl-strict",
            Self::Gnutls => "gnutls",
            Self::Webpki => "webpki",
        }
    }
}

impl Family {
    /// The programs, as a sentence names them.
    pub fn programs(self) -> &'static str {
        match self {
            Self::Openssl => "Postfix, Mercurial, curl, Python and OpenSMTPD (OpenSSL)",
            Self::OpensslStrict => "Python 3.13 and later by default (OpenSSL in its strict mode)",
            Self::Gnutls => "Exim, msmtp, mutt and wget as Debian builds them (GnuTLS)",
            Self::Webpki => "programs built on rustls (webpki)",
        }
    }
}

/// A client's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// It accepts chain and name.
    Accepts,
    /// It refuses.
    Refuses,
    /// It depends on something that cannot be seen from here, such as a security level.
    Unknown,
}

impl Answer {
    /// As a report has it: `None` for what cannot be known.
    pub fn accepts(self) -> Option<bool> {
        match self {
            Self::Accepts => Some(true),
            Self::Refuses => Some(false),
            Self::Unknown => None,
        }
    }
}

/// A client's answer with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The answer.
    pub answer: Answer,
    /// Why; may hold text of the certificate, which is untrusted. Empty where it accepts.
    pub reason: String,
    /// What to do about a refusal, where the reason says more than the family.
    pub cure: Option<&'static str>,
}

impl Verdict {
    /// It accepts.
    pub fn accepts() -> Self {
        Self {
            answer: Answer::Accepts,
            reason: String::new(),
            cure: None,
        }
    }

    /// It refuses, for this reason.
    pub fn refuses(reason: impl Into<String>) -> Self {
        Self {
            answer: Answer::Refuses,
            reason: reason.into(),
            cure: None,
        }
    }

    /// The same, with what to do about it.
    #[must_use]
    pub fn cured_by(self, cure: &'static str) -> Self {
        Self {
            cure: Some(cure),
            ..self
        }
    }

    /// Both have to hold: a refusal counts more than what cannot be known, and the first more than
    /// the second.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let weight = |verdict: &Self| match verdict.answer {
            Answer::Refuses => 2,
            Answer::Unknown => 1,
            Answer::Accepts => 0,
        };
        if weight(&other) > weight(&self) {
            other
        } else {
            self
        }
    }

    /// It cannot be known, for this reason.
    pub fn unknown(reason: impl Into<String>) -> Self {
        Self {
            answer: Answer::Unknown,
            reason: reason.into(),
            cure: None,
        }
    }
}

/// The answer of every family, in the order of [`Family::ALL`].
pub fn verdicts(question: &Question<'_>) -> Vec<(Family, Verdict)> {
    Family::ALL
        .into_iter()
        .map(|family| (family, verdict(family, question)))
        .collect()
}

/// The answer of one family.
pub fn verdict(family: Family, question: &Question<'_>) -> Verdict {
    if question.presented.is_empty() {
        return Verdict::refuses("no certificate was presented");
    }
    match family {
        Family::Openssl => openssl::verdict(question, openssl::Mode::Default),
        Family::OpensslStrict => openssl::verdict(question, openssl::Mode::Strict),
        Family::Gnutls => gnutls::verdict(question),
        Family::Webpki => webpki::verdict(question),
    }
}

/// What the handshake of a family refuses by itself: no pin, and no setting about certificates, helps
/// against that.
pub fn handshake(family: Family, presented: &[Certificate]) -> Verdict {
    if presented.is_empty() {
        return Verdict::refuses("no certificate was presented");
    }
    match family {
        Family::Gnutls => gnutls::handshake(presented),
        // They look at the certificate in what can be turned off.
        Family::Openssl | Family::OpensslStrict | Family::Webpki => Verdict::accepts(),
    }
}
