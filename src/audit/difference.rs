//! What is different since the last audit of a target, and from what to what.

use crate::judge::domain::Kind;

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
    /// The MTA-STS policy of the domain, or its record, is another.
    Policy,
    /// The domain has an MX host that it had not.
    MxAdded,
    /// An MX host of the domain is not named any more.
    MxRemoved,
    /// An MX host has a TLSA record that it had not.
    TlsaAdded,
    /// A TLSA record of an MX host is not there any more.
    TlsaRemoved,
    /// A kind of sender does something else with the mail of the domain.
    Delivery,
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
            Self::Policy => "policy",
            Self::MxAdded => "mx-added",
            Self::MxRemoved => "mx-removed",
            Self::TlsaAdded => "tlsa-added",
            Self::TlsaRemoved => "tlsa-removed",
            Self::Delivery => "delivery",
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
    /// The state of MTA-STS.
    State,
    /// The id of the MTA-STS record.
    Id,
    /// The patterns of the MTA-STS policy.
    Mx,
    /// For how many seconds senders keep the MTA-STS policy.
    MaxAge,
    /// The name of an MX host.
    Host,
    /// The name of an MX host, and a TLSA record that it has.
    Tlsa,
    /// What this kind of sender does.
    Sender(Kind),
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
            Self::State => "state",
            Self::Id => "id",
            Self::Mx => "mx",
            Self::MaxAge => "max_age",
            Self::Host => "host",
            Self::Tlsa => "tlsa",
            Self::Sender(kind) => kind.as_str(),
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
