//! What is worth reporting: one type for the judges, for failures and for audits. What computes a
//! finding stands elsewhere.

mod code;
mod severity;

pub use code::{Code, Kind, WrittenCode};
pub use severity::Severity;

use std::borrow::Cow;

/// One finding. The texts may hold parts of what a server sent, which is untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// The certificate that it is about, counted from 0 in the presented chain; `None`: the chain
    /// as a whole, an anchor that was not presented, or no certificate at all.
    pub certificate: Option<usize>,
    /// One sentence.
    pub message: String,
    /// What to do about it.
    pub advice: Cow<'static, str>,
}

impl Finding {
    /// Makes one that is as bad as its code says.
    pub fn new(
        code: Code,
        certificate: Option<usize>,
        message: impl Into<String>,
        advice: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            code,
            severity: code.severity(),
            certificate,
            message: message.into(),
            advice: advice.into(),
        }
    }

    /// The same, as bad as the circumstances make it.
    #[must_use]
    pub fn at(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }
}
