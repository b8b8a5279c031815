//! A certificate in its place in a path.

use crate::certificate::Certificate;
use crate::certificate::signature::Verification;
use crate::finding::{Code, Finding};

/// The place of a certificate in a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Leaf,
    Intermediate,
    Anchor,
}

/// A certificate in its place in a path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member<'a> {
    pub(super) certificate: &'a Certificate,
    /// Its index in the presented chain.
    pub(super) index: Option<usize>,
    pub(super) role: Role,
    /// Whether the next member's key signed it; `None`: there is no next, or webpki checks it.
    pub(super) signature: Option<Verification>,
}

impl<'a> Member<'a> {
    /// A member whose signature is not for our own checks.
    pub(super) fn of(certificate: &'a Certificate, index: Option<usize>, role: Role) -> Self {
        Self {
            certificate,
            index,
            role,
            signature: None,
        }
    }

    pub(super) fn finding(
        &self,
        code: Code,
        message: impl Into<String>,
        advice: &'static str,
    ) -> Finding {
        Finding::new(code, self.index, message, advice)
    }
}
