//! What is worth reporting: one type for the judges, for failures and for audits. Findings are
//! computed elsewhere.

mod advice;
mod code;
mod evidence;
mod severity;

pub use advice::{Advice, Piece, Remedy};
pub use code::{Code, Kind, WrittenCode};
pub use evidence::{Evidence, Served};
pub use severity::Severity;

/// One finding. Its texts may hold parts of what a server sent, which is untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// The index in the presented chain of the certificate concerned. `None` means the whole chain,
    /// an anchor that was not presented, or no certificate.
    pub certificate: Option<usize>,
    /// The ports concerned, if several of one host were looked at; else empty.
    pub ports: Vec<u16>,
    /// One sentence.
    pub message: String,
    /// What to do about it.
    pub advice: Advice,
    /// The data that it rests on, if any. Boxed, as most findings have none or little.
    pub evidence: Option<Box<Evidence>>,
}

impl Finding {
    /// Makes a finding with the severity of its code.
    pub fn new(
        code: Code,
        certificate: Option<usize>,
        message: impl Into<String>,
        advice: impl Into<Advice>,
    ) -> Self {
        Self {
            code,
            severity: code.severity(),
            certificate,
            ports: Vec::new(),
            message: message.into(),
            advice: advice.into(),
            evidence: None,
        }
    }

    /// Adds the evidence.
    #[must_use]
    pub fn because(self, evidence: Evidence) -> Self {
        Self {
            evidence: Some(Box::new(evidence)),
            ..self
        }
    }

    /// Adds the ports concerned.
    #[must_use]
    pub fn on(self, ports: impl IntoIterator<Item = u16>) -> Self {
        Self {
            ports: ports.into_iter().collect(),
            ..self
        }
    }

    /// Sets the severity that the circumstances give it.
    #[must_use]
    pub fn at(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }
}
