//! The MTA-STS policy of a domain (RFC 8461): its record, and the document of its host.

use super::addresses::Addresses;
use super::question::Asker;
use crate::endpoint::MailDomain;
use crate::fetch::Url;
use crate::observation::Cause;
use crate::records::mta_sts::{Policy, StsRecords};
use crate::records::{RecordType, Status};
use crate::resolve::{Family, Found, absolute};
use crate::survey::options::Options;
use crate::survey::pace::Pacer;
use crate::survey::policy::{PolicyLook, fetch_policy, policy_url};
use std::net::SocketAddr;

/// What was found out about a policy.
#[derive(Clone, Debug)]
pub struct StsSurvey {
    /// The answer about its TXT record.
    pub found: Found,
    /// What that says.
    pub records: StsRecords,
    /// What its host answered; `None`: no record that counts announces a policy.
    pub look: Option<PolicyLook>,
}

impl StsSurvey {
    /// Asks for the record, and fetches the policy that it announces.
    pub(super) async fn of(
        domain: &MailDomain,
        asker: &Asker,
        pacer: &Pacer,
        options: &Options,
    ) -> Option<Self> {
        let name = absolute(&format!("_mta-sts.{domain}")).ok()?;
        let found = asker.records(&name, RecordType::TXT).await;
        let records = StsRecords::read(&found.answer.texts());
        let is_announced =
            matches!(records, StsRecords::One(_)) && found.answer.status != Status::Bogus;
        let url = policy_url(domain.as_str()).filter(|_| is_announced);
        let look = match url {
            Some(url) => Some(fetch(&url, asker, pacer, options).await),
            None => None,
        };
        Some(Self {
            found,
            records,
            look,
        })
    }
}

async fn fetch(url: &Url, asker: &Asker, pacer: &Pacer, options: &Options) -> PolicyLook {
    // A proxy finds the addresses itself.
    let addresses = match options.via {
        None => addresses(url, asker, options).await,
        Some(_) => Ok(Vec::new()),
    };
    let fetch = || {
        let within = asker.left_in_turn();
        fetch_policy(url, addresses, options, Policy::MOST_OCTETS, within)
    };
    pacer.fetch(fetch).await
}

/// The addresses of the policy's host. They need no proof: the certificate is for the name.
async fn addresses(url: &Url, asker: &Asker, options: &Options) -> Result<Vec<SocketAddr>, Cause> {
    let name = absolute(&url.host.to_string()).map_err(Cause::Resolve)?;
    // One address will do, so the other family is asked for only if the first has none.
    let first = match options.family {
        Family::Any => Family::V4,
        family => family,
    };
    let mut addresses = Addresses::of(asker, &name, first).await;
    if addresses.all.is_empty() && options.family == Family::Any {
        addresses = Addresses::of(asker, &name, Family::V6).await;
    }
    if addresses.all.is_empty() {
        let answer = addresses.found.answer;
        let is_known = matches!(answer.status, Status::Secure | Status::Insecure);
        let reason = answer.reason.filter(|_| !is_known);
        return Err(reason.map_or(Cause::NoAddress, |why| Cause::Resolve(why.to_string())));
    }
    let all = addresses.all.iter();
    Ok(all.map(|ip| SocketAddr::new(*ip, url.port)).collect())
}
