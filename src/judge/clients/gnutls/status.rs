//! What was found on a path: GnuTLS's `gnutls_certificate_status_t`, with reasons in words.

/// The result of a verification.
#[derive(Clone, Debug, Default)]
pub(in crate::judge::clients) struct Status {
    /// Why it is refused; none: it is accepted.
    pub(super) reasons: Vec<String>,
    /// What to do about the first of the reasons.
    pub(super) cure: Option<&'static str>,
    /// What cannot be known, and decides if nothing else does.
    pub(super) doubt: Option<String>,
    /// `GNUTLS_CERT_SIGNER_NOT_FOUND`.
    pub(super) no_signer: bool,
    /// `GNUTLS_CERT_EXPIRED` or `GNUTLS_CERT_INSECURE_ALGORITHM`.
    pub(super) old: bool,
}

impl Status {
    /// A refusal.
    pub(super) fn refused(reason: impl Into<String>) -> Self {
        let mut status = Self::default();
        status.refuse(reason);
        status
    }

    pub(super) fn refuse(&mut self, reason: impl Into<String>) {
        self.reasons.push(reason.into());
    }

    /// The same, with what to do about it.
    pub(super) fn refuse_with_cure(&mut self, reason: &str, cure: &'static str) {
        if self.reasons.is_empty() {
            self.cure = Some(cure);
        }
        self.refuse(reason);
    }

    pub(super) fn doubt(&mut self, reason: impl Into<String>) {
        self.doubt.get_or_insert(reason.into());
    }

    pub(super) fn is_fine(&self) -> bool {
        self.reasons.is_empty() && self.doubt.is_none()
    }

    /// Adds what was found later.
    pub(super) fn merge(&mut self, other: Self) {
        if self.reasons.is_empty() {
            self.cure = other.cure;
        }
        self.reasons.extend(other.reasons);
        if let Some(doubt) = other.doubt {
            self.doubt(doubt);
        }
        self.no_signer |= other.no_signer;
        self.old |= other.old;
    }
}
