//! What counts for a target where its line of the list does not say otherwise.

use crate::audit::{Entry, Levels};
use crate::certificate::Least;
use crate::cli::{Audit as Args, Connection};
use crate::commands::assess::{endpoint, options};
use crate::commands::error::Error;
use crate::endpoint::{Endpoint, Host};
use crate::survey::Options;

/// The options of the command line that a line of the list may replace.
pub(super) struct Defaults {
    connection: Connection,
    servername: Option<Host>,
    /// The anchors are those of public CAs: the user has named none.
    public_cas: bool,
    warning: Least,
    critical: Least,
}

impl Defaults {
    /// Those of the command line.
    pub(super) fn of(args: &Args) -> Self {
        Self {
            connection: args.connection.clone(),
            servername: args.trust.servername.clone(),
            public_cas: args.trust.cacerts.is_empty(),
            warning: args.warning,
            critical: args.critical,
        }
    }

    /// Why the warning of the command line can never come.
    pub(super) fn conflict(&self) -> Option<String> {
        let levels = Levels {
            warning: self.warning,
            critical: self.critical,
            public_cas: self.public_cas,
        };
        levels.conflict()
    }

    /// From when on a certificate of the target that expires is worth reporting.
    pub(super) fn levels(&self, entry: &Entry) -> Levels {
        Levels {
            warning: entry.warning.unwrap_or(self.warning),
            critical: entry.critical.unwrap_or(self.critical),
            // A target with anchors of its own has a CA of its own.
            public_cas: self.public_cas && entry.cacerts.is_none(),
        }
    }

    /// Where a target is connected to, and the reference identifier.
    pub(super) fn server(&self, entry: &Entry) -> (Endpoint, Host) {
        let name = entry.servername.as_ref().or(self.servername.as_ref());
        endpoint(&entry.target, &self.connection, name)
    }

    /// How a server of that name is probed.
    pub(super) fn options(&self, reference: &Host) -> Result<Options, Error> {
        options(&self.connection, reference)
    }
}
