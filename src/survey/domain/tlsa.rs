//! The TLSA records of a host (RFC 7672 §2.2.2, §2.2.3).

use super::addresses::Addresses;
use super::question::{Asker, text};
use crate::records::{Answer, BaseDomain, RecordType, Status};
use crate::resolve::{Found, Trust};

/// The TLSA records of a host, or why there are none.
#[derive(Clone, Debug)]
pub struct TlsaSurvey {
    /// The answer to the last question; `None`: none was asked, because there are no addresses.
    pub found: Option<Found>,
    /// The name below which it was asked.
    pub base_domain: String,
    /// That name is an alias, and there are no records where it leads.
    pub under_alias: bool,
}

impl TlsaSurvey {
    /// Asks below each name in its turn, until there are records, or it is not known whether there are.
    pub(super) async fn of(asker: &Asker, host: &str, addresses: &Addresses, port: u16) -> Self {
        let mut survey = Self {
            found: None,
            base_domain: host.to_owned(),
            under_alias: false,
        };
        let addresses = match known_alias(asker, &addresses.found).await {
            Ok(addresses) => addresses,
            // It may have records that count, so no sender with DANE goes there.
            Err(found) => {
                return Self {
                    found: Some(found),
                    under_alias: true,
                    ..survey
                };
            }
        };
        for base in bases(&addresses) {
            // A name that is too long for the prefix has no such records.
            let Ok(question) = base.question(port) else {
                continue;
            };
            let found = asker.ask(question).await;
            let goes_on = BaseDomain::goes_on_after(&found.answer);
            survey = Self {
                found: Some(found),
                base_domain: text(&base.name),
                under_alias: base.under_alias,
            };
            if !goes_on {
                break;
            }
        }
        survey
    }
}

/// The addresses, with the status of the first alias on the way to them. A resolver that is believed
/// says only whether all of the way is secure, so it is asked for the alias itself, as Postfix does
/// (`dane_init` in its `src/smtp/smtp_tls_policy.c`); the error is its answer, if that says nothing.
async fn known_alias(asker: &Asker, addresses: &Found) -> Result<Answer, Found> {
    let mut answer = addresses.answer.clone();
    let is_open = addresses.trust == Trust::Resolver && answer.status == Status::Insecure;
    let Some(first) = answer.links.first_mut().filter(|_| is_open) else {
        return Ok(answer);
    };
    let alias = asker.records(&first.owner, RecordType::CNAME).await;
    match alias.answer.status {
        Status::Bogus | Status::NoAnswer => Err(alias),
        status => {
            first.status = status;
            Ok(answer)
        }
    }
}

/// The names to ask below. Records of a host that is not secure do not count, and their owner should
/// know.
fn bases(addresses: &Answer) -> Vec<BaseDomain> {
    if addresses.status == Status::Insecure && addresses.links.is_empty() {
        return vec![BaseDomain {
            name: addresses.name.clone(),
            under_alias: false,
        }];
    }
    BaseDomain::of(addresses)
}
