//! What a client answers.

/// A client's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// It accepts chain and name.
    Accepts,
    /// It refuses.
    Refuses,
    /// The answer depends on something that cannot be known here, such as a security level.
    Unknown,
}

impl Answer {
    /// The field of a report; `None`: it cannot be known.
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
