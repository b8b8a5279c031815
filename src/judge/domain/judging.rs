//! How the verdict on a domain is reached: each kind of sender looks at each host, and goes on to the
//! next one as senders do.

use super::dane::DaneAtHost;
use super::facts::{Domain, MailHost};
use super::findings;
use super::host::{AtHost, opportunistic};
use super::result::{Arrival, Delivery, Kind, Outcome};
use super::sts::{State, StsAtHost};
use super::verdict::{HostVerdict, SenderVerdict, Verdict};
use crate::records::Status;
use crate::records::mx::Exchange;

/// Judges a domain.
pub fn judge_domain(domain: &Domain) -> Verdict {
    let policy = domain.mta_sts.as_ref().and_then(|sts| sts.policy());
    let judged = |host: &MailHost| HostVerdict {
        dane: DaneAtHost::of(domain, host),
        sts: StsAtHost::of(host, policy),
    };
    let hosts: Vec<HostVerdict> = domain.hosts.iter().map(judged).collect();
    let sts = domain.mta_sts.as_ref().map(State::of);
    let senders = senders(domain, &hosts, sts);
    let results: Vec<Arrival> = senders.iter().map(|verdict| verdict.result).collect();
    let mut verdict = Verdict {
        outcome: Outcome::of(&results),
        senders,
        hosts,
        sts,
        findings: Vec::new(),
    };
    verdict.findings = findings::of(domain, &verdict);
    verdict
}

fn senders(domain: &Domain, hosts: &[HostVerdict], sts: Option<State>) -> Vec<SenderVerdict> {
    let of = |sender: Kind, at: &dyn Fn(&MailHost, &HostVerdict) -> AtHost| {
        let hosts = domain.hosts.iter().zip(hosts);
        let hosts: Vec<AtHost> = hosts.map(|(facts, judged)| at(facts, judged)).collect();
        SenderVerdict {
            sender,
            result: result(domain, &hosts),
            hosts,
        }
    };
    let dane = of(Kind::Dane, &|facts, judged| judged.dane.verdict(facts));
    let sts = sts.map(|state| {
        of(Kind::MtaSts, &|facts, judged| {
            judged.sts.verdict(facts, state)
        })
    });
    let open = of(Kind::Opportunistic, &|facts, _| opportunistic(facts));
    [Some(dane), sts, Some(open)]
        .into_iter()
        .flatten()
        .collect()
}

/// What comes of the hosts. A sender that defers at one goes on to the next, so the worst of those
/// that it delivers to speaks for the domain.
fn result(domain: &Domain, hosts: &[AtHost]) -> Arrival {
    match domain.mx.status {
        Status::NoAnswer => return Arrival::Unresolved,
        // Validating resolvers answer SERVFAIL to every kind of sender.
        Status::Bogus => return Arrival::Mail(Delivery::Deferred),
        _ if !domain.exists => return Arrival::Mail(Delivery::Deferred),
        _ if domain.exchange == Exchange::NoMail => return Arrival::NoMail,
        _ => {}
    }
    let delivers = hosts.iter().map(|at| at.delivery);
    let worst = delivers
        .filter(|delivery| *delivery != Delivery::Deferred)
        .min();
    Arrival::Mail(worst.unwrap_or(Delivery::Deferred))
}
