//! The MTA-STS policy of a domain (RFC 8461): its record, and the document of its host.

use super::addresses::Addresses;
use super::question::Asker;
use crate::endpoint::MailDomain;
use crate::fetch::Url;
use crate::observation::Cause;
use crate::records::mta_sts::{Policy, StsRecords};
use crate::records::{Answer, RecordType, ResponseCode, Status};
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
    let mut answers = vec![addresses.found.answer.clone()];
    if addresses.all.is_empty() && options.family == Family::Any {
        addresses = Addresses::of(asker, &name, Family::V6).await;
        answers.push(addresses.found.answer);
    }
    if addresses.all.is_empty() {
        return Err(why_none(&answers, options.family));
    }
    let all = addresses.all.iter();
    Ok(all.map(|ip| SocketAddr::new(*ip, url.port)).collect())
}

/// Why the answers for the families hold no address: one that is bogus or missing says more than one that
/// there is none.
fn why_none(answers: &[Answer], family: Family) -> Cause {
    let lost = answers.iter().find(|answer| !answer.status.is_known());
    let reason = lost.and_then(|answer| Some((answer.status, answer.reason.as_ref()?)));
    let exists = answers
        .iter()
        .all(|answer| answer.rcode != Some(ResponseCode::NXDomain));
    match (reason, family) {
        (Some((Status::Bogus, why)), _) => {
            Cause::Resolve(format!("its addresses are bogus: {why}"))
        }
        (Some((_, why)), _) => Cause::Resolve(why.to_string()),
        (None, _) if !exists => Cause::Resolve("the name does not exist".to_owned()),
        (None, Family::Any) => Cause::Resolve("the name has no address".to_owned()),
        (None, Family::V4 | Family::V6) => Cause::NoAddress,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{Name, Question, Reason};

    fn answer(status: Status, rcode: ResponseCode) -> Answer {
        let name = Name::from_ascii("mta-sts.example.org.").expect("a name");
        let question = Question::new(name.clone(), RecordType::A);
        let is_lost = !status.is_known();
        let reason = is_lost.then(|| Reason::reported(&question, "the reason".to_owned()));
        Answer {
            question,
            status,
            rcode: Some(rcode),
            name,
            records: Vec::new(),
            links: Vec::new(),
            reason,
            signatures_end: None,
            notes: Vec::new(),
        }
    }

    #[test]
    fn why_a_policy_host_has_no_address_is_not_lost() {
        use ResponseCode::{NXDomain, NoError};
        let none = || answer(Status::Secure, NoError);
        let why = "A of \"mta-sts.example.org\": the reason";
        let resolve = |why: &str| Cause::Resolve(why.to_owned());
        for (answers, family, expected) in [
            (
                vec![answer(Status::Bogus, NoError), none()],
                Family::Any,
                resolve(&format!("its addresses are bogus: {why}")),
            ),
            (
                vec![none(), answer(Status::NoAnswer, NoError)],
                Family::Any,
                resolve(why),
            ),
            (
                vec![answer(Status::Insecure, NXDomain)],
                Family::V4,
                resolve("the name does not exist"),
            ),
            (
                vec![none(), none()],
                Family::Any,
                resolve("the name has no address"),
            ),
            // The user has asked for a family.
            (vec![none()], Family::V6, Cause::NoAddress),
        ] {
            assert_eq!(why_none(&answers, family), expected);
        }
    }
}
