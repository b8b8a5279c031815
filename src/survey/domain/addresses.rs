//! The addresses of a name of the DNS, of both families.

use super::question::{Asker, text};
use crate::records::{Answer, Name, RData, RecordType, Status};
use crate::resolve::{Family, Found};
use std::net::IpAddr;

/// The addresses of a name.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// The answer that speaks for both: the weaker of those that have addresses, else the weaker of all.
    pub found: Found,
    /// The addresses, in the order of the answers; none of an answer that is bogus.
    pub all: Vec<IpAddr>,
    /// The answer for a family that has none, because it is bogus or missing, beside one with
    /// addresses.
    pub lost: Option<Found>,
}

impl Addresses {
    /// Looks up the families that may be used.
    pub(super) async fn of(asker: &Asker, name: &Name, family: Family) -> Self {
        let ask = |kind| asker.records(name, kind);
        let found = match family {
            Family::V4 => vec![ask(RecordType::A).await],
            Family::V6 => vec![ask(RecordType::AAAA).await],
            Family::Any => {
                let (v4, v6) = tokio::join!(ask(RecordType::A), ask(RecordType::AAAA));
                vec![v4, v6]
            }
        };
        Self::join(found)
    }

    /// Joins the answers for the families, of which there is at least one.
    fn join(found: Vec<Found>) -> Self {
        let all = found.iter().flat_map(|found| ips(&found.answer)).collect();
        let (mut with, mut without): (Vec<Found>, Vec<Found>) = found
            .into_iter()
            .partition(|found| ips(&found.answer).next().is_some());
        let speakers = if with.is_empty() {
            &mut without
        } else {
            &mut with
        };
        let weakest = (0..speakers.len()).min_by_key(|at| speakers[*at].answer.status);
        let found = speakers.swap_remove(weakest.unwrap_or_default());
        let is_lost = |found: &Found| !found.answer.status.is_known();
        let lost = without.into_iter().find(is_lost);
        Self { found, all, lost }
    }

    /// What the name is an alias of.
    pub fn alias_of(&self) -> Option<String> {
        alias_of(&self.found.answer)
    }
}

/// What the name of a question is an alias of.
pub(super) fn alias_of(answer: &Answer) -> Option<String> {
    (!answer.links.is_empty()).then(|| text(&answer.name))
}

/// The addresses of an answer; a validating resolver hands out none that are bogus.
fn ips(answer: &Answer) -> impl Iterator<Item = IpAddr> {
    let is_bogus = answer.status == Status::Bogus;
    let records = answer.records.iter().filter(move |_| !is_bogus);
    records.filter_map(|record| match &record.data {
        RData::A(a) => Some(IpAddr::V4(a.0)),
        RData::AAAA(aaaa) => Some(IpAddr::V6(aaaa.0)),
        _ => None,
    })
}
