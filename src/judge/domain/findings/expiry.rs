//! Certificates that expire soon: that of the policy's host, and those of mail hosts, where a kind of
//! sender looks at dates.

use super::super::dane::place;
use super::super::facts::{Domain, Look, MailHost, Seen, Validity};
use super::super::sts::State;
use super::super::verdict::Verdict;
use crate::certificate::{Least, in_words};
use crate::finding::{Code, Finding, Severity};
use crate::judge::dane::Sender;
use crate::records::tlsa::DANE_TA;

pub(super) fn of(domain: &Domain, verdict: &Verdict) -> Vec<Finding> {
    let mut findings: Vec<Finding> = policy_host(domain).into_iter().collect();
    for (place, host) in domain.hosts.iter().enumerate() {
        let by_policy = verdict.sts == Some(State::Enforce);
        let looks = host.looks.iter().enumerate();
        let dated = looks.filter(|(look, _)| by_policy || by_anchor(verdict, host, place, *look));
        findings.extend(host_expires(domain, host, dated.map(|(_, look)| look)));
    }
    findings
}

/// Whether a record of usage 2 is what a sender knows a host by: of usage 3 no date counts (RFC 7671
/// §5.1).
fn by_anchor(verdict: &Verdict, host: &MailHost, place: usize, look: usize) -> bool {
    let judged = verdict
        .hosts
        .get(place)
        .and_then(|host| host.dane.looks.get(look));
    let Some(Some(judged)) = judged else {
        return false;
    };
    let Sender::Authenticates(record) = judged.postfix else {
        return false;
    };
    let records = &host.tlsa.records;
    records
        .get(record)
        .is_some_and(|record| record.usage == DANE_TA)
}

/// The policy's host is not a mail server, so a watch of mail servers does not see its certificate
/// expire.
fn policy_host(domain: &Domain) -> Option<Finding> {
    let validity = domain.mta_sts.as_ref()?.host_validity?;
    severity(domain, validity)?;
    let message = format!(
        "the certificate of mta-sts.{} {}",
        domain.name,
        when(domain, validity)
    );
    let advice = "renew it, and have the web server reload it: without it senders keep the policy that they have, or none";
    Some(Finding::new(
        Code::PolicyHostExpiring,
        None,
        message,
        advice,
    ))
}

/// The first to expire of what a host presents.
fn host_expires<'d>(
    domain: &Domain,
    host: &MailHost,
    looks: impl Iterator<Item = &'d Look>,
) -> Option<Finding> {
    let ends = looks.filter_map(|look| match &look.seen {
        Seen::Chain(chain) => Some((look, Validity::of(chain.presented.first()?)?)),
        _ => None,
    });
    let (look, validity) = ends.min_by_key(|(_, validity)| validity.until)?;
    // What has expired is a problem already.
    if validity.until < domain.now {
        return None;
    }
    let severity = severity(domain, validity)?;
    let message = format!(
        "the certificate of \"{}\" {} {}",
        host.name,
        place(look),
        when(domain, validity)
    );
    let advice = "renew it, and have the mail server reload it";
    Some(Finding::new(Code::Expiring, None, message, advice).at(severity))
}

fn severity(domain: &Domain, validity: Validity) -> Option<Severity> {
    let left = (validity.until - domain.now).whole_seconds();
    let levels = domain.levels;
    let limit = |least: Least, usual| least.seconds(validity.lifetime, usual);
    if left < limit(levels.critical, Least::CRITICAL) {
        Some(Severity::Critical)
    } else {
        (left < limit(levels.warning, Least::WARNING)).then_some(Severity::Warning)
    }
}

fn when(domain: &Domain, validity: Validity) -> String {
    let left = validity.until - domain.now;
    let date = validity.until.date();
    if left.is_negative() {
        format!("expired {} ago, on {date}", in_words(-left))
    } else {
        format!("expires in {}, on {date}", in_words(left))
    }
}
