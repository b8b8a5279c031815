//! What an audit keeps of a domain to compare it with: who takes its mail, what is published for
//! senders, and what these do.

use super::super::line::array;
use crate::judge::domain::{
    Arrival, Domain, Kind, KnownPolicy, Lookup, MtaSts, Outcome, SenderVerdict, State,
};
use crate::records::Status;
use crate::records::mta_sts::{Mode, Policy, StsRecords};
use crate::records::mx::Exchange;
use crate::report::DomainReport;
use serde_json::Value;

/// What an audit saw of a domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct KnownDomain {
    /// The names of the MX hosts, each once; `None`: there was no answer that counts.
    pub(super) hosts: Option<Vec<String>>,
    /// The TLSA records of each host that there was an answer about, as a zone file has them.
    pub(super) tlsa: Vec<(String, Vec<String>)>,
    /// `None`: it was not asked for.
    pub(super) sts: Option<KnownSts>,
    /// What each kind of sender does; one that a newer version names otherwise is left out.
    pub(super) senders: Vec<(Kind, Arrival)>,
    /// The kinds whose question got no answer: what they do is not that of the domain.
    pub(super) unanswered: Vec<Kind>,
}

/// What an audit saw of MTA-STS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KnownSts {
    /// There was an answer about its record that counts.
    pub(super) is_answered: bool,
    /// `None` if a newer version wrote another word.
    pub(super) state: Option<State>,
    /// The id of the record, if one counts.
    pub(super) id: Option<String>,
    /// The policy, if it is valid.
    pub(super) policy: Option<KnownPolicy>,
    /// Else the one that it knew from before.
    pub(super) kept: Option<KnownPolicy>,
}

impl KnownDomain {
    /// What this audit sees.
    pub(super) fn of(report: &DomainReport) -> Self {
        let facts = &report.facts;
        let senders = report.verdict.senders.iter();
        Self {
            hosts: facts.mx.status.is_known().then(|| hosts(facts)),
            tlsa: tlsa(facts),
            sts: facts.mta_sts.as_ref().map(KnownSts::of),
            senders: senders
                .map(|SenderVerdict { sender, result, .. }| (*sender, *result))
                .collect(),
            unanswered: unanswered(facts),
        }
    }

    /// What an earlier audit saw, from its line.
    pub(super) fn of_line(report: &Value) -> Self {
        let has_mx = status(report.get("mx"));
        Self {
            hosts: has_mx.then(|| hosts_of_line(report)),
            tlsa: array(report, "hosts").filter_map(tlsa_of_line).collect(),
            sts: report
                .get("mta_sts")
                .filter(|sts| sts.is_object())
                .map(KnownSts::of_line),
            senders: array(report, "verdicts")
                .filter_map(sender_of_line)
                .collect(),
            unanswered: unanswered_of_line(report),
        }
    }

    /// What comes of what the kinds do that there is an answer about here and in the other; `None`: there
    /// are none.
    pub(super) fn outcome_beside(&self, other: &Self) -> Option<Outcome> {
        let is_open = |kind| self.unanswered.contains(kind) || other.unanswered.contains(kind);
        let known = self.senders.iter().filter(|(kind, _)| !is_open(kind));
        let results: Vec<Arrival> = known.map(|(_, result)| *result).collect();
        (!results.is_empty()).then(|| Outcome::of(&results))
    }

    /// The policy that senders may have kept.
    pub(super) fn policy(&self) -> Option<&KnownPolicy> {
        let sts = self.sts.as_ref()?;
        sts.policy.as_ref().or(sts.kept.as_ref())
    }
}

/// The kinds that a question is for which got no answer, by the questions for all of them, for DANE, and
/// for MTA-STS.
fn kinds([all, dane, sts]: [bool; 3]) -> Vec<Kind> {
    let mut kinds = Kind::ALL.to_vec();
    kinds.retain(|kind| match kind {
        Kind::Dane => all || dane,
        Kind::MtaSts => all || sts,
        Kind::Opportunistic => all,
    });
    kinds
}

fn unanswered(facts: &Domain) -> Vec<Kind> {
    let is_lost = |lookup: &Lookup| lookup.status == Status::NoAnswer;
    let hosts = || facts.hosts.iter();
    kinds([
        is_lost(&facts.mx) || hosts().any(|host| is_lost(&host.addresses)),
        hosts().any(|host| is_lost(&host.tlsa.lookup)),
        facts
            .mta_sts
            .as_ref()
            .is_some_and(|sts| is_lost(&sts.lookup)),
    ])
}

