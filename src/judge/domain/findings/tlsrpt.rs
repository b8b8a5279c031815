//! Whether a domain hears of failures: without reports they stay with the senders.

use super::super::facts::Domain;
use super::super::sts::State;
use super::super::verdict::Verdict;
use crate::finding::{Advice, Code, Finding};
use crate::records::tlsrpt::TlsRpt;

pub(super) fn of(domain: &Domain, verdict: &Verdict) -> Option<Finding> {
    let name = &domain.name;
    let (lookup, records) = &domain.tlsrpt;
    let line = format!("_smtp._tls.{name}. IN TXT \"v=TLSRPTv1; rua=mailto:tlsrpt@{name}\"");
    let publish = Advice::new("publish ").line(line);
    match records {
        TlsRpt::One { .. } => None,
        TlsRpt::Invalid(why) => {
            let message = format!("no sender reports to \"{name}\": at _smtp._tls.{name} {why}");
            Some(Finding::new(Code::TlsrptInvalid, None, message, publish))
        }
        TlsRpt::Absent => {
            let is_known = lookup.status.is_known();
            let has_sts = !matches!(verdict.sts, None | Some(State::Absent));
            let has_dane = domain.hosts.iter().any(|host| host.tlsa.decide());
            (is_known && (has_sts || has_dane)).then(|| {
                let message = format!("\"{name}\" asks for no reports of failures of TLS");
                Finding::new(Code::TlsrptMissing, None, message, publish)
            })
        }
    }
}
