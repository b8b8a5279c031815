//! The report on a domain: what was found out about its mail, and the verdict on it.

use super::{Exit, Report};
use crate::finding::Finding;
use crate::judge::domain::{Domain, Outcome, Required, Verdict};
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;

/// The report on one domain.
#[derive(Clone, Debug)]
pub struct DomainReport {
    /// The target as typed, such as `mx:example.org`.
    pub input: String,
    /// What was found out.
    pub facts: Domain,
    /// What is judged of it.
    pub verdict: Verdict,
    /// What each host presented, in the order of the facts; `None`: it was not looked at, because it has
    /// no address. Domains with the same hosts share it.
    pub hosts: Vec<Option<Arc<Report>>>,
    /// Who answered for the DNS.
    pub dns: Dns,
    /// What the user requires of it.
    pub required: Option<Required>,
    /// The time as of which it was judged.
    pub at: OffsetDateTime,
    /// The user chose that time: it is not the present.
    pub at_was_chosen: bool,
    /// The variables of the environment that decided something, by their names.
    pub defaults: Vec<&'static str>,
    /// When it was checked.
    pub checked_at: Option<OffsetDateTime>,
    /// How long that took.
    pub elapsed: Duration,
}

/// Who answered for the DNS, and who has validated the answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dns {
    /// The resolvers that answered, separated by a comma and a blank; `None`: none did.
    pub resolver: Option<String>,
    /// Who has validated.
    pub validated_by: ValidatedBy,
    /// The trust anchors: `root`, or the file that was named.
    pub anchors: String,
}

/// Who has validated answers of the DNS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValidatedBy {
    /// This program.
    Ourselves,
    /// The resolver, which the user believes.
    Resolver,
}

impl ValidatedBy {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ourselves => env!("CARGO_PKG_NAME"),
            Self::Resolver => "resolver",
        }
    }
}

impl DomainReport {
    /// The name of the domain.
    pub fn name(&self) -> &str {
        &self.facts.name
    }

    /// What comes of the verdicts.
    pub fn outcome(&self) -> Outcome {
        self.verdict.outcome
    }

    /// What is worth reporting, the worst first.
    pub fn findings(&self) -> &[Finding] {
        &self.verdict.findings
    }

    /// Whether the domain lacks what the user requires of it.
    pub fn lacks_required(&self) -> bool {
        let senders = self.verdict.senders.iter();
        let results = senders.map(|sender| (sender.sender, sender.result));
        let required = self.required;
        required.is_some_and(|required| !required.is_met(results))
    }

    /// The exit code of the outcome and of what is required.
    pub fn exit(&self) -> Exit {
        match self.outcome() {
            Outcome::Unresolved => Exit::UNREACHABLE,
            Outcome::Deferred => Exit::FAILURE,
            Outcome::NoMail | Outcome::Authenticated | Outcome::Unprotected => {
                Exit::failure_if(self.lacks_required())
            }
        }
    }
}