fn unanswered_of_line(report: &Value) -> Vec<Kind> {
    let is_lost =
        |word: Option<&Value>| word.and_then(Value::as_str) == Some(Status::NoAnswer.as_str());
    let hosts = |place| array(report, "hosts").any(|host| is_lost(host.pointer(place)));
    kinds([
        is_lost(report.pointer("/mx/status")) || hosts("/addresses_status"),
        hosts("/tlsa/status"),
        is_lost(report.pointer("/mta_sts/status")),
    ])
}

fn hosts(facts: &Domain) -> Vec<String> {
    match &facts.exchange {
        Exchange::Hosts(hosts) if !hosts.implicit => {
            let records = hosts.records.iter();
            records.map(|record| record.host.clone()).collect()
        }
        // No record names the domain itself.
        Exchange::Hosts(_) | Exchange::NoMail => Vec::new(),
    }
}

fn tlsa(facts: &Domain) -> Vec<(String, Vec<String>)> {
    let hosts = facts.hosts.iter();
    hosts
        .filter(|host| host.tlsa.lookup.status.is_known())
        .map(|host| {
            let records = host.tlsa.records.iter().map(ToString::to_string);
            (host.name.clone(), records.collect())
        })
        .collect()
}

/// The same of an answer in a line; a status of a newer version does not count.
fn status(answer: Option<&Value>) -> bool {
    let status = answer.and_then(|answer| answer.get("status")?.as_str());
    status.is_some_and(|word| {
        let counts = [Status::Secure, Status::Insecure];
        counts.iter().any(|status| status.as_str() == word)
    })
}

fn hosts_of_line(report: &Value) -> Vec<String> {
    let records = report.get("mx").into_iter();
    let records = records.flat_map(|mx| array(mx, "records"));
    let mut hosts: Vec<String> = Vec::new();
    for host in records.filter_map(|record| record.get("host")?.as_str()) {
        // The record `.` names none (RFC 7505 §3).
        if !matches!(host, "" | ".") && !hosts.iter().any(|known| known == host) {
            hosts.push(host.to_owned());
        }
    }
    hosts
}

fn tlsa_of_line(host: &Value) -> Option<(String, Vec<String>)> {
    let name = host.get("host")?.as_str()?.to_owned();
    let tlsa = host.get("tlsa").filter(|tlsa| status(Some(tlsa)))?;
    let records = array(tlsa, "records").filter_map(|record| {
        let number = |field| record.get(field)?.as_u64();
        let (usage, selector) = (number("usage")?, number("selector")?);
        let matching = number("matching")?;
        let data = record.get("data")?.as_str()?;
        Some(format!("{usage} {selector} {matching} {data}"))
    });
    Some((name, records.collect()))
}

fn sender_of_line(verdict: &Value) -> Option<(Kind, Arrival)> {
    let word = |field| verdict.get(field)?.as_str();
    let sender = word("sender")?;
    let mut kinds = Kind::ALL.into_iter();
    let kind = kinds.find(|kind| kind.as_str() == sender)?;
    Some((kind, Arrival::named(word("result")?)?))
}

impl KnownSts {
    fn of(sts: &MtaSts) -> Self {
        let id = match &sts.records {
            StsRecords::One(record) => Some(record.id.clone()),
            StsRecords::Absent | StsRecords::Broken(_) => None,
        };
        Self {
            is_answered: sts.lookup.status.is_known(),
            state: Some(State::of(sts)),
            policy: sts.policy().zip(id.clone()).map(known_policy),
            kept: sts.kept().cloned(),
            id,
        }
    }

    fn of_line(sts: &Value) -> Self {
        let word = |field| sts.get(field)?.as_str();
        Self {
            // A line of before has no status.
            is_answered: sts.get("status").is_none() || status(Some(sts)),
            state: word("state").and_then(State::named),
            id: word("id").map(str::to_owned),
            policy: sts
                .get("id")
                .zip(sts.get("policy"))
                .and_then(policy_of_line),
            kept: sts
                .get("kept")
                .and_then(|kept| policy_of_line((kept.get("id")?, kept))),
        }
    }
}

fn known_policy((policy, id): (&Policy, String)) -> KnownPolicy {
    KnownPolicy {
        id,
        mode: policy.mode,
        mx: policy.mx.iter().map(ToString::to_string).collect(),
        max_age: policy.max_age,
    }
}

fn policy_of_line((id, policy): (&Value, &Value)) -> Option<KnownPolicy> {
    let patterns = array(policy, "mx").filter_map(Value::as_str);
    Some(KnownPolicy {
        id: id.as_str()?.to_owned(),
        mode: Mode::named(policy.get("mode")?.as_str()?)?,
        mx: patterns.map(str::to_owned).collect(),
        max_age: policy.get("max_age")?.as_u64()?.try_into().ok()?,
    })
}
