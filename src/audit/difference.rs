//! What is different since the last audit of a target, and from what to what.

/// A kind of difference between two audits of one target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The last audit did not have this target.
    New,
    /// Another certificate with the same key.
    Renewed,
    /// Another certificate with another key.
    NewKey,
    /// Another issuer.
    Issuer,
    /// It expires on another day.
    Expiry,
    /// A certificate was presented then, but not now.
    NoCertificate,
    /// A port of the host is open now that was not.
    PortOpened,
    /// A port of the host was open, and is not now.
    PortClosed,
    /// The verdict is better.
    Better,
    /// The verdict is worse.
    Worse,
}

impl Change {
    /// The name in the outputs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Renewed => "renewed",
            Self::NewKey => "new-key",
            Self::Issuer => "issuer",
            Self::Expiry => "expiry",
            Self::NoCertificate => "no-certificate",
            Self::PortOpened => "port-opened",
            Self::PortClosed => "port-closed",
            Self::Better => "better",
            Self::Worse => "worse",
        }
    }
}

/// A fact that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The SHA-256 of the leaf, in hex.
    Sha256,
    /// The issuer of the leaf.
    Issuer,
    /// The last moment of the leaf.
    NotAfter,
    /// The number of a port.
    Port,
    /// The outcome.
    Outcome,
    /// The worst severity above a note.
    Severity,
}

impl Field {
    /// The name in the outputs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Issuer => "issuer",
            Self::NotAfter => "not_after",
            Self::Port => "port",
            Self::Outcome => "outcome",
            Self::Severity => "severity",
        }
    }
}

/// A change with what was before and what is now. Texts come from servers, and are untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The kind.
    pub change: Change,
    /// The fact that differs; `None` for a new target, of which nothing was known.
    pub field: Option<Field>,
    /// Its value in the last audit; `None` if it had none, or an unknown one.
    pub before: Option<String>,
    /// Its value now; `None` if it has none.
    pub after: Option<String>,
}

impl Difference {
    /// A difference of a fact.
    pub(super) fn of(
        change: Change,
        field: Field,
        before: Option<String>,
        after: Option<String>,
    ) -> Self {
        Self {
            change,
            field: Some(field),
            before,
            after,
        }
    }
}

impl From<Change> for Difference {
    /// A change without values.
    fn from(change: Change) -> Self {
        Self {
            change,
            field: None,
            before: None,
            after: None,
        }
    }
}
