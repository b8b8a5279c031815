//! Turns what a host of a domain showed into facts and a report, once for all domains that have it.

use super::asked::Asked;
use super::assessor::Assessor;
use super::own::Own;
use crate::endpoint::Start;
use crate::judge::domain::{Ignored, Look, Lookup, MailHost, TlsaRecords};
use crate::records::Status;
use crate::report::{Report, Skipped};
use crate::survey::{Addresses, HostSurvey, TlsaSurvey};
use std::net::SocketAddr;
use std::sync::Arc;

impl Assessor {
    /// The facts and the report of a host.
    pub(super) fn mail_host(
        &self,
        survey: &Arc<HostSurvey>,
        own: Own<'_>,
    ) -> (MailHost, Option<Arc<Report>>) {
        // What is a target's own may lead to another judgement.
        let is_shared = own.anchors.is_none() && own.lists.is_none();
        if is_shared && let Some(known) = self.mail_hosts.borrow().get(survey) {
            return known;
        }
        let (looks, report) = self.looks(survey, own);
        let report = report.map(Arc::new);
        let host = facts(survey, looks);
        if is_shared {
            let mut hosts = self.mail_hosts.borrow_mut();
            hosts.insert(survey, host.clone(), report.clone());
        }
        (host, report)
    }

    fn looks(&self, survey: &HostSurvey, own: Own<'_>) -> (Vec<Look>, Option<Report>) {
        // What it presents is for the name that the MX record has (RFC 8461 §4.1).
        let Ok(host) = survey.name.parse() else {
            return (Vec::new(), None);
        };
        let asked = Asked::host(&host, survey.port, Start::Starttls);
        let mut looks = Vec::new();
        let mut assessments = Vec::new();
        for look in &survey.looks {
            let seen = &look.seen;
            let assessment = self.assess(seen.clone(), &asked, own);
            let judgement = assessment.judgement.as_ref();
            let (address, key_type) = (look.address, look.key_type);
            let chain = &assessment.chain;
            looks.extend(Look::of(address, key_type, seen, chain, judgement));
            assessments.push(assessment);
        }
        let skipped = Skipped {
            no_route: survey.no_route.clone(),
            no_source: survey.no_source.clone(),
            left_out: survey.left_out,
        };
        (looks, self.report_of(assessments, skipped, &asked))
    }
}

fn facts(survey: &HostSurvey, looks: Vec<Look>) -> MailHost {
    let addresses = survey.addresses.as_ref();
    let out_of_reach = survey.no_route.iter().chain(&survey.no_source);
    MailHost {
        out_of_reach: out_of_reach.map(SocketAddr::ip).collect(),
        left_out: survey.left_out,
        ..mail_host((&survey.name, survey.port), addresses, &survey.tlsa, looks)
    }
}

/// The facts of a host and a port; no addresses: no name of the DNS is written so.
pub(super) fn mail_host(
    (name, port): (&str, u16),
    addresses: Option<&Addresses>,
    survey: &TlsaSurvey,
    looks: Vec<Look>,
) -> MailHost {
    let of_addresses = addresses.map(|addresses| Lookup::of(&addresses.found.answer));
    let of_addresses = of_addresses.unwrap_or_else(|| no_name(name));
    MailHost {
        name: name.to_owned(),
        alias_of: addresses.and_then(Addresses::alias_of),
        tlsa: tlsa(survey, &of_addresses, port),
        addresses: of_addresses,
        lost: addresses.and_then(|addresses| Some(Lookup::of(&addresses.lost.as_ref()?.answer))),
        looks,
        out_of_reach: Vec::new(),
        left_out: 0,
    }
}

/// The TLSA records of a host and a port, and whether they count.
pub(in crate::commands) fn tlsa_records(
    (name, port): (&str, u16),
    addresses: &Addresses,
    survey: &TlsaSurvey,
) -> TlsaRecords {
    mail_host((name, port), Some(addresses), survey, Vec::new()).tlsa
}

/// What is known of the addresses of a name that the DNS cannot have.
fn no_name(host: &str) -> Lookup {
    Lookup {
        question: format!("A of \"{host}\""),
        status: Status::Insecure,
        why: Some("no name of the DNS is written so".to_owned()),
        signatures_end: None,
        is_passed_on: true,
        is_lost_in_aliases: false,
    }
}

/// Records of a host whose addresses are not secure do not count, however secure they are themselves
/// (RFC 7672 §2.2.2).
fn tlsa(survey: &TlsaSurvey, addresses: &Lookup, port: u16) -> TlsaRecords {
    let lookup = match &survey.found {
        Some(found) if addresses.status == Status::Insecure && !survey.under_alias => Lookup {
            status: Status::Insecure,
            why: addresses.why.clone(),
            ..Lookup::of(&found.answer)
        },
        Some(found) => Lookup::of(&found.answer),
        None => Lookup {
            question: format!("TLSA of \"_{port}._tcp.{}\"", survey.base_domain),
            ..addresses.clone()
        },
    };
    let records = survey.found.as_ref().map(|found| found.answer.tlsa());
    TlsaRecords {
        lookup,
        base_domain: survey.base_domain.clone(),
        port,
        under_alias: survey.under_alias,
        records: records.unwrap_or_default(),
        ignored: ignored(survey, addresses, port),
    }
}

/// Records that were seen where an alias leads, and do not count: they are not signed, or the way there
/// is not.
fn ignored(survey: &TlsaSurvey, addresses: &Lookup, port: u16) -> Option<Ignored> {
    let (base, found) = survey.ignored.as_ref()?;
    let why = Lookup::of(&found.answer).why;
    Some(Ignored {
        owner: format!("_{port}._tcp.{base}"),
        why: why.or_else(|| addresses.why.clone()),
    })
}
