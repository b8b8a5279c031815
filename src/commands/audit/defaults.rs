//! The settings of a target that its line of the list does not replace.

use crate::audit::{Entry, Levels};
use crate::certificate::Least;
use crate::cli::{Audit as Args, Connection, TargetArg};
use crate::commands::assess::{Asked, options};
use crate::commands::error::Error;
use crate::endpoint::Host;
use crate::survey::Options;

/// The options of the command line that a line of the list may replace.
pub(super) struct Defaults {
    connection: Connection,
    servername: Option<Host>,
    /// The anchors are those of public CAs, because the user named none.
    public_cas: bool,
    warning: Least,
    critical: Least,
}

impl Defaults {
    /// Takes the options from the command line.
    pub(super) fn of(args: &Args) -> Self {
        Self {
            connection: args.connection.clone(),
            servername: args.trust.servername.clone(),
            public_cas: args.trust.cacerts.is_empty(),
            warning: args.warning,
            critical: args.critical,
        }
    }

    /// Why the warning of the command line can never occur.
    pub(super) fn conflict(&self) -> Option<String> {
        let levels = Levels {
            warning: self.warning,
            critical: self.critical,
            public_cas: self.public_cas,
        };
        levels.conflict()
    }

    /// How little time may be left before an expiring certificate of the target is a finding.
    pub(super) fn levels(&self, entry: &Entry) -> Levels {
        Levels {
            warning: entry.warning.unwrap_or(self.warning),
            critical: entry.critical.unwrap_or(self.critical),
            // A target with its own anchors has a private CA.
            public_cas: self.public_cas && entry.cacerts.is_none(),
        }
    }

    /// What is asked about a target of the list.
    pub(super) fn asked(&self, entry: &Entry) -> Asked {
        let target = TargetArg {
            input: entry.input.clone(),
            target: entry.target.clone(),
        };
        let name = entry.servername.as_ref().or(self.servername.as_ref());
        Asked::new(target, &self.connection, name)
    }

    /// The options of the probe for that server name.
    pub(super) fn options(&self, reference: &Host) -> Result<Options, Error> {
        options(&self.connection, reference)
    }
}
