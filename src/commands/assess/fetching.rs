//! Fetches the revocation lists that a judgement needs, before it is made.

use super::asked::Asked;
use super::assessor::Assessor;
use super::library::Wish;
use super::own::Own;
use crate::endpoint::Start;
use crate::observation::Survey;
use crate::survey::{DomainSurvey, Options};
use std::time::Duration;
use tokio::time::timeout;

/// How often one list may make another one necessary: that of another path.
const MOST_ROUNDS: usize = 3;

impl Assessor {
    /// Fetches what the judgements on these surveys need, port by port, within the rest of the target's
    /// deadline.
    pub(in crate::commands) async fn fetch(
        &self,
        surveys: &[Survey],
        asked: &Asked,
        options: &Options,
    ) {
        let Some(library) = self.revocation.library() else {
            return;
        };
        let all = async {
            for _ in 0..MOST_ROUNDS {
                let wishes = self.all_wishes(surveys, asked, Own::default());
                if wishes.is_empty() {
                    break;
                }
                library.fetch(wishes, options).await;
            }
        };
        // What does not come in time is said so in the report.
        let _ = timeout(rest(surveys, options), all).await;
    }

    /// The same for the hosts of a domain.
    pub(in crate::commands) async fn fetch_for_domain(
        &self,
        domain: &DomainSurvey,
        options: &Options,
    ) {
        if self.revocation.library().is_none() {
            return;
        }
        for (asked, survey) in hosts(domain) {
            self.fetch(&[survey], &asked, options).await;
        }
    }

    /// What must be fetched before a domain can be judged.
    pub(in crate::commands) fn wishes_for_domain(
        &self,
        domain: &DomainSurvey,
        own: Own<'_>,
    ) -> Vec<Wish> {
        if self.revocation.library().is_none() {
            return Vec::new();
        }
        let hosts = hosts(domain);
        hosts
            .flat_map(|(asked, survey)| self.all_wishes(&[survey], &asked, own))
            .collect()
    }

    /// What must be fetched before surveys can be judged, port by port.
    pub(in crate::commands) fn all_wishes(
        &self,
        surveys: &[Survey],
        asked: &Asked,
        own: Own<'_>,
    ) -> Vec<Wish> {
        if self.revocation.library().is_none() {
            return Vec::new();
        }
        let ports = asked.each_port();
        let looks = ports.iter().zip(surveys);
        let seen =
            looks.flat_map(|(asked, survey)| survey.seen.iter().map(move |seen| (asked, seen)));
        seen.flat_map(|(asked, seen)| self.wishes(seen, asked, own))
            .collect()
    }
}

/// What is left of a target's deadline.
pub(in crate::commands) fn rest(surveys: &[Survey], options: &Options) -> Duration {
    let seen = surveys.iter().flat_map(|survey| &survey.seen);
    let elapsed = seen.map(|seen| seen.elapsed).max().unwrap_or_default();
    options.probe.timeout.saturating_sub(elapsed)
}

/// The hosts of a domain as targets, and what they showed.
fn hosts(domain: &DomainSurvey) -> impl Iterator<Item = (Asked, Survey)> + '_ {
    domain.hosts.iter().filter_map(|host| {
        let name = host.name.parse().ok()?;
        let seen = host.looks.iter().map(|look| look.seen.clone());
        let survey = Survey {
            seen: seen.collect(),
            ..Survey::default()
        };
        Some((Asked::host(&name, host.port, Start::Starttls), survey))
    })
}
