//! The TLSA records of a host (RFC 7672 §2.2.2, §2.2.3).

use super::addresses::Addresses;
use super::question::{Asker, text};
use crate::records::{Answer, BaseDomain, Status};
use crate::resolve::Found;

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
        for base in bases(&addresses.found.answer) {
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
