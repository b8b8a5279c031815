//! The report on a domain: what was found out about its mail, and the verdict on it.

use super::{Exit, Report};
use crate::finding::{Code, Finding, Severity};
use crate::judge::domain::{Chain, Domain, Lookup, Outcome, Seen, SignaturesEnd, Verdict};
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

/// Which resolvers answered, and who validated the answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dns {
    /// The resolvers that answered, separated by a comma and a blank; `None`: none did.
    pub resolver: Option<String>,
    /// Who validated them.
    pub validated_by: ValidatedBy,
    /// The trust anchors: `root`, or the file that was named.
    pub anchors: String,
}

/// Who validated answers of the DNS.
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
        let required = self.facts.required;
        required.is_some_and(|required| !required.is_met(results))
    }

    /// The first certificate to expire: its last moment, and whose it is. The policy's host counts.
    pub fn first_to_expire(&self) -> Option<(OffsetDateTime, String)> {
        let hosts = self.facts.hosts.iter().flat_map(|host| {
            let chains = host.looks.iter().filter_map(|look| chain(&look.seen));
            let ends = chains.filter_map(leaf_ends);
            ends.map(|end| (end, host.name.clone()))
        });
        let policy = self
            .facts
            .mta_sts
            .iter()
            .filter_map(|sts| Some(sts.host_validity?.until));
        let policy = policy.map(|end| (end, format!("mta-sts.{}", self.name())));
        hosts.chain(policy).min_by_key(|(end, _)| *end)
    }

    /// The first signature to end, of all answers of the DNS.
    pub fn signatures_end(&self) -> Option<&SignaturesEnd> {
        let hosts = self.facts.hosts.iter();
        let hosts = hosts.flat_map(|host| [&host.addresses, &host.tlsa.lookup]);
        let policy = self.facts.mta_sts.iter().map(|sts| &sts.lookup);
        let all = [&self.facts.mx, &self.facts.tlsrpt.0].into_iter();
        let all: Vec<&Lookup> = all.chain(hosts).chain(policy).collect();
        let ends = all
            .into_iter()
            .filter_map(|one| one.signatures_end.as_ref());
        ends.min_by_key(|end| end.until)
    }

    /// Whether something is to be done: mail is not delivered, what is required is missing, or there is
    /// a warning.
    pub fn warns(&self) -> bool {
        let is_bad = |finding: &Finding| finding.severity > Severity::Note;
        self.exit() != Exit::SUCCESS || self.findings().iter().any(is_bad)
    }

    /// Whether a certificate expires within what the user asks for.
    fn expires_as_asked(&self) -> bool {
        let expires =
            |finding: &Finding| matches!(finding.code, Code::Expiring | Code::PolicyHostExpiring);
        self.facts.levels.are_asked && self.findings().iter().any(expires)
    }

    /// The exit code of the outcome, of what is required, and of certificates that expire within what the
    /// user asks for.
    pub fn exit(&self) -> Exit {
        match self.outcome() {
            Outcome::Unresolved => Exit::UNREACHABLE,
            Outcome::Deferred => Exit::FAILURE,
            Outcome::NoMail | Outcome::Authenticated | Outcome::Unprotected => {
                Exit::failure_if(self.lacks_required() || self.expires_as_asked())
            }
        }
    }
}

fn chain(seen: &Seen) -> Option<&Chain> {
    match seen {
        Seen::Chain(chain) => Some(chain),
        _ => None,
    }
}

fn leaf_ends(chain: &Chain) -> Option<OffsetDateTime> {
    Some(chain.presented.first()?.facts().ok()?.not_after)
}
