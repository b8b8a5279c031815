//! What is worth reporting: one type for the judges, for failures and for audits. What computes a
//! finding stands elsewhere.

mod code;
mod evidence;
mod severity;

pub use code::{Code, Kind, WrittenCode};
pub use evidence::{Evidence, Served};
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
    /// What it rests on, where that is more than the finding itself. Boxed, as most have none or a
    /// small one.
    pub evidence: Option<Box<Evidence>>,
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
            evidence: None,
        }
    }

    /// The same, with what it rests on.
    #[must_use]
    pub fn because(self, evidence: Evidence) -> Self {
        Self {
            evidence: Some(Box::new(evidence)),
            ..self
        }
    }

    /// The same, as bad as the circumstances make it.
    #[must_use]
    pub fn at(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }
}
