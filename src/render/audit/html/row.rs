//! What is kept of a target until all are there.

use super::mail::Mail;
use crate::audit::{Audited, Change, Standing};
use crate::certificate::{Certificate, Sans};
use crate::escape::excerpt;
use crate::finding::{Code, Finding, Severity};
use crate::fingerprint::Algorithm;
use crate::render::advice::spelled;
use crate::render::audit::words::left;
use crate::render::audit::{addresses::addresses, changed, ports::ports};
use std::cmp::{Ordering, Reverse};
use time::Date;

/// Longer texts and lists of the network's are cut.
const MOST_TEXT: usize = 300;
const MOST_NAMES: usize = 12;
/// A chain may be padded to any length.
const MOST_CERTIFICATES: usize = 12;

/// A row of the table.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// What a link to this row names, after the `#`.
    pub(super) id: String,
    pub(super) standing: Standing,
    pub(super) name: String,
    /// The label in the list; the target as written, if it differs from the name.
    pub(super) alias: String,
    pub(super) outcome: &'static str,
    pub(super) ends: Option<Date>,
    /// Until then, in words.
    pub(super) left: String,
    pub(super) issuer: String,
    pub(super) key: String,
    pub(super) tls: String,
    pub(super) suite: String,
    pub(super) address: String,
    /// The addresses of a name that has several, each with its outcome.
    pub(super) addresses: Vec<(String, &'static str)>,
    /// The ports of a host, each with its protocol and outcome, if several were looked at.
    pub(super) ports: Vec<(u16, &'static str, &'static str)>,
    pub(super) findings: Vec<Shown>,
    /// The codes of what was left out, and is not fine.
    pub(super) hidden: String,
    pub(super) changes: Vec<&'static str>,
    /// From what to what, in words.
    pub(super) changed: String,
    pub(super) chain: Vec<Link>,
    /// Certificates that are left out.
    pub(super) more: usize,
    /// Of a domain, which has no certificate of its own.
    pub(super) mail: Option<Mail>,
}

/// A finding.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) code: Code,
    pub(super) severity: Severity,
    pub(super) message: String,
    pub(super) advice: String,
}

/// A certificate of the presented chain.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) subject: String,
    /// In a line; or why nothing is known.
    pub(super) facts: String,
    pub(super) names: String,
    pub(super) serial: String,
    pub(super) sha256: String,
}

impl Row {
    /// Takes what is needed.
    pub(super) fn of(audited: &Audited, id: String) -> Self {
        let report = &audited.report;
        let facts = report.leaf();
        let facts = facts.and_then(|leaf| leaf.facts().ok());
        let seen = report.seen();
        let tls = seen.and_then(|seen| seen.tls.as_ref());
        let input = Some(&report.target.input).filter(|input| **input != report.target.label);
        let aliases = audited.label.iter().chain(input);
        let aliases: Vec<String> = aliases.map(|alias| cut(alias)).collect();
        let chain = report.chain().iter().take(MOST_CERTIFICATES);
        let findings = audited.findings.iter().map(Shown::from);
        let changes = audited.changes().into_iter();
        Self {
            standing: audited.standing(),
            name: cut(&report.target.label),
            alias: aliases.join(" · "),
            outcome: report.outcome().as_str(),
            ends: facts.map(|facts| facts.not_after.date()),
            left: facts.map_or_else(String::new, |facts| left(facts.not_after - report.at)),
            issuer: facts.map_or_else(String::new, |facts| cut(&facts.issuer.label())),
            key: facts.map_or_else(String::new, |facts| cut(&facts.public_key.describe())),
            tls: tls.map_or_else(String::new, |tls| tls.version.clone()),
            suite: tls.map_or_else(String::new, |tls| tls.cipher_suite.clone()),
            address: seen
                .and_then(|seen| Some(seen.address?.to_string()))
                .unwrap_or_default(),
            addresses: addresses(audited)
                .into_iter()
                .map(|(address, outcome)| (address.to_string(), outcome))
                .collect(),
            ports: ports(audited)
                .into_iter()
                .map(|(port, outcome)| (port.number(), port.protocol().as_str(), outcome))
                .collect(),
            findings: findings.collect(),
            hidden: audited.hidden_codes(),
            changes: changes.map(Change::as_str).collect(),
            changed: changed::in_words(audited.differences()),
            chain: chain.map(Link::of).collect(),
            more: report.chain().len().saturating_sub(MOST_CERTIFICATES),
            ..Self::empty(id)
        }
    }

