//! Hosts whose TLSA records do not count, and hosts without records beside others.

use super::super::facts::{Domain, MailHost};
use super::super::host::barred;
use super::super::verdict::Verdict;
use super::publish::Publishing;
use crate::finding::{Advice, Code, Finding};
use crate::records::Status;

/// Records that no sender looks at.
pub(super) fn insecure(host: &MailHost) -> Option<Finding> {
    let tlsa = &host.tlsa;
    let (what, because) = if tlsa.lookup.status == Status::Insecure && !tlsa.records.is_empty() {
        (format!("of \"{}\"", host.name), tlsa.lookup.because())
    } else {
        let ignored = tlsa.ignored.as_ref()?;
        let why = ignored.why.as_ref();
        (
            format!(
                "at \"{}\", to which the MX host \"{}\" is an alias,",
                ignored.owner, host.name
            ),
            why.map_or_else(String::new, |why| format!(" ({why})")),
        )
    };
    let message =
        format!("the TLSA records {what} are not signed, so that no sender looks at them{because}");
    let advice = "sign the zone that they stand in, and that of the host's addresses, and have the parents publish DS records";
    Some(Finding::new(Code::TlsaInsecure, None, message, advice))
}

/// Some hosts have records and others do not: someone in the middle chooses the others. A host that no
/// sender goes to is none of them.
pub(super) fn partial(domain: &Domain, verdict: &Verdict) -> Option<Finding> {
    let takes_mail = |host: &MailHost| {
        let is_known = host.tlsa.lookup.status.is_known();
        // What cannot be reached from here takes mail from elsewhere.
        is_known && (barred(host).is_none() || !host.out_of_reach.is_empty())
    };
    let hosts = domain.hosts.iter().zip(&verdict.hosts);
    let (with, without): (Vec<_>, Vec<_>) = hosts
        .filter(|(host, _)| takes_mail(host))
        .partition(|(host, _)| host.tlsa.decide());
    if with.is_empty() || without.is_empty() {
        return None;
    }
    let names = without.iter().map(|(host, _)| format!("\"{}\"", host.name));
    let message = format!(
        "some MX hosts of \"{}\" have TLSA records, and {} have none: someone in the middle who blocks the first ones reads the mail",
        domain.name,
        names.collect::<Vec<_>>().join(", ")
    );
    // What is published already counts when the zones are signed.
    let publish = without.iter().filter_map(|(host, judged)| {
        Publishing::of(domain, host, judged.dane.exim_looks).missing()
    });
    let publish = publish.reduce(|all, one| all.text("; ").then(one));
    let advice = publish.map_or_else(
        || Advice::new("sign the zones of the others"),
        |publish| Advice::new("in signed zones ").then(publish),
    );
    Some(Finding::new(Code::DanePartial, None, message, advice))
}
