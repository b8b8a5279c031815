//! The hosts of domains that were judged: once for all domains that have them.

use crate::bounded::BoundedMap;
use crate::judge::domain::MailHost;
use crate::report::Report;
use crate::survey::HostSurvey;
use std::sync::Arc;

/// Maximum number of hosts to remember.
const MOST_HOSTS: usize = 4096;

/// The facts and the report of a host, and what they were made of.
type Known = (Arc<HostSurvey>, MailHost, Option<Arc<Report>>);

/// The hosts that were judged.
#[derive(Default)]
pub(super) struct MailHosts(BoundedMap<String, Known, MOST_HOSTS>);

impl MailHosts {
    /// What was made of this very survey.
    pub(super) fn get(&self, survey: &Arc<HostSurvey>) -> Option<(MailHost, Option<Arc<Report>>)> {
        let (known, host, report) = self.0.get(&survey.name)?;
        Arc::ptr_eq(known, survey).then(|| (host.clone(), report.clone()))
    }

    /// Keeps what was made of a survey.
    pub(super) fn insert(
        &mut self,
        survey: &Arc<HostSurvey>,
        host: MailHost,
        report: Option<Arc<Report>>,
    ) {
        let known = (Arc::clone(survey), host, report);
        self.0.insert(survey.name.clone(), known);
    }
}