    /// A row of which nothing is known.
    pub(super) fn empty(id: String) -> Self {
        Self {
            id,
            standing: Standing::Fine,
            name: String::new(),
            alias: String::new(),
            outcome: "",
            ends: None,
            left: String::new(),
            issuer: String::new(),
            key: String::new(),
            tls: String::new(),
            suite: String::new(),
            address: String::new(),
            addresses: Vec::new(),
            ports: Vec::new(),
            findings: Vec::new(),
            hidden: String::new(),
            changes: Vec::new(),
            changed: String::new(),
            chain: Vec::new(),
            more: 0,
            mail: None,
        }
    }

    /// The worst first, then the certificates that expire first, then by name.
    pub(super) fn by_urgency(&self, other: &Self) -> Ordering {
        let key = |row: &Self| (Reverse(row.standing), row.ends.is_none(), row.ends);
        key(self)
            .cmp(&key(other))
            .then_with(|| self.name.cmp(&other.name))
    }

    /// For sorting in the page.
    pub(super) fn rank(&self) -> &'static str {
        match self.standing {
            Standing::Critical => "2",
            Standing::Warning => "1",
            Standing::LeftOut => "0.5",
            Standing::Fine => "0",
        }
    }

    /// The findings above a note, and the notes.
    pub(super) fn shown(&self) -> [(&'static str, Vec<&Shown>); 2] {
        let is_note = |shown: &&Shown| shown.severity == Severity::Note;
        let (notes, others) = self.findings.iter().partition(is_note);
        [("Findings", others), ("Notes", notes)]
    }

    /// The codes above a note, each once.
    pub(super) fn codes(&self) -> String {
        let mut codes: Vec<Code> = Vec::new();
        for finding in &self.findings {
            if finding.severity > Severity::Note && !codes.contains(&finding.code) {
                codes.push(finding.code);
            }
        }
        let codes = Code::list(&codes);
        match (self.hidden.as_str(), codes.as_str()) {
            ("", _) => codes,
            (hidden, "") => format!("left out: {hidden}"),
            (hidden, _) => format!("{codes}; left out: {hidden}"),
        }
    }
}

impl From<&Finding> for Shown {
    fn from(finding: &Finding) -> Self {
        Self {
            code: finding.code,
            severity: finding.severity,
            message: cut(&finding.message),
            advice: spelled(&finding.advice),
        }
    }
}

impl Link {
    fn of(certificate: &Certificate) -> Self {
        let (facts, names, serial) = match certificate.facts() {
            Ok(facts) => {
                let issuer = if facts.self_issued {
                    "issued by itself".to_owned()
                } else {
                    format!("issued by {}", cut(&facts.issuer.label()))
                };
                let line = format!(
                    "{issuer}; valid {} to {}; {}; {}",
                    facts.not_before.date(),
                    facts.not_after.date(),
                    facts.public_key.describe(),
                    facts.signature_algorithm
                );
                let names = facts.sans.as_ref().map_or_else(String::new, names);
                (line, names, cut(&facts.serial))
            }
            Err(why) => {
                let why = format!("it cannot be parsed: {why}");
                (why, String::new(), String::new())
            }
        };
        Self {
            subject: cut(&certificate.label()),
            facts: excerpt(&facts, 2 * MOST_TEXT),
            names,
            serial,
            sha256: certificate.fingerprint(Algorithm::Sha256).hex(),
        }
    }
}

/// The names that a client may compare.
fn names(sans: &Sans) -> String {
    let dns = sans.dns.iter().map(|name| cut(name));
    let all = dns.chain(sans.ip.iter().map(ToString::to_string));
    let mut names: Vec<String> = all.take(MOST_NAMES).collect();
    let more = (sans.dns.len() + sans.ip.len()).saturating_sub(MOST_NAMES);
    if more > 0 {
        names.push(format!("and {more} more"));
    }
    names.join(", ")
}

pub(super) fn cut(text: &str) -> String {
    excerpt(text, MOST_TEXT)
}
