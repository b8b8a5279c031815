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
    /// Records that stand where an alias leads and do not count, with the name below which they stand.
    pub ignored: Option<(String, Found)>,
}

impl TlsaSurvey {
    /// The records that count, and those that do not where an alias leads.
    pub(super) async fn of(asker: &Asker, host: &str, addresses: &Addresses, port: u16) -> Self {
        let (mut survey, ignored) = tokio::join!(
            Self::that_count(asker, host, addresses, port),
            at_target(asker, &addresses.found.answer, port)
        );
        survey.ignored = ignored.or(survey.ignored);
        survey
    }

    /// Asks below each name in its turn, until there are records, or it is not known whether there are.
    async fn that_count(asker: &Asker, host: &str, addresses: &Addresses, port: u16) -> Self {
        let mut survey = Self {
            found: None,
            base_domain: host.to_owned(),
            under_alias: false,
            ignored: None,
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
            let ignored = survey.passed_over().or(survey.ignored);
            survey = Self {
                found: Some(found),
                base_domain: text(&base.name),
                under_alias: base.under_alias,
                ignored,
            };
            if !goes_on {
                break;
            }
        }
        survey
    }

    /// Records of the answer after which the next name is asked below: they are not secure.
    fn passed_over(&self) -> Option<(String, Found)> {
        let found = self.found.as_ref()?;
        let has_records = !found.answer.tlsa().is_empty();
        has_records.then(|| (self.base_domain.clone(), found.clone()))
    }
}

/// Records where an alias leads whose end is not secure: they do not count, and their owner should know.
async fn at_target(asker: &Asker, addresses: &Answer, port: u16) -> Option<(String, Found)> {
    if addresses.status != Status::Insecure || addresses.links.is_empty() {
        return None;
    }
    let target = BaseDomain {
        name: addresses.name.clone(),
        under_alias: false,
    };
    let found = asker.ask(target.question(port).ok()?).await;
    let has_records = !found.answer.tlsa().is_empty();
    has_records.then(|| (text(&target.name), found))
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
