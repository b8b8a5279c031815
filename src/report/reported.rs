//! A report of either kind, as a command line with servers and domains has them.

use super::{DomainReport, Exit, Report};

/// A report.
#[derive(Clone, Debug)]
pub enum Reported {
    /// On a server, or on a saved chain.
    Host(Box<Report>),
    /// On a domain.
    Domain(Box<DomainReport>),
}

impl Reported {
    /// The report on a server, if it is one.
    pub fn host(&self) -> Option<&Report> {
        match self {
            Self::Host(report) => Some(report),
            Self::Domain(_) => None,
        }
    }

    /// The report on a domain, if it is one.
    pub fn domain(&self) -> Option<&DomainReport> {
        match self {
            Self::Host(_) => None,
            Self::Domain(report) => Some(report),
        }
    }

    /// Whether something is to be done although the exit code may be that of success.
    pub fn warns(&self) -> bool {
        match self {
            Self::Host(report) => report.warns(),
            Self::Domain(report) => report.warns(),
        }
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Host(report) => report.exit(),
            Self::Domain(report) => report.exit(),
        }
    }
}

impl From<Report> for Reported {
    fn from(report: Report) -> Self {
        Self::Host(Box::new(report))
    }
}

impl From<DomainReport> for Reported {
    fn from(report: DomainReport) -> Self {
        Self::Domain(Box::new(report))
    }
}
