//! A report of either kind: only that of a domain has the field `kind`.

use super::domain::DomainJson;
use super::report::ReportJson;
use crate::report::Reported;
use serde::Serialize;

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum EitherJson {
    Host(Box<ReportJson>),
    Domain(Box<DomainJson>),
}

impl From<&Reported> for EitherJson {
    fn from(report: &Reported) -> Self {
        match report {
            Reported::Host(report) => Self::Host(Box::new(ReportJson::from(&**report))),
            Reported::Domain(report) => Self::Domain(Box::new(DomainJson::from(&**report))),
        }
    }
}
