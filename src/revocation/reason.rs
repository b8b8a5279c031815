//! Why a certificate was revoked (RFC 5280 §5.3.1).

use std::fmt;

/// The reason for a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// None is given.
    Unspecified,
    /// The key of the certificate is, or may be, in other hands.
    KeyCompromise,
    /// The key of the CA is, or may be, in other hands.
    CaCompromise,
    /// The subject's name or affiliation has changed.
    AffiliationChanged,
    /// Another certificate has taken its place.
    Superseded,
    /// It is not needed any more.
    CessationOfOperation,
    /// It is on hold: it may be valid again.
    CertificateHold,
    /// It was on hold, and is not any more.
    RemoveFromCrl,
    /// A privilege in it was withdrawn.
    PrivilegeWithdrawn,
    /// The key of an attribute authority is, or may be, in other hands.
    AaCompromise,
}

impl Reason {
    const ALL: [(u8, Self, &'static str); 10] = [
        (0, Self::Unspecified, "unspecified"),
        (1, Self::KeyCompromise, "keyCompromise"),
        (2, Self::CaCompromise, "cACompromise"),
        (3, Self::AffiliationChanged, "affiliationChanged"),
        (4, Self::Superseded, "superseded"),
        (5, Self::CessationOfOperation, "cessationOfOperation"),
        (6, Self::CertificateHold, "certificateHold"),
        (8, Self::RemoveFromCrl, "removeFromCRL"),
        (9, Self::PrivilegeWithdrawn, "privilegeWithdrawn"),
        (10, Self::AaCompromise, "aACompromise"),
    ];

    /// The reason of this number; `None`: there is none.
    pub fn of(number: u8) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find_map(|(own, reason, _)| (own == number).then_some(reason))
    }

    /// The name in RFC 5280.
    pub fn as_str(self) -> &'static str {
        let mut all = Self::ALL.into_iter();
        all.find_map(|(_, reason, name)| (reason == self).then_some(name))
            .unwrap_or_default()
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_belong_to_the_same_reason() {
        assert_eq!(Reason::of(7), None);
        assert_eq!(Reason::of(11), None);
        for (number, reason, name) in Reason::ALL {
            assert_eq!(Reason::of(number), Some(reason));
            assert_eq!(reason.as_str(), name);
        }
    }
}
